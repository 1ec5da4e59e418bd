"""1,000 scripted attempts against a rail that declines them, over HTTP; honest donors pay on another rail meanwhile.

Two real providers (sandbox/) with webhooks, the real rail, the real door for their events. Requests are counted where
they arrive: at the provider.
"""

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from giving.budgets import Guard, Stage
from giving.errors import GivingError, MinimumRaised, PayingPaused, PayingTooOften, TooFast
from giving.money import Money
from giving.people import Person, Visitor
from giving.tips import Limits, OfferRequest, TipState
from payments.sandbox import SandboxRail
from sandbox.__main__ import SEED
from sandbox.app import Options, Sandbox
from sandbox.rail import events
from sandbox.seed import sow
from sandbox.state import State
from services.clock import utc_now
from services.guard_payments import PaymentGuard
from services.links import Links
from services.metrics import MetricsService
from services.payments import PaymentService
from services.settlement import Settler
from services.tips import TipService
from services.wake import Wakes
from storage.budgets import OpenPages
from tests.world import World
from web.payments import PaymentHooks

SECRET = "whsec_for_tests"
ATTEMPTS, MINUTE_S, MOST = 1000, 60, 20
# Together as fast as was asked for, were none refused. What is refused is tried as fast as it goes.
SCRIPTS, TAKES_S = 3, 3 * MINUTE_S / ATTEMPTS
Error = type[GivingError]


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


@pytest.fixture
async def town(world: World, tmp_path: Path) -> AsyncIterator[Town]:
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
                return TipService(unit, of, links, limits=limits, presets=(), language="en", guard=guard)

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


async def honest(town: Town, count: int) -> int:
    """Different people give on the other rail; how many could pay."""
    donors = await town.people(50_000, count)
    for number, donor in enumerate(donors):
        await town.calm.try_card(town.calm.tips, donor, town.wish(donor, f"h{number}", 100), "pay")
    return len(donors)


@pytest.mark.parametrize(
    ("persons", "minor", "reasons"),
    [
        (1, 100, {PayingTooOften, TooFast}),
        (ATTEMPTS, 100, {MinimumRaised, PayingPaused}),
        (ATTEMPTS, 100_000, {PayingPaused}),
    ],
    ids=["one_person", "a_thousand_people", "a_thousand_people_large"],
)
async def test_at_most_twenty_of_a_thousand_attempts_reach_the_rail(
    town: Town, persons: int, minor: int, reasons: set[Error], until: Any
):
    crooks = itertools.cycle(await town.people(10_000, persons))
    who = list(itertools.islice(crooks, ATTEMPTS))
    honest_donors = asyncio.create_task(honest(town, 100))

    async def attempt(number: int) -> None:
        person = who[number]
        wish = town.wish(person, f"a{number}", minor + number)  # each another wish: none is told "as before"
        await town.attacked.try_card(town.attacked.tips, person, wish, "decline")

    refused, seconds = await attack(attempt, at_once=SCRIPTS, takes_s=TAKES_S)
    assert seconds < MINUTE_S
    assert town.attacked.pages() <= MOST
    assert town.attacked.told("payment.declined") <= MOST
    assert len(refused) >= ATTEMPTS - MOST
    assert {type(error) for error in refused} <= reasons

    assert await honest_donors == 100
    assert town.calm.pages() == 100
    await until(lambda: town.calm.told("payment.paid") == 100 and town.calm.delivered() and town.attacked.delivered())
    assert await town.stage("other") is Stage.CALM
    assert await town.stage("total") is Stage.CALM


async def test_one_person_who_only_opens_pages_is_told_to_wait(town: Town):
    (person,) = await town.people(10_000, 1)

    async def attempt(number: int) -> None:
        tip = await town.attacked.tips.offer(town.wish(person, f"a{number}", 100 + number))
        await town.attacked.tips.payment_link(tip.id, person)

    refused, _ = await attack(attempt, at_once=50)
    assert town.attacked.pages() <= MOST
    assert {type(error) for error in refused} == {TooFast}
    assert len(refused) >= ATTEMPTS - MOST


