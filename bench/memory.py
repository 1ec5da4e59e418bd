"""The row `memory`: what `main.py run` holds, beside a process that only imports aiogram and answers."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PATIENCE_S: Final = 60.0
SETTLED_S: Final = 3.0
BUSY_DONORS: Final = 2000
TOKEN: Final = "100000001:sandbox"
_BARE: Final = """
import asyncio, sys
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message

async def main():
    dispatcher = Dispatcher()
    @dispatcher.message()
    async def answer(message: Message): await message.answer("hello")
    bot = Bot(sys.argv[1], AiohttpSession(api=TelegramAPIServer.from_base(sys.argv[2])))
    await bot.get_me()
    print("ready", flush=True)
    await dispatcher.start_polling(bot, handle_signals=False)

asyncio.run(main())
"""


# As where nothing but requirements.txt is installed: structlog loads rich (6 MB) if a tool for developers brought it.
_RUN: Final = """
import runpy, sys
sys.modules["rich"] = None
sys.argv = ["main.py", "run"]
runpy.run_path("main.py", run_name="__main__")
"""


class DidNotRun(RuntimeError):
    """A process ended, or did not come up in time."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident megabytes, after the first update was answered."""

    name: str
    run_mb: float
    bare_mb: float
    above_mb: float


def measure_memory() -> Memory:
    """Raises: DidNotRun."""
    with tempfile.TemporaryDirectory(prefix="yizan-bench-") as name:
        folder = Path(name)
        with _process(
            folder / "bare-sandbox", "-m", "sandbox", "--port", "0", "--data", str(folder / "bare.db")
        ) as base:
            bare = _resident(folder / "bare", base, ["-c", _BARE, TOKEN, base], "ready", {})
        with _process(folder / "run-sandbox", "-m", "sandbox", "--port", "0", "--data", str(folder / "run.db")) as base:
            ours = _resident(folder / "run", base, ["-c", _RUN], '"bot_listens"', _settings(folder, base))
    return Memory("memory", round(ours, 1), round(bare, 1), round(ours - bare, 1))


def busy_mb(donors: int = BUSY_DONORS) -> float:
    """The most that `main.py run` held on a giving day that was played with so many donors. Raises: DidNotRun."""
    words = ["demo", "--giving-day", "--creators", "20", "--donors", str(donors), "--seconds", "30", "--json"]
    played = subprocess.run([sys.executable, "main.py", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    found = json.loads(played.stdout)["service_mb"] if played.returncode == 0 else None
    if found is None:
        raise DidNotRun(played.stderr.strip()[-500:])
    return float(found)


def _settings(folder: Path, base: str) -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {
        "YIZAN_TELEGRAM__TOKEN": TOKEN, "YIZAN_TELEGRAM__API_BASE": base, "YIZAN_WEB__PORT": str(port),
        "YIZAN_DATABASE__URL": f"sqlite:///{folder / 'yizan.db'}", "YIZAN_LOGS__FORMAT": "json",
        "YIZAN_RAILS__ENABLED": "sandbox", "YIZAN_RAILS__SANDBOX__API_BASE": base,
        "YIZAN_RAILS__SANDBOX__KEY": "sandbox-key", "YIZAN_RAILS__SANDBOX__WEBHOOK_SECRET": "a-secret-of-the-bench",
    }  # fmt: skip


def _resident(log: Path, base: str, arguments: list[str], ready: str, environ: dict[str, str]) -> float:
    """Start it twice (the first start may make a database), let it answer, and look."""
    found = 0.0
    for _ in range(2):
        with _started(log, arguments, environ) as process:
            _wait(process, log, ready)
            _say(base)
            time.sleep(SETTLED_S)
            found = _rss_mb(process.pid)
        log.unlink()
    return found


def _say(base: str) -> None:
    body = b'{"chat": "@yizan_bot", "text": "/start"}'
    request = urllib.request.Request(f"{base}/api/users/1002/messages", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            answer.read()
    except urllib.error.URLError as error:
        raise DidNotRun(str(error)) from None


def _rss_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def _process(log: Path, *arguments: str) -> Iterator[str]:
    """The sandbox: its address."""
    with _started(log, list(arguments), {}) as process:
        line = _wait(process, log, '"url":')
        yield line.partition('"url":"')[2].partition('"')[0]


@contextmanager
def _started(log: Path, arguments: list[str], environ: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=os.environ | environ, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", log: Path, words: str) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for line in log.read_text(errors="replace").splitlines():
            if words in line:
                return line
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise DidNotRun(log.read_text(errors="replace").strip()[-500:] or "it said nothing")
