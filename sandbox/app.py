"""Puts the parts together: one aiohttp application over one state."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from aiohttp import web

from sandbox.guard import MOST_BYTES, add_headers, answers, guard
from sandbox.people.asking import Asking
from sandbox.people.bots import Bots
from sandbox.people.conversation import Conversation
from sandbox.people.places import Places
from sandbox.people.server import People
from sandbox.rail.events import Courier
from sandbox.rail.methods import MethodApi, Methods
from sandbox.rail.page import PayPage
from sandbox.rail.payments import Payments
from sandbox.rail.server import Rail
from sandbox.rail.tills import CARD
from sandbox.state import State
from sandbox.telegram.schema import Schema
from sandbox.telegram.server import BotApi
from sandbox.telegram.webhooks import Dispatcher

log = logging.getLogger(__name__)
STATIC = Path(__file__).parent / "static"
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Options:
    rail_key: str = "sandbox-key"
    fee_percent: Decimal = Decimal("0.6")
    couriers: int = 1  # events of the rail that may be on their way at once


class Sandbox:
    """A running sandbox: `start` listens, `stop` ends every stream and poll and closes the file."""

    def __init__(self, state: State, options: Options) -> None:
        self.state = state
        self.url = ""
        self._bot_api = BotApi(state, Schema.load())
        self._payments = Payments(state, options.fee_percent, lambda: self.url)
        self._card = Payments(state, options.fee_percent, lambda: self.url, CARD)
        self._methods = Methods(state, self._card, lambda: self.url)
        self._couriers = options.couriers
        self._runner = web.AppRunner(self._app(options), access_log=None, shutdown_timeout=0.5)

    async def start(self, port: int) -> None:
        """Raises OSError when the port is taken."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, port)
        try:
            await site.start()
        except OSError:
            await self.stop()
            raise
        self.url = f"http://{HOST}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self.state.signals.close()
        await self._runner.cleanup()
        self.state.close()

    def _app(self, options: Options) -> web.Application:
        app = web.Application(middlewares=[answers, guard], client_max_size=MOST_BYTES)
        app.add_routes(self._bot_api.routes())
        for area in (People, Conversation, Places, Asking, Bots):
            app.add_routes(area(self.state).routes())
        app.add_routes(Rail(self.state, self._payments, options.rail_key).routes())
        card = Rail(self.state, self._card, options.rail_key)
        app.add_routes([*card.routes(), *MethodApi(self.state, self._methods, self._card, card).routes()])
        app.add_routes(PayPage(self.state, self._payments, self._methods).routes())
        app.add_routes([web.get("/", _index), web.static("/static", STATIC)])
        app.on_response_prepare.append(add_headers)
        app.cleanup_ctx.append(self._workers)
        return app

    async def _workers(self, app: web.Application) -> AsyncIterator[None]:
        webhooks = Dispatcher(self.state, self._bot_api.run)
        workers = (Courier(self.state, self._couriers).run, self._payments.settle_later, webhooks.run)
        tasks = [asyncio.create_task(_always(work)) for work in workers]
        yield
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _always(work: Callable[[], Awaitable[None]]) -> None:
    """A worker that fails says so and begins again: its work is in the file."""
    while True:
        try:
            return await work()
        except Exception:
            log.exception("a worker failed")
            await asyncio.sleep(1)


async def _index(request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")
