"""Promising, paying, and leaving at once, by two replicas: nobody waits for ever for what another one holds."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import pytest

from giving.errors import GivingError
from giving.tips import TipState
from services.privacy import PrivacyService
from storage.engines import open_engines
from storage.work import UnitOfWork
from tests.services.test_tabs import Tabs, house_of
from tests.services.test_tabs_meanwhile import replace_unit
from tests.services.test_tabs_together import Street, street
from tests.world import cny

__all__ = ["street"]


@pytest.fixture
async def other(street: Street, database_url: str) -> AsyncIterator[Tabs]:
    """A second replica."""
    engines = open_engines(database_url)
    yield house_of(replace_unit(street.house.world, UnitOfWork(engines)), street.rail)
    await engines.close()


def unforeseen(answers: Iterable[object]) -> list[object]:
    return [one for one in answers if isinstance(one, BaseException) and not isinstance(one, GivingError)]


async def test_the_same_promises_again_while_they_are_being_paid(street: Street, other: Tabs, dialect: str):
    house = street.house
    tips = await street.promise("5", "6", "7")
    tips += [await house.promise(street.alice, "1", project=street.projects[0].id) for _ in range(4)]
    for _ in range(12 if dialect == "postgresql" else 2):
        (whole,) = (await house.tabs.view(street.alice)).joints
        house.world.time.passes(minutes=11)
        answers = await asyncio.gather(
            other.charges.settle_together(street.alice, "card", whole.sum),
            *(house.tabs.promise(tip.id, street.alice) for tip in tips),
            other.charges.settle(await street.tab(1), street.alice),
            other.tabs.set_terms(street.alice, settle_at=cny("50")),
            return_exceptions=True,
        )
        assert unforeseen(answers) == []
    assert await street.states(tips) == [TipState.ON_TAB] * len(tips)
    assert (await house.tabs.view(street.alice)).promised == cny("22")


async def test_leaving_while_others_pay_their_own_tabs(street: Street, other: Tabs):
    house = street.house
    await street.promise("5", "6", "7")
    await street.pay("18")
    privacy = PrivacyService(house.world.unit, house.rails, now=house.world.time)
    house.world.time.passes(minutes=11)
    answers = await asyncio.gather(
        privacy.leave(street.alice),
        other.charges.settle_together(street.alice, "card", cny("18")),
        other.charges.settle(await street.tab(1), street.alice),
        return_exceptions=True,
    )
    assert unforeseen(answers) == []
