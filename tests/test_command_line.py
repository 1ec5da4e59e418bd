"""The command line's answers to right and wrong use: exit codes, one clear line, never a traceback."""

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from storage.revision import HEAD
from tests.processes import ROOT, command, environment, free_port, together

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
REVOKED = "987654321:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
NOWHERE = "postgresql://me:hunter2@127.0.0.1:{port}/yizan"


@dataclass(frozen=True)
class Case:
    """A call, its exit code, what its output says (one part or more), and what it must not say."""

    arguments: tuple[str, ...]
    code: int
    says: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict)
    lines: int | None = 1  # on stderr, beside the log's
    hides: tuple[str, ...] = ()


def database(path: str) -> dict[str, str]:
    return {"YIZAN_DATABASE__URL": f"sqlite:///{path}"}


def bot(path: str, token: str) -> dict[str, str]:
    telegram = {"YIZAN_TELEGRAM__TOKEN": token, "YIZAN_TELEGRAM__API_BASE": "http://127.0.0.1:{telegram}"}
    return telegram | database(path) | {"YIZAN_WEB__PORT": "0", "YIZAN_LOGS__FORMAT": "json"}


class Telegram(BaseHTTPRequestHandler):
    """Refuses every token; REVOKED only once it is asked for updates."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        known = REVOKED in self.path and not self.path.endswith("/getUpdates")
        me = {"id": 987654321, "is_bot": True, "first_name": "益赞", "username": "yizan_bot"}
        result = me if self.path.endswith("/getMe") else True
        answer = {"ok": True, "result": result} if known else {"ok": False, "error_code": 401, "description": "Un"}
        body = json.dumps(answer).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name)
        pass


@pytest.fixture(scope="module")
def telegram() -> Iterator[int]:
    """The port of a Bot API that knows no token."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Telegram)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


