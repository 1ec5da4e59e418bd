"""The rail `wechat`: the real library against a gateway of ours over HTTP, and its door against what is not for us."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpayv3 import WeChatPayType
from wechatpayv3.async_ import AsyncWeChatPay

from giving.money import Money
from giving.payments import EventKind, PaymentState
from giving.rails import Holder, Shown
from payments.provider import BadEvent, BadSignature, PaymentIntent, PaymentRef, RailDown, RailRefused, RefundAsk
from payments.wechat_rail import Merchant, WeChatRail
from payments.wechat_rail import rail as module
from storage.ids import new_id
from tests.payments.china import Clock, key_of, served
from tests.payments.wechat_gateway import (
    APIV3_KEY,
    APPID,
    KEY_SERIAL,
    MCHID,
    NOTIFY,
    PUBLIC_KEY_ID,
    WeChatGateway,
)

type Sealed = tuple[bytes, dict[str, str]]


def merchant() -> Merchant:
    return Merchant(
        mchid=MCHID, appid=APPID, key_serial=KEY_SERIAL, public_key_id=PUBLIC_KEY_ID, apiv3_key=APIV3_KEY,
        public_key=key_of("WeChat Pay").public_pem, merchant_key=key_of("merchant of WeChat Pay").private_pem,
    )  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def gateway(clock: Clock) -> AsyncIterator[WeChatGateway]:
    """Stands in for WeChat Pay on loopback."""
    gateway = WeChatGateway(clock)
    async with served(gateway.app()) as gateway.base:
        yield gateway


@pytest.fixture
async def rail(gateway: WeChatGateway, clock: Clock) -> AsyncIterator[WeChatRail]:
    rail = WeChatRail(merchant(), notify_url=NOTIFY, api_base=gateway.base, now=clock)
    yield rail
    await rail.close()


def intent(minor: int = 500) -> PaymentIntent:
    title = "给山里的孩子一座“乡村图书馆”,`三期` 📚"
    return PaymentIntent(new_id(), Money(minor, "CNY"), title, "https://t.me/yizan_bot?start=t_x", "zh-CN")


def ask(wish: PaymentIntent, charge: str, minor: int) -> RefundAsk:
    return RefundAsk(new_id(), charge, Money(minor, "CNY"), wish.amount, wish.reference)


async def paid(rail: WeChatRail, gateway: WeChatGateway, minor: int = 500) -> tuple[PaymentIntent, str]:
    """An order that somebody paid, and its charge."""
    wish = intent(minor)
    link = await rail.create_payment(wish, key="k")
    charge = rail.read_event(*gateway.scan_and_pay(link.url)).charge
    assert charge is not None
    return wish, charge


# --- paying ---


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


async def test_a_page_for_a_phone_wants_the_donors_address(gateway: WeChatGateway, clock: Clock):
    rail = WeChatRail(merchant(), notify_url=NOTIFY, api_base=gateway.base, h5=True, now=clock)
    assert rail.capabilities.shown is Shown.LINK
    with pytest.raises(RailRefused, match="no_address"):
        await rail.create_payment(intent(), key="k")
    link = await rail.create_payment(replace(intent(), address="203.0.113.7"), key="k")
    assert link.url.startswith("https://wx.tenpay.com/")
    assert link.url.endswith("&redirect_url=https%3A%2F%2Ft.me%2Fyizan_bot%3Fstart%3Dt_x")
    path, words = gateway.asked[-1]
    assert path.endswith("/h5")
    assert words["scene_info"] == {"payer_client_ip": "203.0.113.7", "h5_info": {"type": "Wap"}}
    await rail.close()


async def test_what_it_carries(gateway: WeChatGateway):
    rail = WeChatRail(merchant(), notify_url=NOTIFY, holder=Holder.ORGANISATION)
    can = rail.capabilities
    assert (can.holder, can.shown, can.refund_days, can.disputes, can.saves) == (
        Holder.ORGANISATION, Shown.QR, 365, False, False,
    )  # fmt: skip
    assert can.carries(Money(1, "CNY"))
    assert not can.carries(Money(100, "USD"))


# --- the door ---


@pytest.fixture
def door(clock: Clock) -> WeChatRail:
    """Asks nobody."""
    return WeChatRail(merchant(), notify_url=NOTIFY, api_base="http://127.0.0.1:9", now=clock)


def order(**changes: object) -> dict[str, object]:
    told: dict[str, object] = {
        "mchid": MCHID, "appid": APPID, "out_trade_no": new_id().hex, "transaction_id": "42000", "trade_state": "SUCCESS",
        "success_time": "2026-11-22T12:00:00+08:00", "amount": {"total": 500, "currency": "CNY"},
    }  # fmt: skip
    return told | changes


def without(sealed: Sealed, *names: str) -> Sealed:
    return sealed[0], {name: value for name, value in sealed[1].items() if name not in names}


@pytest.mark.parametrize("spoil", [
    lambda g: (g.notify("TRANSACTION.SUCCESS", order())[0] + b" ", g.notify("TRANSACTION.SUCCESS", order())[1]),
    lambda g: without(g.notify("TRANSACTION.SUCCESS", order()), "Wechatpay-Signature"),
    lambda g: without(g.notify("TRANSACTION.SUCCESS", order()), "Wechatpay-Timestamp"),
    lambda g: without(g.notify("TRANSACTION.SUCCESS", order()), "Wechatpay-Serial"),
    lambda g: (g.notify("TRANSACTION.SUCCESS", order())[0], {}),
    lambda g: (b"\xff\xfe", g.notify("TRANSACTION.SUCCESS", order())[1]),
    lambda g: (b"{}", {"Wechatpay-Signature": "\udcff", "Wechatpay-Nonce": "\udcff", "Wechatpay-Timestamp": "1"}),
    lambda g: g.notify("TRANSACTION.SUCCESS", order(), by="somebody"),
    lambda g: g.notify("TRANSACTION.SUCCESS", order(), at=g.clock() - timedelta(seconds=301)),
    lambda g: g.notify("TRANSACTION.SUCCESS", order(), at=g.clock() + timedelta(seconds=301)),
])  # fmt: skip
def test_what_they_did_not_sign_now_is_refused(clock: Clock, door: WeChatRail, spoil: Callable[[WeChatGateway], Sealed]):
    with pytest.raises(BadSignature):
        door.read_event(*spoil(WeChatGateway(clock)))


def test_a_day_old_notification_passes_the_library_alone_and_not_us(clock: Clock, door: WeChatRail):
    gateway, who = WeChatGateway(clock), merchant()
    body, headers = gateway.notify("TRANSACTION.SUCCESS", order(), at=clock() - timedelta(days=1))
    library = AsyncWeChatPay(
        WeChatPayType.NATIVE, mchid=MCHID, appid=APPID, private_key=who.merchant_key, cert_serial_no=KEY_SERIAL,
        apiv3_key=APIV3_KEY, notify_url=NOTIFY, public_key=who.public_key, public_key_id=PUBLIC_KEY_ID,
    )  # fmt: skip
    assert library.callback(headers, body) is not None
    # It prefers headers by the names Django gives them: an old signature under those, a new time beside it.
    trick = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    trick |= headers | {"Wechatpay-Timestamp": str(int(clock().timestamp()))}
    assert library.callback(trick, body) is not None
    for given_headers in (headers, trick):
        with pytest.raises(BadSignature):
            door.read_event(body, given_headers)


@pytest.mark.parametrize(("spoil", "reason"), [
    (lambda g: g.notify("TRANSACTION.SUCCESS", order(mchid="1900000999")), "for merchant 1900000999, we are"),
    (lambda g: g.notify("TRANSACTION.SUCCESS", order(appid="wx0")), "for app wx0, ours is"),
    (lambda g: g.notify("TRANSACTION.SUCCESS", order(), key="x" * 32), "can't be opened"),
    (lambda g: g.notify("TRANSACTION.SUCCESS", order(amount={"total": 5, "currency": "HKD"})), "in HKD"),
    (lambda g: g.notify("TRANSACTION.SUCCESS", order(trade_state="NOTPAY")), "trade_state is NOTPAY"),
    (lambda g: g.notify("TRANSACTION.SUCCESS", order(amount={"total": 0, "currency": "CNY"})), "ValueError"),
    (lambda g: g.notify("TRANSACTION.SUCCESS", order(amount={"total": 5.0})), "TypeError"),
    (lambda g: g.notify("TRANSACTION.SUCCESS", order(amount={"total": True})), "TypeError"),
    (lambda g: g.notify("TRANSACTION.SUCCESS", order(transaction_id="")), "ValueError"),
    (lambda g: g.notify("TRANSACTION.SUCCESS", order(success_time="2026-11-22T12:00:00")), "ValueError"),
    (lambda g: g.notify("REFUND.SUCCESS", {"mchid": MCHID, "refund_status": "PROCESSING"}), "refund_status is PROCESSING"),
    (lambda g: g.notify("TRANSACTION.SUCCESS", order(), id_="x" * 101), "ValueError"),
])  # fmt: skip
def test_what_they_signed_but_not_for_us_is_refused_with_its_reason(
    clock: Clock, door: WeChatRail, spoil: Callable[[WeChatGateway], Sealed], reason: str
):
    with pytest.raises(BadEvent, match=reason):
        door.read_event(*spoil(WeChatGateway(clock)))


def test_what_was_not_sealed_is_refused_though_it_is_signed(clock: Clock, door: WeChatRail):
    gateway = WeChatGateway(clock)
    body = json.dumps({
        "id": "EV-1", "event_type": "TRANSACTION.SUCCESS", "create_time": "2026-11-22T12:00:00+08:00", "resource": order(),
    })  # fmt: skip
    with pytest.raises(BadEvent):
        door.read_event(body.encode(), gateway._signature(body))


def test_kinds_we_do_not_use_are_other_and_a_foreign_number_is_no_reference(clock: Clock, door: WeChatRail):
    gateway = WeChatGateway(clock)
    assert door.read_event(*gateway.notify("COMPLAINT.CREATE", {})).kind is EventKind.OTHER
    assert door.read_event(*gateway.notify("TRANSACTION.SUCCESS", order(out_trade_no="shop-7"))).reference is None


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_becomes_of_a_kept_body_only_bad_event_is_raised(data: st.DataObject):
    clock = Clock()
    door = WeChatRail(merchant(), notify_url=NOTIFY, now=clock)
    sealed = WeChatGateway(clock).notify("TRANSACTION.SUCCESS", order())[0].decode()
    plain = json.dumps({
        "id": "found_1", "event_type": data.draw(st.sampled_from(["TRANSACTION.SUCCESS", "REFUND.SUCCESS", "BILL.FEE"])),
        "create_time": "2026-11-22T12:00:00+08:00", "resource": order(refund_status="SUCCESS", amount={"refund": 1}, of="1"),
    })  # fmt: skip
    text = data.draw(st.sampled_from([sealed, plain]))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    put = data.draw(st.text(max_size=6) | st.sampled_from(['"', "{}", "null", "1e400", "-1", "[", "9" * 30]))
    try:
        event = door.event_of(text[:start] + put + text[end:])
    except BadEvent:
        return
    assert event.event_id


# --- refunds ---


async def test_a_refund_in_two_parts_is_told_and_found_under_one_id(rail: WeChatRail, gateway: WeChatGateway):
    wish, charge = await paid(rail, gateway)
    first, second = ask(wish, charge, 200), ask(wish, charge, 300)
    for _ in range(2):  # asked again: the same refund
        await rail.refund(first, key="r1")
    assert (await rail.fetch(PaymentRef(wish.reference, None, refunds=(first.refund, uuid4())))).events == (
        await rail.fetch(PaymentRef(wish.reference, None))
    ).events  # on its way

    told = rail.read_event(*gateway.refund_done(first.refund.hex))

    assert (told.kind, told.refund, told.reference, told.charge, told.amount) == (
        EventKind.REFUNDED, first.refund, wish.reference, charge, Money(200, "CNY"),
    )  # fmt: skip
    await rail.refund(second, key="r2")
    gateway.refund_done(second.refund.hex)
    found = await rail.fetch(PaymentRef(wish.reference, None, refunds=(first.refund, second.refund)))
    was_paid, *back = [rail.event_of(body) for body in found.events]
    assert (found.state, was_paid.kind) == (PaymentState.PAID, EventKind.PAID)
    assert replace(back[0], event_id=told.event_id) == told
    assert (back[1].refund, back[1].amount) == (second.refund, Money(300, "CNY"))
    with pytest.raises(RailRefused, match="INVALID_REQUEST"):
        await rail.refund(ask(wish, charge, 1), key="r3")


@pytest.mark.parametrize("end", ["ABNORMAL", "CLOSED"])
async def test_a_refund_that_did_not_reach_the_donor_is_told_and_found(
    rail: WeChatRail, gateway: WeChatGateway, end: str
):
    wish, charge = await paid(rail, gateway)
    back = ask(wish, charge, 500)
    await rail.refund(back, key="r")
    gateway.refund_ends = end
    told = rail.read_event(*gateway.refund_done(back.refund.hex))
    assert (told.kind, told.refund, told.amount) == (EventKind.REFUND_FAILED, back.refund, Money(500, "CNY"))
    found = await rail.fetch(PaymentRef(wish.reference, None, refunds=(back.refund,)))
    assert replace(rail.event_of(found.events[-1]), event_id=told.event_id) == told


# --- no answer, and a no ---


def said(status: int, body: str, kind: str = "application/json") -> web.Response:
    return web.Response(status=status, text=body, content_type=kind)


@pytest.mark.parametrize("fault", [
    said(500, '{"code":"SYSTEM_ERROR","message":"…"}'),
    said(502, "<html>bad gateway</html>", "text/html"),
    said(429, '{"code":"RATELIMIT_EXCEEDED","message":"…"}'),
    said(400, '{"code":"SYSTEM_ERROR","message":"…"}'),
    said(403, "<html>a proxy of somebody's</html>", "text/html"),
    said(400, "not json"),
    said(302, "{}"),
    said(200, '{"trade_state":"SUCCESS"}'),
    said(200, "not json"),
    said(200, "", "text/html"),
])  # fmt: skip
async def test_an_answer_that_says_nothing_or_is_not_theirs_is_no_answer(
    rail: WeChatRail, gateway: WeChatGateway, fault: web.Response
):
    gateway.fault = fault
    with pytest.raises(RailDown):
        await rail.fetch(PaymentRef(uuid4(), None))


async def test_an_answer_signed_by_somebody_else_is_no_answer(rail: WeChatRail, gateway: WeChatGateway):
    wish, _ = await paid(rail, gateway)
    body = json.dumps(gateway.transaction(wish.reference.hex))
    headers = gateway._signature(body, by="somebody")
    gateway.fault = web.Response(text=body, content_type="application/json", headers=headers)
    with pytest.raises(RailDown):
        await rail.fetch(PaymentRef(wish.reference, None))


async def test_an_answer_about_another_order_is_no_answer(rail: WeChatRail, gateway: WeChatGateway):
    wish, _ = await paid(rail, gateway)
    body = json.dumps(gateway.transaction(wish.reference.hex))
    gateway.fault = web.Response(text=body, content_type="application/json", headers=gateway._signature(body))
    with pytest.raises(RailDown):
        await rail.fetch(PaymentRef(uuid4(), None))


async def test_silence_is_no_answer(rail: WeChatRail, gateway: WeChatGateway, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_TOTAL_S", 0.1)
    gateway.pause_s = 1
    with pytest.raises(RailDown):
        await rail.create_payment(intent(), key="k")
    gone = WeChatRail(merchant(), notify_url=NOTIFY, api_base="http://127.0.0.1:9")
    with pytest.raises(RailDown):
        await gone.create_payment(intent(), key="k")
    await gone.close()


@pytest.mark.parametrize(("status", "code"), [(400, "PARAM_ERROR"), (401, "SIGN_ERROR"), (403, "NO_AUTH")])
async def test_a_decision_in_their_own_words_is_a_no(rail: WeChatRail, gateway: WeChatGateway, status: int, code: str):
    gateway.fault = said(status, json.dumps({"code": code, "message": "…"}))
    with pytest.raises(RailRefused) as refusal:
        await rail.create_payment(intent(), key="k")
    assert str(refusal.value) == code


@pytest.mark.parametrize("change", [{"merchant_key": "none"}, {"public_key": "none"}, {"public_key": ""}])
def test_a_key_that_is_none_is_said_at_the_start_without_repeating_it(change: dict[str, str]):
    (name,) = change
    with pytest.raises(ValueError, match=f"rails.wechat.{name}: is not"):
        WeChatRail(replace(merchant(), **change), notify_url=NOTIFY)  # type: ignore[arg-type]
    assert "BEGIN" not in repr(replace(merchant(), public_key="p"))
    assert APIV3_KEY not in repr(merchant())
