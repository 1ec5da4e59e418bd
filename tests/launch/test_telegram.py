"""The Telegram side as `run` starts it: nothing Telegram brings is taken before we know who we are."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from launch import telegram as launched
from launch.service.building import LateRights, build_services
from launch.service.pages import hook_of
from launch.stopping import Stopping
from settings import Settings
from storage.engines import Engines
from tests.bot.conftest import telegram
from tests.bot.telegram import TOKEN, FakeTelegram
from web.telegram import TelegramHook

__all__ = ["telegram"]

Until = Callable[..., Awaitable[Any]]
ME = {"ok": True, "result": {"id": 100000001, "is_bot": True, "first_name": "B", "username": "b_bot"}}


@pytest.fixture
def dialect() -> str:
    """Nothing here is about the database."""
    return "sqlite"


@pytest.fixture
async def started(
    telegram: FakeTelegram, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[TelegramHook, launched.Telegram]]:
    """A bot that takes updates by webhook, as it is before it runs."""
    monkeypatch.setattr(launched, "FIRST_PAUSE_S", 0.01)
    side = {"token": TOKEN, "api_base": telegram.url, "updates": "webhook"}
    settings = Settings.model_validate({"telegram": side, "web": {"public_url": "https://give.example"}})
    hook, rights = hook_of(settings), LateRights()
    assert hook is not None
    built = launched.Telegram(settings, build_services(settings, engines, rights), hook)
    rights.asks = built.rights
    yield hook, built
    await built.close()


async def test_updates_are_taken_only_once_the_bot_knows_its_name_and_not_after_it_ended(
    telegram: FakeTelegram, started: tuple[TelegramHook, launched.Telegram], until: Until
) -> None:
    (hook, side), stopping = started, Stopping()
    for _ in range(20):
        telegram.refuse("getMe", 500, "Internal Server Error")
    telegram.plan("getMe", 200, ME)
    names: list[str] = []
    running = asyncio.create_task(side.run(stopping, names.append))
    await until(lambda: telegram.of("getMe"))
    while not names:
        assert hook.deliver is None
        await asyncio.sleep(0)
    await until(lambda: hook.deliver is not None)
    assert names == ["b_bot"]
    stopping.event.set()
    await running
    assert hook.deliver is None
