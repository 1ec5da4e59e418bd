"""`db backup` and `db restore` by real processes, on both databases: while tips come in, and what is refused."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from storage import migrate, revision
from storage.backup import file
from storage.engines import open_engines
from tests.backups import PG_BIN, Place, paid, place
from tests.databases import with_database
from tests.processes import ROOT, environment

__all__ = ["place"]


@pytest.fixture
async def empty(place: Place, request: pytest.FixtureRequest):
    """Another database on the same engine, with nothing in it."""
    if place.url.startswith("sqlite"):
        yield Place(f"sqlite:///{place.folder}/other/yizan.db", place.folder)
        return
    server = request.getfixturevalue("postgres")
    admin = await asyncpg.connect(server)
    name = f"other_{abs(hash(place.url))}"
    await admin.execute(f'CREATE DATABASE "{name}"')
    yield Place(with_database(server, name), place.folder)
    for (left,) in await admin.fetch("SELECT datname FROM pg_database WHERE datname LIKE $1", f"{name}%"):
        await admin.execute(f'DROP DATABASE "{left}" WITH (FORCE)')
    await admin.close()


async def test_what_was_backed_up_is_restored_and_verified(place: Place, empty: Place):
    await place.pays(3)
    out = place.folder / "a.backup"
    said = place.run("db", "backup", str(out), "--json")
    about = json.loads(said.stdout)
    assert about["engine"] in place.url
    assert about["migration"] == revision.HEAD
    assert len(about["commit"]) == 40
    assert out.stat().st_mode & 0o777 == 0o600

    done = empty.run("db", "restore", str(out))
    assert "checked 6 entries, " in done.stdout
    assert done.stdout.endswith("clean\nrestored\n")
    assert await empty.rows("SELECT count(*) FROM tips WHERE state = 'paid'") == [(3,)]
    assert empty.run("ledger", "verify").stdout.endswith("clean\n")


async def test_a_backup_is_of_one_moment_while_tips_come_in(place: Place, empty: Place):
    """A transaction writes two rows; the backup never has one without the other, and nobody waits for it."""
    await place.rows("CREATE TABLE pairs (n INTEGER PRIMARY KEY, side INTEGER)")
    engines, stop, written = open_engines(place.url), asyncio.Event(), 0

    async def write() -> None:
        nonlocal written
        while not stop.is_set():
            async with engines.writer.begin() as connection:
                for side in (0, 1):
                    values = {"n": 2 * written + side, "side": side}
                    await connection.execute(text("INSERT INTO pairs VALUES (:n, :side)"), values)
            written += 1
            await asyncio.sleep(0)

    writing = asyncio.create_task(write())
    before, out = written, place.folder / "busy.backup"
    await asyncio.to_thread(place.run, "db", "backup", str(out))
    during = written - before
    stop.set()
    await writing
    await engines.close()
    assert during > 20
    await asyncio.to_thread(empty.run, "db", "restore", str(out))
    ((left, right),) = await empty.rows("SELECT sum(1 - side), sum(side) FROM pairs")
    assert left == right > 0


async def kept_by(place: Place, said: str) -> int:
    """Paid tips in the old database that was kept."""
    found = re.search(r"kept as (\S+):", said)
    assert found, said
    url = f"sqlite:///{found[1]}" if place.url.startswith("sqlite") else with_database(place.url, found[1])
    ((count,),) = await place.rows("SELECT count(*) FROM tips WHERE state = 'paid'", url)
    if not place.url.startswith("sqlite"):
        await place.rows_of_server(f'DROP DATABASE "{found[1]}"')
    return int(count)


async def test_a_database_that_is_not_empty_is_replaced_only_when_told_and_kept(place: Place):
    await place.pays(2)
    out = place.folder / "a.backup"
    place.run("db", "backup", str(out))
    await place.rows("UPDATE tips SET charge = 'after the backup'")
    assert "is not empty; say --replace" in place.refused("db", "restore", str(out))
    assert await place.rows("SELECT DISTINCT charge FROM tips") == [("after the backup",)]

    said = place.run("db", "restore", "--replace", str(out)).stdout
    assert await place.rows("SELECT count(*) FROM tips WHERE charge = 'after the backup'") == [(0,)]
    assert await paid(place) == 2
    assert await kept_by(place, said) == 2
    assert list(place.folder.glob(".*")) == []


async def test_books_that_do_not_agree_do_not_replace_the_old_ones(place: Place):
    await place.pays(2)
    out = place.folder / "wrong.backup"
    move = "UPDATE accounts SET balance_minor = balance_minor {} 1 WHERE name LIKE 'rail:%'"
    await place.rows(move.format("+"))
    place.run("db", "backup", str(out))
    await place.rows(move.format("-"))
    said = place.run("db", "restore", "--replace", str(out), code=1).stdout
    assert "NOT SO: a balance is the sum of its postings" in said
    assert said.endswith("NOT restored: the old database is as it was\n")
    assert place.run("ledger", "verify").stdout.endswith("clean\n")
    assert await place.leftovers() == []


async def test_a_database_in_use_is_not_replaced(place: Place):
    """Also by somebody who does nothing at the moment."""
    await place.pays(1)
    out = place.folder / "a.backup"
    place.run("db", "backup", str(out))
    engines = open_engines(place.url)
    async with engines.reader.connect() as connection:
        await connection.scalar(text("SELECT count(*) FROM tips"))
    said = await asyncio.to_thread(place.refused, "db", "restore", "--replace", str(out))
    assert "is in use" in said
    await engines.close()
    assert await paid(place) == 1


async def test_what_is_no_whole_backup_of_ours_is_refused(place: Place, empty: Place):
    await place.pays(1)
    whole = place.folder / "a.backup"
    place.run("db", "backup", str(whole))
    assert "is there already" in place.refused("db", "backup", str(whole))
    body = whole.read_bytes()
    about = file.read(whole)
    cases = {
        "nothing": (b"", "is no backup of Yizan"),
        "foreign": (b"a letter, and long enough to have an end of some kind " * 9, "is no backup of Yizan"),
        "cut": (body[: len(body) // 2], "is cut off"),
        "short": (body[:-1], "is cut off"),
        "hole": (body[:5000] + body[5100:], "is damaged"),
        "bit": (body[:9000] + bytes([body[9000] ^ 1]) + body[9001:], "is damaged: its checksum"),
        "newer": (
            body[: about.size] + body[about.size :].replace(f'"{revision.HEAD}"'.encode(), b'"0999"'),
            "which a newer Yizan made",
        ),
        "other": (
            body[: about.size]
            + body[about.size :].replace(b'"postgresql"', b'"mysql"').replace(b'"sqlite"', b'"postgresql"', 1),
            "is a backup of ",
        ),
    }
    for name, (content, said) in cases.items():
        broken = place.folder / f"{name}.backup"
        broken.write_bytes(content)
        assert said in empty.refused("db", "restore", str(broken)), name
        assert said in place.refused("db", "restore", "--replace", str(broken)), name
    assert "No such file" in empty.refused("db", "restore", str(place.folder / "none"))
    assert await paid(place) == 1
    assert await place.leftovers() == []


async def test_an_older_backup_is_brought_to_this_schema(place: Place, empty: Place):
    await place.pays(1)
    engines = open_engines(place.url)
    await migrate.downgrade(engines, revision.REVISIONS[-2])
    await engines.close()
    out = place.folder / "old.backup"
    assert f"at migration {revision.REVISIONS[-2]}" in place.run("db", "backup", str(out)).stderr
    done = empty.run("db", "restore", str(out))
    assert f"upgraded from migration {revision.REVISIONS[-2]} to {revision.HEAD}" in done.stderr
    assert done.stdout.endswith("clean\nrestored\n")


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_sqlite_itself_can_read_a_backup(place: Place):
    await place.pays(1)
    out = place.folder / "a.backup"
    place.run("db", "backup", str(out))
    with contextlib.closing(sqlite3.connect(f"file:{out}?mode=ro", uri=True)) as books:
        assert books.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert books.execute("SELECT count(*) FROM tips").fetchone() == (1,)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_what_root_restores_is_the_services(place: Place):
    await place.pays(1)
    out, path = place.folder / "a.backup", place.folder / "yizan.db"
    place.run("db", "backup", str(out))
    os.chown(path, 1234, 1235)
    place.run("db", "restore", "--replace", str(out))
    assert (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o777) == (1234, 1235, 0o600)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_damaged_database_is_kept_and_replaced(place: Place):
    await place.pays(1)
    out, path = place.folder / "a.backup", place.folder / "yizan.db"
    place.run("db", "backup", str(out))
    path.write_bytes(b"rubbish" * 1000)
    assert "file is not a database" in place.refused("db", "backup", str(place.folder / "b.backup"))
    place.run("db", "restore", "--replace", str(out))
    assert await paid(place) == 1
    assert b"rubbish" in [kept.read_bytes()[:7] for kept in place.folder.glob("*.before-restore-*")]


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_postgresql_needs_its_own_programs_of_a_version_that_fits(place: Place, empty: Place, tmp_path: Path):
    out, old = tmp_path / "a.backup", tmp_path / "old"
    none = place.refused("db", "backup", str(out), YIZAN_DATABASE__PG_BIN=str(tmp_path))
    assert f"pg_dump: is not in {tmp_path}: install PostgreSQL's client programs" in none
    assert "pg_dump: is not on the PATH" in place.refused("db", "backup", str(out), YIZAN_DATABASE__PG_BIN="", PATH="")
    old.mkdir()
    for name in ("pg_dump", "pg_restore"):
        (old / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) 14.2 (Debian 14.2-1)'\n", encoding="ascii")
        (old / name).chmod(0o755)
    said = place.refused("db", "backup", str(out), YIZAN_DATABASE__PG_BIN=str(old))
    assert "pg_dump: is of version 14, the server of 18: install" in said
    assert not out.exists()
    await place.pays(1)
    place.run("db", "backup", str(out))
    said = empty.refused("db", "restore", str(out), YIZAN_DATABASE__PG_BIN=str(old))
    assert "pg_restore: is of version 14, the backup was made by pg_dump 18" in said
    listed = subprocess.run([PG_BIN / "pg_restore", "--list", out], capture_output=True, text=True, check=True)
    assert "TABLE DATA public tips" in listed.stdout


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_a_restore_into_an_empty_database_that_fails_leaves_it_empty(place: Place, empty: Place, tmp_path: Path):
    """pg_restore itself, broken off in the middle."""
    await place.pays(1)
    out, torn = tmp_path / "a.backup", tmp_path / "bin"
    place.run("db", "backup", str(out))
    shutil.copytree(PG_BIN, torn, symlinks=True)
    script = f'#!/bin/sh\ncase "$*" in *--list*|*--version*) exec {PG_BIN}/pg_restore "$@";; esac\n'
    script += f'{PG_BIN}/pg_restore "$@" & sleep 0.05; kill -9 $!; echo "pg_restore: error: killed" >&2; exit 1\n'
    (torn / "pg_restore").unlink()
    (torn / "pg_restore").write_text(script, encoding="ascii")
    (torn / "pg_restore").chmod(0o755)
    assert "killed" in empty.refused("db", "restore", str(out), YIZAN_DATABASE__PG_BIN=str(torn))
    assert await empty.rows("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    await place.rows("UPDATE tips SET charge = 'old'")
    assert "killed" in place.refused("db", "restore", "--replace", str(out), YIZAN_DATABASE__PG_BIN=str(torn))
    assert await place.rows("SELECT DISTINCT charge FROM tips") == [("old",)]
    assert await place.leftovers() == []


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_full_disk_leaves_no_half_backup(place: Place, tmp_path: Path):
    await place.pays(1)
    limited = f"ulimit -f 100; trap '' XFSZ; exec {sys.executable} main.py db backup {tmp_path}/full.backup"
    done = subprocess.run(
        ["bash", "-c", limited], cwd=ROOT, env=environment(YIZAN_DATABASE__URL=place.url),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir() if "full" in path.name] == []
