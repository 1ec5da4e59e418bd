"""A relay before a Bot API of others: what that one does not know yet is kept from it, and it is said what that was."""

import asyncio
import json
import threading
from collections.abc import Collection, Mapping
from typing import Any, Final

import aiohttp
from aiohttp import web

from tests.processes.basics import free_port, is_open, until

LONGEST: Final = aiohttp.ClientTimeout(total=70)


class Relay:
    """Everything else goes through as it is: production stays strict, the peer stays as it was installed."""

    def __init__(
        self, upstream: str, unknown: Collection[str], *, refused: Collection[str] = (), me: Mapping[str, Any] = {}
    ) -> None:
        """Drop the parameters `unknown` ("outer.inner" inside an object); refuse a call with one of `refused`.

        `me` is added to what the peer tells the bot of itself.
        """
        self.upstream, self._unknown, self._refused = upstream, frozenset(unknown), frozenset(refused)
        self._me = dict(me)
        self.dropped: set[str] = set()
        self.refused: set[str] = set()
        self.complaints: list[str] = []  # of the peer, in its words
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
        if refused := form.keys() & self._refused:
            self.refused |= refused
            body = {"ok": False, "error_code": 400, "description": f"Bad Request: {min(refused)} is not supported"}
            return web.json_response(body, status=400)
        async with self._http.post(self.upstream + request.path, data=self._without_unknown(form)) as answer:
            content = await answer.read()
        known = json.loads(content)
        if not known["ok"]:
            self.complaints.append(f"{request.match_info['method']} {known['error_code']}: {known['description']}")
        if request.match_info["method"] == "getMe" and known["ok"]:
            content = json.dumps(known | {"result": known["result"] | self._me}).encode()
        return web.Response(status=answer.status, body=content, content_type="application/json")

    def _without_unknown(self, form: dict[str, str]) -> dict[str, str]:
        kept = dict(form)
        for name in self._unknown:
            outer, _, inner = name.partition(".")
            if outer not in kept:
                continue
            if not inner:
                del kept[outer]
            elif inner in (fields := json.loads(kept[outer])):
                kept[outer] = json.dumps({key: value for key, value in fields.items() if key != inner})
            else:
                continue
            self.dropped.add(name)
        return kept
