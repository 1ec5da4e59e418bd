"""The door of `alipay`: what Alipay did not sign, or not now, or not for us."""

import functools
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from giving.payments import EventKind
from payments.alipay_rail import AlipayRail
from payments.provider import BadEvent, BadSignature
from services.payments import PaymentService, Received
from services.settlement import Settler
from storage.ids import new_id
from storage.tables import provider_events
from tests.payments.alipay.conftest import merchant
from tests.payments.alipay.gateway import APP_ID, NOTIFY, SELLER_ID, AlipayGateway
from tests.payments.china import Clock
from tests.world import World


def trade(**changes: str) -> dict[str, str]:
    told = {
        "out_trade_no": new_id().hex, "trade_no": "2026112222001", "trade_status": "TRADE_SUCCESS",
        "total_amount": "5.00", "seller_id": SELLER_ID, "gmt_payment": "2026-11-22 12:00:00", "subject": "图书馆",
    }  # fmt: skip
    return {name: value for name, value in (told | changes).items() if value != "absent"}


def old(gateway: AlipayGateway, **by: float) -> bytes:
    return gateway.notify(trade(), at=gateway.clock() + timedelta(**by))


@pytest.mark.parametrize("spoil", [
    lambda g: g.notify(trade()).replace(b"total_amount=5.00", b"total_amount=6.00"),
    lambda g: g.notify(trade()) + b"&more=1",
    lambda g: g.notify(trade()) + b"&total_amount=6.00",
    lambda g: g.notify(trade()).partition(b"&sign=")[0],
    lambda g: g.notify(trade()).replace(b"sign_type=RSA2", b"sign_type=RSA"),
    lambda g: g.notify(trade()).partition(b"&sign=")[0] + b"&sign=%21",
    lambda g: g.notify(trade(), by="somebody"),
    lambda g: g.notify(trade(notify_time="soon")),
    lambda g: old(g, seconds=-301), lambda g: old(g, seconds=301), lambda g: old(g, days=-1),
    lambda g: b"", lambda g: b"not a form", lambda g: b"\xff\xfe", lambda g: b"a=%ff&sign=x", lambda g: b"&" * 5000,
])  # fmt: skip
def test_what_they_did_not_sign_now_is_refused(clock: Clock, door: AlipayRail, spoil: Callable[[AlipayGateway], bytes]):
    with pytest.raises(BadSignature):
        door.read_event(spoil(AlipayGateway(clock)), {})


@pytest.mark.parametrize("by", [{"seconds": -300}, {"seconds": 300}])
def test_five_minutes_are_near_enough(clock: Clock, door: AlipayRail, by: dict[str, float]):
    assert door.read_event(old(AlipayGateway(clock), **by), {}).kind is EventKind.PAID


@pytest.mark.parametrize(("changes", "reason"), [
    ({"app_id": "2021999"}, f"for app 2021999, ours is {APP_ID}"),
    ({"seller_id": "2088999"}, f"for seller 2088999, we are {SELLER_ID}"),
    ({"trans_currency": "HKD"}, "in HKD"), ({"settle_currency": "USD"}, "in USD"),
    ({"seller_id": "absent"}, "KeyError"), ({"trade_status": "absent"}, "KeyError"), ({"trade_no": ""}, "ValueError"),
    ({"total_amount": "5"}, None), ({"total_amount": "5.001"}, "ValueError"), ({"total_amount": "0.00"}, "ValueError"),
    ({"total_amount": "-5.00"}, "ValueError"), ({"total_amount": "５.00"}, "ValueError"),
    ({"total_amount": "1e2"}, "ValueError"), ({"gmt_payment": "absent"}, "KeyError"),
    ({"gmt_payment": "2026-13-01 00:00:00"}, "ValueError"), ({"trade_no": "2" * 65}, "ValueError"),
    ({"found": "refund"}, "says of itself"), ({"found": "trade"}, "says of itself"),
])  # fmt: skip
def test_what_they_signed_but_not_for_us_is_refused_with_its_reason(
    clock: Clock, door: AlipayRail, changes: dict[str, str], reason: str | None
):
    body = AlipayGateway(clock).notify(trade(**changes))
    if reason is None:
        assert door.read_event(body, {}).amount is not None
        return
    with pytest.raises(BadEvent, match=reason):
        door.read_event(body, {})


