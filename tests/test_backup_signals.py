"""SIGTERM to `db backup` and `db restore`, by real processes; and which database they say that they mean."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from launch.interrupts import interruptible, too_late
from tests.backups import PG_BIN, Place, paid, place
from tests.processes import ROOT, environment

__all__ = ["place"]


def _hanging_tools(folder: Path) -> str:
    """pg_dump and pg_restore that never come to their end."""
    folder.mkdir()
    for name in ("pg_dump", "pg_restore"):
        script = f'case "$*" in *--list*|*--version*) exec {PG_BIN}/{name} "$@";; esac'
        (folder / name).write_text(f'#!/bin/sh\n{script}\n: > "$0.began"\nexec sleep 60\n', encoding="ascii")
        (folder / name).chmod(0o755)
    return str(folder)


async def _ended_half_way(place: Place, began: Callable[[], Awaitable[list[str]]], *arguments: str) -> None:
    """Start the command, send it SIGTERM once something half-made is there, and wait for its end."""
    settings = {"YIZAN_DATABASE__URL": place.url, "YIZAN_DATABASE__PG_BIN": place.pg_bin}
    with subprocess.Popen(
        [sys.executable, "main.py", *arguments], cwd=ROOT, env=environment(**settings),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        while process.poll() is None and not await began():
            await asyncio.sleep(0.002)
        process.terminate()
        _, said = await asyncio.to_thread(process.communicate)
    assert process.returncode == 1, said
    assert "Aborted!" in said
    assert "Traceback" not in said


async def test_sigterm_half_way_leaves_nothing_behind_like_ctrl_c(place: Place, tmp_path: Path):
    await place.pays(1)
    if place.url.startswith("sqlite"):  # it takes a moment
        await place.rows("CREATE TABLE ballast AS SELECT zeroblob(100000000) AS weight")
    whole, torn = place.folder / "whole.backup", place.folder / "torn.backup"
    place.run("db", "backup", str(whole))
    if not place.url.startswith("sqlite"):
        place.pg_bin = _hanging_tools(tmp_path / "hanging")

    async def parts() -> list[str]:
        return [path.name for path in place.folder.glob(".*.part")]

    async def under_way() -> list[str]:
        """Not before pg_dump runs: a signal while asyncio makes its loop leaves one that warnings tell of."""
        pg = not place.url.startswith("sqlite")
        return [] if pg and not (tmp_path / "hanging" / "pg_dump.began").exists() else await parts()

    await _ended_half_way(place, under_way, "db", "backup", str(torn))
    assert await parts() == []
    assert not torn.exists()
    await _ended_half_way(place, place.leftovers, "db", "restore", "--replace", str(whole))
    assert await place.leftovers() == []
    assert await paid(place) == 1


def test_between_two_names_a_signal_comes_too_late():
    with interruptible():
        with too_late():
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)


async def test_which_database_is_meant_is_said_without_its_password(place: Place):
    await place.pays(1)
    said = place.run("db", "backup", str(place.folder / "a.backup")).stderr.splitlines()[0]
    secret = "postgresql://yizan:hunter2@127.0.0.1:9/books?ssl=disable"
    if place.url.startswith("sqlite"):
        assert said == f"database: {place.url}"
        short = place.run("db", "upgrade", YIZAN_DATABASE__URL=f"sqlite:///{os.path.relpath(place.folder, ROOT)}/b.db")
        assert short.stderr == f"database: sqlite:///{ROOT}/{os.path.relpath(place.folder, ROOT)}/b.db\n"
    else:
        assert said.startswith("database: postgresql://")
    wrong = place.run("db", "restore", str(place.folder / "a.backup"), code=2, YIZAN_DATABASE__URL=secret).stderr
    assert wrong.startswith("database: postgresql://yizan:")
    assert "@127.0.0.1:9/books" in wrong.splitlines()[0]
    assert "hunter2" not in wrong
