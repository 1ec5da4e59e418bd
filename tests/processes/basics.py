"""Waiting, running beside each other, HTTP, ports, and empty databases."""

import asyncio
import json
import os
import random
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncpg

from tests.databases import with_database

T = TypeVar("T")
ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 20.0
_GIVEN: Final = set[int]()  # by `free_port`


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
    """This process's environment without its YIZAN_ settings and its language, with these instead."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YIZAN_")}
    return kept | {"LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "default"} | ours


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
    """A port nobody listens on, the next one free too; each is given once.

    Below the range that systems take ports for outgoing connections from: a port that was only probed there can be a
    connection's own end a moment later, and what was to listen on it can't.
    """
    while True:
        port = random.SystemRandom().randrange(12_000, 32_000, 2)
        if port not in _GIVEN and _is_free(port) and _is_free(port + 1):
            _GIVEN.add(port)
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def is_open(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


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
