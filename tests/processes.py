"""Real processes for tests: a sandbox, the bot, the command line, and people who act over the sandbox's user API.

Nothing is mocked and nothing is shared with the test but files, sockets and signals. Whatever a test starts is ended
with it; what the processes wrote stays in the test's folder and is part of every failure.
"""

import asyncio
import hashlib
import hmac
import html
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import asyncpg
import yaml
from sqlalchemy import text as sql

from services.ledger import LedgerService, Report
from storage.engines import open_engines
from storage.work import UnitOfWork
from tests.conftest import with_database
from texts import Texts

T = TypeVar("T")
ROOT: Final = Path(__file__).parent.parent
TEXTS: Final = Texts.load(ROOT / "locales", zone=ZoneInfo("Asia/Shanghai"), strict=True)
PROJECTS: Final = ROOT / "sandbox" / "projects.yaml"
TOKEN: Final = "100000001:sandbox"
RAIL_KEY: Final = "sandbox-key"
WEBHOOK_SECRET: Final = "a-secret-of-the-tests"
BOT, CHANNEL = "@yizan_bot", "@xiaowen_reads"
CREATOR, FOLLOWER, ADMIN = 1001, 1002, 1003
PATIENCE_S: Final = 20.0
_ISOLATES: Final = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))


def words(key: str, language: str = "zh-CN", **args: object) -> str:
    """What the bot says for a message key, as a person reads it: no markup, no isolates."""
    shown = TEXTS.chat(language, key, **args)
    return html.unescape(re.sub(r"<[^>]+>", "", shown)).translate(_ISOLATES)


def until(check: Callable[[], T | None], what: str, *, seconds: float = PATIENCE_S) -> T:
    """What `check` gives as soon as it gives something. Raises: AssertionError."""
    deadline = time.monotonic() + seconds
    while True:
        if found := check():
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.03)


def together(*works: Callable[[], T]) -> list[T]:
    """Do all of these beside each other; starting Python programs one by one is what takes time."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [started.result() for started in [pool.submit(work) for work in works]]


def environment(**ours: str) -> dict[str, str]:
    """This process's environment without its YIZAN_ settings, with these instead."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YIZAN_")}
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "default"} | ours


@contextmanager
def database_on(server: str, name: str) -> Iterator[str]:
    """A new, empty database on a PostgreSQL server: its URL."""

    def run(statement: str) -> None:
        async def go() -> None:
            connection = await asyncpg.connect(server)
            await connection.execute(statement)
            await connection.close()

        asyncio.run(go())

    run(f'CREATE DATABASE "{name}"')
    try:
        yield with_database(server, name)
    finally:
        run(f'DROP DATABASE "{name}" WITH (FORCE)')


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


