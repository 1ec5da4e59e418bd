"""The sandbox rail reads its provider's own books over HTTP, page by page; and the provider can be made to lie."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from giving.money import Money
from giving.payments import EventKind
from payments import sandbox
from payments.provider import BadEvent, RailDown, RailRefused, Record
from payments.sandbox import SandboxRail

ROOT = Path(__file__).parents[2]
KEY = {"Authorization": "Bearer sandbox-key"}
NOW = datetime.now(UTC)
SPAN = (NOW - timedelta(days=1), NOW + timedelta(days=1))


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[str]:
    """A sandbox process of its own, with empty books."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--data", str(tmp_path / "s.db"), "--exit-with-parent"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["url"])
        process.terminate()


@pytest.fixture
async def rail(provider: str) -> AsyncIterator[SandboxRail]:
    rail = SandboxRail(api_base=provider, key="sandbox-key", webhook_secret="s3cret")
    yield rail
    await rail.close()


class Provider:
    """What a program with its key asks of it."""

    def __init__(self, base: str, session: aiohttp.ClientSession) -> None:
        self.base, self.session = base, session
        self.made = 0

    async def call(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        self.made += 1
        headers = KEY | {"Idempotency-Key": f"k{self.made}"}
        async with self.session.request(method, self.base + path, json=body, headers=headers) as response:
            assert response.status == status, await response.text()
            return await response.json()

    async def charge(self, minor: int, reference: str = "ref") -> dict[str, Any]:
        """A payment of that amount, paid: its charge."""
        about = {"currency": "CNY", "reference": reference, "return_url": "http://127.0.0.1/"}
        made = await self.call("POST", "/rail/payments", {"amount_minor": minor} | about)
        paid: dict[str, Any] = await self.call("POST", f"/pay/{made['id']}", {"action": "pay"})
        return dict(paid["charges"][0])


@pytest.fixture
async def there(provider: str) -> AsyncIterator[Provider]:
    async with aiohttp.ClientSession() as session:
        yield Provider(provider, session)


async def listed(rail: SandboxRail, since: datetime = SPAN[0], until: datetime = SPAN[1]) -> list[Record]:
    return [record async for record in rail.records(since, until)]


async def test_payments_fees_and_refunds_are_listed_once_each_over_all_pages(
    rail: SandboxRail, there: Provider, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sandbox, "RECORDS_AT_ONCE", 3)
    assert await listed(rail) == []
    reference = "0190a7f0-0000-7000-8000-000000000001"
    charges = [await there.charge(minor, reference) for minor in (500, 50, 1000, 250)]
    back = await there.call("POST", f"/rail/charges/{charges[0]['id']}/refunds", {"amount_minor": 200})

    found = await listed(rail)

    assert {(r.kind, r.their_id, r.amount) for r in found} == {
        *((EventKind.PAID, charge["id"], Money(charge["amount_minor"], "CNY")) for charge in charges),
        *((EventKind.FEE, c["id"], Money(c["fee_minor"], "CNY")) for c in charges if c["fee_minor"]),
        (EventKind.REFUNDED, back["id"], Money(200, "CNY")),
    }  # fmt: skip
    assert len(found) == 8, "a fee of nothing is no record"
    assert {str(r.reference) for r in found} == {reference}
    assert all(SPAN[0] <= r.at < SPAN[1] for r in found)


async def test_a_time_is_from_its_first_second_to_before_its_last(rail: SandboxRail, there: Provider):
    charge = await there.charge(50)
    at = datetime.fromtimestamp(charge["created_at"], UTC)
    second, moment = timedelta(seconds=1), timedelta(microseconds=1)
    assert len(await listed(rail, at, at + second)) == 1
    assert len(await listed(rail, at, at + moment)) == 1
    assert await listed(rail, at + moment, at + second) == []
    assert await listed(rail, at - second, at) == []
    assert await listed(rail, datetime(1960, 1, 1, tzinfo=UTC), datetime(1961, 1, 1, tzinfo=UTC)) == []


async def test_the_provider_lies_about_a_record_until_it_is_set_right(rail: SandboxRail, there: Provider):
    charge = await there.charge(500)
    right = await listed(rail)
    payment = f"/rail/records/payment/{charge['id']}"

    async def lied(body: dict[str, Any]) -> set[Record]:
        await there.call("PUT", payment, body)
        return set(await listed(rail)) ^ set(right)

    assert {r.amount for r in await lied({"amount_minor": 501})} == {Money(500, "CNY"), Money(501, "CNY")}
    assert {r.amount for r in await lied({"currency": "USD"})} == {Money(500, "CNY"), Money(500, "USD")}
    assert {r.kind for r in await lied({"kind": "refund"})} == {EventKind.PAID, EventKind.REFUNDED}
    assert {r.kind for r in await lied({"listed": False})} == {EventKind.PAID}
    assert await lied({}) == set()
    at = charge["created_at"] - 60
    await there.call(
        "PUT", "/rail/records/refund/re_x", {"amount_minor": 7, "currency": "CNY", "created_at": at}
    )  # fmt: skip
    (extra,) = set(await listed(rail)) - set(right)
    assert (extra.kind, extra.their_id, extra.amount) == (EventKind.REFUNDED, "re_x", Money(7, "CNY"))
    assert extra.reference is None
    await there.call("PUT", "/rail/records/refund/re_x", {})
    assert await listed(rail) == right


@pytest.mark.parametrize(("method", "path", "body"), [
    ("GET", "/rail/records", None), ("GET", "/rail/records?since=1", None),
    ("GET", "/rail/records?since=x&until=2", None),
    ("GET", "/rail/records?since=1&until=2&limit=0", None), ("GET", "/rail/records?since=1&until=2&limit=1001", None),
    ("GET", "/rail/records?since=1&until=2&after=x", None), ("GET", "/rail/records?since=1&until=2&more=1", None),
    ("PUT", "/rail/records/gift/x", {}), ("PUT", "/rail/records/fee/x", {"amount": 1}),
    ("PUT", "/rail/records/fee/x", {"amount_minor": 0}), ("PUT", "/rail/records/fee/x", {"currency": "yuan"}),
    ("PUT", "/rail/records/fee/x", {"kind": "gift"}), ("PUT", "/rail/records/fee/x", {"listed": True}),
    ("PUT", "/rail/records/fee/x", {"created_at": 1}), ("PUT", "/rail/records/fee/x", {"created_at": "now"}),
])  # fmt: skip
async def test_wrong_questions_are_refused_with_words(there: Provider, method: str, path: str, body: Any):
    answer = await there.call(method, path, body, status=400)
    assert answer["error"]["message"].endswith(".")


# --- Answers that are none -------------------------------------------------------------------------------------------


async def answering(*answers: web.Response) -> list[Record]:
    """What the rail reads from a provider that answers so, one after the other."""
    left = list(answers)

    async def answer(_: web.Request) -> web.Response:
        return left.pop(0)

    app = web.Application()
    app.router.add_get("/rail/records", answer)
    async with TestServer(app) as server:
        rail = SandboxRail(api_base=str(server.make_url("")), key="k", webhook_secret="s")
        try:
            return await listed(rail)
        finally:
            await rail.close()


def page(next_: str | None, **changes: Any) -> web.Response:
    line = {"kind": "fee", "id": "ch_1", "amount_minor": 3, "currency": "CNY", "created_at": 1, "reference": None}
    return web.json_response({"records": [line | changes], "next": next_})


async def test_a_provider_that_falls_silent_in_the_middle_is_down():
    assert len(await answering(page("1,fee,ch_1"), page(None))) == 2
    with pytest.raises(RailDown):
        await answering(page("1,fee,ch_1"), web.Response(status=502))


async def test_a_wrong_key_is_a_definite_no(provider: str):
    rail = SandboxRail(api_base=provider, key="wrong", webhook_secret="s")
    with pytest.raises(RailRefused, match="unauthorized"):
        await listed(rail)
    await rail.close()


@pytest.mark.parametrize("answer", [
    page(None, kind="gift"), page(None, currency="???"), page(None, amount_minor=1.5), page(None, created_at=10**30),
    web.json_response({"records": [{}], "next": None}), web.json_response([]), web.json_response({"records": []}),
    web.json_response({"records": [], "next": 7}), web.json_response({"records": [7], "next": None}),
], ids=str)  # fmt: skip
async def test_an_answer_that_is_no_list_of_records_is_said_to_be_none(answer: web.Response):
    with pytest.raises(BadEvent):
        await answering(answer)
