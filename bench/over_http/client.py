"""Callers in a process of their own: `python -m bench.over_http.client` reads what to do from stdin, as JSON.

Each caller keeps one connection and sends its next request when the last one is answered. HTTP/1.1 is spoken by hand:
a client library would cost more than the service that is measured.
"""

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson
import uvloop

from bench.load import Measured, closed_loop
from bench.over_http.bodies import Plan, bodies
from bench.over_http.bodies import Refused as ToBeRefused

AGAIN_S: Final = 0.01
TRIES: Final = 500


class Refused(RuntimeError):
    """The service answered with something other than 200, or 503 for too long."""


class Caller(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._heard, self._answer = b"", asyncio.get_running_loop().create_future()
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("closed by the service"))

    def data_received(self, data: bytes) -> None:
        heard = self._heard = self._heard + data
        end = heard.find(b"\r\n\r\n")
        if end < 0:
            return
        head = heard[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(heard) >= end + 4 + length and not self._answer.done():
            self._heard = b""
            self._answer.set_result((int(heard[9:12]), heard[end + 4 :]))

    async def ask(self, head: bytes, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(head % len(body) + body)
        status, said = await self._answer
        return status, said


class Sent:
    """Requests one after the other; how many of them were different, and leave something behind."""

    def __init__(self, made: Iterator[bytes]) -> None:
        self._made, self._last, self.different = made, b"", 0

    def next(self) -> bytes | None:
        body = next(self._made, None)
        if body is not None:
            self.different += body is not self._last and not isinstance(body, ToBeRefused)
            self._last = body
        return body


async def drive(todo: Mapping[str, Any]) -> tuple[Measured, int]:
    """What was measured, and how many different requests were answered, warm-up included.

    Raises: Refused, TimeoutError, OSError.
    """
    loop, made = asyncio.get_running_loop(), bodies(Plan(**todo["plan"]))
    headers = "".join(f"{name}: {value}\r\n" for name, value in todo["headers"].items())
    head = (
        f"POST {todo['path']} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{headers}"
        "Content-Length: %d\r\n\r\n"
    ).encode()
    callers = [(await loop.create_connection(Caller, "127.0.0.1", todo["port"]))[1] for _ in range(todo["callers"])]

    sent = Sent(made)

    async def one(number: int) -> bool:
        return await _ask(callers[number], head, sent)

    return await closed_loop(todo["callers"], one, todo["seconds"]), sent.different


async def _ask(caller: Caller, head: bytes, sent: Sent) -> bool:
    body = sent.next()
    if body is None:
        raise Refused("ran out of things to send: prepare more, or measure for less long")
    for _ in range(TRIES):
        status, said = await caller.ask(head, body)
        if status == 200:
            return True
        if status != 503:
            raise Refused(f"{status}: {said[:200]!r}")
        await asyncio.sleep(AGAIN_S)  # more than fit in hand: Telegram would come again too
    raise Refused("503 for too long")


def main() -> None:
    """Prints the rate and the times it took."""
    todo = orjson.loads(sys.stdin.buffer.read())
    began = time.perf_counter()
    measured, different = uvloop.run(drive(todo))
    took = {"different": different, "rate": measured.rate, "p50_ms": measured.p50_ms, "p99_ms": measured.p99_ms}
    sys.stdout.write(orjson.dumps({**took, "seconds": time.perf_counter() - began}).decode())


if __name__ == "__main__":
    main()