# --- HTTP ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read to the end."""

    status: int
    body: str
    url: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def fetch(method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
    """One request; bytes and forms (str) as they are, anything else as JSON. Every status is an answer."""
    sent = {"Content-Type": "application/json"} | dict(headers or {})
    if isinstance(body, str):
        sent["Content-Type"] = "application/x-www-form-urlencoded"
        body = body.encode()
    elif body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
    request = urllib.request.Request(url, data=body, headers=sent, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return Answer(response.status, response.read().decode(), response.url)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Answer(refusal.code, refusal.read().decode(), url)


# --- Programs --------------------------------------------------------------------------------------------------------


class Program:
    """A running process with all its output in one file."""

    def __init__(self, arguments: Sequence[str], log: Path, environ: Mapping[str, str], *, stdin: bool = False) -> None:
        """Start it, in a process group of its own."""
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=dict(environ),
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, pattern: str, *, seconds: float = 60) -> re.Match[str]:
        """The first match in what it wrote. Raises: AssertionError with the output if it ends or is late."""

        def look() -> re.Match[str] | None:
            ended = self.process.poll() is not None
            found = re.search(pattern, self.output)
            if found is None and ended:
                raise AssertionError(f"it ended with {self.process.returncode}:\n{self.output}")
            return found

        try:
            return until(look, pattern, seconds=seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.output[-4000:]}") from None

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def ends(self, *, seconds: float = 10) -> int:
        """Its exit code, once it ended. Raises: subprocess.TimeoutExpired."""
        return self.process.wait(seconds)

    def kill(self) -> None:
        """-9 to this process alone: what it started has to notice by itself."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """End it however it stands, and everything in its group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()


def command(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """`main.py` with these arguments, to its end."""
    return subprocess.run(
        [sys.executable, "main.py", *arguments],
        cwd=ROOT, env=environment(**environ), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip


# --- People ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Message:
    """A message as a person sees it; `text` without the isolates that Fluent puts around arguments."""

    id: int
    text: str
    html: str
    out: bool
    edited: bool
    buttons: tuple[dict[str, Any], ...]

    @classmethod
    def of(cls, view: dict[str, Any]) -> "Message":
        buttons = tuple(button for row in view["buttons"] for button in row)
        text = view["text"].translate(_ISOLATES)
        return cls(view["id"], text, view["html"], view["out"], view["edited"], buttons)

    @property
    def labels(self) -> list[str]:
        return [button["text"].translate(_ISOLATES) for button in self.buttons]

    def button(self, label: str) -> int:
        """The number of the button whose label begins so. Raises: AssertionError."""
        for number, shown in enumerate(self.labels):
            if shown.startswith(label):
                return number
        raise AssertionError(f"no button {label!r} among {self.labels} under {self.text!r}")

    def has(self, label: str) -> bool:
        return any(shown.startswith(label) for shown in self.labels)

    def url(self, label: str) -> str:
        return str(self.buttons[self.button(label)]["url"])


Wanted = str | Callable[[Message], bool]


class Persona:
    """One person of the sandbox: says, taps, reads, waits."""

    def __init__(self, base: str, user: int) -> None:
        self.base, self.id = base, user

    def call(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        answer = fetch(method, f"{self.base}/api/users/{self.id}{path}", body)
        assert answer.status == status, f"{method} {path}: {answer.status} {answer.body}"
        return answer.json

    def say(self, text: str, chat: str | int = BOT) -> Message:
        return Message.of(self.call("POST", "/messages", {"chat": chat, "text": text})["message"])

    def start(self, link: str) -> Message:
        """Follow a t.me link: press START."""
        payload = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["start"][0]
        return self.say(f"/start {payload}")

    def tap(self, message: Message, label: str | int, chat: str | int = BOT) -> dict[str, Any]:
        """Press a button; the bot has to answer."""
        button = label if isinstance(label, int) else message.button(label)
        answer: dict[str, Any] = self.call("POST", "/taps", {"chat": chat, "message": message.id, "button": button})
        assert answer["kind"] == "url" or answer["answered"], f"no answer to {label!r} under {message.text!r}"
        return answer | {"text": (answer.get("text") or "").translate(_ISOLATES)}

    def messages(self, chat: str | int = BOT, after: int = 0) -> list[Message]:
        """What the chat holds, oldest first (the last 500)."""
        found = self.call("GET", f"/chats/{chat}/messages?limit=500")["messages"]
        return [Message.of(view) for view in found if view["id"] > after]

    def last(self, chat: str | int = BOT) -> Message:
        return self.messages(chat)[-1]

    def last_id(self, chat: str | int = BOT) -> int:
        return max((message.id for message in self.messages(chat)), default=0)

    def wait(self, wanted: Wanted, chat: str | int = BOT, *, after: int = 0, seconds: float = PATIENCE_S) -> Message:
        """The newest message that contains these words (or fulfils this), as soon as there is one."""

        def look() -> Message | None:
            return next((m for m in reversed(self.messages(chat, after)) if _fits(m, wanted)), None)

        try:
            return until(look, repr(wanted), seconds=seconds)
        except AssertionError as late:
            seen = "\n".join(f"  {m.id} {m.text!r} {m.labels}" for m in self.messages(chat)[-6:])
            raise AssertionError(f"{late}; {self.id} sees in {chat}:\n{seen}") from None

    def wait_at(
        self, message: Message, wanted: Wanted, chat: str | int = BOT, *, seconds: float = PATIENCE_S
    ) -> Message:
        """The same message, edited until it fits."""
        return self.wait(lambda m: m.id == message.id and _fits(m, wanted), chat, seconds=seconds)

    def ask(self, text: str) -> Message:
        """Say something to the bot and wait for what it answers."""
        said = self.say(text)
        return self.wait(lambda m: not m.out, after=said.id)

    def speak(self, code: str) -> None:
        """What their Telegram is set to: zh-hans, en."""
        self.call("POST", "/language", {"language": code})

    def set_member(self, chat: str | int, user: int | str, status: str, **rights: bool) -> None:
        self.call("POST", f"/chats/{chat}/members", {"user": user, "status": status, "rights": rights})


def _fits(message: Message, wanted: Wanted) -> bool:
    return wanted in message.text if isinstance(wanted, str) else wanted(message)


# --- A stage: a sandbox, a bot, a database ---------------------------------------------------------------------------


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
        """The sandbox, the schema, the projects; and the bot, which needs some seconds until it is `ready`."""
        self.start_sandbox()
        upgraded = self.command("db", "upgrade")
        assert upgraded.returncode == 0, upgraded.stderr
        self.start_bot()
        imported = self.command("project", "import", str(PROJECTS))
        assert imported.returncode == 0, imported.stderr
        return self

    def start_sandbox(self) -> None:
        """With its state and on its port, if it ran before."""
        data = self.folder / "sandbox.db"
        arguments = ["-m", "sandbox", "--port", str(self._sandbox_port), "--data", str(data), "--exit-with-parent"]
        arguments += ["--webhook-url", f"{self.web}/hooks/sandbox", "--webhook-secret", WEBHOOK_SECRET]
        arguments += ["--seed", str(self._seed)] if self._seed else []
        self.sandbox = self._program("sandbox", arguments, environment(), stdin=True)
        self.url = json.loads(self.sandbox.wait_for(r"\{.*\}\n")[0])["url"]
        self._sandbox_port = int(self.url.rpartition(":")[2])

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
        until(lambda: self.credited() == expected, f"credited {expected}, is {self.credited()}")
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


# --- Ways people go --------------------------------------------------------------------------------------------------


def switch_on(person: Persona, card: Message, project: str, language: str = "zh-CN") -> Message:
    """From a channel's card to tipping switched on (or changed) for the project of that title."""
    first = words("button-tipping-on", language)
    person.tap(card, first if card.has(first) else words("button-change-project", language))
    person.tap(person.wait_at(card, lambda m: m.has(project)), project)
    confirm = words("button-confirm-on", language)
    person.tap(person.wait_at(card, lambda m: m.has(confirm)), confirm)
    return person.wait_at(card, words("chat-on", language, chat="", project="").split("\n")[0])


def publish(person: Persona, text: str, chat: str | int = CHANNEL) -> Message:
    """A post, once it has its buttons."""
    return person.wait_at(person.say(text, chat), lambda m: m.has("¥1"), chat)


def tip(person: Persona, post: Message, amount: str = "¥1", chat: str | int = CHANNEL) -> Message:
    """Tap an amount; the tip's card in private, to where the tap's answer leads who never started the bot."""
    before = person.last_id()
    answer = person.tap(post, amount, chat)
    if answer["url"]:
        person.start(answer["url"])
    return person.wait(is_card, after=before)


def pay(card: Message, action: str = "pay") -> Any:
    """Press a button of the card's pay page; the payment as it is then."""
    answer = fetch("POST", pay_url(card), {"action": action})
    assert answer.status == 200, answer
    return answer.json


def pay_url(card: Message) -> str:
    """Where the pay button of an unpaid tip leads."""
    return next(str(button["url"]) for button in card.buttons if "/pay/" in button.get("url", ""))


def is_card(message: Message) -> bool:
    """An unpaid tip with its link."""
    return any("/pay/" in button.get("url", "") for button in message.buttons)


def write_seed(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The sandbox's own seed, changed, as a file."""
    seed = yaml.safe_load((ROOT / "sandbox" / "seed.yaml").read_text(encoding="utf-8"))
    change(seed)
    path.write_text(yaml.safe_dump(seed, allow_unicode=True), encoding="utf-8")
    return path
