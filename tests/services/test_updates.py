"""Updates that are done are known to be, to every process, for two days."""

import asyncio

from services.updates import UpdateService
from storage.work import UnitOfWork
from tests.world import Time


async def test_what_is_done_is_known_to_the_next_process_too(work: UnitOfWork):
    await UpdateService(work).done(7)

    assert await asyncio.gather(*(UpdateService(work).is_done(n) for n in (6, 7, 8))) == [False, True, False]


async def test_many_at_once_share_a_look_and_a_commit_and_one_told_twice_is_no_error(work: UnitOfWork):
    updates = UpdateService(work)
    await asyncio.gather(*(updates.done(n % 40) for n in range(200)))

    known = await asyncio.gather(*(updates.is_done(n) for n in range(80)))
    assert known == [n < 40 for n in range(80)]


async def test_after_two_days_it_is_forgotten(work: UnitOfWork):
    time = Time()
    updates = UpdateService(work, now=time)
    await updates.done(1)
    time.passes(hours=47)
    await updates.done(2)
    await updates.forget_old()
    assert await updates.is_done(1)
    time.passes(hours=2)
    await updates.forget_old()

    assert not await updates.is_done(1)
    assert await updates.is_done(2)
