"""The least that could answer the same requests, in a process of its own: `python -m bench.over_http.bare KIND`.

For updates it is aiogram's own webhook with a handler of one line, for events an aiohttp handler that reads JSON. Both
on uvloop, nothing tuned, nothing kept. Prints its port, and ends when its stdin does.
"""

import asyncio
import sys
from typing import Final

import orjson
import uvloop
from aiogram import Bot, Dispatcher, F, Router
from aiogram.types import CallbackQuery, Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from bench.over_http.site import EVENTS, TOKEN, Nobody, listening
from bot import callbacks as cb
from web.telegram import PATH

WORDS: Final = "What the bot can do for you stands here, in as many words as ours has. " * 5


def _runner(kind: str) -> web.AppRunner:
    app = web.Application()
    if kind == "events":
        app.router.add_post(EVENTS, _read_json)
    else:
        SimpleRequestHandler(_bare_dispatcher(), Bot(TOKEN, Nobody()), handle_in_background=False).register(
            app, path=PATH
        )
    return web.AppRunner(app, access_log=None)


async def _read_json(request: web.Request) -> web.Response:
    orjson.loads(await request.read())
    return web.Response()


def _bare_dispatcher() -> Dispatcher:
    router = Router()

    @router.callback_query(cb.TipTap.filter())
    async def tapped(query: CallbackQuery, callback_data: cb.TipTap) -> None:
        await query.answer(url=f"https://t.me/yizan_bot?start=t_{callback_data.post}")

    @router.callback_query(cb.TipOther.filter())
    async def other(query: CallbackQuery, callback_data: cb.TipOther) -> None:
        await query.answer(url=f"https://t.me/yizan_bot?start=o_{callback_data.post}")

    @router.message(F.text)
    async def said(message: Message) -> None:
        await message.answer(WORDS)

    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    return dispatcher


async def serve(kind: str) -> None:
    """Until stdin ends."""
    async with listening(_runner(kind)) as port:
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
