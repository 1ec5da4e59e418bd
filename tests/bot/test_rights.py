"""What Telegram says about rights, read as it says it."""

from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramNetworkError

from bot.rights import TelegramRights
from giving.creators import BotRights
from tests.bot.telegram import FakeTelegram

CHAT = -100500
SOMEBODY = {"id": 9, "is_bot": False, "first_name": "Ann"}
ALL = BotRights(present=True, can_post=True, can_edit=True)
_FLAGS = (
    "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories", "can_send_welcome_messages",
)  # fmt: skip


def administrator(**rights: bool) -> dict[str, Any]:
    flags: dict[str, Any] = dict.fromkeys(_FLAGS, False)
    return {"status": "administrator", "user": SOMEBODY} | flags | rights


def plain(status: str, **more: Any) -> dict[str, Any]:
    return {"status": status, "user": SOMEBODY} | more


def says(telegram: FakeTelegram, member: dict[str, Any], chat_type: str = "channel") -> None:
    telegram.plan("getChatMember", 200, {"ok": True, "result": member})
    chat = {"id": CHAT, "type": chat_type, "title": "C", "accent_color_id": 1, "max_reaction_count": 1}
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
    )
    telegram.plan("getChat", 200, {"ok": True, "result": chat | {"accepted_gift_types": gifts}})


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        (plain("creator", is_anonymous=False), True),
        (administrator(), True),
        (plain("member"), False),
        (plain("left"), False),
        (plain("kicked", until_date=0), False),
    ],
)
async def test_who_administers_a_chat(bot: Bot, telegram: FakeTelegram, member: dict[str, Any], expected: bool) -> None:
    says(telegram, member)
    assert await TelegramRights(bot).is_administrator(CHAT, 9) is expected
    assert telegram.calls[0].params == {"chat_id": str(CHAT), "user_id": "9"}


@pytest.mark.parametrize(("code", "said"), [(403, "Forbidden: bot was kicked"), (400, "Bad Request: chat not found")])
async def test_a_chat_closed_to_the_bot_gives_no_rights(bot: Bot, telegram: FakeTelegram, code: int, said: str) -> None:
    telegram.refuse("getChatMember", code, said)
    telegram.refuse("getChatMember", code, said)
    rights = TelegramRights(bot)
    assert await rights.is_administrator(CHAT, 9) is False
    assert await rights.of_bot(CHAT) == BotRights()


@pytest.mark.parametrize(
    ("member", "lost"),
    [(plain("creator", is_anonymous=False), False), (administrator(), False), (plain("member"), True),
     (plain("left"), True), (plain("kicked", until_date=0), True)],
)  # fmt: skip
async def test_who_has_lost_a_chat_for_certain(
    bot: Bot, telegram: FakeTelegram, member: dict[str, Any], lost: bool
) -> None:
    says(telegram, member)
    assert await TelegramRights(bot).has_lost(CHAT, 9) is lost


async def test_a_refusal_to_tell_says_nothing_about_who_lost_a_chat(bot: Bot, telegram: FakeTelegram) -> None:
    telegram.refuse("getChatMember", 400, "Bad Request: member list is inaccessible")
    assert await TelegramRights(bot).has_lost(CHAT, 9) is False


async def test_who_administers_it_bots_left_out(bot: Bot, telegram: FakeTelegram) -> None:
    machine = administrator() | {"user": {"id": 10, "is_bot": True, "first_name": "B"}}
    everybody = [plain("creator", is_anonymous=False) | {"user": SOMEBODY | {"id": 8}}, administrator(), machine]
    telegram.plan("getChatAdministrators", 200, {"ok": True, "result": everybody})
    telegram.refuse("getChatAdministrators", 403, "Forbidden: bot is not a member of the channel chat")
    assert await TelegramRights(bot).administrators_of(CHAT) == (8, 9)
    assert await TelegramRights(bot).administrators_of(CHAT) == ()


async def test_a_public_name_is_asked_for_and_a_persons_is_no_chat(bot: Bot, telegram: FakeTelegram) -> None:
    says(telegram, plain("left"))
    telegram.refuse("getChat", 400, "Bad Request: chat not found")
    assert await TelegramRights(bot).chat_named("reads") == CHAT
    assert telegram.calls[0].params["chat_id"] == "@reads"
    assert await TelegramRights(bot).chat_named("nobody") is None


@pytest.mark.parametrize(
    ("member", "chat_type", "expected"),
    [
        (administrator(can_post_messages=True, can_edit_messages=True), "channel", ALL),
        (administrator(can_post_messages=True, can_edit_messages=False), "channel", BotRights(True, True, False)),
        (administrator(can_post_messages=False), "channel", BotRights(present=True)),
        (administrator(), "channel", BotRights(present=True)),
        (administrator(), "supergroup", ALL),
        (plain("member"), "supergroup", ALL),
        (plain("member"), "channel", BotRights(present=True)),
        (plain("left"), "supergroup", BotRights()),
        (plain("kicked", until_date=0), "channel", BotRights()),
    ],
)
async def test_what_the_bot_may_do(
    bot: Bot, telegram: FakeTelegram, member: dict[str, Any], chat_type: str, expected: BotRights
) -> None:
    says(telegram, member, chat_type)
    assert await TelegramRights(bot).of_bot(CHAT) == expected


async def test_a_telegram_that_is_away_is_no_answer(telegram: FakeTelegram, bot: Bot) -> None:
    bot.session.api = bot.session.api.from_base("http://127.0.0.1:9")
    with pytest.raises(TelegramNetworkError):
        await TelegramRights(bot).is_administrator(CHAT, 9)
