"""Tabs at two organisations lived through at random, often paid at once: no charge is left with half a page."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from giving.money import Money
from giving.people import Person
from giving.projects import Organisation, Project
from services.refunds import RefundService
from storage.ids import new_id
from storage.methods import RailAccount
from tests.services.test_tabs import house_of
from tests.services.test_tabs_random import ACCOUNT, SEEDS, STEPS, Bank, Life
from tests.world import World, project

OTHER = "acct_2"


class SharedBank(Bank):
    """A page may be of no organisation alone."""

    capabilities = replace(Bank.capabilities, joins=True)
    accounts = (ACCOUNT, OTHER, None)

    def joins(self, account: str) -> bool:
        return True


@dataclass
class Shared(Life):
    """Whoever settles does it as often as not for all of it; two of each other's taps may come at once."""

    well_of_spring: Project | None = None
    over_several: int = 0

    @property
    def projects(self) -> tuple[Project, ...]:
        assert self.well_of_spring is not None
        return *super().projects, self.well_of_spring, self.well_of_spring

    async def settle(self) -> None:
        person = await self.someone()
        joints = (await self.house.tabs.view(person)).joints
        if not joints or self.dice.random() < 0.3:
            cards = (await self.house.tabs.view(person)).cards
            for card in cards[: 1 + self.dice.randrange(2)]:
                await self.house.charges.settle(card.tab.id, person)
            return
        together = [self.house.charges.settle_together(person, "card", joints[0].sum) for _ in range(2)]
        (first, second) = await asyncio.gather(*together)
        assert first == second
        self.over_several += 1

    async def skip(self) -> None:
        """One of them only: what it shares its page with stands free again."""
        person = await self.someone()
        asked = [card.charge for card in (await self.house.tabs.view(person)).cards if card.charge is not None]
        if asked:
            await self.house.charges.skip(self.dice.choice(asked).id, person)

    async def connected(self, *, ready: bool) -> None:
        await super().connected(ready=ready)
        assert self.well_of_spring is not None
        other = RailAccount(self.well_of_spring.organisation.id, "card", OTHER, ready=True)
        async with self.world.unit() as work:
            await work.accounts.keep(other, now=self.world.time())

    async def someone(self) -> Person:
        """Before whatever comes next the pages are whole."""
        await self.whole()
        return await super().someone()

    async def whole(self) -> None:
        """What is open of a page over several tabs is all of it."""
        parts = Counter[UUID]()
        async with self.world.unit.read() as work:
            for one in await work.tabs.open_charges():
                parts[one.payment] += one.charge.amount.minor
            pages = await work.payments.by_ids(parts)
            charges = {one.payment: one for one in await work.tabs.open_charges()}
        for id_, page in pages.items():
            if page.state.value != "paid":  # of that each is closed by itself
                assert page.amount == Money(parts[id_], "CNY"), charges[id_]


@pytest.mark.parametrize("seed", SEEDS)
async def test_often_paid_at_once_the_sums_are_right_and_no_page_is_half(world: World, seed: int):
    bank = SharedBank()
    house = house_of(world, bank)
    spring = Organisation(new_id(), "spring", {"zh-CN": "清泉", "en": "Spring"}, None, world.time())
    theirs = project("well", spring, "一口井")
    async with world.unit() as work:
        await work.projects.put_organisation(spring)
        await work.projects.put(theirs, world.time())
    refunds = RefundService(world.unit, house.rails, house.tips, now=world.time)
    life = Shared(house, bank, random.Random(f"together {seed}"), refunds, well_of_spring=theirs)
    life.people = list(await asyncio.gather(*(life.newcomer() for _ in range(2))))
    await life.connected(ready=True)
    await life.live(STEPS)
    await life.calm_down()
    await life.check()
    await life.whole()
    assert life.over_several > 3
