"""The row `start`: how long somebody waits for small commands, for the demo's page and for its bot."""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
FOLLOWER: Final = 1002
PATIENCE_S: Final = 60.0


class DidNotStart(RuntimeError):
    """A command failed, or nothing answered in time."""


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds; the demo's from its start, on a data folder that an earlier start made."""

    name: str
    config_show_s: float
    ledger_verify_s: float
    page_s: float
    bot_s: float


def measure_start() -> Start:
    """Raises: DidNotStart."""
    with tempfile.TemporaryDirectory(prefix="yizan-bench-") as folder:
        data = Path(folder)
        environment = os.environ | {"YIZAN_DATABASE__URL": f"sqlite:///{data / 'empty.db'}"}
        _command(environment, "db", "upgrade")
        show, verify = _command(environment, "config", "show"), _command(environment, "ledger", "verify")
        _demo(data / "demo")
        page, bot = _demo(data / "demo")
    return Start("start", *(round(seconds, 2) for seconds in (show, verify, page, bot)))


def _command(environment: dict[str, str], *words: str) -> float:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "main.py", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DidNotStart(f"main.py {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
    return time.perf_counter() - started


def _demo(data: Path) -> tuple[float, float]:
    """Start the demo, wait for its page and for an answer of its bot, end it."""
    started = time.perf_counter()
    with _running(data) as lines:
        page = _page(lines)
        _until(lambda: _get(page) is not None, "the page")
        page_s = time.perf_counter() - started
        chats = f"{page}/api/users/{FOLLOWER}"
        bot = _until(lambda: _bot(page), "the bot's private chat")
        sent = _post(f"{chats}/messages", {"chat": bot, "text": "/start"})["message"]["id"]
        newer = f"{chats}/chats/{bot}/messages?after={sent}"
        _until(lambda: any(not m["out"] for m in json.loads(_get(newer) or b"{}").get("messages", [])), "the bot")
        return page_s, time.perf_counter() - started


@contextmanager
def _running(data: Path) -> "Iterator[queue.Queue[str]]":
    process = subprocess.Popen(
        [sys.executable, "-u", "main.py", "demo", "--no-browser", "--port", "0", "--data", str(data)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield lines
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(5)


def _page(lines: "queue.Queue[str]") -> str:
    deadline = time.monotonic() + PATIENCE_S
    said: list[str] = []
    while time.monotonic() < deadline:
        try:
            said.append(lines.get(timeout=1).strip())
        except queue.Empty:
            continue
        if said[-1].startswith("chat page"):
            return said[-1].split()[-1].rstrip("/")
    raise DidNotStart(f"the demo named no page: {' '.join(said)}")


def _bot(page: str) -> str | None:
    chats = json.loads(_get(f"{page}/api/users/{FOLLOWER}/chats") or b"{}").get("chats", [])
    return next((str(chat["id"]) for chat in chats if chat["type"] == "private"), "@yizan_bot")


def _until(found: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(0.05)
    raise DidNotStart(f"no answer: {what}")


def _get(url: str) -> bytes | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bytes(response.read())
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def _post(url: str, body: dict[str, str]) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=15) as response:
        return json.load(response)
