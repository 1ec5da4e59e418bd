"""A relay before a Bot API of others: drops parameters that are valid and that it does not know yet, and says so."""

import asyncio
import json
import threading
from collections.abc import Collection
from typing import Final

import aiohttp
from aiohttp import web

from tests.processes.basics import free_port, is_open, until

LONGEST: Final = aiohttp.ClientTimeout(total=70)


class Relay:
    """Everything else goes through as it is: production stays strict, the peer stays as it was installed."""

    def __init__(self, upstream: str, unknown: Collection[str]) -> None:
        self.upstream, self._unknown = upstream, frozenset(unknown)
        self.dropped: set[str] = set()
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        until(lambda: is_open(self._port), "the relay")

    def close(self) -> None:
        self._stop.set()
        self._thread.join(10)

    async def _run(self) -> None:
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._pass)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        async with aiohttp.ClientSession(timeout=LONGEST) as self._http:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", self._port).start()
            while not self._stop.is_set():
                await asyncio.sleep(0.05)
            await runner.cleanup()

    async def _pass(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.dropped |= form.keys() & self._unknown
        body = {name: value for name, value in form.items() if name not in self._unknown}
        async with self._http.post(self.upstream + request.path, data=body) as answer:
            content = await answer.read()
        json.loads(content)
        return web.Response(status=answer.status, body=content, content_type="application/json")
