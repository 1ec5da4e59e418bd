"""Telegram's webhook side before a sandbox that only knows polling: brings updates by Telegram's rules.

It also sees what a bot that polls confirms.

A fake of ours. Source of the rules: core.telegram.org/bots/api#setwebhook. Until an update got its 2xx, nothing after
it in the same queue (the person for taps, the chat for the rest) is brought; queues run beside each other; another
status, or none, means again, after `Retry-After` where the answer has one.
"""

import asyncio
import json
import threading
from collections import defaultdict, deque
from typing import Any, Final

import aiohttp
from aiohttp import web

from tests.processes.basics import free_port, until

PAUSE_S: Final = 0.2
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"


class Deliverer:
    """A Bot API on a port of its own: webhook calls are its own, the rest goes on to the sandbox."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.upstream = self.token = ""
        self.acknowledged: list[dict[str, Any]] = []
        self.refused: list[int] = []  # statuses other than 2xx; 0 for none at all
        self.webhook: dict[str, str] = {}
        self._shown: dict[int, dict[str, Any]] = {}  # to a bot that polls
        self._queues: dict[str, deque[dict[str, Any]]] = defaultdict(deque)
        self._bringing: set[asyncio.Task[None]] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self, upstream: str, token: str) -> "Deliverer":
        self.upstream, self.token = upstream, token
        self._thread.start()
        return self

    def close(self) -> None:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(10)

    @property
    def waiting(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    def drained(self) -> None:
        """Once everything is acknowledged. Raises: AssertionError."""
        until(lambda: self.waiting == 0, "all updates acknowledged", seconds=60)

    async def _run(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as self._http:
            fetching = asyncio.create_task(self._fetch())
            try:
                while not self._stop.is_set():
                    await asyncio.sleep(0.05)
            finally:
                tasks = {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
                fetching.cancel()
                await runner.cleanup()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, request: web.Request) -> web.Response:
        method, form = request.match_info["method"], dict(await request.post())
        if method in ("setWebhook", "deleteWebhook"):
            self.webhook = {name: str(value) for name, value in form.items()} if method == "setWebhook" else {}
            return web.json_response({"ok": True, "result": True})
        body = {name: str(value) for name, value in form.items()}
        if method == "getUpdates":
            self._confirm(int(body.get("offset", 0)))
        async with self._http.post(f"{self.upstream}/bot{self.token}/{method}", data=body) as answer:
            content = await answer.read()
        if method == "getUpdates" and answer.status == 200:
            self._shown |= {update["update_id"]: update for update in json.loads(content)["result"]}
        return web.Response(status=answer.status, body=content, content_type=answer.content_type)

    def _confirm(self, offset: int) -> None:
        """A bot that polls says what Telegram may forget."""
        for number in [number for number in self._shown if number < offset]:
            self.acknowledged.append(self._shown.pop(number))

    async def _fetch(self) -> None:
        """From the sandbox's queue into ours, which outlives the bot as Telegram's does."""
        offset = 0
        while True:
            if not self.webhook:
                await asyncio.sleep(0.05)
                continue
            asked = {"offset": offset, "timeout": 5, "allowed_updates": json.loads(self.webhook["allowed_updates"])}
            try:
                async with self._http.post(f"{self.upstream}/bot{self.token}/getUpdates", json=asked) as answer:
                    found = (await answer.json())["result"]
            except (aiohttp.ClientError, KeyError):
                await asyncio.sleep(PAUSE_S)
                continue
            for update in found:
                offset = update["update_id"] + 1
                self._put(update)

    def _put(self, update: dict[str, Any]) -> None:
        queue = _queue(update)
        self._queues[queue].append(update)
        if len(self._queues[queue]) == 1:
            task = asyncio.get_running_loop().create_task(self._bring_all(queue))
            self._bringing.add(task)  # the loop alone would not keep it
            task.add_done_callback(self._bringing.discard)

    async def _bring_all(self, name: str) -> None:
        queue = self._queues[name]
        while queue:
            pause = await self._bring(queue[0])
            if pause is None:
                self.acknowledged.append(queue.popleft())
            else:
                await asyncio.sleep(pause)

    async def _bring(self, update: dict[str, Any]) -> float | None:
        """None if it was acknowledged, else when to try again."""
        headers = {SECRET_HEADER: self.webhook.get("secret_token", "")}
        try:
            async with self._http.post(self.webhook["url"], json=update, headers=headers) as answer:
                if answer.status // 100 == 2:
                    return None
                self.refused.append(answer.status)
                return min(PAUSE_S, float(answer.headers.get("Retry-After", PAUSE_S)))
        except (aiohttp.ClientError, TimeoutError, KeyError):
            self.refused.append(0)
            return PAUSE_S


def _queue(update: dict[str, Any]) -> str:
    kind, body = next((kind, body) for kind, body in update.items() if kind != "update_id")
    whose = body.get("from") if "chat" not in body else body["chat"]
    return f"{'chat' if 'chat' in body else 'person'} {whose['id'] if whose else kind}"
