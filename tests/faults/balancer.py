"""What stands around replicas: a balancer before them, and between them and the Bot API a switchboard that listens."""

import asyncio
import itertools
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
from aiohttp import web

from tests.processes.basics import free_port, is_open, until

DOWN_S: Final = 1.0
ANSWER_S: Final = 4.0  # a frozen replica takes connections and never answers
LONGEST: Final = aiohttp.ClientTimeout(total=70)
_HOP: Final = {"host", "content-length", "transfer-encoding", "connection"}


class Site:
    """An aiohttp application in a thread of its own."""

    def __init__(self, what: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        until(lambda: is_open(self.port), what)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(10)

    def routes(self) -> list[web.RouteDef]:
        raise NotImplementedError

    async def _run(self) -> None:
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_routes(self.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        async with aiohttp.ClientSession(timeout=LONGEST, connector=aiohttp.TCPConnector(limit=0)) as self.http:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", self.port, backlog=1024).start()
            while not self._stop.is_set():
                await asyncio.sleep(0.05)
            await runner.cleanup()


class Balancer(Site):
    """One after the other; who does not answer is left out for a second, and the request goes to the next."""

    def __init__(self) -> None:
        self.ports: list[int] = []
        self._turn, self._down = itertools.count(), dict[int, float]()
        super().__init__("the balancer")

    def routes(self) -> list[web.RouteDef]:
        return [web.route("*", "/{path:.*}", self._pass)]

    async def _pass(self, request: web.Request) -> web.Response:
        body, begin = await request.read(), next(self._turn)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        ports = [self.ports[(begin + i) % len(self.ports)] for i in range(len(self.ports))]
        for port in sorted(ports, key=lambda port: self._down.get(port, 0) > time.monotonic()):
            url = f"http://127.0.0.1:{port}{request.path_qs}"
            try:
                async with self.http.request(
                    request.method, url, data=body, headers=headers, timeout=aiohttp.ClientTimeout(total=ANSWER_S)
                ) as answer:
                    kept = {k: v for k, v in answer.headers.items() if k in ("Content-Type", "Retry-After", "Location")}
                    return web.Response(status=answer.status, body=await answer.read(), headers=kept)
            except (aiohttp.ClientError, TimeoutError, ConnectionError):
                self._down[port] = time.monotonic() + DOWN_S
        return web.Response(status=503, headers={"Retry-After": "1"})


@dataclass(frozen=True)
class Call:
    """A call of the Bot API, by whom and when (monotonic, as it came in)."""

    replica: str
    method: str
    text: str
    at: float


@dataclass
class Calls:
    """What was called, oldest first."""

    all: list[Call] = field(default_factory=list)

    def of(self, replica: str | None, words: str, *, since: float = 0.0) -> list[Call]:
        """Messages with these words in them, sent by this replica (or anybody)."""
        return [
            call
            for call in list(self.all)
            if call.at >= since and words in call.text and replica in (None, call.replica)
        ]


class Switchboard(Site):
    """`<url>/<replica>` is the replica's api_base."""

    def __init__(self, upstream: str) -> None:
        self.upstream, self.calls = upstream, Calls()
        super().__init__("the switchboard")

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/{replica}/{bot}/{method}", self._pass)]

    async def _pass(self, request: web.Request) -> web.Response:
        body, names = await request.read(), request.match_info
        form: Any = await request.post()
        self.calls.all.append(Call(names["replica"], names["method"], str(form.get("text", "")), time.monotonic()))
        url = f"{self.upstream}/{names['bot']}/{names['method']}"
        headers = {"Content-Type": request.headers.get("Content-Type", "application/json")}
        try:
            async with self.http.post(url, data=body, headers=headers) as answer:
                return web.Response(status=answer.status, body=await answer.read(), content_type="application/json")
        except aiohttp.ClientError:  # the sandbox ended before us
            return web.Response(status=502)
