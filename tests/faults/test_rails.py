"""A rail that answers 504 but charged, and one that answers 200 but never charges: the real provider, over HTTP."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import func, select
from structlog.testing import capture_logs

from giving.errors import RailUnavailable, RefundDelayed, TipNotOpen
from giving.people import Person, Visitor
from giving.tips import Tip, TipState
from payments.sandbox import SandboxRail
from sandbox.app import Options, Sandbox
from sandbox.state import State
from services.ledger import LedgerService
from services.metrics import MetricsService
from services.sweep import PaymentSweep
from storage.tables import entries
from tests.faults.provider import SECRET, pay_by
from tests.faults.results import FULL, note
from tests.world import World, at_once, cny
from web.payments import PaymentHooks

CHARGED, NEVER = "rail answers 504 but charged", "rail answers 200 but never charged"
SWEEP_EVERY = timedelta(minutes=1)
IN_TIME = timedelta(minutes=15)
DONORS = 100 if FULL else 20


@dataclass
class Shop:
    """The service, its hook, and the provider at the other end."""

    world: World
    rail: SandboxRail
    url: str
    http: aiohttp.ClientSession

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """The provider's API, as its own tests use it."""
        headers = {"Authorization": "Bearer sandbox-key"}
        async with self.http.request(method, f"{self.url}/rail{path}", json=body, headers=headers) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def faults(self, **faults: object) -> None:
        await self.call("PUT", "/faults", faults)

    async def theirs(self, tip: Tip) -> dict[str, Any]:
        """The one payment the provider has for a tip."""
        (payment,) = (await self.call("GET", f"/payments?reference={tip.payment}"))["payments"]
        found: dict[str, Any] = payment
        return found

    async def pays(self, tip: Tip, action: str = "pay") -> None:
        """What the donor does on the page; it is told that it worked."""
        payment = await self.theirs(tip)
        async with self.http.post(f"{self.url}/pay/{payment['id']}", json={"action": action}) as response:
            assert response.status == 200

    async def booked(self) -> int:
        """How many payments (their fees not counted) are in the books."""
        async with self.world.unit.read() as work:
            paid = select(func.count()).select_from(entries).where(entries.c.key.like("payment:%"))
            return int(await work.connection.scalar(paid) or 0)

    async def minutes_until_booked(self, number: int) -> float:
        """Let time pass, with the sweep's own interval, until so many are booked."""
        began = self.world.time()
        while await self.booked() < number:
            assert self.world.time() - began <= IN_TIME, "not booked in time"
            self.world.time.passes(minutes=SWEEP_EVERY.total_seconds() / 60)
            await self.world.sweep.sweep()
        return (self.world.time() - began).total_seconds() / 60


@pytest.fixture
async def shop(world: World, tmp_path: Path) -> AsyncIterator[Shop]:
    """A provider of the test's own time."""
    sandbox = Sandbox(State(tmp_path / "sandbox.db", lambda: world.time().timestamp()), Options())
    with sandbox.state.create():
        pass
    await sandbox.start(0)
    rail = SandboxRail(api_base=sandbox.url, key="sandbox-key", webhook_secret=SECRET, now=world.time)
    pay_by(world, rail)
    app = web.Application()
    app.add_routes(PaymentHooks(world.payments).routes())
    async with TestServer(app) as hooks, aiohttp.ClientSession() as http:
        shop = Shop(world, rail, sandbox.url, http)
        await shop.call("POST", "/webhook", {"url": str(hooks.make_url("/hooks/sandbox")), "secret": SECRET})
        yield shop
        await rail.close()
        await sandbox.stop()


async def asks(shop: Shop, donor: Person, *, key: str = "q1") -> Tip:
    """A tap, and a link that never came."""
    tip = await shop.world.tip(donor, "5", key=key)
    with pytest.raises(RailUnavailable):
        await shop.world.tips.payment_link(tip.id, donor)
    return tip


async def test_charged_without_an_answer_and_nothing_told_it_is_found_in_time(shop: Shop, dialect: str):
    await shop.faults(charge_504=True, hold=True)
    tip = await asks(shop, shop.world.alice)
    await asks(shop, shop.world.alice, key="q2")
    minutes = await shop.minutes_until_booked(1)
    await shop.faults(duplicates=2)
    with pytest.raises(TipNotOpen):
        await shop.world.tips.payment_link(tip.id, shop.world.alice)
    await shop.world.sweep.sweep()
    assert (await shop.world.fresh(tip)).state is TipState.PAID
    assert len((await shop.theirs(tip))["charges"]) == 1
    assert await shop.world.balance(f"project:{shop.world.library.id}:credited") == cny("-5")
    note(CHARGED, engine=dialect, way="sweep", minutes=minutes, charges=1, booked=await shop.booked())


