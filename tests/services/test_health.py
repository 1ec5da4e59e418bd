"""Readiness: does the database take writes, is the schema ours, does mail go out; asked often, looked seldom."""

import asyncio

import pytest
from sqlalchemy import event, text

from services.health import HealthService
from storage import revision
from storage.engines import Engines, open_engines
from storage.work import UnitOfWork
from tests.databases import with_database
from tests.world import World


@pytest.fixture
def health(world: World) -> HealthService:
    found = HealthService(world.unit, now=world.time)
    found.started()
    return found


async def test_a_process_is_ready_between_its_start_and_its_stop(world: World):
    health = HealthService(world.unit, now=world.time)
    assert (await health.readiness()).problems == ("starting",)
    health.started()
    found = await health.readiness()
    assert found.ready
    assert found.as_json() == {
        "ready": True,
        "problems": [],
        "database": "writable",
        "migration": {"at": revision.HEAD, "is": "ours", "ours": revision.HEAD},
        "outbox_oldest_seconds": 0.0,
        "outbox_late": False,
    }
    health.stop()
    assert (await health.readiness()).problems == ("stopping",)
    health.started()
    assert not (await health.readiness()).ready


async def test_a_message_that_waits_is_told_and_a_problem_only_for_who_asks(world: World, health: HealthService):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    world.time.passes(minutes=5)
    found = await health.readiness(outbox_within_s=600)
    assert found.ready
    assert found.look.outbox_oldest_s >= 300
    assert found.as_json()["outbox_late"] is True
    assert (await health.readiness(outbox_within_s=200)).problems == ("outbox",)


@pytest.mark.parametrize(
    ("at", "problems"), [(revision.REVISIONS[0], ("migration",)), (None, ("migration",)), ("0999", ())]
)
async def test_only_an_older_schema_is_a_problem(world: World, health: HealthService, engines: Engines, at, problems):
    """A newer one is what `db upgrade` beside a running older version leaves."""
    async with engines.writer.begin() as connection:
        if at is None:
            await connection.execute(text("DELETE FROM alembic_version"))
        else:
            await connection.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": at})
    assert (await health.readiness()).problems == problems


async def test_however_many_ask_it_is_looked_once(world: World, health: HealthService, engines: Engines):
    commits = 0

    def count(_connection: object) -> None:
        nonlocal commits
        commits += 1

    event.listen(engines.writer.sync_engine, "commit", count)
    found = await asyncio.gather(*(health.readiness() for _ in range(50)))
    assert all(each.ready for each in found)
    assert commits == 1


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_database_that_somebody_holds_is_not_ready_and_nobody_waits_long(
    world: World, health: HealthService, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.health.WITHIN_S", 0.3)
    monkeypatch.setattr("services.health.FRESH_S", 0.0)
    other = open_engines(database_url)
    async with other.writer.begin():
        assert (await health.readiness()).problems == ("database",)
    await other.close()
    await asyncio.sleep(0.2)
    for _ in range(40):  # the look that hung is left to end by itself
        if (await health.readiness()).ready:
            break
        await asyncio.sleep(0.2)
    assert (await health.readiness()).ready


async def test_a_look_is_a_real_commit(world: World, health: HealthService, engines: Engines):
    """Reading alone would be well on a disk that is full."""
    question = "PRAGMA data_version" if engines.dialect == "sqlite" else "SELECT pg_current_wal_insert_lsn()::text"
    async with engines.reader.connect() as connection:
        before = await connection.scalar(text(question))
        await connection.rollback()
        assert (await health.readiness()).ready
        assert await connection.scalar(text(question)) != before


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_a_database_that_only_reads_is_not_ready(world: World, database_url: str, postgres: str):
    name = database_url.partition("?")[0].rpartition("/")[2]
    admin = open_engines(with_database(postgres, "postgres"))
    async with admin.writer.connect() as connection:
        await connection.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
        await connection.commit()
    await admin.close()
    engines = open_engines(database_url)
    health = HealthService(UnitOfWork(engines))
    health.started()
    assert (await health.readiness()).problems == ("database",)
    await engines.close()


async def test_a_database_that_is_away_is_not_ready(health: HealthService, engines: Engines, monkeypatch):
    class Away:
        def __call__(self) -> object:
            raise OSError("connection refused")

    monkeypatch.setattr(health, "_unit", Away())
    assert (await health.readiness()).problems == ("database",)
    await health.close()
