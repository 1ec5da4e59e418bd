"""A town with two rails behind one guard, each with a real provider (sandbox/) and webhooks; and scripts."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from giving.budgets import Stage
from giving.errors import GivingError
from giving.money import Money
from giving.people import Person, Visitor
from giving.tips import Limits, OfferRequest
from payments.sandbox import SandboxRail
from sandbox.__main__ import SEED
from sandbox.app import Options, Sandbox
from sandbox.rail import events
from sandbox.seed import sow
from sandbox.state import State
from services.clock import utc_now
from services.guard_payments import PaymentGuard
from services.links import Links
from services.payments import PaymentService
from services.rails import Rails
from services.settlement import Settler
from services.tips import TipService
from services.wake import Wakes
from tests.world import World
from web.payments import PaymentHooks

SECRET = "whsec_for_tests"
ATTEMPTS, MINUTE_S, MOST = 1000, 60, 20
# Together as fast as was asked for, were none refused. What is refused is tried as fast as it goes.
SCRIPTS, TAKES_S = 3, 3 * MINUTE_S / ATTEMPTS


class OtherRail(SandboxRail):
    """The same provider's second shop."""

    name = "other"

    def event_of(self, body: str) -> Any:
        return replace(super().event_of(body), rail=self.name)


@dataclass
class Provider:
    """A provider, its rail, and what donors do there."""

    box: Sandbox
    rail: SandboxRail
    tips: TipService
    http: aiohttp.ClientSession

    async def try_card(self, tips: TipService, person: Person, request: OfferRequest, action: str) -> None:
        """Tap, get the link, and pay or be declined at the provider. Raises: what the guard refuses."""
        tip = await tips.offer(request)
        url = await tips.payment_link(tip.id, person)
        async with self.http.post(url, json={"action": action}) as answer:
            assert answer.status in (200, 409)

    def pages(self) -> int:
        """How many pay pages we asked it for."""
        return int(self.box.state.rows("SELECT count(*) AS n FROM payments")[0]["n"])

    def told(self, kind: str) -> int:
        """How many events of this kind it made."""
        return len([event for event in events.listed(self.box.state) if event["type"] == kind])

    def delivered(self) -> bool:
        return all(event["delivered"] for event in events.listed(self.box.state))


@dataclass
class Town:
    """Two rails behind one guard."""

    world: World
    attacked: Provider
    calm: Provider
    guard: PaymentGuard
    http: aiohttp.ClientSession

    async def people(self, first: int, count: int) -> list[Person]:
        return list(
            await asyncio.gather(
                *(self.world.people.meet(Visitor(first + n, f"P{n}"), started=True) for n in range(count))
            )
        )

    def wish(self, person: Person, key: str, minor: int) -> OfferRequest:
        return OfferRequest(key, person.id, Money(minor, "CNY"), post=self.world.post.id)

    async def stage(self, rail: str) -> Stage:
        async with self.world.unit.read() as work:
            guards = await work.budgets.guards()
        return guards[rail].stage(utc_now()) if rail in guards else Stage.CALM


@asynccontextmanager
async def provider(path: Path, rail_class: type[SandboxRail], hook: str) -> AsyncIterator[tuple[Sandbox, SandboxRail]]:
    state = State(path)
    sow(state, SEED)
    box = Sandbox(state, Options())
    await box.start(0)
    with box.state.change():
        events.set_webhook(box.state, events.Webhook(f"{hook}/{rail_class.name}", SECRET))
    rail = rail_class(api_base=box.url, key="sandbox-key", webhook_secret=SECRET)
    try:
        yield box, rail
    finally:
        await rail.close()
        await box.stop()


@asynccontextmanager
async def open_town(world: World, tmp_path: Path) -> AsyncIterator[Town]:
    """Two rails, their providers, and the door for what these tell."""
    unit, app = world.unit, web.Application()
    door: list[PaymentHooks] = []

    async def receive(request: web.Request) -> web.Response:
        return await door[0].receive(request)

    app.add_routes([web.post("/hooks/{rail}", receive)])
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        hook = str(server.make_url("/hooks"))
        async with (
            provider(tmp_path / "a.db", SandboxRail, hook) as (box, rail),
            provider(tmp_path / "b.db", OtherRail, hook) as (box2, rail2),
        ):
            rails: dict[str, Any] = {rail.name: rail, rail2.name: rail2}
            guard = PaymentGuard(unit, rails)
            settler = Settler(unit, rails, wakes=Wakes(), digest_every=timedelta(minutes=10), guard=guard)
            door.append(PaymentHooks(PaymentService(unit, rails.values(), settler)))
            limits, links = Limits(Money(100, "CNY"), Money(5_000_000, "CNY")), Links("http://127.0.0.1:8081", "bot")

            def tips(of: SandboxRail) -> TipService:
                return TipService(unit, Rails([of]), links, limits=limits, presets=(), language="en", guard=guard)

            yield Town(
                world,
                Provider(box, rail, tips(rail), http),
                Provider(box2, rail2, tips(rail2), http),
                guard,
                http,
            )
            await guard.idle()


Attempt = Callable[[int], Awaitable[None]]


async def attack(attempt: Attempt, *, at_once: int, takes_s: float = 0) -> tuple[list[Exception], float]:
    """So many scripts, each going on as soon as it is refused or has its answer, which `takes_s` at the provider.

    The refusals, and how long it took.
    """
    numbers, refused, began = iter(range(ATTEMPTS)), [], time.monotonic()

    async def script() -> None:
        for number in numbers:
            try:
                await attempt(number)
            except GivingError as error:
                refused.append(error)
            else:
                await asyncio.sleep(takes_s)

    await asyncio.gather(*(script() for _ in range(at_once)))
    return list(refused), time.monotonic() - began
