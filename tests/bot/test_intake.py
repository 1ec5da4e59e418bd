"""Handled once, acknowledged when it is committed: through a real dispatcher, on both databases."""

import asyncio
from typing import Any

import pytest
from aiogram import Bot, Router
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, Message
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.build import build_dispatcher
from bot.intake import MOST_TRIES, Intake
from bot.isolation import PersonIsolation
from services.links import Links
from services.updates import UpdateService
from storage.work import DatabaseTrouble, UnitOfWork
from tests.bot.telegram import FakeTelegram, channel_post, message, tap
from tests.texts.words import TEXTS
from tests.world import World


class Bench:
    """An intake whose handlers do as the text says."""

    def __init__(self, bot: Bot, world: World, unit: UnitOfWork) -> None:
        self.began: list[str] = []
        self.trouble: Exception | None = None
        router = Router()
        for observer in (router.message, router.channel_post, router.callback_query):
            observer.register(self.hear)
        dispatcher = build_dispatcher(
            people=world.people, tips=world.tips, creators=world.creators, projects=world.projects,
            refunds=world.refunds, texts=TEXTS, links=Links("http://x", "yizan_bot"), routers=[router],
            storage=MemoryStorage(), isolation=PersonIsolation(), default_language="zh-CN", handler_timeout_s=0.3,
        )  # fmt: skip
        self.updates = UpdateService(unit)
        self.intake = Intake(bot, dispatcher, self.updates, handler_timeout_s=0.5)

    async def hear(self, event: Message | CallbackQuery) -> None:
        text = (event.text if isinstance(event, Message) else event.data) or ""
        self.began.append(text)
        if text == "bug":
            raise RuntimeError("a bug")
        if text == "hang":
            await asyncio.sleep(60)
        if self.trouble is not None and text != "fine":
            raise self.trouble


@pytest.fixture
def bench(bot: Bot, world: World) -> Bench:
    return Bench(bot, world, world.unit)


AWAY = [
    OperationalError("INSERT", {}, Exception("database or disk is full")),
    DatabaseTrouble(),
    ConnectionRefusedError(111, "Connection refused"),
]


async def test_the_same_update_is_handled_once_whoever_brings_it_again(bench: Bench, bot: Bot, world: World) -> None:
    assert await bench.intake(message(1, "hi"))
    assert await bench.intake(message(1, "hi"))
    restarted = Bench(bot, world, world.unit)
    assert await restarted.intake(message(1, "hi"))

    assert (bench.began, restarted.began) == (["hi"], [])


@pytest.mark.parametrize("trouble", AWAY, ids=lambda error: type(error).__name__)
async def test_while_the_database_is_away_the_person_is_told_once_and_the_update_comes_again(
    bench: Bench, telegram: FakeTelegram, trouble: Exception
) -> None:
    bench.trouble = trouble
    assert not await bench.intake(tap(1, "tip"))
    assert not await bench.intake(tap(1, "tip"))
    assert not await bench.updates.is_done(1)
    bench.trouble = None
    assert await bench.intake(tap(1, "tip"))

    assert await bench.updates.is_done(1)
    assert bench.began == ["tip"] * 3
    [told] = telegram.of("answerCallbackQuery")
    assert told.params["text"].startswith(TEXTS.plain("zh-CN", "error-not-saved"))


async def test_what_nobody_waits_for_comes_again_too(bench: Bench) -> None:
    bench.trouble = AWAY[0]
    assert not await bench.intake(channel_post(1, "post"))
    bench.trouble = None
    assert await bench.intake(channel_post(1, "post"))


async def test_a_bug_is_answered_logged_with_its_number_and_acknowledged(bench: Bench, telegram: FakeTelegram) -> None:
    with capture_logs() as logs:
        assert await bench.intake(message(41, "bug"))
        assert await bench.intake(channel_post(42, "bug"))

    assert [log["update_id"] for log in logs if log["event"] == "update_failed"] == [41, 42]
    [told] = telegram.of("sendMessage")
    assert TEXTS.chat("en", "error-unknown") in told.params["text"]
    assert await bench.updates.is_done(41)


async def test_a_handler_that_hangs_is_ended_answered_and_acknowledged(bench: Bench, telegram: FakeTelegram) -> None:
    assert await bench.intake(message(1, "hang"))
    [told] = telegram.of("sendMessage")
    assert TEXTS.chat("en", "error-unknown") in told.params["text"]


async def test_a_handler_that_hangs_on_a_database_that_is_away_comes_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(number: int) -> None:
        raise DatabaseTrouble

    with monkeypatch.context() as patch:
        patch.setattr(bench.updates, "done", away)
        assert not await bench.intake(message(1, "hang"))
    assert not await bench.updates.is_done(1)


async def test_work_that_is_committed_is_not_done_again_when_only_its_mark_failed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(number: int) -> None:
        raise DatabaseTrouble

    monkeypatch.setattr(bench.updates, "done", away)
    assert await bench.intake(message(1, "hi"))
    assert await bench.intake(message(1, "hi"))
    assert bench.began == ["hi"]


async def test_one_that_fails_while_others_get_through_is_given_up(bench: Bench) -> None:
    bench.trouble = AWAY[0]
    answers = []
    for n in range(4):
        answers.append(await bench.intake(message(1, "poison")))
        assert await bench.intake(message(10 + n, "fine", person=8))
    assert answers == [False, False, False, True]


async def test_one_that_fails_alone_is_given_up_only_after_many_tries(bench: Bench) -> None:
    bench.trouble = AWAY[0]
    answers = [await bench.intake(message(1, "poison")) for _ in range(MOST_TRIES)]
    assert answers == [False] * (MOST_TRIES - 1) + [True]


@pytest.mark.parametrize(
    ("raw", "method"),
    [
        ({"update_id": 1, "callback_query": {"id": "9", "from": 5}}, "answerCallbackQuery"),
        ({"update_id": 1, "message": {"chat": {"id": 5, "type": "private"}}}, "sendMessage"),
        ({"update_id": 1, "message": {"message_id": "?"}}, ""),
        ({"update_id": 1, "telepathy": {}}, ""),
    ],
)
async def test_what_can_not_be_read_is_answered_where_it_can_be_and_acknowledged(
    bench: Bench, telegram: FakeTelegram, until: Any, raw: dict[str, Any], method: str
) -> None:
    assert await bench.intake(raw)
    assert await bench.updates.is_done(1)
    if method:
        [told] = await until(lambda: telegram.of(method))
        assert TEXTS.plain("zh-CN", "error-unknown") in told.params["text"]
