"""SIGKILL at the statements that book a matched gift, and of its refund: matched with it, or neither is there."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from giving.matching import Pool, Ratio, Window
from giving.money import Money
from giving.payments import EventKind
from giving.people import Visitor
from services.matching import NewPool, PoolService
from storage.work import UnitOfWork
from tests.faults.books import rows, verified
from tests.faults.nursery import Nursery
from tests.faults.outside import Outside, Wish, paid_body
from tests.faults.results import FULL, note
from tests.faults.ways import Ground, linked
from tests.faults.wire import Gone
from tests.rails import event
from tests.world import World

STRIDE: Final = 1 if FULL else 9  # points between two kills


@pytest.fixture
async def outside(cradle: Nursery, database_url: str) -> AsyncIterator[Outside]:
    """The world around a service that does nothing by itself."""
    made = Outside(cradle, database_url, {"loops": False})
    yield made
    await made.kill()


async def opened(unit: UnitOfWork) -> Pool:
    """A pool that is open by everybody's clock."""
    windows = (Window(1, datetime.now(UTC) - timedelta(hours=1), None, 10_000_000),)
    pools = PoolService(unit)
    pool = await pools.create(NewPool("S", True, {"en": "Pool"}, Money(10_000_000, "CNY"), Ratio(1, 1), windows))
    return await pools.sign(pool.id, signed_by="Wang")


async def test_killed_while_matched_gifts_are_booked_and_given_back(outside: Outside, world: World, dialect: str):
    donor = await world.people.meet(Visitor(5000, "Donor", "donor", "en"))
    pool = await opened(world.unit)
    await outside.start()
    kills, at, points, used = 0, 1, 0, 0
    for number in range(1, 10_000):
        ground = await linked(outside, world.unit, Wish(number, donor.id, world.post.id))
        await outside.ask("arm", at=at)
        alive = await gone_through(outside, ground)
        if alive:
            points = await outside.ask("counted")
        else:
            assert await outside.gone() == -9
            kills, at = kills + 1, at + STRIDE
            assert await standing(world.unit, ground) in {(0, 0, 0), (1, 1, 0), (1, 1, 1)}
            await verified(world.unit)
            await outside.start()
            assert await gone_through(outside, ground), "asked again, it is done"
        assert await standing(world.unit, ground) == (1, 1, 1)
        used += ground.wish.minor // 2
        await verified(world.unit)
        if alive:
            break
    [(said,)] = await rows(world.unit, "SELECT used_minor FROM pools")
    note("SIGKILL while matched gifts are booked and given back", engine=dialect, points=points, kills=kills)
    assert said == used
    assert kills == -(-points // STRIDE)
    assert points > 10
    assert (await world.pool_views.card(pool.id)).gifts == kills + 1


async def gone_through(outside: Outside, ground: Ground) -> bool:
    """Paid, and half of it (rounded up) given back; whether the service lived."""
    charge, minor = f"ch_{ground.wish.number}", ground.wish.minor
    back = event(
        EventKind.REFUNDED, ground.payment, f"evt_re_{charge}", their_id=f"re_{charge}", charge=charge,
        minor=minor - minor // 2,
    )  # fmt: skip
    try:
        await outside.ask("event", body=paid_body(ground.payment, charge, minor))
        await outside.ask("event", body=back.decode())
        await outside.ask("settle")
    except Gone:
        return False
    return True


async def standing(unit: UnitOfWork, ground: Ground) -> tuple[int, ...]:
    """Whether it is paid, matched, and both given back in part."""
    [row] = await rows(
        unit,
        "SELECT (SELECT count(*) FROM tips WHERE amount_minor = :minor AND state = 'paid'),"
        " (SELECT count(*) FROM entries WHERE key LIKE :key),"
        " (SELECT count(*) FROM matches JOIN tips ON tips.id = matches.tip_id WHERE tips.amount_minor = :minor"
        " AND tips.refunded_minor > 0 AND matches.back_minor > 0)",
        minor=ground.wish.minor,
        key=f"match:{ground.tip}:%",
    )
    both, entries, back = row
    return both, entries - back, back
