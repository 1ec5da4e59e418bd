"""1,000 scripted attempts against a rail that declines them, over HTTP; honest donors pay on another rail meanwhile.

Two real providers (sandbox/) with webhooks, the real rail, the real door for their events. Requests are counted where
they arrive: at the provider.
"""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from giving.budgets import Stage
from giving.errors import GivingError, MinimumRaised, PayingPaused, PayingTooOften, TooFast
from giving.money import Money
from giving.people import Person
from giving.tips import Limits, TipState
from services.clock import utc_now
from services.guard_payments import PaymentGuard
from services.links import Links
from services.rails import Rails
from services.tips import TipService
from tests.services.town import ATTEMPTS, MINUTE_S, MOST, SCRIPTS, TAKES_S, Town, attack, open_town
from tests.world import World

Error = type[GivingError]


@pytest.fixture
async def town(world: World, tmp_path: Path) -> AsyncIterator[Town]:
    async with open_town(world, tmp_path) as opened:
        yield opened


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
        town.world.unit, Rails([town.attacked.rail]), links, limits=limits, presets=(), language="en", guard=second
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
