"""Short reads where they are asked, and savepoints in what is driven to its end."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.inline import WaitedElsewhere
from storage.work import UnitOfWork, Work

ADD = text("INSERT INTO dialogs (key, data, expires_at) VALUES (:key, '{}', '2030-01-01 00:00:00')")


async def keys(work: Work) -> list[str]:
    return list((await work.connection.execute(text("SELECT key FROM dialogs ORDER BY key"))).scalars())


async def test_a_look_sees_what_is_committed_and_only_that(work: UnitOfWork):
    assert await work.look(keys) == []
    async with work() as writing:
        await writing.connection.execute(ADD, {"key": "a"})
        assert await work.look(keys) == []
    assert await work.look(keys) == ["a"]


async def test_what_a_look_writes_is_not_kept(work: UnitOfWork):
    async def step(writing: Work) -> None:
        await writing.connection.execute(ADD, {"key": "a"})

    if work.dialect == "sqlite":
        with pytest.raises(DBAPIError):  # readers may not even try
            await work.look(step)
    else:
        await work.look(step)
    assert await work.look(keys) == []


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_look_that_waits_for_something_else_is_a_mistake(work: UnitOfWork):
    async def step(_: Work) -> None:
        await asyncio.sleep(0)

    with pytest.raises(WaitedElsewhere):
        await work.look(step)
    assert await work.look(keys) == []


async def test_a_savepoint_undoes_its_block_alone(work: UnitOfWork):
    async def step(writing: Work) -> list[str]:
        await writing.connection.execute(ADD, {"key": "before"})
        with pytest.raises(ValueError, match="no"):
            await undone(writing)
        async with writing.savepoint():
            await writing.connection.execute(ADD, {"key": "kept"})
        return await keys(writing)

    async def undone(writing: Work) -> None:
        async with writing.savepoint():
            await writing.connection.execute(ADD, {"key": "undone"})
            raise ValueError("no")

    assert await work.run(step) == ["before", "kept"]
    assert await work.look(keys) == ["before", "kept"]
