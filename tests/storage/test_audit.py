"""The audit log: kept as written, newest first, part of its unit of work, never changed."""

import contextlib
import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.audit import AuditRecord
from storage.engines import Engines
from storage.ids import new_id
from storage.work import UnitOfWork
from tests.world import World

RECORD = AuditRecord(None, "cli", "project.changed", "project", "x", {"state": "open"}, {"state": "closed", "n": [1]})


async def added(unit: UnitOfWork, world: World, *records: AuditRecord) -> None:
    for record in records:
        async with unit() as work:
            await work.audit.add(record, now=world.time())
        world.time.passes(seconds=1)


async def test_what_was_written_is_read_newest_first(world: World):
    by = AuditRecord(world.alice.id, "chat", "role.granted", "person", str(world.bob.id), None, {"role": "finance"})
    began = world.time()
    await added(world.unit, world, RECORD, by)
    async with world.unit.read() as work:
        acts = await work.audit.list(limit=10)
        assert [act.record for act in acts] == [by, RECORD]
        assert acts[1].at == began
        assert await work.audit.list(limit=1) == acts[:1]


async def test_an_act_of_a_unit_of_work_that_fails_is_not_there(world: World):
    async def fails() -> None:
        async with world.unit() as work:
            await work.audit.add(RECORD, now=world.time())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    async with world.unit.read() as work:
        assert await work.audit.list(limit=10) == ()


async def test_a_hot_unit_of_work_can_write_it_too(world: World):
    await world.unit.run(lambda work: work.audit.add(RECORD, now=world.time()))
    async with world.unit.read() as work:
        assert [act.record for act in await work.audit.list(limit=10)] == [RECORD]


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET action = 'other'", "DELETE FROM audit_log"])
async def test_it_refuses_changes(world: World, engines: Engines, statement: str):
    await added(world.unit, world, RECORD)
    with pytest.raises(DBAPIError, match="never changed"):
        async with engines.writer.begin() as connection:
            await connection.execute(text(statement))
    async with world.unit.read() as work:
        assert [act.record for act in await work.audit.list(limit=10)] == [RECORD]


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_postgresql_refuses_truncate(world: World, engines: Engines):
    await added(world.unit, world, RECORD)
    with pytest.raises(DBAPIError, match="never changed"):
        async with engines.writer.begin() as connection:
            await connection.execute(text("TRUNCATE audit_log"))


@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_sqlite_refuses_replace(world: World, database_url: str, recursive: str):
    await added(world.unit, world, RECORD)
    with contextlib.closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as log:
        log.execute(f"PRAGMA recursive_triggers = {recursive}")
        before = log.execute("SELECT * FROM audit_log").fetchall()
        for columns in ("id, at, NULL, 'cli', 'other', 'x', 'x', NULL, NULL",):
            with pytest.raises(sqlite3.IntegrityError, match="never changed"):
                log.execute(f"REPLACE INTO audit_log SELECT {columns} FROM audit_log")
        log.rollback()
        assert log.execute("SELECT * FROM audit_log").fetchall() == before


async def test_an_actor_is_somebody_we_know(world: World):
    stranger = AuditRecord(new_id(), "chat", "role.granted", "person", "x")
    with pytest.raises(DBAPIError):
        await added(world.unit, world, stranger)
