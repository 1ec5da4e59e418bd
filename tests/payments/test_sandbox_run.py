"""A recorded run on the sandbox's provider, with a floor so that tabs are needed: its own webhooks, refunds and books.

It delivers the events itself, to our door over HTTP: some of them twice, and in any order.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from giving.accounts import fees, rail_clearing
from giving.money import Money
from giving.payments import EventKind, Payment
from giving.tips import TipState
from payments.sandbox import SandboxRail
from sandbox.__main__ import SEED
from sandbox.app import Options, Sandbox
from sandbox.seed import sow
from sandbox.state import State
from tests.payments.china import served
from tests.payments.floor_run import FloorRun
from tests.payments.recorded import (
    REFUNDS,
    SMALL,
    TIPS,
    assert_agreed,
    assert_credited,
    gifts_of_all,
    in_batches,
    the_only,
)
from tests.sandbox.conftest import Client, Clock
from tests.world import World, cny
from web.payments import PaymentHooks

SECRET = "a-secret-of-the-tests"


class WithFloor(SandboxRail):
    """Carries ¥4 and more, as a card would."""

    capabilities = replace(SandboxRail.capabilities, limits={"CNY": (Money(SMALL, "CNY"), cny("1000000"))})


class SandboxRun(FloorRun):
    """At the sandbox's time. `provider` is its own side, over HTTP."""

    def __init__(self, world: World, provider: Client, clock: Clock) -> None:
        def now() -> datetime:
            return datetime.fromtimestamp(clock(), UTC)

        self.provider, self.clock = provider, clock
        rail = WithFloor(api_base=provider.url, key="sandbox-key", webhook_secret=SECRET, now=now)
        super().__init__(world, rail, provider.http, now)

    def later(self, by: timedelta) -> None:
        self.clock.ahead += by.total_seconds()

    async def faults(self, **faults: Any) -> None:
        await self.provider.rail("PUT", "/faults", faults)

    async def pay(self, pages: Sequence[Payment]) -> None:
        """One in twenty (one at the least) of what is told of it will come twice."""
        mixed = self.dice.sample([*pages], len(pages))
        again = -(-len(mixed) // 20)
        for twice, some in ((1, mixed[:again]), (0, mixed[again:])):
            await self.faults(hold=True, duplicates=twice)
            await in_batches(self.provider.pay({"id": page.their_id}) for page in some)

    async def hear(self) -> None:
        await self.faults(shuffle=True)
        async with asyncio.timeout(60):
            while not all(event["delivered"] for event in await self.told()):
                await asyncio.sleep(0.05)
        await self.faults(hold=True)
        await self.payments.settle_pending()
        await self.sweep.sweep()

    async def told(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.provider.rail("GET", "/events"))["events"]
        return found


@pytest.fixture
async def run(world: World, tmp_path: Path) -> AsyncIterator[SandboxRun]:
    async with AsyncExitStack() as stack:
        clock = Clock()
        state = State(tmp_path / "sandbox.db", clock)
        sow(state, SEED)
        box = Sandbox(state, Options())
        await box.start(0)
        stack.push_async_callback(box.stop)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        run = SandboxRun(world, Client(box.url, http), clock)
        stack.push_async_callback(run.rail.close)
        door = web.Application()
        door.add_routes(PaymentHooks(run.payments).routes())
        run.hook = await stack.enter_async_context(served(door))
        await run.provider.rail("POST", "/webhook", {"url": f"{run.hook}/hooks/sandbox", "secret": SECRET})
        yield run


async def test_a_thousand_gifts_at_once_and_by_tabs_end_in_books_that_agree(run: SandboxRun):
    figures = run.figures
    paid = await run.give_all(await gifts_of_all(run.world, run.dice, small=12))
    assert len(paid) >= TIPS * 0.99, "what is left is below what the rail carries"
    back = run.dice.sample(paid, REFUNDS)
    for twice, some in ((1, back[:1]), (0, back[1:])):
        await run.faults(hold=True, duplicates=twice)
        await run.give_back(some)
    await run.hear()
    states = {tip.id: tip.state for tip in await run.fresh()}
    assert {states[tip.id] for tip in back} == {TipState.REFUNDED}
    told = await run.told()
    figures.events, figures.repeated = len(told), sum(event["tries"] for event in told) - len(told)
    assert figures.repeated >= figures.events / 20

    run.later(timedelta(hours=1))  # so that nothing is too young to be judged
    figures.credited = await assert_credited(run.world.unit, run.notes)
    report = await run.reconcile.run("sandbox", run.window)
    figures.records = assert_agreed(report)
    (fee,) = [agreed.total for agreed in report.agreed if agreed.kind is EventKind.FEE]
    assert await run.world.balance(fees("sandbox")) == fee > cny("0")
    assert await run.world.balance(rail_clearing("sandbox")) == Money(figures.credited, "CNY") - fee
    figures.fees = fee.minor

    spoiled = run.dice.choice([tip for tip in run.alone(paid) if tip not in back])
    wrong = {"amount_minor": spoiled.amount.minor + 7}
    await run.provider.rail("PUT", f"/records/payment/{spoiled.charge}", wrong)
    report = await run.reconcile.run("sandbox", run.window)
    difference = the_only(report)
    assert (difference.kind, difference.their_id) == (EventKind.PAID, spoiled.charge)
    figures.after_corruption = report.found
    figures.tell("sandbox")
