"""systemd's side of it: a real socket that hears a real process begin, wait for its database, live, hang, and stop."""

import asyncio
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from launch.supervisor import Supervisor
from storage.engines import is_away
from storage.revision import HEAD
from tests.processes import Stage, command, database_on, fetch, free_port, until
from tests.processes.stage import TOKEN


class Ear:
    """What systemd would hear."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)
        self.heard: list[str] = []

    def listen(self) -> list[str]:
        while True:
            try:
                self.heard += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.heard

    def until(self, line: str) -> bool:
        return until(lambda: line in self.listen(), line, seconds=40)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[Ear]:
    found = Ear(tmp_path / "notify")
    yield found
    found.close()


def test_a_service_says_that_it_is_ready_lives_and_stops(ear: Ear, tmp_path: Path):
    metrics = free_port()
    stage = Stage(
        tmp_path, f"sqlite:///{tmp_path}/yizan.db",
        NOTIFY_SOCKET=str(ear.path), WATCHDOG_USEC="600000",
        YIZAN_WEB__METRICS_PORT=str(metrics), YIZAN_WEB__DRAIN_S="2",
    )  # fmt: skip
    inside = f"http://127.0.0.1:{metrics}"
    try:
        stage.begin()
        assert ear.until("READY=1")
        assert ear.until("WATCHDOG=1")
        assert fetch("GET", f"{stage.web}/readyz").body == "ready"
        assert fetch("GET", f"{inside}/readyz").json["migration"]["is"] == "ours"
        shown = fetch("GET", f"{inside}/metrics").body
        assert f'migration="{HEAD}"' in shown
        assert 'route="/readyz",status="200"' in shown
        assert fetch("GET", f"{stage.web}/metrics").status == 404

        stage.bot.signal(signal.SIGSTOP)  # the loop stands still
        time.sleep(0.3)
        before = ear.listen().count("WATCHDOG=1")
        time.sleep(0.7)
        assert ear.listen().count("WATCHDOG=1") == before
        stage.bot.signal(signal.SIGCONT)
        until(lambda: ear.listen().count("WATCHDOG=1") > before, "another ping")

        asked = time.monotonic()
        stage.bot.signal(signal.SIGTERM)
        assert ear.until("STOPPING=1")
        answer = fetch("GET", f"{stage.web}/readyz")
        assert (answer.status, answer.body) == (503, "not ready: stopping")
        assert fetch("GET", f"{stage.web}/healthz").status == 200
        assert fetch("GET", f"{stage.web}/terms").status != 503, "who is here is served"
        assert stage.bot.ends(seconds=12) == 0
        assert time.monotonic() - asked >= 2
    finally:
        stage.show_logs()
        stage.close()


def test_a_database_that_takes_no_writes_ends_nobody(ear: Ear, tmp_path: Path):
    """Starting anew would not bring it back: no people are sent here, and the pings go on."""
    stage = Stage(tmp_path, f"sqlite:///{tmp_path}/yizan.db", NOTIFY_SOCKET=str(ear.path), WATCHDOG_USEC="600000")
    try:
        stage.begin()
        assert ear.until("WATCHDOG=1")
        with closing(sqlite3.connect(tmp_path / "yizan.db", isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            time.sleep(1.2)
            before = ear.listen().count("WATCHDOG=1")
            assert fetch("GET", f"{stage.web}/readyz").status == 503
            assert fetch("GET", f"{stage.web}/healthz").status == 200
            assert ear.listen().count("WATCHDOG=1") >= before + 5
            holder.execute("ROLLBACK")
        until(lambda: fetch("GET", f"{stage.web}/readyz").status == 200, "ready again")
    finally:
        stage.show_logs()
        stage.close()


def _on_server(server: str, statement: str) -> None:
    async def go() -> None:
        connection = await asyncpg.connect(server)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(go())


def test_a_database_that_is_away_at_the_start_is_waited_for(ear: Ear, tmp_path: Path, postgres: str):
    with database_on(postgres, "away_at_start") as url:
        _on_server(postgres, "ALTER DATABASE away_at_start ALLOW_CONNECTIONS false")
        stage = Stage(tmp_path, url, NOTIFY_SOCKET=str(ear.path))
        try:
            stage.start_sandbox()
            stage.start_bot()
            assert ear.until("STATUS=waiting for the database")
            assert "EXTEND_TIMEOUT_USEC=90000000" in ear.listen()
            time.sleep(2)
            assert "READY=1" not in ear.listen()
            assert stage.bot.output.count("database_waited_for") == 1, "one line, however often it was tried"
            _on_server(postgres, "ALTER DATABASE away_at_start ALLOW_CONNECTIONS true")
            assert ear.until("READY=1")
            stage.ready()
            assert "database_is_back" in stage.bot.output
        finally:
            stage.show_logs()
            stage.close()


def test_sigterm_ends_the_waiting_at_once(ear: Ear, tmp_path: Path):
    nowhere = f"postgresql://yizan:hunter2@127.0.0.1:{free_port()}/yizan"
    stage = Stage(tmp_path, nowhere, NOTIFY_SOCKET=str(ear.path), YIZAN_WEB__DRAIN_S="30")
    try:
        stage.start_sandbox()
        stage.start_bot()
        stage.bot.wait_for("database_waited_for")
        stage.bot.signal(signal.SIGTERM)
        assert stage.bot.ends(seconds=9) == 0
        assert "hunter2" not in stage.bot.output
        assert "Traceback" not in stage.bot.output
    finally:
        stage.show_logs()
        stage.close()


def _error(kind: type[Exception], state: str) -> Exception:
    error = kind("x")
    error.sqlstate = state  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(("error", "away"), [
    (ConnectionRefusedError(111, "refused"), True), (FileNotFoundError(2, "no socket"), True), (TimeoutError(), True),
    (_error(Exception, "57P03"), True), (_error(Exception, "53300"), True), (_error(Exception, "55000"), True),
    (_error(Exception, "28P01"), False), (_error(Exception, "3D000"), False), (_error(Exception, "42501"), False),
    (PermissionError(13, "not ours"), False), (ValueError(), False),
])  # fmt: skip
def test_what_waiting_mends_and_what_not(error: Exception, away: bool):
    assert is_away(error) is away


@pytest.mark.parametrize("change", ["role", "name"])
def test_a_database_that_refuses_us_is_said_and_not_waited_for(change: str, tmp_path: Path, postgres: str):
    """On a server that is there: its own word for it, one line, exit 2."""
    url = make_url(postgres)
    wrong = url.set(username="nobody_here") if change == "role" else url.set(database="nothing_here")
    done = command("run", YIZAN_DATABASE__URL=wrong.render_as_string(hide_password=False), YIZAN_TELEGRAM__TOKEN=TOKEN)
    assert done.returncode == 2, done.stderr
    assert "does not exist" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_without_a_supervisor_nobody_is_told(tmp_path: Path):
    nobody = Supervisor({"WATCHDOG_USEC": "1000000"})
    assert nobody.watchdog_s == 0
    nobody.say("READY=1")
    Supervisor({"NOTIFY_SOCKET": str(tmp_path / "gone")}).say("READY=1")


@pytest.mark.parametrize(
    ("usec", "pid", "seconds"), [("30000000", "", 30), ("30000000", "1", 0), ("soon", "", 0), ("", "", 0)]
)
def test_the_watchdog_is_ours_or_nobodys(usec: str, pid: str, seconds: float):
    assert Supervisor({"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": usec, "WATCHDOG_PID": pid}).watchdog_s == seconds


def test_a_name_in_the_abstract_namespace_is_reached():
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as ear:
        ear.bind("\0yizan-test-notify")
        Supervisor({"NOTIFY_SOCKET": "@yizan-test-notify"}).say("READY=1", "STATUS=x")
        assert ear.recv(100) == b"READY=1\nSTATUS=x"
