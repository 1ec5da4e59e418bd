"""A stage: a sandbox, a bot, a database; and the books, read past the bot."""

import asyncio
import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml
from sqlalchemy import text as sql

from sandbox.rail.events import LONGEST_WAIT_S
from services.ledger import LedgerService, Report
from storage.engines import open_engines
from storage.work import UnitOfWork
from tests.processes.basics import PATIENCE_S, ROOT, environment, fetch, free_port, until
from tests.processes.people import ADMIN, CREATOR, Persona
from tests.processes.programs import Program, command

PROJECTS: Final = ROOT / "sandbox" / "projects.yaml"
TOKEN: Final = "100000001:sandbox"
RAIL_KEY: Final = "sandbox-key"
WEBHOOK_SECRET: Final = "a-secret-of-the-tests"


class Stage:
    """A bot (`main.py run`) on a database of its own, against a sandbox of its own."""

    def __init__(
        self, folder: Path, database: str, *, seed: Path | None = None, rail: bool = True, **more: str
    ) -> None:
        """`more` are settings of the bot, as in YIZAN_NOTICES__DIGEST_EVERY_S."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.database, self._seed, self._rail = folder, database, seed, rail
        self.web_port = free_port()
        self.web = f"http://127.0.0.1:{self.web_port}"
        self.given: Counter[str] = Counter()  # by project: what a test paid and did not take back, in fen
        self._more, self._programs, self._shown = more, list[Program](), dict[Path, int]()
        self._sandbox_port = 0

    # -- starting and stopping --

    def begin(self) -> "Stage":
        """The sandbox, the bot, which makes the schema, and the projects."""
        self.start_sandbox()
        return self.begin_bot()

    def begin_bot(self) -> "Stage":
        """The bot and the projects, on a sandbox that runs."""
        self.start_bot()
        self.ready()
        imported = self.command("project", "import", str(PROJECTS))
        assert imported.returncode == 0, imported.stderr
        return self

    def start_sandbox(self) -> None:
        """With its state and on its port, if it ran before."""
        data = self.folder / "sandbox.db"
        arguments = ["-m", "sandbox", "--port", str(self._sandbox_port), "--data", str(data), "--exit-with-parent"]
        arguments += ["--webhook-url", f"{self.web}/hooks/sandbox", "--webhook-secret", WEBHOOK_SECRET]
        arguments += ["--card-webhook-url", f"{self.web}/hooks/sandbox_card"]
        arguments += ["--seed", str(self._seed)] if self._seed else []
        self.sandbox = self._program("sandbox", arguments, environment(), stdin=True)
        self.url = json.loads(self.sandbox.wait_for(r"\{.*\}\n")[0])["url"]
        self._sandbox_port = int(self.url.rpartition(":")[2])

    def set(self, **more: str) -> None:
        """Settings of the bot from its next start on."""
        self._more |= more

    def start_bot(self) -> None:
        self.bot = self._program("bot", ["main.py", "run"], environment(**self.settings))

    @property
    def settings(self) -> dict[str, str]:
        rail = {
            "YIZAN_RAILS__ENABLED": "sandbox",
            "YIZAN_RAILS__SANDBOX__API_BASE": self.url,
            "YIZAN_RAILS__SANDBOX__KEY": RAIL_KEY,
            "YIZAN_RAILS__SANDBOX__WEBHOOK_SECRET": WEBHOOK_SECRET,
        }
        return {
            "YIZAN_TELEGRAM__TOKEN": TOKEN,
            "YIZAN_TELEGRAM__API_BASE": self.url,
            "YIZAN_DATABASE__URL": self.database,
            "YIZAN_WEB__PORT": str(self.web_port),
            "YIZAN_QUIET_HOURS": "",
            "YIZAN_LIMITS__TAPS_AT_ONCE": "1000",  # tests are hasty
            "YIZAN_LIMITS__TAPS_PER_MINUTE": "60000",
            "YIZAN_TELEGRAM__TAP_LANE": "response",  # our sandbox makes the calls of responses
            "YIZAN_OWNERS": str(ADMIN),
            "YIZAN_LOGS__FORMAT": "json",
            **(rail if self._rail else {}),
            **self._more,
        }

    def ready(self) -> "Stage":
        """Once the bot listens."""
        self.bot.wait_for('"bot_listens"')
        return self

    def close(self) -> None:
        for program in self._programs:
            program.close()

    def _program(
        self, name: str, arguments: Sequence[str], environ: Mapping[str, str], *, stdin: bool = False
    ) -> Program:
        log = self.folder / f"{name}-{len(self._programs)}.log"
        self._programs.append(Program(arguments, log, environ, stdin=stdin))
        return self._programs[-1]

    def show_logs(self) -> None:
        """Say what was logged since the last time; pytest shows it where a test failed."""
        for program in self._programs:
            output = program.output
            if fresh := output[self._shown.get(program.log, 0) :]:
                sys.stdout.write(f"--- {program.log}\n{fresh[-8000:]}\n")
            self._shown[program.log] = len(output)

    # -- who and what is there --

    def persona(self, user: int) -> Persona:
        return Persona(self.url, user)

    @property
    def creator(self) -> Persona:
        return self.persona(CREATOR)

    def rail(self, method: str, path: str, body: Any = None) -> Any:
        """The payment provider's own API."""
        answer = fetch(method, f"{self.url}/rail{path}", body, {"Authorization": f"Bearer {RAIL_KEY}"})
        assert answer.status == 200, answer
        return answer.json

    def hook(self, body: bytes, *, secret: str = WEBHOOK_SECRET, rail: str = "sandbox") -> int:
        """Send a webhook as the provider would; the status it gets."""
        stamp = str(int(time.time()))
        signature = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {"Sandbox-Signature": f"t={stamp},v1={signature}"}
        return fetch("POST", f"{self.web}/hooks/{rail}", body, headers).status

    def page(self, path: str, language: str = "zh-CN") -> str:
        """One of the public pages."""
        answer = fetch("GET", f"{self.web}{path}?lang={language}", headers={"Accept": "text/html"})
        assert answer.status == 200, answer
        return answer.body

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return command(*arguments, YIZAN_DATABASE__URL=self.database)

    # -- the books, read past the bot --

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Whatever is in the database."""

        async def read(unit: UnitOfWork) -> list[tuple[Any, ...]]:
            async with unit.read() as work:
                return [tuple(row) for row in await work.connection.execute(sql(query), values)]

        found: list[tuple[Any, ...]] = self._on_database(read)
        return found

    def credited(self) -> dict[str, int]:
        """What the ledger credits each project, in fen; those that got nothing are left out."""

        async def read(unit: UnitOfWork) -> dict[str, int]:
            async with unit.read() as work:
                slugs = [str(row[0]) for row in await work.connection.execute(sql("SELECT slug FROM projects"))]
                found = {slug: await work.projects.by_slug(slug) for slug in slugs}
                accounts = {slug: f"project:{project.id}:credited" for slug, project in found.items() if project}
                return {slug: -(await work.ledger.balance(name)).minor for slug, name in accounts.items()}

        return {slug: minor for slug, minor in self._on_database(read).items() if minor}

    def verify(self) -> Report:
        report: Report = self._on_database(lambda unit: LedgerService(unit).verify())
        return report

    def settled(self) -> None:
        """Once all that was paid is booked, to the fen; then the books are verified. Raises: AssertionError."""
        expected = {slug: minor for slug, minor in self.given.items() if minor}
        # What was refused a few times, as while the database was away, comes again a minute later.
        seconds = LONGEST_WAIT_S + PATIENCE_S
        until(lambda: self.credited() == expected, f"credited {expected}, was {self.credited()}", seconds=seconds)
        report = self.verify()
        assert report.clean, report.findings

    def _on_database(self, work: Callable[[UnitOfWork], Any]) -> Any:
        async def run() -> Any:
            engines = open_engines(self.database)
            try:
                return await work(UnitOfWork(engines))
            finally:
                await engines.close()

        return asyncio.run(run())


def write_seed(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The sandbox's own seed, changed, as a file."""
    seed = yaml.safe_load((ROOT / "sandbox" / "seed.yaml").read_text(encoding="utf-8"))
    change(seed)
    path.write_text(yaml.safe_dump(seed, allow_unicode=True), encoding="utf-8")
    return path