CASES = {
    "an unknown key": Case(("--config", "{tmp}/unknown.yaml", "run"), 2, ("web.prot", "web.port")),
    "an unknown variable and a wrong type": Case(
        ("config", "show"), 2, ("YIZAN_TELEGRAM__TOKE:", "YIZAN_TELEGRAM__TOKEN", "YIZAN_WEB__PORT", "whole number"),
        {"YIZAN_TELEGRAM__TOKE": "hunter2", "YIZAN_WEB__PORT": "eighty"}, lines=2, hides=("hunter2",),
    ),
    "no token": Case(("run",), 2, ("telegram.token", "YIZAN_TELEGRAM__TOKEN")),
    "a rail without its secrets": Case(
        ("run",), 2, ("rails.sandbox.key", "rails.sandbox.webhook_secret"),
        {"YIZAN_TELEGRAM__TOKEN": TOKEN, "YIZAN_RAILS__ENABLED": "sandbox"}, lines=2,
    ),
    "a database that is not there": Case(
        ("db", "current"), 2, ("the database can't be used",), {"YIZAN_DATABASE__URL": NOWHERE}, hides=("hunter2",)
    ),
    "a database that is not there, by name": Case(
        ("db", "upgrade"), 2, ("database: postgresql://", "the database can't be used"),
        {"YIZAN_DATABASE__URL": NOWHERE}, lines=2, hides=("hunter2",),
    ),
    "a file that is no database, for run": Case(
        ("run",), 2, ("database.url",), {**database("{tmp}/unknown.yaml"), "YIZAN_TELEGRAM__TOKEN": TOKEN},
        hides=(TOKEN,),
    ),
    "a file that is no database": Case(
        ("db", "upgrade"), 2, ("database: sqlite:////", "unknown.yaml", "the database can't be used"),
        database("{tmp}/unknown.yaml"), lines=2,
    ),
    "an unknown command": Case(("rum",), 2, ("rum",), lines=None),
    "an import that is none": Case(
        ("project", "import", "{tmp}/bad.yaml"), 1,
        ("line 1: project x: WRONG", "projects[0].target: is missing", "projects[0].titel: there is no such field",
         "nothing was imported: 1 of 1 entries wrong"),
        database("{tmp}/yizan.db"),
    ),
    "an import of no YAML": Case(
        ("project", "import", "{tmp}/unclosed.yaml"), 2, ("unclosed.yaml: not YAML",), database("{tmp}/yizan.db")
    ),
    "an import of a file that is not there": Case(
        ("project", "import", "{tmp}/none.yaml"), 2, ("none.yaml: No such file",), database("{tmp}/yizan.db")
    ),
    "a role for a stranger": Case(
        ("role", "grant", "finance", "4242"), 2, ("id 4242", "/start"), database("{tmp}/yizan.db")
    ),
    "a role nobody can be given": Case(
        ("role", "grant", "owner", "1"), 2, ("'owner' is not one of", "'finance'"), database("{tmp}/yizan.db"),
        lines=None,
    ),
    "roles where there are none": Case(
        ("role", "list"), 0, ("1003", "owner", "has not written"),
        database("{tmp}/yizan.db") | {"YIZAN_OWNERS": "1003"}, lines=0,
    ),
    "an audit log of nothing": Case(
        ("audit",), 0, ("no admin has done anything yet",), database("{tmp}/yizan.db"), lines=0
    ),
    "an audit log without a database": Case(("audit",), 2, ("no database yet",), database("{tmp}/nowhere/none.db")),
    "config show hides secrets": Case(
        ("config", "show"), 0, ("telegram:\n  token: •••• (set)\n", "timezone: Asia/Shanghai"),
        {"YIZAN_TELEGRAM__TOKEN": TOKEN, "YIZAN_DATABASE__URL": NOWHERE}, lines=0, hides=(TOKEN, "hunter2"),
    ),
    "db current without a database": Case(
        ("db", "current"), 1, ("no database yet", "db upgrade"), database("{tmp}/nowhere/none.db")
    ),
    "db current of an empty database": Case(
        ("db", "current"), 1, ("nothing (empty database)", "db upgrade"), database("{tmp}/empty.db")
    ),
    "a token that Telegram refuses": Case(
        ("run",), 2, ("telegram.token: Telegram refuses it", "@BotFather"), bot("{tmp}/refused.db", TOKEN),
        hides=(TOKEN,),
    ),
    "a token that is revoked while the bot runs": Case(
        ("run",), 2, ("telegram.token: Telegram refuses it", "bot_listens"), bot("{tmp}/revoked.db", REVOKED),
        hides=(REVOKED,),
    ),
    "a language we don't have": Case(
        ("config", "show"), 2, ("YIZAN_LANGUAGE: unknown language, known: zh-CN, en",), {"YIZAN_LANGUAGE": "fr"},
    ),
    "a language that is nearly one": Case(
        ("run",), 2, ("YIZAN_LANGUAGE: unknown language, did you mean zh-CN?",), {"YIZAN_LANGUAGE": "zh_CN"},
    ),
    "db current": Case(("db", "current"), 0, (f"at {HEAD}, newest {HEAD}",), database("{tmp}/yizan.db"), lines=0),
    "ledger verify without a database": Case(
        ("ledger", "verify"), 2, ("no database yet", "db upgrade"), database("{tmp}/nowhere/none.db")
    ),
    "privacy left": Case(
        ("privacy", "left", "--since", "2026-11-01"), 0, ("01900000-0000-7000-8000-000000000001 2026-11-02T00:00:00",),
        database("{tmp}/left.db"), lines=0,
    ),
    "privacy left since no day": Case(
        ("privacy", "left", "--since", "yesterday"), 2, ("yesterday",), database("{tmp}/left.db"), lines=None
    ),
    "privacy forget": Case(
        ("privacy", "forget", "{tmp}/left.txt"), 0, ("forgotten 0, not there or gone already 1",),
        database("{tmp}/left.db"), lines=0,
    ),
    "privacy forget of what is no list": Case(
        ("privacy", "forget", "{tmp}/unknown.yaml"), 2, ("every line begins with an id",), database("{tmp}/left.db")
    ),
    "ledger verify of an empty database": Case(("ledger", "verify"), 2, ("db upgrade",), database("{tmp}/empty.db")),
    "ledger verify": Case(("ledger", "verify"), 0, ("clean",), database("{tmp}/yizan.db"), lines=0),
    "an export from no day": Case(
        ("ledger", "export", "--format", "csv", "--from", "2026-13-01"), 2, ("--from 2026-13-01", "2026-11-01"),
        database("{tmp}/yizan.db"),
    ),
    "an export to no day": Case(
        ("ledger", "export", "--format", "csv", "--to", "20261101"), 2, ("--to 20261101",), database("{tmp}/yizan.db")
    ),
    "an export from after its end": Case(
        ("ledger", "export", "--format", "csv", "--from", "2026-12-01", "--to", "2026-11-30"), 2,
        ("--from 2026-12-01 is after --to 2026-11-30",), database("{tmp}/yizan.db"),
    ),
    "an export into nowhere": Case(
        ("ledger", "export", "--format", "csv", "--out", "{tmp}/nowhere/x.csv"), 2,
        ("nowhere/x.csv: No such file or directory",), database("{tmp}/yizan.db"),
    ),
    "an export into a folder": Case(
        ("ledger", "export", "--format", "csv", "--out", "{tmp}"), 2, ("is a folder",), database("{tmp}/yizan.db")
    ),
    "an export into a device": Case(
        ("ledger", "export", "--format", "csv", "--out", "/dev/null"), 2, ("no plain file",), database("{tmp}/yizan.db")
    ),
    "an export for nobody": Case(
        ("ledger", "export"), 2, ("--format", "beancount"), database("{tmp}/yizan.db"), lines=None
    ),
    "an export without a database": Case(
        ("ledger", "export", "--format", "csv"), 2, ("no database yet",), database("{tmp}/nowhere/none.db")
    ),
    "an export of nothing": Case(
        ("ledger", "export", "--format", "csv"), 0, ("date,time,entry", "wrote 0 entries"), database("{tmp}/yizan.db")
    ),
    "ledger verify of a wrong balance": Case(
        ("ledger", "verify"), 1, ("NOT SO: a balance is the sum of its postings: rail:sandbox:clearing", "found 12345"),
        database("{tmp}/wrong.db"), lines=0,
    ),
    "ledger verify --json of a wrong balance": Case(
        ("ledger", "verify", "--json"), 1, ('"clean": false', '"found_minor": 12345'),
        database("{tmp}/wrong.db"), lines=0,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def done(
    sqlite_template: Path, telegram: int, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, CompletedProcess[str]]:
    """Every call of the table, a few beside each other."""
    folder, port = tmp_path_factory.mktemp("command-line"), free_port()
    (folder / "unknown.yaml").write_text("web:\n  prot: 9000\n", encoding="utf-8")
    (folder / "empty.db").touch()
    (folder / "unclosed.yaml").write_text("projects: [", encoding="utf-8")
    (folder / "bad.yaml").write_text("projects: [{slug: x, organisation: y, titel: z}]\n", encoding="utf-8")
    (folder / "left.txt").write_text("01900000-0000-7000-8000-000000000001 2026-11-02T00:00:00\n", encoding="utf-8")
    for name in ("yizan.db", "wrong.db", "left.db"):
        (folder / name).write_bytes(sqlite_template.read_bytes())
    with sqlite3.connect(folder / "wrong.db") as wrong:
        wrong.execute(
            "INSERT INTO accounts (id, name, currency, balance_minor) VALUES (?, ?, ?, ?)",
            ("0" * 32, "rail:sandbox:clearing", "CNY", 12345),
        )
    wrong.close()

    with sqlite3.connect(folder / "left.db") as left:
        left.execute(
            "INSERT INTO people (id, name, visibility, met_at, left_at) VALUES (?, '', 'anonymous', ?, ?)",
            ("01900000000070008000000000000001", "2026-10-01 00:00:00.000000", "2026-11-02 00:00:00.000000"),
        )
    left.close()

    def run(case: Case) -> CompletedProcess[str]:
        def fill(text: str) -> str:
            return text.format(tmp=folder, port=port, telegram=telegram)

        environ = {name: fill(value) for name, value in case.environ.items()}
        return command(*map(fill, case.arguments), **environ)

    names = list(CASES)
    results = []
    for at in range(0, len(names), 4):
        results += together(*(lambda name=name: run(CASES[name]) for name in names[at : at + 4]))
    assert not (folder / "nowhere").exists(), "a question made a folder"
    assert (folder / "empty.db").stat().st_size == 0, "a question changed a database"
    return dict(zip(names, results, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_every_call_ends_with_its_code_and_says_what_to_do(done, name):
    case, result = CASES[name], done[name]
    said = result.stdout + result.stderr
    assert result.returncode == case.code, said
    for part in case.says:
        assert part in said, said
    for secret in case.hides:
        assert secret not in said
    assert "Traceback" not in said
    assert "Warning" not in said
    if case.lines is not None:
        assert len([line for line in result.stderr.splitlines() if not line.startswith("{")]) == case.lines, said


@pytest.mark.parametrize("arguments", [("run",), ("doctor", "--offline"), ("db", "upgrade"), ("ledger", "verify")])
@pytest.mark.parametrize("below", ["below", "below/two"])
def test_a_database_below_a_file_is_one_clear_line(tmp_path, arguments, below):
    file = tmp_path / "file"
    file.write_text("no folder", encoding="utf-8")
    done = command(*arguments, YIZAN_TELEGRAM__TOKEN=TOKEN, YIZAN_WEB__PORT="0", **database(f"{file}/{below}.db"))
    said = done.stdout + done.stderr
    assert done.returncode == (1 if arguments[0] == "doctor" else 2), said
    assert str(file) in said or "no database yet" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "arguments", [("db", "current"), ("ledger", "verify"), ("ledger", "export", "--format", "csv"), ("audit",)]
)
def test_a_question_loads_nothing_that_only_others_need(sqlite_template, tmp_path, arguments):
    (tmp_path / "yizan.db").write_bytes(sqlite_template.read_bytes())
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "main.py", *arguments],
        cwd=ROOT, env=environment(**database(f"{tmp_path}/yizan.db")), capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "sqlalchemy" in loaded
    assert not loaded & {"aiogram", "aiohttp", "alembic", "structlog", "fluent", "babel", "jinja2", "asyncpg"}