async def test_many_cards_on_one_page_close_it(town: Town, until: Any):
    (person,) = await town.people(10_000, 1)
    tip = await town.attacked.tips.offer(town.wish(person, "a", 100))
    url = await town.attacked.tips.payment_link(tip.id, person)
    declined = 0
    for _ in range(200):
        async with town.http.post(url, json={"action": "decline"}) as answer:
            declined += answer.status == 200
        if answer.status == 409:
            break
        await asyncio.sleep(0.05)
    await town.guard.idle()
    assert declined <= MOST
    assert (await town.world.fresh(tip)).state is TipState.CANCELLED
    again = await town.attacked.tips.offer(town.wish(person, "b", 100))
    with pytest.raises(PayingTooOften):
        await town.attacked.tips.payment_link(again.id, person)


async def gave(town: Town, people: list[Person], until: Any) -> None:
    """Each of them paid once."""
    for person in people:
        await town.attacked.try_card(town.attacked.tips, person, town.wish(person, f"g{person.id}", 100), "pay")
    await until(town.attacked.delivered)


async def test_honest_donors_on_the_attacked_rail_go_on_and_buy_no_attempts(town: Town, until: Any):
    """Their paid gifts are many times the attempts; strangers are kept out meanwhile."""
    friends, crooks = await town.people(50_000, 30), await town.people(10_000, ATTEMPTS)
    await gave(town, friends, until)
    over, gifts = asyncio.Event(), 0

    async def give(donors: list[Person]) -> None:
        nonlocal gifts
        for donor in itertools.cycle(donors):
            if over.is_set():
                return
            wish = town.wish(donor, f"h{gifts}", 200 + gifts // len(friends))
            gifts += 1
            await town.attacked.try_card(town.attacked.tips, donor, wish, "pay")
            await asyncio.sleep(0.3)  # within what one person may: 15 pages at once

    async def attempt(number: int) -> None:
        wish = town.wish(crooks[number], f"a{number}", 100 + number)
        await town.attacked.try_card(town.attacked.tips, crooks[number], wish, "decline")

    honest_gifts = asyncio.gather(*(give(friends[n::10]) for n in range(10)))
    refused, seconds = await attack(attempt, at_once=SCRIPTS, takes_s=TAKES_S)
    over.set()
    await honest_gifts  # none was refused
    assert seconds < MINUTE_S
    assert town.attacked.told("payment.declined") <= MOST
    assert len(refused) >= ATTEMPTS - MOST
    assert gifts > MOST
    assert town.attacked.told("payment.paid") == len(friends) + gifts
    (stranger,) = await town.people(90_000, 1)
    with pytest.raises((MinimumRaised, PayingPaused)):
        await town.attacked.try_card(town.attacked.tips, stranger, town.wish(stranger, "s", 100), "pay")


ACCOUNTS, PAGES_EACH = 70, 15
MOST_ON_OPEN_PAGES = 120  # 12 shut it; the rest is tried while pages are being closed (docs/security.md)


@pytest.mark.parametrize("minor", [100, 100_000], ids=["small", "large"])
async def test_pages_opened_while_calm_are_closed_once_cards_are_tried_on_them(town: Town, minor: int, until: Any):
    crooks = await town.people(10_000, ACCOUNTS)

    async def open_pages(person: Person) -> list[str]:
        tips = [town.wish(person, f"{person.id}:{n}", minor + n) for n in range(PAGES_EACH)]
        return [await town.attacked.tips.payment_link((await town.attacked.tips.offer(w)).id, person) for w in tips]

    opened = await asyncio.gather(*map(open_pages, crooks))
    urls = [url for pages in opened for url in pages]
    random.Random(4).shuffle(urls)
    assert town.attacked.pages() == ACCOUNTS * PAGES_EACH
    reached = 0

    async def script(mine: list[str]) -> None:
        nonlocal reached
        for url in mine:
            async with town.http.post(url, json={"action": "decline"}) as answer:
                reached += answer.status == 200
            if answer.status == 200:
                await asyncio.sleep(TAKES_S)

    await asyncio.gather(*(script(urls[n::SCRIPTS]) for n in range(SCRIPTS)))
    await town.guard.idle()
    assert await town.stage("total") is Stage.CALM

    assert reached <= MOST_ON_OPEN_PAGES
    async with town.world.unit.read() as work:
        assert await work.budgets.open_pages(["sandbox"], OpenPages(below_minor=minor + PAGES_EACH), 5000) == []
    for url in urls[:: len(urls) // 20]:
        async with town.http.post(url, json={"action": "pay"}) as answer:
            assert answer.status == 409


async def test_who_gave_before_keeps_an_open_page_and_the_metrics_tell_of_the_attack(town: Town, until: Any):
    friend, early, *crooks = await town.people(10_000, 10)  # eight failures, of eight people
    await gave(town, [friend], until)
    urls, tips = [], []
    for person in (friend, early):
        tips.append(await town.attacked.tips.offer(town.wish(person, f"early{person.id}", 500)))
        urls.append(await town.attacked.tips.payment_link(tips[-1].id, person))
    for number, crook in enumerate(crooks):
        await town.attacked.try_card(town.attacked.tips, crook, town.wish(crook, f"a{number}", 100), "decline")
    await until(town.attacked.delivered)
    await town.guard.idle()
    assert await town.stage("sandbox") is Stage.RAISED

    assert await town.attacked.tips.payment_link(tips[0].id, friend) == urls[0]
    async with town.http.post(urls[0], json={"action": "pay"}) as answer:
        assert answer.status == 200
    async with town.http.post(urls[1], json={"action": "pay"}) as answer:
        assert answer.status == 409
    await until(town.attacked.delivered)
    assert (await town.world.fresh(tips[0])).state is TipState.PAID
    assert (await town.world.fresh(tips[1])).state is TipState.CANCELLED
    shown = (await MetricsService(town.world.unit, rails=["sandbox", "other"]).render()).decode()
    assert 'payment_guard{rail="sandbox"} 1.0' in shown
    assert 'payment_guard{rail="known:sandbox"} 0.0' in shown
    assert 'payment_guard{rail="other"} 0.0' in shown


async def test_the_metrics_tell_when_an_attack_is_over_and_forgotten(town: Town):
    async with town.world.unit() as work:
        ends = utc_now() + timedelta(minutes=15)
        await work.budgets.put({"rail:sandbox": Guard(ends, ends, ends)})
    metrics = MetricsService(town.world.unit, rails=["sandbox"])
    assert 'payment_guard{rail="sandbox"} 2.0' in (await metrics.render()).decode()
    later = PaymentGuard(town.world.unit, {}, now=lambda: utc_now() + timedelta(hours=2))
    await later.forget_old()
    shown = (await metrics.render()).decode()
    assert 'payment_guard{rail="sandbox"} 0.0' in shown
    assert 'payment_guard{rail="total"} 0.0' in shown


async def test_a_thousand_people_in_one_second_all_get_their_page(town: Town):
    people = await town.people(10_000, 1000)

    async def one(number: int, person: Person) -> str:
        tip = await town.attacked.tips.offer(town.wish(person, f"t{number}", 100))
        return await town.attacked.tips.payment_link(tip.id, person)

    links = await asyncio.gather(*(one(number, person) for number, person in enumerate(people)))
    assert len(set(links)) == 1000


async def test_budgets_are_shared_by_replicas_and_forgotten_when_whole(town: Town):
    (person,) = await town.people(10_000, 1)
    rails: dict[str, Any] = {"sandbox": town.attacked.rail}
    second = PaymentGuard(town.world.unit, rails)
    limits, links = Limits(Money(100, "CNY"), Money(5_000_000, "CNY")), Links("http://127.0.0.1:8081", "bot")
    replica = TipService(
        town.world.unit, town.attacked.rail, links, limits=limits, presets=(), language="en", guard=second
    )
    made, began = 0, time.monotonic()
    for number in range(30):
        tips = (town.attacked.tips, replica)[number % 2]
        tip = await tips.offer(town.wish(person, f"r{number}", 100 + number))
        with contextlib.suppress(TooFast):
            await tips.payment_link(tip.id, person)
            made += 1
    assert 15 <= made <= 15 + (time.monotonic() - began) / 20
    later = PaymentGuard(town.world.unit, rails, now=lambda: utc_now() + timedelta(hours=2))
    await later.forget_old()
    async with town.world.unit.read() as work:
        assert await work.budgets.read([f"links:{person.id}"]) == {}
