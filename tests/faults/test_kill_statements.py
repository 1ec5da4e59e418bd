"""SIGKILL at every statement and every commit of a way: all or nothing at each, and asking again converges."""

from collections.abc import AsyncIterator
from typing import Final

import pytest

from giving.people import Visitor
from storage.work import UnitOfWork
from tests.faults.books import Standing, standing, verified
from tests.faults.nursery import Nursery
from tests.faults.outside import Outside, Wish
from tests.faults.results import FULL, note
from tests.faults.ways import REFUND, TIP, WAYS, Ground, Way
from tests.faults.wire import Gone
from tests.world import World

STRIDE: Final = 1 if FULL else 11  # points between two kills
TELLINGS: Final = (1, 2)  # a receipt whose sender died may come again


@pytest.fixture
async def outside(cradle: Nursery, database_url: str) -> AsyncIterator[Outside]:
    """The world around a service that does nothing by itself."""
    made = Outside(cradle, database_url, {"loops": False})
    yield made
    await made.kill()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_killed_at_every_statement_and_commit(way: Way, outside: Outside, world: World, dialect: str):
    donor = await world.people.meet(Visitor(5000, "Donor", "donor", "en"))
    kills, at, points = 0, 1, 0
    seen: set[int] = set()
    halves: list[tuple[int, Standing]] = []
    await outside.start()
    for number in range(1, 10_000):
        ground = await way.prepare(outside, world.unit, Wish(number, donor.id, world.post.id))
        await outside.ask("arm", at=at)
        if not await killed(outside, world.unit, way, ground):
            points = await outside.ask("counted")
            break
        kills, at = kills + 1, at + STRIDE
        left = await standing(world.unit, ground.wish.key, ground.wish.minor)
        if left in way.chain:
            seen.add(way.chain.index(left))
        else:
            halves.append((at - STRIDE, left))
        await verified(world.unit)
        await outside.start()
        await converged(outside, world.unit, way, ground)
    row = f"SIGKILL at every statement and commit: {way.name}"
    note(row, engine=dialect, points=points, kills=kills, half_done=len(halves))
    assert halves == []
    assert kills == -(-points // STRIDE)
    assert points > 10
    if FULL:
        assert seen == set(range(len(way.chain))), "every commit of the way has a point right after it"


async def killed(outside: Outside, unit: UnitOfWork, way: Way, ground: Ground) -> bool:
    """Whether the service died on the way."""
    try:
        await way.go(outside, unit, ground)
    except Gone:
        assert await outside.gone() == -9
        return True
    return False


async def converged(outside: Outside, unit: UnitOfWork, way: Way, ground: Ground) -> None:
    """The same, asked again by who got no answer, of a new service."""
    await way.go(outside, unit, ground)
    wish = ground.wish
    assert await standing(unit, wish.key, wish.minor) == way.chain[-1]
    await verified(unit)
    if way is TIP:
        told = [times for (kind, _), times in outside.sent.items() if kind == "receipt"]
        assert len(told) == wish.number
        assert set(told) <= set(TELLINGS)
    if way is REFUND:
        asked = [charge for charge, _ in outside.refunds.values()]
        assert asked.count(f"ch_{wish.number}_b") == 1, "one key, however often it was asked"
