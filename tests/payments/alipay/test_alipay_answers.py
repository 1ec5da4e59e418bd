"""Refunds by `alipay`, and what is no answer and what is a no."""

import json
from uuid import uuid4

import pytest
from aiohttp import web

from giving.money import Money
from giving.payments import EventKind, PaymentState
from payments.alipay_rail import AlipayRail
from payments.alipay_rail import rail as module
from payments.provider import NOTHING_LEFT, PaymentRef, RailDown, RailRefused
from tests.payments.alipay.conftest import ask, intent, merchant, paid
from tests.payments.alipay.gateway import NOTIFY, AlipayGateway, no, yes

QUERY = "alipay.trade.query"


async def test_a_refund_in_two_parts_is_found_under_the_ids_we_gave_it(rail: AlipayRail, gateway: AlipayGateway):
    wish, charge = await paid(rail, gateway)
    first, second = ask(wish, charge, 200), ask(wish, charge, 300)
    for _ in range(2):  # asked again: the same refund
        await rail.refund(first, key="r1")
    ref = PaymentRef(wish.reference, None, refunds=(first.refund, second.refund))

    was_paid, back = [rail.event_of(body) for body in (await rail.fetch(ref)).events]

    assert (back.kind, back.refund, back.their_id, back.reference, back.charge, back.amount, back.occurred_at) == (
        EventKind.REFUNDED, first.refund, first.refund.hex, wish.reference, charge, Money(200, "CNY"), gateway.clock(),
    )  # fmt: skip
    await rail.refund(second, key="r2")
    found = await rail.fetch(ref)
    assert found.state is PaymentState.PAID  # though Alipay calls it closed
    assert gateway.orders[wish.reference.hex]["trade_status"] == "TRADE_CLOSED"
    again = [rail.event_of(body) for body in found.events]
    assert again[:2] == [was_paid, back]
    assert (again[2].refund, again[2].amount) == (second.refund, Money(300, "CNY"))
    with pytest.raises(RailRefused, match=f"^{NOTHING_LEFT}$"):
        await rail.refund(ask(wish, charge, 1), key="r3")


@pytest.mark.parametrize(("theirs", "ours"), [
    ("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", NOTHING_LEFT), ("ACQ.REASON_TRADE_REFUND_FEE_ERR", NOTHING_LEFT),
    ("ACQ.TRADE_HAS_FINISHED", "ACQ.TRADE_HAS_FINISHED"), ("ACQ.TRADE_STATUS_ERROR", "ACQ.TRADE_STATUS_ERROR"),
    ("ACQ.DISCORDANT_REPEAT_REQUEST", "ACQ.DISCORDANT_REPEAT_REQUEST"),
])  # fmt: skip
async def test_that_nothing_is_left_is_told_from_every_other_no(
    rail: AlipayRail, gateway: AlipayGateway, theirs: str, ours: str
):
    wish, charge = await paid(rail, gateway)
    gateway.fault = gateway.answer("alipay.trade.refund", no(theirs))
    with pytest.raises(RailRefused) as refusal:
        await rail.refund(ask(wish, charge, 500), key="r")
    assert str(refusal.value) == ours


async def test_a_refund_is_told_only_as_a_sum_and_so_looked_up(rail: AlipayRail, gateway: AlipayGateway):
    wish, charge = await paid(rail, gateway)
    ids = set()
    for minor in (200, 300):
        back = ask(wish, charge, minor)
        await rail.refund(back, key="r")
        told = rail.read_event(gateway.refund_told(back.refund.hex), {})
        assert (told.kind, told.reference) == (EventKind.REFUNDED, wish.reference)
        assert (told.thin, told.amount, told.their_id) == (True, None, back.refund.hex)
        ids.add(told.event_id)
    assert len(ids) == 2
    assert {told.event_id}.isdisjoint(rail.event_of(b).event_id for b in (await rail.fetch(
        PaymentRef(wish.reference, None, refunds=(back.refund,))
    )).events)  # fmt: skip


