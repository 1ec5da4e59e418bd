"""A real client library understands every answer: aiogram's own Bot against the sandbox, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramConflictError, TelegramForbiddenError
from aiogram.filters import CommandStart
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    CallbackQuery,
    ChatFullInfo,
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberMember,
    ChatMemberOwner,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MenuButtonCommands,
    Message,
    ReplyKeyboardRemove,
    ReplyParameters,
)

from sandbox.telegram.methods import PLAYED
from sandbox.telegram.schema import FILE
from tests.sandbox.aiogram_tries import MORE
from tests.sandbox.conftest import ADMIN, BOT, CHANNEL, CREATOR, FOLLOWER, TOKEN, Client
from tools.botapi_schema import read, render

KEYBOARD = InlineKeyboardMarkup(
    inline_keyboard=[
        [InlineKeyboardButton(text="¥1", callback_data="tip:1")],
        [InlineKeyboardButton(text="?", url="https://x.org")],
    ]
)


@pytest.fixture
async def bot(box: Client) -> AsyncIterator[Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(box.url))
    defaults = DefaultBotProperties(parse_mode="HTML", link_preview_is_disabled=True, protect_content=False)
    connections = await session.create_session()
    yield Bot(TOKEN, session=session, default=defaults)
    await connections.close()  # AiohttpSession.close() would wait a quarter of a second for TLS


def has_keyboard(message: Message) -> bool:
    return message.reply_markup is not None and message.reply_markup.model_dump() == KEYBOARD.model_dump()


async def send(bot: Bot, box: Client) -> None:
    preview = LinkPreviewOptions(is_disabled=True, prefer_small_media=True)
    sent = await bot.send_message(
        CREATOR,
        '谢谢 <b>林晓雯</b> <a href="tg://user?id=1002">陈默</a> https://x.org',
        reply_markup=KEYBOARD,
        link_preview_options=preview,
        reply_parameters=ReplyParameters(message_id=1),
        disable_notification=True,
        protect_content=True,
    )
    assert sent.html_text.startswith('谢谢 <b>林晓雯</b> <a href="tg://user?id=1002">陈默</a>')
    assert [e.type for e in sent.entities or []] == ["bold", "text_mention", "url"]
    assert has_keyboard(sent)
    assert sent.has_protected_content
    assert sent.reply_to_message
    assert sent.chat.id == CREATOR
    post = await bot.send_message("@xiaowen_reads", "x", reply_markup=ReplyKeyboardRemove(remove_keyboard=True))
    assert (post.from_user, post.sender_chat and post.sender_chat.id) == (None, CHANNEL)
    assert await bot.send_message(CREATOR, "x", reply_markup=ForceReply(force_reply=True))
    with pytest.raises(TelegramBadRequest, match="message text is empty"):
        await bot.send_message(CREATOR, "")
    with pytest.raises(TelegramForbiddenError):
        await bot.send_message(FOLLOWER, "x")


async def edit(bot: Bot, box: Client) -> None:
    sent = await bot.send_message(CREATOR, "one")
    edited = await bot.edit_message_text("two", chat_id=CREATOR, message_id=sent.message_id, reply_markup=KEYBOARD)
    assert isinstance(edited, Message)
    assert edited.text == "two"
    assert has_keyboard(edited)
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await sent.edit_text("two", reply_markup=KEYBOARD)


async def edit_markup(bot: Bot, box: Client) -> None:
    edited = await bot.edit_message_reply_markup(chat_id=CHANNEL, message_id=1, reply_markup=KEYBOARD)
    assert isinstance(edited, Message)
    assert has_keyboard(edited)
    assert isinstance(await bot.edit_message_reply_markup(chat_id=CHANNEL, message_id=1), Message)


async def delete(bot: Bot, box: Client) -> None:
    assert await bot.delete_message(CHANNEL, 1)


async def delete_many(bot: Bot, box: Client) -> None:
    assert await bot.delete_messages(CHANNEL, [2, 3])


async def me(bot: Bot, box: Client) -> None:
    found = await bot.get_me()
    assert (found.id, found.username, found.is_bot) == (BOT, "yizan_bot", True)


async def get_updates(bot: Bot, box: Client) -> None:
    started, added = await bot.get_updates(timeout=1, allowed_updates=["message", "my_chat_member"])
    assert started.message
    assert started.message.from_user
    assert started.message.from_user.full_name == "林晓雯"
    assert added.my_chat_member
    assert isinstance(added.my_chat_member.new_chat_member, ChatMemberAdministrator)
    await bot.get_updates(offset=added.update_id + 1)
    waiting = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.05)
    assert await bot.get_updates() == []
    with pytest.raises(TelegramConflictError):
        await waiting


async def webhook(bot: Bot, box: Client) -> None:
    assert await bot.delete_webhook(drop_pending_updates=True)


async def set_webhook(bot: Bot, box: Client) -> None:
    hook = "http://127.0.0.1:9/hook"
    assert await bot.set_webhook(hook, secret_token="s", max_connections=7, allowed_updates=["message"])
    with pytest.raises(TelegramConflictError):
        await bot.get_updates()
    info = await bot.get_webhook_info()
    assert (info.url, info.max_connections, info.allowed_updates) == (hook, 7, ["message"])


async def webhook_info(bot: Bot, box: Client) -> None:
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count) == ("", 2)


async def answer(bot: Bot, box: Client) -> None:
    await bot.delete_webhook(drop_pending_updates=True)
    sent = await bot.send_message(CREATOR, "x", reply_markup=KEYBOARD)
    body = {"chat": BOT, "message": sent.message_id, "button": 0}
    tap = asyncio.create_task(box.api("POST", f"/users/{CREATOR}/taps", body))
    (update,) = await bot.get_updates(timeout=5)
    assert update.callback_query
    assert await update.callback_query.as_(bot).answer("谢谢", show_alert=True, cache_time=1)
    assert (await tap)["text"] == "谢谢"


async def chat(bot: Bot, box: Client) -> None:
    for ref in (CREATOR, CHANNEL, "@xiaowen_reads"):
        assert isinstance(await bot.get_chat(ref), ChatFullInfo)
    assert (await bot.get_chat(CHANNEL)).title == "晓雯的阅读时光"


async def chat_member(bot: Bot, box: Client) -> None:
    await box.api("POST", f"/users/{CREATOR}/chats/{CHANNEL}/members", {"user": ADMIN, "status": "kicked"})
    kinds = {
        CREATOR: ChatMemberOwner,
        FOLLOWER: ChatMemberMember,
        ADMIN: ChatMemberBanned,
        BOT: ChatMemberAdministrator,
    }
    for user, kind in kinds.items():
        assert type(await bot.get_chat_member(CHANNEL, user)) is kind
    await box.api("POST", f"/users/{FOLLOWER}/chats/{CHANNEL}/members", {"user": FOLLOWER, "status": "left"})
    assert type(await bot.get_chat_member(CHANNEL, FOLLOWER)) is ChatMemberLeft
    assert type(await bot.get_chat_member(CREATOR, CREATOR)) is ChatMemberMember


async def administrators(bot: Bot, box: Client) -> None:
    creator, own = await bot.get_chat_administrators(CHANNEL)
    assert isinstance(creator, ChatMemberOwner)
    assert isinstance(own, ChatMemberAdministrator)
    assert (own.can_edit_messages, own.can_promote_members) == (True, False)


async def count(bot: Bot, box: Client) -> None:
    assert await bot.get_chat_member_count(CHANNEL) == 4


async def commands(bot: Bot, box: Client) -> None:
    wanted = [BotCommand(command="start", description="开始")]
    assert await bot.set_my_commands(wanted, scope=BotCommandScopeAllPrivateChats(), language_code="zh")
    (found,) = await bot.get_my_commands(scope=BotCommandScopeAllPrivateChats(), language_code="zh")
    assert found.model_dump() == wanted[0].model_dump()
    assert await bot.set_my_commands(wanted, scope=BotCommandScopeChat(chat_id=CREATOR))
    assert await bot.delete_my_commands(scope=BotCommandScopeAllPrivateChats(), language_code="zh")
    assert await bot.get_my_commands() == []


async def profile(bot: Bot, box: Client) -> None:
    assert await bot.set_my_name("益赞")
    assert await bot.set_my_description("把打赏变成礼物")
    assert await bot.set_my_short_description("益赞")
    assert await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert await bot.set_chat_menu_button(chat_id=CREATOR)


async def action(bot: Bot, box: Client) -> None:
    assert await bot.send_chat_action(CREATOR, "typing")


async def leave(bot: Bot, box: Client) -> None:
    assert await bot.leave_chat(CHANNEL)
    last = (await bot.get_updates())[-1]
    assert last.my_chat_member
    assert last.my_chat_member.new_chat_member.status == "left"


TRIED: dict[str, Callable[[Bot, Client], Awaitable[None]]] = {
    "sendMessage": send,
    "editMessageText": edit,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete,
    "deleteMessages": delete_many,
    "getMe": me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": webhook,
    "getWebhookInfo": webhook_info,
    "answerCallbackQuery": answer,
    "getChat": chat,
    "getChatMember": chat_member,
    "getChatAdministrators": administrators,
    "getChatMemberCount": count,
    "setMyCommands": commands,
    "getMyCommands": commands,
    "deleteMyCommands": commands,
    "setMyName": profile,
    "setMyDescription": profile,
    "setMyShortDescription": profile,
    "setChatMenuButton": profile,
    "sendChatAction": action,
    "leaveChat": leave,
} | MORE


@pytest.mark.parametrize("method", sorted(PLAYED | {"getUpdates": None}))
async def test_aiogram_understands_every_method_we_play(bot: Bot, box: Client, method: str) -> None:
    await TRIED[method](bot, box)


async def test_aiograms_dispatcher_polls_the_sandbox(bot: Bot, box: Client) -> None:
    dispatcher = Dispatcher()

    @dispatcher.message(CommandStart())
    async def start(message: Message) -> Any:
        await message.answer("<i>好</i>", reply_markup=KEYBOARD)

    @dispatcher.callback_query()
    async def tapped(query: CallbackQuery) -> Any:
        await query.answer("收到", url="https://t.me/yizan_bot?start=x")

    await box.updates()
    polling = asyncio.create_task(dispatcher.start_polling(bot, handle_signals=False, close_bot_session=False))
    await box.say(FOLLOWER, "/start")
    async with asyncio.timeout(5):
        while len(found := (await box.api("GET", f"/users/{FOLLOWER}/chats/{BOT}/messages"))["messages"]) < 2:
            await asyncio.sleep(0.02)
    assert found[1]["html"] == "<i>好</i>"
    body = {"chat": BOT, "message": found[1]["id"], "button": "¥1"}
    assert (await box.api("POST", f"/users/{FOLLOWER}/taps", body))["text"] == "收到"
    await dispatcher.stop_polling()
    await polling


def test_the_description_of_the_bot_api_is_the_installed_aiograms() -> None:
    assert FILE.read_text(encoding="utf-8") == render(read())
