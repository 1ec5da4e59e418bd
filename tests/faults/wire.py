"""A line between a service that may die at any moment and the world outside of it, which does not."""

import asyncio
import contextlib
import itertools
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Final

from storage.trouble import is_away

Answerer = Callable[[str, dict[str, Any]], Awaitable[Any]]
LONGEST: Final = 1 << 20


class Gone(Exception):
    """The other end died before it answered: what was asked may have been done or not."""


class Refused(Exception):
    """The other end answered with an error; str() is its kind. `away`: it said that its database can't work now."""

    def __init__(self, kind: str, said: str, *, away: bool) -> None:
        """As it came over the line."""
        super().__init__(f"{kind}: {said}")
        self.kind, self.away = kind, away


class Wire:
    """Asks the other end and answers it; JSON, a line each."""

    def __init__(self, answer: Answerer) -> None:
        """`answer` is called with what the other end asks for."""
        self._answer = answer
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def open(self, end: socket.socket) -> None:
        """From here on it can be asked; `run` listens."""
        self._reader, self._writer = await asyncio.open_unix_connection(sock=end, limit=LONGEST)

    async def run(self) -> None:
        """Listen until the other end is gone; then whoever waits is told so."""
        if self._reader is None or self._writer is None:
            raise RuntimeError("open it first")
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await self._reader.readline():
                self._take(json.loads(line))
        writer, self._writer = self._writer, None
        writer.close()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(Gone())
        for task in self._tasks:
            task.cancel()

    async def ask(self, what: str, **arguments: Any) -> Any:
        """What the other end answers. Raises: Gone, Refused."""
        if self._writer is None:
            raise Gone
        number = next(self._numbers)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._say({"ask": what, "number": number, "with": arguments})
        try:
            return await future
        finally:
            del self._waiting[number]

    def hang_up(self) -> None:
        """Nothing more will be asked from here."""
        if self._writer is not None:
            self._writer.write_eof()

    def _say(self, message: dict[str, Any]) -> None:
        if self._writer is not None:
            self._writer.write(json.dumps(message, default=str).encode() + b"\n")

    def _take(self, message: dict[str, Any]) -> None:
        if "ask" in message:
            task = asyncio.create_task(self._do(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        future = self._waiting.get(message["number"])
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(Refused(message["error"], message["said"], away=message["away"]))
        else:
            future.set_result(message["answer"])

    async def _do(self, message: dict[str, Any]) -> None:
        try:
            answer = await self._answer(message["ask"], message["with"])
        except Exception as error:  # noqa: BLE001 - who asked must learn of it, whatever it is
            said = {"error": type(error).__name__, "said": str(error)[:500], "away": is_away(error)}
            self._say({"number": message["number"]} | said)
        else:
            self._say({"number": message["number"], "answer": answer})
