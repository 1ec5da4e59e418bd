"""The door of `wechat`: what WeChat Pay did not sign, or not now, or not for us."""

import functools
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpayv3.async_ import AsyncWeChatPay, WeChatPayType

from giving.payments import EventKind
from payments.provider import BadEvent, BadSignature
from payments.wechat_rail import WeChatRail
from payments.wechat_rail.events import body_of
from storage.ids import new_id
from tests.payments.china import Clock
from tests.payments.wechat.conftest import merchant
from tests.payments.wechat.gateway import APIV3_KEY, APPID, KEY_SERIAL, MCHID, NOTIFY, PUBLIC_KEY_ID, WeChatGateway

Sealed = tuple[bytes, dict[str, str]]


def order(**changes: object) -> dict[str, object]:
    told: dict[str, object] = {
        "mchid": MCHID, "appid": APPID, "out_trade_no": new_id().hex, "transaction_id": "42000",
        "trade_state": "SUCCESS", "success_time": "2026-11-22T12:00:00+08:00",
        "amount": {"total": 500, "currency": "CNY"},
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
def test_what_they_did_not_sign_now_is_refused(
    clock: Clock, door: WeChatRail, spoil: Callable[[WeChatGateway], Sealed]
):
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
    (lambda g: g.notify("REFUND.SUCCESS", {"mchid": MCHID, "refund_status": "PROCESSING"}), "refund_status is PROC"),
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
        "id": "EV-1", "event_type": "TRANSACTION.SUCCESS", "create_time": "2026-11-22T12:00:00+08:00",
        "resource": order(),
    })  # fmt: skip
    with pytest.raises(BadEvent):
        door.read_event(body.encode(), gateway._signature(body))


def test_kinds_we_do_not_use_are_other_and_a_foreign_number_is_no_reference(clock: Clock, door: WeChatRail):
    gateway = WeChatGateway(clock)
    assert door.read_event(*gateway.notify("COMPLAINT.CREATE", {})).kind is EventKind.OTHER
    assert door.read_event(*gateway.notify("TRANSACTION.SUCCESS", order(out_trade_no="shop-7"))).reference is None


@functools.cache
def kept() -> list[str]:
    """A notification, and a body of each kind that a look-up finds; the same through one run."""
    refund = {"refund_status": "SUCCESS", "refund_id": "503", "out_refund_no": new_id().hex}
    found: dict[str, dict[str, object]] = {
        "TRANSACTION.SUCCESS": order(),
        "TRANSACTION.CLOSED": {"out_trade_no": new_id().hex},
        "REFUND.SUCCESS": order(**refund, amount={"refund": 1, "currency": "CNY"}),
        "BILL.FEE": {"of": "42000", "out_trade_no": new_id().hex, "amount": 3},
    }
    told = WeChatGateway(Clock()).notify("TRANSACTION.SUCCESS", order())[0].decode()
    at = "2026-11-22T12:00:00+08:00"
    return [told, *(body_of("found_1", kind, at, resource) for kind, resource in found.items())]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_becomes_of_a_kept_body_only_bad_event_is_raised(data: st.DataObject):
    door = WeChatRail(merchant(), notify_url=NOTIFY)
    text = data.draw(st.sampled_from(kept()))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    odd = ['"', "{}", "null", "1e400", "-1", "[", "9" * 30, "\\ud800", "\ud800", "[" * 5000]
    put = data.draw(st.text(max_size=6) | st.sampled_from(odd))
    try:
        event = door.event_of(text[:start] + put + text[end:])
    except BadEvent:
        return
    assert 0 < len(event.event_id) <= 128


def test_each_of_those_bodies_is_an_event_before_anything_becomes_of_it(door: WeChatRail):
    assert [door.event_of(body).kind for body in kept()] == [
        EventKind.PAID, EventKind.PAID, EventKind.CANCELLED, EventKind.REFUNDED, EventKind.FEE,
    ]  # fmt: skip
