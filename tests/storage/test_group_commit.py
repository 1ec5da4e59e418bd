"""Group commit: each caller its own result, one commit for all, and nobody hangs."""

import asyncio
import time
from collections.abc import Sequence

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from structlog.testing import capture_logs

from storage.group_commit import GroupCommit, StepBroken
from storage.inline import WaitedElsewhere
from storage.work import UnitOfWork, Work


async def test_whoever_waits_shares_one_commit_and_gets_their_own_answer(work: UnitOfWork):
    batches: list[int] = []

    async def step(_work: Work, requests: Sequence[int]) -> list[int | Exception]:
        batches.append(len(requests))
        return [ValueError(str(r)) if r % 10 == 3 else r * 2 for r in requests]

    commit = GroupCommit[int, int](work, step, most=40)
    results = await asyncio.gather(*(commit(n) for n in range(100)), return_exceptions=True)

    assert [r for n, r in enumerate(results) if n % 10 != 3] == [n * 2 for n in range(100) if n % 10 != 3]
    assert all(isinstance(results[n], ValueError) for n in range(3, 100, 10))
    assert batches == [40, 40, 20]


async def test_one_row_the_database_refuses_fails_alone(work: UnitOfWork):
    async def step(unit: Work, requests: Sequence[int]) -> list[int | Exception]:
        for n in requests:
            key = "same" if n in (4, 7) else str(n)
            await unit.connection.execute(
                text("INSERT INTO dialogs (key, data, expires_at) VALUES (:k, '{}', '2030-01-01 00:00:00')"), {"k": key}
            )
        return list(requests)

    commit = GroupCommit[int, int](work, step)
    results = await asyncio.gather(*(commit(n) for n in range(10)), return_exceptions=True)

    assert sum(isinstance(r, Exception) for r in results) == 1
    async with work.read() as check:
        assert await check.connection.scalar(text("SELECT count(*) FROM dialogs")) == 9


async def test_a_cancelled_caller_does_not_take_the_others_along(work: UnitOfWork):
    async def step(_work: Work, requests: Sequence[int]) -> list[int | Exception]:
        time.sleep(0.05)
        return list(requests)

    commit = GroupCommit[int, int](work, step)
    callers = [asyncio.create_task(commit(n)) for n in range(5)]
    await asyncio.sleep(0.01)
    callers[2].cancel()
    results = await asyncio.gather(*callers, return_exceptions=True)

    assert [r for r in results if not isinstance(r, BaseException)] == [0, 1, 3, 4]
    assert await commit(9) == 9


async def test_a_step_that_waits_for_something_else_is_refused_on_sqlite_and_writes_nothing(work: UnitOfWork):
    async def step(unit: Work, requests: Sequence[int]) -> list[int | Exception]:
        await unit.connection.execute(
            text("INSERT INTO dialogs (key, data, expires_at) VALUES ('x', '{}', '2030-01-01 00:00:00')")
        )
        await asyncio.sleep(0)
        return list(requests)

    if work.dialect != "sqlite":  # there is no writer thread to hold up on PostgreSQL
        assert await GroupCommit[int, int](work, step)(1) == 1
        return
    with pytest.raises(WaitedElsewhere):
        await GroupCommit[int, int](work, step)(1)
    async with work.read() as check:
        assert await check.connection.scalar(text("SELECT count(*) FROM dialogs")) == 0


async def test_a_unit_of_work_whose_caller_is_cancelled_gives_the_turn_back(work: UnitOfWork):
    async def step(_work: Work) -> None:
        time.sleep(0.05)

    task = asyncio.create_task(work.run(step))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5), work() as unit:
        assert await unit.connection.scalar(text("SELECT 1")) == 1


async def test_a_broken_step_is_an_error_for_its_callers_and_nothing_is_written(work: UnitOfWork):
    async def step(unit: Work, requests: Sequence[int]) -> list[int | Exception]:
        await unit.connection.execute(
            text("INSERT INTO dialogs (key, data, expires_at) VALUES ('x', '{}', '2030-01-01 00:00:00')")
        )
        return []

    with pytest.raises(StepBroken):
        await GroupCommit[int, int](work, step)(1)
    async with work.read() as check:
        assert await check.connection.scalar(text("SELECT count(*) FROM dialogs")) == 0


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_a_deadlock_is_done_again_counted_and_told(work: UnitOfWork):
    """Somebody else holds one row and wants the one we hold: who waits the longest is given up by the database."""
    rows = text("INSERT INTO dialogs (key, data, expires_at) VALUES ('a', '{}', now()), ('b', '{}', now())")
    touch = text("UPDATE dialogs SET state = :by WHERE key = :key")
    async with work() as first:
        await first.connection.execute(rows)
    locked, theirs = asyncio.Event(), asyncio.Event()
    tries: list[int] = []

    async def step(unit: Work, requests: Sequence[int]) -> list[int | Exception]:
        tries.append(len(requests))
        await unit.connection.execute(touch, {"key": "a", "by": "us"})
        locked.set()
        await theirs.wait()
        await unit.connection.execute(touch, {"key": "b", "by": "us"})
        return list(requests)

    async def the_other_way_round() -> None:
        async with work() as unit:
            await unit.connection.execute(touch, {"key": "b", "by": "them"})
            await locked.wait()
            theirs.set()
            await asyncio.sleep(0.3)  # they wait after us, so that it is us who look for a deadlock first
            await unit.connection.execute(touch, {"key": "a", "by": "them"})

    commit = GroupCommit[int, int](work, step, name="crossed")
    before = again("crossed", "deadlock")
    with capture_logs() as logged:
        answers = await asyncio.gather(commit(1), commit(2), the_other_way_round())
    assert list(answers) == [1, 2, None]
    # Most often once; who begins again may be at the row before who waits for it has woken, and is given up once more.
    retries = len(tries) - 1
    assert retries >= 1
    assert set(tries) == {2}
    assert again("crossed", "deadlock") == before + retries
    assert all({"work": "crossed", "reason": "deadlock", "items": 2}.items() <= line.items() for line in logged)
    assert [line["event"] for line in logged] == ["group_commit_again"] * retries
    async with work.read() as check:
        assert set((await check.connection.execute(text("SELECT state FROM dialogs"))).scalars()) == {"us"}


def again(work: str, reason: str) -> float:
    return REGISTRY.get_sample_value("group_commit_retries_total", {"work": work, "reason": reason}) or 0.0
