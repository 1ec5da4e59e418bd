"""Paying by `alipay`: the real library against a gateway of ours over HTTP."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import aiohttp
import pytest

from giving.money import Money
from giving.payments import EventKind, PaymentState
from giving.rails import Holder, Shown
from payments.alipay_rail import AlipayRail
from payments.provider import PaymentRef, RailRefused
from tests.payments.alipay.conftest import intent, merchant, paid
from tests.payments.alipay.gateway import NOTIFY, AlipayGateway
from tests.payments.china import Clock, Key, key_of


async def test_a_code_is_scanned_paid_told_and_found_under_one_charge(rail: AlipayRail, gateway: AlipayGateway):
    wish = intent(1)
    link = await rail.create_payment(wish, key="k")
    assert link.url.startswith("https://qr.alipay.com/bax")
    ref = PaymentRef(wish.reference, link.their_id)
    assert (await rail.fetch(ref)).state is PaymentState.CREATED
    number = gateway.scan(link.url)
    scanned = await rail.fetch(ref)
    assert (scanned.state, scanned.events) == (PaymentState.PENDING, ())

    body = gateway.pay(number)
    told = rail.read_event(body, {})

    assert (told.kind, told.reference, told.amount) == (EventKind.PAID, wish.reference, Money(1, "CNY"))
    assert told.charge == told.their_id == gateway.orders[number]["trade_no"]
    assert told.occurred_at == gateway.clock()
    assert rail.read_event(body, {}) == told  # told again
    assert rail.event_of(body.decode()) == told  # from the inbox
    found = await rail.fetch(ref)
    assert (found.state, found.their_id) == (PaymentState.PAID, wish.reference.hex)
    assert [rail.event_of(event) for event in found.events] == [told]
    assert found == await rail.fetch(PaymentRef(wish.reference, None))
    assert "buyer" not in "".join(found.events)
    assert rail.answer() == ("text/plain", "success")


async def test_the_end_of_a_trade_is_the_same_charge(rail: AlipayRail, gateway: AlipayGateway):
    wish, charge = await paid(rail, gateway)
    trade = gateway.trade(wish.reference.hex) | {"trade_status": "TRADE_FINISHED"}
    ended = rail.read_event(gateway.notify(trade), {})
    assert (ended.kind, ended.their_id) == (EventKind.PAID, charge)


async def test_an_order_asked_for_again_is_the_same_and_with_other_words_refused(
    rail: AlipayRail, gateway: AlipayGateway, clock: Clock
):
    wish = intent()
    link = await rail.create_payment(wish, key="k")
    clock.move(timedelta(minutes=100))
    assert await rail.create_payment(wish, key="k") == link
    with pytest.raises(RailRefused, match=r"ACQ\.CONTEXT_INCONSISTENT"):
        await rail.create_payment(replace(wish, amount=Money(501, "CNY")), key="k")
    gateway.pay(gateway.scan(link.url))
    with pytest.raises(RailRefused, match=r"ACQ\.TRADE_HAS_SUCCESS"):
        await rail.create_payment(wish, key="k")


async def test_a_code_scanned_before_it_ran_out_and_paid_after_is_a_payment_all_the_same(
    rail: AlipayRail, gateway: AlipayGateway, clock: Clock
):
    wish = intent()
    link = await rail.create_payment(wish, key="k")
    ref = PaymentRef(wish.reference, link.their_id)
    number = gateway.scan(link.url)
    clock.move(timedelta(hours=3))
    closed = await rail.fetch(ref)
    assert closed.state is PaymentState.CANCELLED
    (event,) = [rail.event_of(body) for body in closed.events]
    assert (event.kind, event.reference) == (EventKind.CANCELLED, wish.reference)
    told = rail.read_event(gateway.notify(gateway.trade(number)), {})
    assert (told.event_id, told.kind) == (event.event_id, EventKind.CANCELLED)

    late = rail.read_event(gateway.pay(number), {})

    assert (late.kind, late.reference) == (EventKind.PAID, wish.reference)
    assert (await rail.fetch(ref)).state is PaymentState.PAID


async def test_cancelling_closes_once_and_for_all_but_never_what_is_paid(rail: AlipayRail, gateway: AlipayGateway):
    wish = intent()
    link = await rail.create_payment(wish, key="k")
    ref = PaymentRef(wish.reference, link.their_id)
    await rail.cancel_payment(ref)  # nobody has scanned it: there is nothing to close
    gateway.scan(link.url)
    for _ in range(2):
        await rail.cancel_payment(ref)
    assert (await rail.fetch(ref)).state is PaymentState.CANCELLED
    await rail.cancel_payment(PaymentRef(uuid4(), None))
    wish, _ = await paid(rail, gateway)
    with pytest.raises(RailRefused, match=r"ACQ\.TRADE_STATUS_ERROR"):
        await rail.cancel_payment(PaymentRef(wish.reference, None))
    assert gateway.refunds == {}


async def test_a_page_for_a_phone_is_an_address_that_the_donor_opens(gateway: AlipayGateway, clock: Clock):
    rail = AlipayRail(merchant(), notify_url=NOTIFY, api_base=f"{gateway.base}/gateway.do", wap=True, now=clock)
    assert rail.capabilities.shown is Shown.LINK
    wish = intent()
    link = await rail.create_payment(wish, key="k")
    assert await rail.create_payment(wish, key="k") == link
    assert gateway.asked == []
    async with aiohttp.ClientSession() as session, session.get(link.url) as response:
        assert response.status == 200
    assert (await rail.fetch(PaymentRef(wish.reference, None))).state is PaymentState.PENDING
    told = rail.read_event(gateway.pay(wish.reference.hex), {})
    assert (told.reference, told.amount) == (wish.reference, Money(500, "CNY"))
    await rail.close()


async def test_what_it_carries():
    can = AlipayRail(merchant(), notify_url=NOTIFY, holder=Holder.ORGANISATION).capabilities
    assert (can.holder, can.shown, can.refund_days, can.disputes, can.saves) == (
        Holder.ORGANISATION, Shown.QR, 365, False, False,
    )  # fmt: skip
    assert can.carries(Money(1, "CNY"))
    assert not can.carries(Money(10_000_000_001, "CNY"))
    assert not can.carries(Money(100, "USD"))


def bare(pem: str) -> str:
    """As Alipay's own tools give a key: base64 and nothing else."""
    return "".join(pem.strip().split("\n")[1:-1])


async def test_keys_are_taken_in_a_frame_and_bare(gateway: AlipayGateway, clock: Clock):
    key: Key = key_of("app of Alipay")
    keys = replace(merchant(), app_key=bare(key.private_pem), public_key=bare(key_of("Alipay").public_pem))
    rail = AlipayRail(keys, notify_url=NOTIFY, api_base=f"{gateway.base}/gateway.do", now=clock)
    assert (await paid(rail, gateway))[1]
    await rail.close()


@pytest.mark.parametrize("change", [{"app_key": "none"}, {"public_key": "none"}, {"public_key": ""}, {"app_key": "é"}])
def test_a_key_that_is_none_is_said_at_the_start_without_repeating_it(change: dict[str, str]):
    (name,) = change
    with pytest.raises(ValueError, match=f"rails.alipay.{name}") as refusal:
        AlipayRail(replace(merchant(), **change), notify_url=NOTIFY)
    assert "BEGIN" not in str(refusal.value)
    assert merchant().app_key not in repr(merchant())
