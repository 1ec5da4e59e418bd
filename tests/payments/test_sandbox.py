"""The sandbox rail against the real provider of sandbox/, over HTTP, and its door against what is not signed."""

import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from giving.money import Money
from giving.payments import EventKind, PaymentState
from payments.provider import BadEvent, BadSignature, Found, PaymentIntent, PaymentRef, RailDown, RailRefused, RefundAsk
from payments.sandbox import SandboxRail

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sandbox process of its own."""
    data = tmp_path_factory.mktemp("rail") / "sandbox.db"
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--data", str(data), "--exit-with-parent"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["url"])
        process.terminate()


@pytest.fixture
async def rail(provider: str) -> AsyncIterator[SandboxRail]:
    rail = SandboxRail(api_base=provider, key="sandbox-key", webhook_secret="s3cret", now=lambda: NOW)
    yield rail
    await rail.close()


def intent(minor: int = 500) -> PaymentIntent:
    return PaymentIntent(uuid4(), Money(minor, "CNY"), "乡村图书馆", "https://t.me/yizan_bot?start=t_x", "zh-CN")


async def test_the_same_key_is_the_same_payment_and_other_parameters_under_it_are_refused(rail: SandboxRail):
    wish = intent()
    link = await rail.create_payment(wish, key="k1")
    assert await rail.create_payment(wish, key="k1") == link
    assert await rail.fetch(PaymentRef(wish.reference, link.their_id)) == await rail.fetch(
        PaymentRef(wish.reference, None)
    )
    found = await rail.fetch(PaymentRef(wish.reference, None))
    assert found == Found(PaymentState.CREATED, link.their_id, link.url)
    assert await rail.fetch(PaymentRef(uuid4(), None)) == Found(PaymentState.CREATED)
    with pytest.raises(RailRefused, match="idempotency_mismatch"):
        await rail.create_payment(intent(700), key="k1")


def asked(charge: str, amount: Money) -> RefundAsk:
    return RefundAsk(uuid4(), charge, amount, Money(500, "CNY"), uuid4())


async def test_paid_refunded_and_too_late_to_cancel(rail: SandboxRail):
    link = await rail.create_payment(intent(), key="k2")
    async with aiohttp.ClientSession() as session, session.post(link.url, json={"action": "pay"}) as response:
        paid = await response.json()
    found = await rail.fetch(PaymentRef(uuid4(), link.their_id))
    assert found.state is PaymentState.PAID
    (told,) = [rail.event_of(body) for body in found.events]
    assert (told.kind, told.their_id, told.amount) == (EventKind.PAID, paid["charges"][0]["id"], Money(500, "CNY"))
    with pytest.raises(RailRefused, match="already_paid"):
        await rail.cancel_payment(PaymentRef(uuid4(), link.their_id))
    (charge,) = paid["charges"]
    assert charge["fee_minor"] == 3
    ask = asked(charge["id"], Money(500, "CNY"))
    await rail.refund(ask, key="r1")
    await rail.refund(ask, key="r1")
    with pytest.raises(RailRefused, match="amount_too_large"):
        await rail.refund(asked(charge["id"], Money(1, "CNY")), key="r2")


async def test_a_cancelled_payment_is_closed(rail: SandboxRail):
    link = await rail.create_payment(intent(), key="k3")
    await rail.cancel_payment(PaymentRef(uuid4(), link.their_id))
    found = await rail.fetch(PaymentRef(uuid4(), link.their_id))
    assert found.state is PaymentState.CANCELLED
    assert [rail.event_of(body).kind for body in found.events] == [EventKind.CANCELLED]


async def test_no_answer_is_not_a_no():
    rail = SandboxRail(api_base="http://127.0.0.1:9", key="k", webhook_secret="s")
    with pytest.raises(RailDown):
        await rail.create_payment(intent(), key="k")
    await rail.close()


async def test_a_wrong_key_is_a_definite_no(provider: str):
    rail = SandboxRail(api_base=provider, key="wrong", webhook_secret="s")
    with pytest.raises(RailRefused):
        await rail.create_payment(intent(), key="k")
    await rail.close()


def body(**changes: object) -> bytes:
    charge = {"id": "ch_1", "amount_minor": 500, "currency": "CNY", "fee_minor": 3}
    data = {"payment": {"id": "pay_1", "reference": str(uuid4())}, "charge": charge}
    event = {"id": "evt_1", "type": "payment.paid", "created_at": int(NOW.timestamp()), "livemode": False, "data": data}
    return json.dumps(event | changes).encode()


def signed(payload: bytes, *, secret: str = "s3cret", at: float = 0) -> dict[str, str]:
    stamp = str(int(NOW.timestamp() + at))
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + payload, hashlib.sha256).hexdigest()
    return {"Sandbox-Signature": f"t={stamp},v1={digest}"}


def door() -> SandboxRail:
    return SandboxRail(api_base="http://127.0.0.1:9", key="k", webhook_secret="s3cret", now=lambda: NOW)


def test_a_signed_event_is_read():
    payload = body()
    event = door().read_event(payload, signed(payload))
    assert (event.kind, event.their_id, event.amount, event.fee) == (
        EventKind.PAID, "ch_1", Money(500, "CNY"), Money(3, "CNY"),
    )  # fmt: skip


@pytest.mark.parametrize("headers", [
    {}, {"Sandbox-Signature": ""}, {"Sandbox-Signature": "t=,v1="}, {"Sandbox-Signature": "t=1"},
    {"Sandbox-Signature": "v1=é"}, signed(body(), secret="other"), signed(body(), at=-301), signed(body(), at=301),
    signed(b"{}"),
])  # fmt: skip
def test_what_is_not_signed_now_by_the_provider_is_refused(headers: dict[str, str]):
    with pytest.raises(BadSignature):
        door().read_event(body(), headers)


@pytest.mark.parametrize("payload", [
    b"not json", b"[]", b"null", b"{}", b"\xff", body(livemode=True), body(livemode=None), body(id=""),
    body(created_at="soon"), body(created_at=10**30), body(data=None), body(data={"payment": {}, "charge": {"id": 1}}),
])  # fmt: skip
def test_signed_nonsense_is_refused_as_such(payload: bytes):
    with pytest.raises(BadEvent):
        door().read_event(payload, signed(payload))


def test_a_refund_names_the_one_that_was_asked_for():
    told = json.loads(body(type="refund.succeeded"))
    ours = uuid4()
    for reference, known in ((str(ours), ours), (None, None), ("order-7", None)):
        told["data"]["refund"] = {"id": "re_1", "amount_minor": 200, "currency": "CNY", "reference": reference}
        payload = json.dumps(told).encode()
        event = door().read_event(payload, signed(payload))
        assert (event.kind, event.amount, event.refund) == (EventKind.REFUNDED, Money(200, "CNY"), known)


def test_kinds_we_do_not_use_are_other_and_a_foreign_reference_is_none():
    payload = body(type="payout.sent")
    assert door().read_event(payload, signed(payload)).kind is EventKind.OTHER
    foreign = json.loads(body())
    foreign["data"]["payment"]["reference"] = "order-7"
    payload = json.dumps(foreign).encode()
    assert door().read_event(payload, signed(payload)).reference is None


async def test_what_was_paid_with_is_told_apart_and_never_named(rail: SandboxRail, provider: str):
    async def paid_with(payer: str | None) -> str | None:
        wish = intent()
        link = await rail.create_payment(wish, key=str(wish.reference))
        fields = {"action": "pay"} | ({"payer": payer} if payer else {})
        page = f"{provider}/pay/{link.their_id}"
        async with aiohttp.ClientSession() as session, session.post(page, json=fields) as answer:
            assert answer.status == 200
        (event,) = (await rail.fetch(PaymentRef(wish.reference, link.their_id))).events
        return rail.event_of(event).payer

    first, again, other, none = [await paid_with(payer) for payer in ("wallet 7", "wallet 7", "wallet 8", None)]
    assert first == again != other
    assert none is None
    assert first is not None
    assert "wallet" not in first
