"""Who acts, in which language, for how long: through a real dispatcher and the real people."""

import asyncio
from typing import Any

import pytest
import structlog
from aiogram import Bot, Dispatcher, Router
from aiogram.fsm.storage.base import StorageKey
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import Update
from structlog.testing import capture_logs

from bot.isolation import KeyedLock, PersonIsolation
from bot.middlewares import DeadlineMiddleware, LogMiddleware, PersonMiddleware
from giving.people import Person
from tests.bot.telegram import TOKEN, channel_post, message, tap
from tests.world import World

BOT = Bot(TOKEN)


class Seen:
    """A dispatcher that remembers for whom its handlers were called."""

    def __init__(self, world: World, deadline_s: float = 5) -> None:
        self.calls: list[tuple[Person | None, str]] = []
        self.numbers: list[int] = []
        self.errors: list[Exception] = []
        self.dispatcher = Dispatcher(storage=MemoryStorage(), events_isolation=PersonIsolation())
        for middleware in (
            LogMiddleware(), DeadlineMiddleware(deadline_s), PersonMiddleware(world.people, "zh-CN")
        ):  # fmt: skip
            self.dispatcher.update.outer_middleware(middleware)
        router = Router()
        for observer in (router.message, router.callback_query, router.channel_post, router.my_chat_member):
            observer.register(self.handle)
        self.dispatcher.include_router(router)
        self.dispatcher.errors.register(self.on_error)

    async def handle(self, event: Any, person: Person | None, language: str) -> None:
        self.calls.append((person, language))
        self.numbers.append(structlog.contextvars.get_contextvars()["update_id"])
        if getattr(event, "text", None) == "sleep":
            await asyncio.sleep(60)

    async def on_error(self, event: Any) -> None:
        self.errors.append(event.exception)

    async def feed(self, raw: dict[str, Any]) -> tuple[Person | None, str]:
        await self.dispatcher.feed_update(BOT, Update.model_validate(raw, context={"bot": BOT}))
        return self.calls[-1]


async def test_who_writes_in_private_is_met_and_may_be_written_to(world: World) -> None:
    seen = Seen(world)
    words = message(1, "hi", person=9)
    words["message"]["from"] |= {"first_name": "A\u202enn\u200b", "last_name": "<Lee>", "username": "ann"}
    person, language = await seen.feed(words)

    assert person is not None
    assert (person.telegram_id, person.name, person.username, person.reachable) == (9, "Ann <Lee>", "ann", True)
    assert language == "en"
    assert seen.numbers == [1]


async def test_a_tap_or_a_group_is_no_leave_to_write(world: World) -> None:
    seen = Seen(world)
    tapped, language = await seen.feed(tap(1, "x", person=9))
    grouped, _ = await seen.feed(message(2, "/tip", person=9, chat=-5))
    assert tapped is not None
    assert grouped is not None
    assert not tapped.reachable
    assert not grouped.reachable
    assert language == "zh-CN", "their Telegram did not say"


@pytest.mark.parametrize(
    ("words", "met"),
    [
        ("/tip", True), ("/tip 5", True), ("/tip5", True), ("/Charity", True),
        ("hello", False), ("/ban @x", False), ("/help", False), ("/shrug", False), ("/tips", False), ("/", False),
    ],
)  # fmt: skip
async def test_in_a_group_only_what_the_bot_is_asked_makes_somebody_known(world: World, words: str, met: bool) -> None:
    person, _ = await Seen(world).feed(message(1, words, person=9, chat=-5))
    assert (person is not None) is met


async def test_the_language_somebody_chose_goes_before_their_telegrams(world: World) -> None:
    seen = Seen(world)
    person, _ = await seen.feed(message(1, "hi"))
    assert person is not None
    await world.people.choose_language(person, "zh-CN")
    assert (await seen.feed(message(2, "hi")))[1] == "zh-CN"


async def test_nobody_acts_in_a_channels_post_or_behind_a_stand_in(world: World) -> None:
    seen = Seen(world)
    where = {"id": -5, "type": "supergroup", "title": "G"}
    anonymous = message(2, "x", chat=-5, sender_chat=where)
    anonymous["message"]["from"] = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    forwarded = message(3, "x", chat=-5, sender_chat={"id": -9, "type": "channel", "title": "C"}, person=777000)
    for update in (channel_post(1, "x"), anonymous, forwarded):
        assert await seen.feed(update) == (None, "zh-CN")


async def test_a_handler_that_takes_too_long_is_an_error_like_any_other(world: World) -> None:
    seen = Seen(world, deadline_s=0.05)
    await seen.feed(message(1, "sleep"))
    assert [type(error) for error in seen.errors] == [TimeoutError]


async def test_each_update_is_logged_with_its_time(world: World) -> None:
    with capture_logs() as logs:
        await Seen(world).feed(message(41, "hi"))
    [log] = [log for log in logs if log["event"] == "update_handled"]
    assert log["log_level"] == "debug"
    assert log["kind"] == "message"
    assert log["ms"] >= 0


async def test_one_persons_updates_run_one_after_the_other() -> None:
    isolation, inside, most = PersonIsolation(), 0, 0

    async def act(chat: int, user: int) -> None:
        nonlocal inside, most
        async with isolation.lock(StorageKey(bot_id=1, chat_id=chat, user_id=user)):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    await asyncio.gather(*(act(chat, 7) for chat in range(5)))
    assert most == 1
    await asyncio.gather(*(act(1, user) for user in range(5)))
    assert most == 5
    assert len(isolation.locks) == 0


async def test_a_lock_nobody_wants_is_forgotten_whatever_happened() -> None:
    locks = KeyedLock()
    with pytest.raises(RuntimeError):
        async with locks.hold("a"):
            raise RuntimeError

    async def hold() -> None:
        async with locks.hold("a"):
            await asyncio.sleep(60)

    first, second = asyncio.create_task(hold()), asyncio.create_task(hold())
    await asyncio.sleep(0.01)
    assert len(locks) == 1
    second.cancel()
    await asyncio.sleep(0.01)
    assert len(locks) == 1
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    assert len(locks) == 0
