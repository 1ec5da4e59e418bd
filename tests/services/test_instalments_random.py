"""Months of pledges lived through at random: cards declined, answers lost, rails away, notices late, donors who change
their minds, two schedulers; in the end nobody was charged twice for a month, and the books are what the bank says."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Final
from uuid import UUID

import pytest

from giving.errors import GivingError
from giving.people import Person, Visitor
from giving.pledges import OPEN, InstalmentState, Month, Pledge, PledgeState, Way, debit_id, look_at
from giving.tips import TipState
from tests.faults.results import FULL
from tests.services.months import Monthly, monthly_of
from tests.world import SHANGHAI, World

SEEDS: Final = range(12 if FULL else 1)
DONORS: Final = 6
DAYS: Final = 100 if FULL else 60


class Life:
    """A day at a time; the bank's events come late, twice, or both."""

    def __init__(self, monthly: Monthly, seed: int) -> None:
        self.monthly, self.chance = monthly, random.Random(seed)
        self.pledges: list[Pledge] = []
        self.by_page: dict[UUID, int] = {}

    async def begins(self) -> None:
        world = self.monthly.world
        for number in range(DONORS):
            donor = await world.people.meet(Visitor(8_000 + number, f"P{number}"), started=True)
            way = Way.SAVED if number % 3 else Way.LINK
            day = self.chance.randint(1, 31)
            pledge = await self.monthly.pledge(donor, day=day, way=way, amount=str(20 + number), first=Month(2026, 12))
            self.pledges.append(pledge)

    async def day(self) -> None:
        card, world = self.monthly.card, self.monthly.world
        card.down = self.chance.random() < 0.1
        card.silent = self.chance.random() < 0.2
        card.code = self.chance.choice([None, None, None, "card_declined", "authentication_required"])
        card.refuses = "api_key_refused" if self.chance.random() < 0.05 else None
        other = self.monthly.steps_of()
        await asyncio.gather(self.monthly.steps.sweep(), other.sweep())
        world.time.passes(minutes=5)
        if self.chance.random() < 0.8:  # else Telegram is away
            await self.monthly.told()
        for pledge in self.pledges:
            await self.acts(pledge)
        await self.post()
        world.time.passes(hours=self.chance.choice([5, 11, 23]))

    async def acts(self, pledge: Pledge) -> None:
        """Now and then its donor pays by hand, pauses, goes on."""
        deed = self.chance.random()
        now, world = await self.monthly.now(pledge), self.monthly.world
        donor = await person(world, pledge.donor)
        if deed < 0.15:
            try:
                page = await self.monthly.steps.pages.page(pledge.id, donor)
            except GivingError:
                return
            if page.instalment.payment is not None and self.chance.random() < 0.8:
                self.by_page[page.instalment.payment] = page.amount.minor
        elif deed < 0.18 and now.state is PledgeState.ACTIVE:
            await self.monthly.change(pledge, PledgeState.PAUSED)
        elif now.state is PledgeState.PAUSED and deed < 0.4:
            async with world.unit() as work:
                held = await work.pledges.lock(pledge.id)
                assert held is not None
                begun = (await work.pledges.begun([pledge.id])).get(pledge.id)
                await work.pledges.save(pledge, due_at=look_at(pledge, begun, SHANGHAI))

    async def post(self, *, all_of_it: bool = False) -> None:
        """What the bank has to say, some of it."""
        charged = [(f"pi_{reference.hex}", reference, minor) for reference, minor in self.monthly.card.books.values()]
        paged = [(f"ch_{reference.hex}", reference, minor) for reference, minor in self.by_page.items()]
        for charge, reference, minor in [*charged, *paged]:
            if all_of_it or self.chance.random() < 0.4:
                await self.monthly.house.paid(reference, minor, charge=charge)


async def person(world: World, donor: UUID) -> Person:
    async with world.unit.read() as work:
        return (await work.people.by_ids([donor]))[donor]


@pytest.mark.parametrize("seed", SEEDS)
async def test_nobody_is_charged_twice_for_a_month_and_the_books_are_the_banks(world: World, seed: int):
    monthly = monthly_of(world)
    life = Life(monthly, seed)
    await life.begins()
    for _ in range(DAYS):
        await life.day()
    card = monthly.card
    card.down, card.silent, card.code, card.refuses = False, False, None, None
    for _ in range(16):
        await monthly.turn()
        await life.post(all_of_it=True)
        world.time.passes(hours=13)
    await check(life)


async def check(life: Life) -> None:
    monthly, world = life.monthly, life.monthly.world
    debited, paid = Counter[tuple[UUID, Month]](), 0
    of_payment: dict[UUID, tuple[UUID, Month]] = {}
    for pledge in life.pledges:
        months = await monthly.of(pledge)
        assert len({one.month for one in months}) == len(months)
        async with world.unit.read() as work:
            for one in months:
                gift = await work.tips.by_id(one.tip) if one.tip is not None else None
                was_paid = gift is not None and gift.state is TipState.PAID
                assert was_paid == (one.state is InstalmentState.PAID), f"{one.state}, its gift: {gift}"
                paid += was_paid
                stuck = one.state in OPEN and one.due_at + timedelta(days=30) < world.time()
                assert not stuck, f"{one.state} since {one.due_at}"
                of_payment |= {debit_id(pledge.id, one.month, n): (pledge.id, one.month) for n in range(1, 40)}
    debited.update(of_payment[reference] for reference, _ in card_books(monthly))
    assert not [month for month, times in debited.items() if times > 1], "one debit a month"
    assert paid, "there was something to be paid"
    minor = sum(minor for _, minor in card_books(monthly)) + sum(life.by_page.values())
    credited = -(await world.balance(f"project:{world.library.id}:credited")).minor
    assert credited == minor, "what the bank took is in the books, whatever it was for"


def card_books(monthly: Monthly) -> list[tuple[UUID, int]]:
    return list(monthly.card.books.values())
