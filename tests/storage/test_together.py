"""Several units of work in one commit on SQLite: each alone in what it undoes, all together in what they lose."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from storage.engines import Engines
from storage.work import UnitOfWork, Work

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
Step = Callable[[Work], Coroutine[Any, Any, str]]


def keeping(key: str, *, then: Exception | None = None) -> Step:
    async def step(work: Work) -> str:
        row = "INSERT INTO dialogs (key, data, expires_at) VALUES (:key, '{}', '2030-01-01 00:00:00')"
        await work.connection.execute(text(row), {"key": key})
        if then is not None:
            raise then
        return key

    return step


async def kept(work: UnitOfWork) -> list[str]:
    async with work.read() as look:
        return list((await look.connection.execute(text("SELECT key FROM dialogs ORDER BY key"))).scalars())


async def test_what_waits_shares_a_commit_and_what_fails_is_undone_alone(work: UnitOfWork, engines: Engines):
    commits: list[object] = []
    assert engines.inline is not None
    event.listen(engines.inline, "commit", commits.append)

    steps = [keeping("a"), keeping("b", then=ValueError("no")), keeping("a"), keeping("c")]
    a, b, again, c = await asyncio.gather(*(work.run(step) for step in steps), return_exceptions=True)

    assert (a, c) == ("a", "c")
    assert isinstance(b, ValueError)
    assert isinstance(again, DBAPIError)  # the key was taken by the first, in the same commit
    assert await kept(work) == ["a", "c"]
    assert len(commits) == 1


async def test_what_a_step_undoes_itself_is_undone_alone(work: UnitOfWork):
    ran: list[str] = []

    async def forgiving(step: Work) -> str:
        ran.append("forgiving")
        await keeping("before")(step)
        with contextlib.suppress(ValueError):
            async with step.savepoint():
                await keeping("undone", then=ValueError("no"))(step)
        return await keeping("after")(step)

    a, after = await asyncio.gather(work.run(keeping("a")), work.run(forgiving))

    assert (a, after) == ("a", "after")
    assert await kept(work) == ["a", "after", "before"]
    assert ran == ["forgiving"] * 2  # first without savepoints, hoping for the best


async def test_a_commit_that_fails_is_everyones_error_and_nothing_is_kept(work: UnitOfWork, engines: Engines):
    assert engines.inline is not None
    with engines.inline.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    full = "x" * 200_000

    results = await asyncio.gather(
        work.run(keeping("small")), work.run(keeping(full)), work.run(keeping("later")), return_exceptions=True
    )

    assert isinstance(results[1], DBAPIError)
    assert set(await kept(work)) == {key for key in results if isinstance(key, str)}
    with engines.inline.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 4294967294")
    assert await work.run(keeping("space again")) == "space again"


async def test_who_is_cancelled_leaves_and_the_others_are_served(work: UnitOfWork):
    tasks = [asyncio.create_task(work.run(keeping(str(number)))) for number in range(4)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert [r for r in results if isinstance(r, str)] == ["0", "2", "3"]
    assert {"0", "2", "3"} <= set(await kept(work))


async def test_another_writer_is_waited_for_without_holding_up_the_loop(work: UnitOfWork, engines: Engines):
    turns = 0
    async with engines.reader.connect() as _, engines.writer.connect() as other, other.begin():
        waiting = asyncio.create_task(work.run(keeping("after")))
        for _ in range(10):
            await asyncio.sleep(0.005)
            turns += 1
        assert not waiting.done()
    assert await waiting == "after"
    assert turns == 10
