"""Upgrading beside what runs: several at once, with writers at work; and a database from a newer Yizan is refused."""

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from storage import migrate, revision
from storage.engines import Engines, open_engines
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
    assert [(each.returncode, each.stderr) for each in done] == [(0, "")] * 3
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
    """It asks again and again, so that nobody waits behind it for longer than a second."""
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