async def test_a_refund_that_was_refused_is_found_nowhere(rail: AlipayRail, gateway: AlipayGateway):
    wish, charge = await paid(rail, gateway)
    back = ask(wish, charge, 500)
    gateway.fault = gateway.answer("alipay.trade.refund", no("ACQ.SELLER_BALANCE_NOT_ENOUGH"))
    with pytest.raises(RailRefused, match=r"ACQ\.SELLER_BALANCE_NOT_ENOUGH"):
        await rail.refund(back, key="r")
    found = await rail.fetch(PaymentRef(wish.reference, None, refunds=(back.refund,)))
    assert [rail.event_of(body).kind for body in found.events] == [EventKind.PAID]


def said(status: int, body: str) -> web.Response:
    return web.Response(status=status, text=body, content_type="text/html")


@pytest.mark.parametrize("fault", [
    said(500, ""), said(502, "<html>bad gateway</html>"), said(429, ""), said(403, "<html>a proxy</html>"),
    said(200, "<html>a proxy</html>"), said(200, ""), said(200, "[]"), said(200, "{}"), said(200, '{"sign":"x"}'),
    said(200, json.dumps({"alipay_trade_query_response": yes(trade_status="TRADE_SUCCESS")})),
    said(200, json.dumps({"alipay_trade_query_response": yes(trade_status="TRADE_SUCCESS"), "sign": "eA=="})),
    said(200, json.dumps({"error_response": {"code": "20000", "sub_code": "isp.unknow-error"}})),
])  # fmt: skip
async def test_an_answer_that_says_nothing_or_is_not_theirs_is_no_answer(
    rail: AlipayRail, gateway: AlipayGateway, fault: web.Response
):
    gateway.fault = fault
    with pytest.raises(RailDown):
        await rail.fetch(PaymentRef(uuid4(), None))


@pytest.mark.parametrize("answer", [
    no("isp.unknow-error"), no("ACQ.SYSTEM_ERROR"), no("aop.ACQ.SYSTEM_ERROR"), no("isp.unknow-error", "20000"),
    no("isv.app-call-limited", "40005"), no("", "10003"), yes(), yes(out_trade_no="another"), {},
])  # fmt: skip
async def test_a_signed_answer_that_decides_nothing_is_no_answer(
    rail: AlipayRail, gateway: AlipayGateway, answer: dict[str, str]
):
    gateway.fault = gateway.answer(QUERY, answer)
    with pytest.raises(RailDown):
        await rail.fetch(PaymentRef(uuid4(), None))


async def test_an_answer_signed_by_somebody_else_is_no_answer(rail: AlipayRail, gateway: AlipayGateway):
    gateway.fault = gateway.answer(QUERY, no("ACQ.TRADE_NOT_EXIST"), by="somebody")
    with pytest.raises(RailDown):
        await rail.fetch(PaymentRef(uuid4(), None))


async def test_silence_is_no_answer(rail: AlipayRail, gateway: AlipayGateway, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "_TOTAL_S", 0.1)
    gateway.pause_s = 0.5
    with pytest.raises(RailDown):
        await rail.create_payment(intent(), key="k")
    gone = AlipayRail(merchant(), notify_url=NOTIFY, api_base="http://127.0.0.1:9/gateway.do")
    with pytest.raises(RailDown):
        await gone.create_payment(intent(), key="k")
    await gone.close()


@pytest.mark.parametrize("fault", [
    said(200, json.dumps({"error_response": {"code": "40002", "msg": "…", "sub_code": "isv.invalid-app-id"}})),
    said(200, json.dumps({"alipay_trade_query_response": {"code": "40002", "sub_code": "isv.invalid-app-id"}})),
])  # fmt: skip
async def test_what_the_gateway_itself_refuses_comes_without_a_signature_and_is_a_no(
    rail: AlipayRail, gateway: AlipayGateway, fault: web.Response
):
    gateway.fault = fault
    with pytest.raises(RailRefused) as refusal:
        await rail.fetch(PaymentRef(uuid4(), None))
    assert str(refusal.value) == "isv.invalid-app-id"


async def test_a_decision_in_their_own_words_is_a_no(rail: AlipayRail, gateway: AlipayGateway):
    gateway.fault = gateway.answer("alipay.trade.precreate", no("ACQ.TOTAL_FEE_EXCEED"))
    with pytest.raises(RailRefused) as refusal:
        await rail.create_payment(intent(), key="k")
    assert str(refusal.value) == "ACQ.TOTAL_FEE_EXCEED"
