"""Counters on the real service and a real HTTP server: shown, skipped when the post is gone, tried later otherwise."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

from bot.counters import CounterEditor
from giving.creators import Post
from giving.projects import Tally
from services.links import Links
from tests.bot.telegram import FakeTelegram
from tests.world import CHANNEL, World, cny

Until = Callable[..., Awaitable[Any]]
ANY: Any = None


def keyboard(
    texts: Any, links: Links, language: str, post: Post, tally: Tally, presets: Any, **_: Any
) -> InlineKeyboardMarkup:
    label = f"{language} {tally.donors} {tally.given.minor} {len(presets)}"
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=label, callback_data="x")]])


@asynccontextmanager
async def editing(bot: Bot, world: World) -> AsyncIterator[None]:
    links, stop = Links("http://x"), asyncio.Event()
    editor = CounterEditor(bot, world.counters, world.creators, world.tips, ANY, links, keyboard)
    task = asyncio.create_task(editor.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 6)


async def given(world: World) -> None:
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    world.time.passes(seconds=5)


async def nothing_due(world: World) -> bool:
    return not await world.counters.due()


async def test_the_counter_shows_what_was_given(bot: Bot, telegram: FakeTelegram, world: World, until: Until) -> None:
    await given(world)
    async with editing(bot, world):
        await until(lambda: nothing_due(world))

    [edit] = telegram.calls
    assert (edit.method, edit.chat, edit.params["message_id"]) == ("editMessageReplyMarkup", CHANNEL, "7")
    assert '"zh-CN 1 500 3"' in edit.params["reply_markup"]
    assert world.tips.presets == (cny("1"), cny("5"), cny("10"))


async def test_a_paused_chats_posts_are_redrawn_without_amounts(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until
) -> None:
    await given(world)
    await world.creators.pause(world.chat.chat.id, world.creator)
    async with editing(bot, world):
        await until(lambda: nothing_due(world))
    assert '"zh-CN 1 500 0"' in telegram.calls[0].params["reply_markup"]


@pytest.mark.parametrize(
    ("code", "said", "later"),
    [
        (400, "Bad Request: message is not modified: …", False),
        (400, "Bad Request: message to edit not found", False),
        (400, "Bad Request: not enough rights to edit a message", False),
        (403, "Forbidden: bot was kicked from the channel chat", False),
        (400, "Bad Request: something new", True),
        (429, "Too Many Requests: retry after 30", True),
    ],
)
async def test_a_counter_that_can_not_be_shown(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until, code: int, said: str, later: bool
) -> None:
    await given(world)
    telegram.refuse("editMessageReplyMarkup", code, said, **({"retry_after": 30} if code == 429 else {}))
    async with editing(bot, world):
        await until(lambda: nothing_due(world))
    assert len(telegram.calls) == 1

    world.time.passes(seconds=16)
    assert await nothing_due(world) is not later


async def test_a_broken_counter_does_not_end_the_editor(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, failures = world.counters.shown, [OSError("gone")]

    async def flaky(post_id: Any, tally: Tally, chat: Any, author: Any = None, day: Any = None) -> None:
        if failures:
            raise failures.pop()
        await shown(post_id, tally, chat, author, day)

    monkeypatch.setattr(world.counters, "shown", flaky)
    await given(world)
    async with editing(bot, world):
        await until(lambda: nothing_due(world))
    assert len(telegram.calls) == 2