def test_kinds_we_do_not_use_are_other_and_a_foreign_number_is_no_reference(clock: Clock, door: AlipayRail):
    gateway = AlipayGateway(clock)
    waiting = trade(trade_status="WAIT_BUYER_PAY", gmt_payment="absent")
    assert door.read_event(gateway.notify(waiting), {}).kind is EventKind.OTHER
    assert door.read_event(gateway.notify(trade(trade_status="TRADE_CLOSED")), {}).kind is EventKind.OTHER
    assert door.read_event(gateway.notify(trade(out_trade_no="shop-7")), {}).reference is None


@functools.cache
def kept() -> list[str]:
    """A notification, and a body of each kind that a look-up finds; the same through one run."""
    at = "2026-11-22 12:00:00"
    found: dict[str, dict[str, str]] = {
        "trade": {},
        "refund": {"out_biz_no": new_id().hex, "refund_amount": "1.00", "gmt_refund": at},
        "fee": {"of": "2026112222001", "minor": "3", "at": at},
    }
    told = AlipayGateway(Clock()).notify(trade()).decode()
    ours = {"app_id": APP_ID}
    return [told, *(urlencode(trade() | ours | more | {"found": what}) for what, more in found.items())]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_becomes_of_a_kept_body_only_bad_event_is_raised(data: st.DataObject):
    door = AlipayRail(merchant(), notify_url=NOTIFY)
    text = data.draw(st.sampled_from(kept()))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    put = data.draw(st.text(max_size=6) | st.sampled_from(["&", "=", "%ff", "%00", "9" * 5000, "\ud800"]))
    try:
        event = door.event_of(text[:start] + put + text[end:])
    except BadEvent:
        return
    assert 0 < len(event.event_id) <= 128


def test_each_of_those_bodies_is_an_event_before_anything_becomes_of_it(door: AlipayRail):
    assert [door.event_of(body).kind for body in kept()] == [
        EventKind.PAID, EventKind.PAID, EventKind.REFUNDED, EventKind.FEE,
    ]  # fmt: skip


def test_a_kept_body_that_says_a_thing_twice_is_refused(door: AlipayRail):
    with pytest.raises(BadEvent, match="not a form"):
        door.event_of(kept()[0] + "&total_amount=5.00")


BUYER = {"buyer_id": "2088102116773037", "buyer_logon_id": "chi***@163.com", "buyer_pay_amount": "5.00"}


def test_who_paid_is_verified_with_the_rest_and_then_not_kept(clock: Clock, door: AlipayRail):
    gateway = AlipayGateway(clock)
    body = gateway.notify(trade(**BUYER))
    told = door.read_event(body, {})
    kept = door.kept(body.decode())
    assert door.event_of(kept) == told
    assert told.payer is not None
    assert told.payer in kept, "a hash by our own key, so that many gifts by one account are seen"
    other = door.read_event(gateway.notify(trade(**BUYER | {"buyer_id": "2088102116773038"})), {})
    assert other.payer not in (None, told.payer)
    assert "2088102116773037" not in kept
    assert "163.com" not in kept
    assert "buyer_pay_amount=5.00" in kept
    with pytest.raises(BadSignature):
        door.read_event(kept.encode(), {})
    with pytest.raises(BadSignature):
        door.read_event(body.replace(b"2088102116773037", b"2088102116773038"), {})


async def test_what_is_stored_of_a_notification_says_nothing_of_the_buyer(world: World, clock: Clock, door: AlipayRail):
    settler = Settler(world.unit, {"alipay": door}, wakes=world.wakes, digest_every=timedelta(minutes=10))
    payments = PaymentService(world.unit, [door], settler)
    for number in (new_id().hex, "shop-7"):  # ours, and a shop's that has the same merchant
        status = trade(out_trade_no=number, trade_no=f"2026{number}", **BUYER)
        assert await payments.receive("alipay", AlipayGateway(clock).notify(status), {}) is Received.STORED
    async with world.unit.read() as work:
        bodies = (await work.connection.execute(select(provider_events.c.body))).scalars().all()
    assert len(bodies) == 2
    assert all("buyer_id" not in body and "buyer_logon_id" not in body for body in bodies)
    assert any("total_amount" in body for body in bodies)
