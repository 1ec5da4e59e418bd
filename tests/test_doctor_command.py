"""`doctor` by real processes: against the sandbox, against a Telegram that is wrong, offline; on both databases."""

import json
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from launch.doctor.checks import NAMES
from tests.processes import ROOT, Stage, command, environment, free_port

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


def examine(*arguments: str, code: int, **environ: str) -> dict[str, dict[str, Any]]:
    """Checks by name, from --json; the text says the same."""
    done = command("doctor", "--json", *arguments, **environ)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stderr == ""
    said = json.loads(done.stdout)
    assert said["ok"] is (code == 0)
    assert [check["name"] for check in said["checks"]] == list(NAMES)
    assert [check["number"] for check in said["checks"]] == list(range(1, 11))
    for secret in (TOKEN, "hunter2"):
        assert secret not in done.stdout
    return {check["name"]: check for check in said["checks"]}


def statuses(checks: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: check["status"] for name, check in checks.items()}


def test_against_the_sandbox_everything_is_seen_and_well(database_url: str, tmp_path: Path):
    stage = Stage(tmp_path / "stage", database_url)
    try:
        stage.start_sandbox()
        checks = examine(code=0, **stage.settings | {"YIZAN_LEGAL__CONTACT": "a@b.example"})
    finally:
        stage.close()
    seen = statuses(checks)
    assert seen.pop("disk") in ("ok", "note", "warn")
    assert seen.pop("fonts") in ("ok", "note")
    assert seen == {
        "settings": "ok", "database": "ok", "clock": "ok", "token": "ok", "webhook": "ok", "rails": "warn",
        "outbox": "ok", "books": "ok",
    }  # fmt: skip
    assert checks["token"]["found"].startswith("@")
    assert "test money" in checks["rails"]["found"]


def test_offline_asks_nobody_and_answers_at_once(database_url: str):
    environ = {
        "YIZAN_DATABASE__URL": database_url,
        "YIZAN_TELEGRAM__TOKEN": TOKEN,
        "YIZAN_TELEGRAM__API_BASE": f"http://127.0.0.1:{free_port()}",
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    checks = examine("--offline", code=0, **environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Of the processor's time: the machine of the tests has more to do than this.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2
    assert [name for name, status in statuses(checks).items() if status == "skipped"] == ["clock", "token", "webhook"]


def test_offline_loads_neither_aiogram_nor_aiohttp(sqlite_template: Path):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "main.py", "doctor", "--offline"], cwd=ROOT, capture_output=True,
        text=True, env=environment(YIZAN_DATABASE__URL=f"sqlite:///{sqlite_template}"), check=False,
    )  # fmt: skip
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "sqlalchemy" in loaded
    assert not loaded & {"aiogram", "aiohttp", "alembic", "fluent", "babel", "jinja2", "asyncpg"}


class Wrong(BaseHTTPRequestHandler):
    """A Telegram an hour ahead, with somebody else's webhook; it knows TOKEN only."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        known = self.path.startswith(f"/bot{TOKEN}/")
        result = {"id": 1, "username": "yizan_bot"} if self.path.endswith("/getMe") else {"url": "https://x.example/p"}
        body = json.dumps({"ok": known, "result": result} if known else {"ok": False, "error_code": 401}).encode()
        self.send_response_only(200 if known else 401)
        self.send_header("Date", formatdate(time.time() + 3600, usegmt=True))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name)
        pass


@pytest.fixture(scope="module")
def wrong_telegram() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Wrong)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_clock_and_a_webhook_that_are_wrong(wrong_telegram: str, sqlite_template: Path):
    environ = {"YIZAN_DATABASE__URL": f"sqlite:///{sqlite_template}", "YIZAN_TELEGRAM__API_BASE": wrong_telegram}
    checks = examine(code=1, **environ, YIZAN_TELEGRAM__TOKEN=TOKEN)
    assert statuses(checks)["clock"] == "fail"
    assert "behind Telegram's" in checks["clock"]["found"]
    assert checks["webhook"]["found"] == "Telegram sends updates to x.example, the settings mean otherwise"
    checks = examine(code=1, **environ, YIZAN_TELEGRAM__TOKEN="987654321:other")
    assert checks["token"]["found"] == "Telegram refuses it"
    assert statuses(checks)["webhook"] == "skipped"


def test_nothing_is_there_yet(tmp_path: Path):
    checks = examine(code=1, YIZAN_DATABASE__URL=f"sqlite:///{tmp_path}/nowhere/yizan.db")
    assert {name for name, status in statuses(checks).items() if status == "fail"} == {"database", "token"}
    assert checks["database"]["to_do"] == "python main.py db upgrade"
    assert "YIZAN_TELEGRAM__TOKEN" in checks["token"]["to_do"]
    assert list(tmp_path.iterdir()) == [], "looking made something"


def test_nobody_answers(sqlite_template: Path):
    nowhere = f"http://127.0.0.1:{free_port()}"
    rail = {"YIZAN_RAILS__ENABLED": "sandbox", "YIZAN_RAILS__SANDBOX__KEY": "k"}
    checks = examine(
        code=1, YIZAN_DATABASE__URL=f"postgresql://me:hunter2@127.0.0.1:{free_port()}/yizan",
        YIZAN_TELEGRAM__TOKEN=TOKEN, YIZAN_TELEGRAM__API_BASE=nowhere, YIZAN_RAILS__SANDBOX__API_BASE=nowhere,
        YIZAN_RAILS__SANDBOX__WEBHOOK_SECRET="s", **rail,
    )  # fmt: skip
    assert {name for name, status in statuses(checks).items() if status == "fail"} == {"database", "token", "rails"}
    assert checks["rails"]["found"] == "sandbox: no answer"
    assert "does not answer" in checks["token"]["found"]


def test_a_wrong_setting_comes_first_and_people_get_lines(tmp_path: Path):
    done = command("doctor", YIZAN_WEB__PORT="eighty")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    first, to_do, second = done.stdout.splitlines()[:3]
    assert first.startswith(" 1  FAIL     settings  YIZAN_WEB__PORT")
    assert to_do.strip().startswith("→ YIZAN_WEB__PORT")
    assert second.startswith(" 2  skipped  database")
    assert done.stdout.splitlines()[-1] == "1 failed, 0 to look at"
    (tmp_path / "no.db").write_text("this is no database", encoding="utf-8")
    checks = examine("--offline", code=1, YIZAN_DATABASE__URL=f"sqlite:///{tmp_path}/no.db")
    assert checks["database"]["found"] == "file is not a database"
