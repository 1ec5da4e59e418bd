"""Runs an application in the two ways of python-telegram-bot's examples: polling, or a webhook on one's own server.

python -m tests.sandbox.strangers.<bot> <server> <token> [<webhook port>]
"""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import Any

from aiohttp import web
from telegram import Update
from telegram.ext import Application

SECRET = "a-stranger"


def builder() -> Any:
    """The builder, with nothing set but the token and where the Bot API is."""
    server, token = sys.argv[1:3]
    return Application.builder().token(token).base_url(f"{server}/bot").base_file_url(f"{server}/file/bot")


def run(application: Any) -> None:
    if len(sys.argv) > 3:
        asyncio.run(_serve(application, int(sys.argv[3])))
    else:
        application.run_polling(allowed_updates=Update.ALL_TYPES)


async def _serve(application: Any, port: int) -> None:
    """As in the library's customwebhookbot.py."""

    async def take(request: web.Request) -> web.Response:
        if request.headers.get("X-Telegram-Bot-Api-Secret-Token") != SECRET:
            return web.Response(status=403)
        await application.update_queue.put(Update.de_json(data=await request.json(), bot=application.bot))
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/telegram", take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with application:
        url = f"http://127.0.0.1:{port}/telegram"
        await application.bot.set_webhook(url, secret_token=SECRET, allowed_updates=Update.ALL_TYPES)
        await application.start()
        await stop.wait()
        await application.stop()
    await runner.cleanup()
