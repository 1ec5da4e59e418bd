"""A Bot API on loopback, and the bot that talks to it."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.build import build_bot
from bot.sending import Limiter
from tests.bot.telegram import TOKEN, FakeTelegram


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """Telegram, as far as the kit is concerned."""
    fake = FakeTelegram()
    app = web.Application()
    app.router.add_route("*", f"/bot{TOKEN}/{{method}}", fake.answer)
    async with TestServer(app) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        yield fake


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    """A bot of that Telegram."""
    bot = build_bot(TOKEN, telegram.url, Limiter())
    yield bot
    await bot.session.close()
