"""A program behind a webhook: it notes what comes, and answers as the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Answer = Callable[[dict[str, Any]], web.StreamResponse]


class Receiver:
    """`answers` are used up first to last; when there are none left, everything is fine."""

    def __init__(self) -> None:
        self.url = ""
        self.got: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.at: list[float] = []
        self.answers: list[int | web.Response | dict[str, str]] = []
        self.hold: asyncio.Event | None = None
        self.most_at_once = 0
        self._at_once = 0
        self._news = asyncio.Condition()

    async def take(self, request: web.Request) -> web.StreamResponse:
        update = await request.json()
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        async with self._news:
            self.got.append(update)
            self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
            self.at.append(asyncio.get_running_loop().time())
            self._news.notify_all()
        if self.hold:
            await self.hold.wait()
        self._at_once -= 1
        answer = self.answers.pop(0) if self.answers else 200
        return answer if isinstance(answer, web.Response) else web.Response(status=int(str(answer)))

    async def wait_for(self, count: int, seconds: float = 5) -> list[dict[str, Any]]:
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: len(self.got) >= count)
        return self.got

    @property
    def texts(self) -> list[str]:
        bodies = [next(v for k, v in update.items() if k != "update_id") for update in self.got]
        return [body.get("text") or body.get("data", "") for body in bodies]


@asynccontextmanager
async def receiving(port: int = 0) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.add_routes([web.post("/hook", receiver.take)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    if receiver.hold:
        receiver.hold.set()
    await runner.cleanup()
