"""The parts put together: a message from Telegram reaches a handler with everything it asks for, and is answered."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiogram import Bot, Router
from aiogram.exceptions import ClientDecodeError, TelegramServerError
from aiogram.fsm.context import FSMContext
from aiogram.methods import GetMe
from aiogram.types import Message

from bot.build import build_bot, build_dispatcher
from bot.dialogs import DialogStorage
from bot.intake import Intake
from bot.isolation import PersonIsolation
from bot.polling import Polling
from bot.sending import Limiter
from bot.session import RawSession, TokenRefused
from giving.people import Person
from services.dialogs import DialogService
from services.links import Links
from services.tips import TipService
from services.updates import UpdateService
from tests.bot.telegram import FakeTelegram, message
from tests.world import World

ANY: Any = None


async def test_a_message_is_answered_from_end_to_end(
    bot: Bot, telegram: FakeTelegram, world: World, until: Callable[..., Awaitable[Any]]
) -> None:
    router = Router()

    @router.message()
    async def hello(event: Message, person: Person, language: str, tips: TipService, state: FSMContext) -> None:
        assert tips is world.tips
        await state.update_data(seen=True)
        await event.answer(f"{person.name} {language}")

    dispatcher = build_dispatcher(
        people=world.people,
        tips=world.tips,
        creators=world.creators,
        projects=world.projects,
        refunds=world.refunds,
        texts=ANY,
        links=Links("http://x"),
        routers=[router],
        storage=DialogStorage(DialogService(world.unit, now=world.time)),
        isolation=PersonIsolation(),
        default_language="zh-CN",
        rights=world.rights,
    )
    assert dispatcher["rights"] is world.rights
    telegram.push(message(1, "hi", person=9))
    stop = asyncio.Event()
    intake = Intake(bot, dispatcher, UpdateService(world.unit))
    polling = asyncio.create_task(Polling(bot, dispatcher, intake).run(stop))
    await until(lambda: telegram.of("sendMessage"))
    stop.set()
    await polling

    [answer] = telegram.of("sendMessage")
    assert (answer.chat, answer.params["text"], answer.params["parse_mode"]) == (9, "Ann en", "HTML")
    assert (await DialogService(world.unit, now=world.time).get(f"{bot.id}:9:9:0:default")) is not None
    assert telegram.updates == []


@pytest.mark.parametrize("token", ["", "nonsense", "12 3:abc"])
async def test_a_token_that_can_not_be_one_is_refused_at_once(token: str) -> None:
    with pytest.raises(TokenRefused):
        build_bot(token, "http://127.0.0.1:9", Limiter())


async def test_a_gateways_page_is_a_server_error_and_nonsense_is_not(bot: Bot, telegram: FakeTelegram) -> None:
    telegram.plan("getMe", 502, "<html>Bad Gateway</html>")
    telegram.plan("getMe", 200, "<html>Welcome</html>")
    telegram.plan("getMe", 200, {"ok": True, "result": {"id": 1, "anything": [1, 2]}})
    assert isinstance(bot.session, RawSession)
    with pytest.raises(TelegramServerError):
        await bot.session.raw(bot, GetMe(), 5)
    with pytest.raises(ClientDecodeError):
        await bot.session.raw(bot, GetMe(), 5)
    assert await bot.session.raw(bot, GetMe(), 5) == {"id": 1, "anything": [1, 2]}
