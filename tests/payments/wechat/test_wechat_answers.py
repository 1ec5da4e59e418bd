"""Refunds by `wechat`, and what is no answer and what is a no."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from aiohttp import web

from giving.money import Money
from giving.payments import EventKind, PaymentState
from payments.provider import PaymentRef, RailDown, RailRefused
from payments.wechat_rail import WeChatRail
from payments.wechat_rail import rail as module
from tests.payments.wechat.conftest import ask, intent, merchant, paid
from tests.payments.wechat.gateway import NOTIFY, WeChatGateway


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


async def test_a_refund_that_failed_is_asked_for_again_under_its_own_number_and_goes_back_once(
    rail: WeChatRail, gateway: WeChatGateway
):
    assert rail.capabilities.same_refund
    wish, charge = await paid(rail, gateway)
    back = ask(wish, charge, 500)
    await rail.refund(back, key="r")
    gateway.refund_ends = "ABNORMAL"
    gateway.refund_done(back.refund.hex)
    with pytest.raises(RailRefused, match="INVALID_REQUEST"):
        await rail.refund(ask(wish, charge, 500), key="another")
    await rail.refund(back, key="r")  # changes nothing: it stays as it ended
    gateway.refund_ends = "SUCCESS"  # somebody paid it out at pay.weixin.qq.com
    told = rail.read_event(*gateway.refund_done(back.refund.hex))
    assert (told.kind, told.refund) == (EventKind.REFUNDED, back.refund)
    assert len(gateway.refunds) == 1


# --- no answer, and a no ---


def said(status: int, body: str, kind: str = "application/json") -> web.Response:
    return web.Response(status=status, text=body, content_type=kind)


@pytest.mark.parametrize("fault", [
    said(500, '{"code":"SYSTEM_ERROR","message":"…"}'),
    said(502, "<html>bad gateway</html>", "text/html"),
    said(429, '{"code":"RATELIMIT_EXCEEDED","message":"…"}'),
    said(429, '{"code":"SOMETHING_NEW","message":"…"}'),
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
