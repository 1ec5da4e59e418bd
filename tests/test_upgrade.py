"""Upgrading beside what runs: several at once, with writers at work; and a database from a newer Yizan is refused."""

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage import migrate, revision
from storage.engines import Engines, open_engines
from storage.ids import new_id
from tests.processes import command, database_on, together
from tests.world import World

NEWER = "the database is at 0999, made by a newer Yizan"


@pytest.fixture
def empty_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest):
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path}/new.db"
        return
    with database_on(request.getfixturevalue("postgres"), f"new_{abs(hash(str(tmp_path)))}") as url:
        yield url


def test_three_upgrades_at_once_make_one_schema(empty_url: str):
    done = together(*(lambda: command("db", "upgrade", YIZAN_DATABASE__URL=empty_url) for _ in range(3)))
    assert [(each.returncode, each.stderr.count("\n")) for each in done] == [(0, 1)] * 3
    assert all(each.stderr.startswith("database: ") for each in done)
    assert {each.stdout for each in done} == {f"database is at {revision.HEAD}\n"}


async def test_an_upgrade_goes_through_while_the_older_version_writes(
    world: World, engines: Engines, database_url: str
):
    """Not one write fails, and all are there."""
    await migrate.downgrade(engines, revision.REVISIONS[-2])
    old, stop, written, longest = open_engines(database_url), asyncio.Event(), [0], 0.0

    async def write(number: int) -> None:
        nonlocal longest
        change = text("UPDATE people SET name = name || '.' WHERE telegram_id = 1002")
        while not stop.is_set():
            began = time.monotonic()
            async with old.writer.begin() as connection:
                await connection.execute(change)
            longest = max(longest, time.monotonic() - began)
            written[0] += 1
            await asyncio.sleep(0.001)

    writers = [asyncio.create_task(write(number)) for number in range(4)]
    await asyncio.sleep(0.2)
    before = written[0]
    done = await asyncio.to_thread(command, "db", "upgrade", YIZAN_DATABASE__URL=database_url)
    assert done.returncode == 0, done.stderr
    stop.set()
    await asyncio.gather(*writers)
    await old.close()
    assert written[0] > before
    assert longest < 5
    async with engines.reader.connect() as connection:
        name = await connection.scalar(text("SELECT name FROM people WHERE telegram_id = 1002"))
    assert name.count(".") == written[0]
    assert await revision.current(engines) == revision.HEAD


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_an_upgrade_waits_its_turn_where_somebody_holds_a_table(engines: Engines, database_url: str):
    """It asks again and again, so that nobody waits behind it for long."""
    await migrate.downgrade(engines, revision.REVISIONS[-2])
    other = open_engines(database_url)
    async with other.writer.begin() as connection:
        await connection.execute(text("LOCK TABLE alembic_version IN SHARE MODE"))
        upgrading = asyncio.create_task(migrate.upgrade(engines))
        await asyncio.sleep(2.5)
        assert not upgrading.done()
    await upgrading
    await other.close()
    assert await revision.current(engines) == revision.HEAD


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_an_upgrade_gives_up_in_the_end_and_leaves_nothing_locked(
    engines: Engines, database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(migrate, "PATIENCE_S", 1.0)
    await migrate.downgrade(engines, "0004")
    other = open_engines(database_url)
    async with other.writer.begin() as connection:
        await connection.execute(text("SELECT 1 FROM slots"))
        with pytest.raises(DBAPIError, match="lock timeout"):
            await migrate.upgrade(engines)
    assert await revision.current(engines) == "0004"
    async with other.writer.begin() as connection:
        assert await connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": migrate.LOCK})
        assert await connection.scalar(text("SHOW lock_timeout")) == "5s"
    await other.close()
    await migrate.upgrade(engines)
    assert await revision.current(engines) == revision.HEAD


async def test_a_failure_in_the_middle_leaves_whole_revisions_and_the_next_call_goes_on(engines: Engines, dialect: str):
    await migrate.downgrade(engines, "0004")
    in_the_way = text("CREATE TABLE budgets (subject TEXT)")  # 0006 makes one
    async with engines.writer.begin() as connection:
        await connection.execute(in_the_way)
    with pytest.raises(DBAPIError, match="already exists"):
        await migrate.upgrade(engines)
    assert await revision.current(engines) == ("0005" if dialect == "postgresql" else "0004")
    async with engines.writer.begin() as connection:
        await connection.execute(text("DROP TABLE budgets"))
    await migrate.upgrade(engines)
    assert await revision.current(engines) == revision.HEAD


async def test_several_upgrades_of_an_old_database_at_once_make_one_schema(engines: Engines, database_url: str):
    """Who waits keeps nothing that making an index beside the writers would wait for."""
    await migrate.downgrade(engines, "0002")
    others = [open_engines(database_url) for _ in range(3)]
    await asyncio.wait_for(asyncio.gather(*(migrate.upgrade(other) for other in others)), timeout=60)
    for other in others:
        await other.close()
    assert await revision.current(engines) == revision.HEAD


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_an_index_that_was_left_unfinished_is_made_again(world: World, engines: Engines):
    await migrate.downgrade(engines, "0002")
    post = {"chat_id": world.chat.chat.id, "project_id": world.library.id, "author": world.creator.id}
    async with engines.writer.begin() as connection:  # two of one author: a unique index on them fails half-way
        for number in (1, 2):
            await connection.execute(
                text(
                    "INSERT INTO posts (id, chat_id, message_id, project_id, excerpt, posted_at, author_id)"
                    " VALUES (:id, :chat_id, :number, :project_id, '', now(), :author)"
                ),
                {"id": new_id(), "number": 7000 + number, **post},
            )
    plain = await engines.writer.connect()
    await plain.execution_options(isolation_level="AUTOCOMMIT")
    with pytest.raises(DBAPIError):
        await plain.execute(text("CREATE UNIQUE INDEX CONCURRENTLY ix_posts_author_id ON posts (author_id)"))
    valid = text("SELECT indisvalid, indisunique FROM pg_index WHERE indexrelid = 'ix_posts_author_id'::regclass")
    assert (await plain.execute(valid)).one() == (False, True)
    await migrate.upgrade(engines, "0003")
    assert (await plain.execute(valid)).one() == (True, False)
    await plain.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    await plain.execute(text("ALTER TABLE thanks DROP COLUMN slot_id"))
    await migrate.upgrade(engines)  # as after a failure behind the index, which is there already
    assert (await plain.execute(valid)).one() == (True, False)
    await plain.close()


async def test_a_newer_database_is_refused_and_left_alone(engines: Engines, database_url: str):
    async with engines.writer.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    settings = {"YIZAN_DATABASE__URL": database_url, "YIZAN_TELEGRAM__TOKEN": "100000001:sandbox"}
    run, upgrade, verify = await asyncio.to_thread(
        together,
        *(
            lambda words=words: command(*words, **settings)
            for words in (["run"], ["db", "upgrade"], ["ledger", "verify"])
        ),
    )
    assert (run.returncode, NEWER in run.stderr) == (2, True), run.stderr
    assert (upgrade.returncode, NEWER in upgrade.stderr) == (2, True), upgrade.stderr
    assert verify.returncode == 2
    assert "Traceback" not in run.stderr + upgrade.stderr + verify.stderr
    assert await revision.current(engines) == "0999"