async def test_charged_without_an_answer_the_event_books_it_at_once(shop: Shop, until: Any, dialect: str):
    await shop.faults(charge_504=True, duplicates=3)
    tip = await asks(shop, shop.world.alice)
    await until(lambda: is_paid(shop, tip))
    shop.world.time.passes(minutes=12)
    await shop.world.sweep.sweep()
    shop.world.time.passes(minutes=12)
    assert await shop.world.sweep.sweep() == 0, "what is paid is not asked about again"
    assert len((await shop.theirs(tip))["charges"]) == await shop.booked() == 1
    note(CHARGED, engine=dialect, way="webhook", minutes=0, charges=1, booked=1)


async def test_many_at_once_told_late_and_swept_by_two_replicas(shop: Shop, until: Any, dialect: str):
    world = shop.world
    donors = [await world.people.meet(Visitor(5000 + n, f"D{n}"), started=True) for n in range(DONORS)]
    await shop.faults(charge_504=True, hold=True, duplicates=1, shuffle=True)
    tips = list(await asyncio.gather(*(asks(shop, donor, key=f"q{n}") for n, donor in enumerate(donors))))
    other = PaymentSweep(world.unit, {"sandbox": shop.rail}, world.payments, now=world.time, sleep=at_once)
    await world.sweep.sweep()
    world.time.passes(minutes=12)
    await asyncio.gather(world.sweep.sweep(), other.sweep(), shop.faults(shuffle=True))
    await world.payments.settle_pending()
    assert await shop.booked() == DONORS

    async def delivered() -> bool:
        return all(event["delivered"] for event in (await shop.call("GET", "/events"))["events"])

    await until(delivered, seconds=30)
    await world.payments.settle_pending()
    charges = [len((await shop.theirs(tip))["charges"]) for tip in tips]
    assert (await shop.booked(), charges) == (DONORS, [1] * DONORS)
    note(CHARGED, engine=dialect, way="both at once", charges=sum(charges), booked=await shop.booked())


async def test_given_back_without_an_answer_it_is_given_back_once(shop: Shop, until: Any):
    world = shop.world
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    await shop.pays(tip, "twice")

    async def twice() -> bool:
        return await shop.booked() == 2

    await until(twice)
    (extra,) = [card.tip for card in (await world.tips.gifts(world.alice)).items if card.tip.extra_of]
    await shop.faults(charge_504=True, hold=True)
    for _ in range(2):
        with contextlib.suppress(RefundDelayed):
            await world.refunds.take_back(extra.id, world.alice)
        world.time.passes(minutes=2)
        await world.refunds.sweep()
    await shop.faults()
    world.time.passes(minutes=2)
    assert await world.refunds.sweep() in (0, 1), "the event that was held back may be faster"

    async def returned() -> bool:
        return (await world.fresh(extra)).state is TipState.REFUNDED

    await until(returned)
    back = sum(charge["refunded_minor"] for charge in (await shop.theirs(tip))["charges"])
    assert back == 500
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")


@pytest.mark.parametrize("action", ["pay", "later"])
async def test_said_to_be_paid_and_never_charged_it_is_never_booked(shop: Shop, dialect: str, action: str):
    world = shop.world
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    await shop.faults(never_charge=True)
    await shop.pays(tip, action)
    await shop.faults()
    alarms: list[dict[str, Any]] = []
    asked = 0
    for _ in range(8 * 24):
        world.time.passes(hours=1)
        with capture_logs() as logs:
            asked += await world.sweep.sweep()
        alarms += [dict(line) for line in logs if line["event"] == "payment_unknown_for_long"]
    assert await shop.booked() == 0
    assert (await world.fresh(tip)).state is TipState.OFFERED
    assert alarms, "nobody knows for a week: a person is called"
    assert alarms[0]["log_level"] == "error"
    assert 7 <= alarms[0]["days"] <= 8.1
    rendered = (await MetricsService(world.unit, now=world.time).render()).decode()
    (oldest,) = [line for line in rendered.splitlines() if line.startswith("payment_unknown_oldest_seconds")]
    assert float(oldest.split()[1]) >= 7 * 86400
    assert (await LedgerService(world.unit).verify()).clean
    note(NEVER, engine=dialect, action=action, booked=0, look_ups=asked, alarm_after_days=alarms[0]["days"])


async def is_paid(shop: Shop, tip: Tip) -> bool:
    return (await shop.world.fresh(tip)).state is TipState.PAID
