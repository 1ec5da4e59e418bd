"""Paying by `wechat`: the real library against a gateway of ours over HTTP."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from giving.money import Money
from giving.payments import EventKind, PaymentState
from giving.rails import Holder, Shown
from payments.payer import payer_of
from payments.provider import PaymentRef, RailRefused
from payments.wechat_rail import WeChatRail
from tests.payments.china import Clock
from tests.payments.wechat.conftest import intent, merchant, paid
from tests.payments.wechat.gateway import APIV3_KEY, NOTIFY, WeChatGateway


async def test_an_order_is_scanned_paid_told_and_found_under_one_charge(rail: WeChatRail, gateway: WeChatGateway):
    wish = intent(1)
    link = await rail.create_payment(wish, key="k")
    assert link.url.startswith("weixin://wxpay/bizpayurl?pr=")
    ref = PaymentRef(wish.reference, link.their_id)
    assert (await rail.fetch(ref)).state is PaymentState.CREATED

    body, headers = gateway.scan_and_pay(link.url)
    told = rail.read_event(body, headers)

    assert (told.kind, told.reference, told.amount) == (EventKind.PAID, wish.reference, Money(1, "CNY"))
    assert told.charge == told.their_id == gateway.orders[wish.reference.hex]["transaction_id"]
    assert told.occurred_at == gateway.clock()
    assert rail.read_event(body, headers) == told  # told again
    assert rail.event_of(body.decode()) == told  # from the inbox, without its headers
    found = await rail.fetch(ref)
    assert (found.state, found.their_id) == (PaymentState.PAID, wish.reference.hex)
    (event,) = found.events
    assert replace(rail.event_of(event), event_id=told.event_id) == told
    assert found == await rail.fetch(PaymentRef(wish.reference, None))
    assert "openid" not in event + body.decode()
    assert told.payer == payer_of(APIV3_KEY, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"), "a hash by our own key"


async def test_an_order_asked_for_again_is_the_same_and_with_other_words_refused(
    rail: WeChatRail, gateway: WeChatGateway, clock: Clock
):
    wish = intent()
    link = await rail.create_payment(wish, key="k")
    clock.move(timedelta(minutes=100))
    assert await rail.create_payment(wish, key="k") == link
    with pytest.raises(RailRefused, match="INVALID_REQUEST"):
        await rail.create_payment(replace(wish, amount=Money(501, "CNY")), key="k")
    gateway.scan_and_pay(link.url)
    with pytest.raises(RailRefused, match="ORDERPAID"):
        await rail.create_payment(wish, key="k")


async def test_an_order_first_placed_hours_later_can_still_be_paid(
    rail: WeChatRail, gateway: WeChatGateway, clock: Clock
):
    wish = intent()
    clock.move(timedelta(hours=30))
    await rail.create_payment(wish, key="k")
    assert (await rail.fetch(PaymentRef(wish.reference, None))).state is PaymentState.CREATED


async def test_a_code_scanned_before_it_ran_out_and_paid_after_is_a_payment_all_the_same(
    rail: WeChatRail, gateway: WeChatGateway, clock: Clock
):
    wish = intent()
    link = await rail.create_payment(wish, key="k")
    ref = PaymentRef(wish.reference, link.their_id)
    clock.move(timedelta(hours=3))
    closed = await rail.fetch(ref)
    assert closed.state is PaymentState.CANCELLED
    assert [rail.event_of(body).kind for body in closed.events] == [EventKind.CANCELLED]
    again = await rail.fetch(ref)
    assert [rail.event_of(b).event_id for b in again.events] == [rail.event_of(b).event_id for b in closed.events]

    told = rail.read_event(*gateway.scan_and_pay(link.url))

    assert (told.kind, told.reference) == (EventKind.PAID, wish.reference)
    assert (await rail.fetch(ref)).state is PaymentState.PAID


async def test_cancelling_closes_once_and_for_all_but_never_what_is_paid(rail: WeChatRail, gateway: WeChatGateway):
    wish = intent()
    ref = PaymentRef(wish.reference, (await rail.create_payment(wish, key="k")).their_id)
    for _ in range(2):
        await rail.cancel_payment(ref)
    assert (await rail.fetch(ref)).state is PaymentState.CANCELLED
    await rail.cancel_payment(PaymentRef(uuid4(), None))  # never placed
    wish, _ = await paid(rail, gateway)
    with pytest.raises(RailRefused, match="ORDERPAID"):
        await rail.cancel_payment(PaymentRef(wish.reference, None))


async def test_a_page_for_a_phone_is_reached_from_one_of_ours_at_one_address(gateway: WeChatGateway, clock: Clock):
    rail = WeChatRail(
        merchant(), notify_url=NOTIFY, api_base=gateway.base, pages="https://give.example/pay/wechat", now=clock
    )
    assert rail.capabilities.shown is Shown.LINK
    wish = intent()
    link = await rail.create_payment(wish, key="k")
    assert link.url == f"https://give.example/pay/wechat/{wish.reference.hex}"
    assert gateway.asked == []
    there = replace(wish, address="203.0.113.7")
    url = await rail.page(there)
    assert url.startswith("https://wx.tenpay.com/")
    assert url.endswith("&redirect_url=https%3A%2F%2Ft.me%2Fyizan_bot%3Fstart%3Dt_x")
    assert await rail.page(there) == url
    path, words = gateway.asked[-1]
    assert path.endswith("/h5")
    assert words["scene_info"] == {"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Wap"}}
    with pytest.raises(RailRefused, match="INVALID_REQUEST"):
        await rail.page(replace(wish, address="203.0.113.8"))
    await rail.close()


async def test_a_rail_that_shows_codes_has_no_page(rail: WeChatRail):
    with pytest.raises(RailRefused, match="no_page"):
        await rail.page(replace(intent(), address="203.0.113.7"))


async def test_what_it_carries(gateway: WeChatGateway):
    rail = WeChatRail(merchant(), notify_url=NOTIFY, holder=Holder.ORGANISATION)
    can = rail.capabilities
    assert (can.holder, can.shown, can.refund_days, can.disputes, can.saves) == (
        Holder.ORGANISATION, Shown.QR, 365, False, False,
    )  # fmt: skip
    assert can.carries(Money(1, "CNY"))
    assert not can.carries(Money(100, "USD"))


@pytest.mark.parametrize("change", [{"merchant_key": "none"}, {"public_key": "none"}, {"public_key": ""}])
def test_a_key_that_is_none_is_said_at_the_start_without_repeating_it(change: dict[str, str]):
    (name,) = change
    with pytest.raises(ValueError, match=f"rails.wechat.{name}: is not"):
        WeChatRail(replace(merchant(), **change), notify_url=NOTIFY)
    assert "BEGIN" not in repr(replace(merchant(), public_key="p"))
    assert APIV3_KEY not in repr(merchant())
