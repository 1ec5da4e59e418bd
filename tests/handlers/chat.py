"""People and channels as updates; the bot's calls as a list, each checked the way Telegram would."""

import itertools
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import regex
from aiogram import Bot, Dispatcher
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.base import BaseSession
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError
from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageReplyMarkup,
    EditMessageText,
    GetChat,
    GetChatMember,
    GetMe,
    SendMessage,
    SendPhoto,
    TelegramMethod,
)
from aiogram.types import (
    AcceptedGiftTypes,
    ChatFullInfo,
    ChatMemberAdministrator,
    ChatMemberUnion,
    InlineKeyboardMarkup,
    Message,
    Update,
    User,
)
from pydantic import TypeAdapter

from sandbox.telegram.html import parse
from tests.texts.words import TEXTS

NOW = 1763784000
BOT = {"id": 100000001, "is_bot": True, "first_name": "益赞", "username": "yizan_bot"}
ADMIN_RIGHTS = [
    name
    for name, field in ChatMemberAdministrator.model_fields.items()
    if field.is_required() and name not in ("status", "user")
]
ACCEPTED = AcceptedGiftTypes.model_fields


class Calls(BaseSession):
    """Answers every call at once and keeps it; `blocked` people get nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[TelegramMethod[Any]] = []
        self.blocked: set[int] = set()
        self.refuse_edits = ""
        self.refuse: dict[str, TelegramAPIError] = {}
        self.linked: int | None = None
        self.bot_status = "left"
        self.ephemeral = False
        self._ids = itertools.count(1000)

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        if isinstance(method, SendMessage) and method.chat_id in self.blocked:
            raise TelegramForbiddenError(method, "Forbidden: bot was blocked by the user")
        if isinstance(method, EditMessageText) and self.refuse_edits:
            raise TelegramBadRequest(method, self.refuse_edits)
        if (refusal := self.refuse.get(method.__api_method__)) is not None:
            raise refusal
        if (known := self._asked(method)) is not None:
            return known
        whispers = isinstance(method, SendMessage) and method.ephemeral_message_parameters is not None
        if whispers and not self.ephemeral:
            raise TelegramBadRequest(method, "Bad Request: not enough rights to send ephemeral messages")
        check(method)
        self.made.append(method)
        if isinstance(method, SendMessage | EditMessageText):
            number = method.message_id if isinstance(method, EditMessageText) else next(self._ids)
            where = {"id": method.chat_id, "type": "private" if int(method.chat_id or 0) > 0 else "supergroup"}
            body: dict[str, Any] = {"message_id": number, "date": NOW, "chat": where, "text": method.text}
            if isinstance(method.reply_markup, InlineKeyboardMarkup):
                body["reply_markup"] = method.reply_markup
            return Message.model_validate(body | ({"message_id": 0, "ephemeral_message_id": 5} if whispers else {}))
        return True

    def _asked(self, method: TelegramMethod[Any]) -> Any:
        """What the bot wants to know about itself and about chats; not kept among what it did."""
        if isinstance(method, GetMe):
            return User.model_validate(BOT)
        if isinstance(method, GetChat):
            about = {"id": method.chat_id, "type": "channel", "accent_color_id": 0, "max_reaction_count": 1}
            gifts = dict.fromkeys(ACCEPTED, False)
            return ChatFullInfo.model_validate(about | {"linked_chat_id": self.linked, "accepted_gift_types": gifts})
        if isinstance(method, GetChatMember):
            rights = dict.fromkeys(ADMIN_RIGHTS, False) if self.bot_status == "administrator" else {}
            kicked = {"until_date": 0} if self.bot_status == "kicked" else {}
            member = {"status": self.bot_status, "user": BOT} | rights | kicked
            return TypeAdapter(ChatMemberUnion).validate_python(member)
        return None

    async def close(self) -> None:
        pass

    async def stream_content(self, *args: Any, **kwargs: Any) -> AsyncGenerator[bytes, None]:
        yield b""


def check(method: TelegramMethod[Any]) -> None:
    """What Telegram would refuse, fails the test."""
    if isinstance(method, SendMessage | EditMessageText):
        text, _ = parse(method.text or "")
        said = [text.count(TEXTS.plain(language, "test-money")) for language in TEXTS.languages]
        assert sorted(said) == [0, 1], "every message says once that it is test money"
        assert 0 < len(text.encode("utf-16-le")) / 2 <= 4096
    if isinstance(method, SendPhoto):
        caption, _ = parse(method.caption or "")
        assert sum(caption.count(TEXTS.plain(language, "test-money")) for language in TEXTS.languages) == 1
        assert len(caption.encode("utf-16-le")) / 2 <= 1024
    if isinstance(method, AnswerCallbackQuery) and method.text:
        assert method.text.endswith(tuple(TEXTS.plain(language, "test-money-short") for language in TEXTS.languages))
        assert len(method.text.encode("utf-16-le")) / 2 <= 200
        assert "<" not in method.text
    keyboard = getattr(method, "reply_markup", None)
    if isinstance(keyboard, InlineKeyboardMarkup):
        check_keyboard(keyboard)


# Telegram sets no limit of its own; nobody reads more than this on a phone.
MOST_ON_BUTTON = 64


def check_keyboard(keyboard: InlineKeyboardMarkup) -> None:
    """Every button has words and exactly one thing to do, within Telegram's limits."""
    for row in keyboard.inline_keyboard:
        assert 0 < len(row) <= 8
        for button in row:
            assert button.text.strip()
            assert "\u2068" not in button.text
            assert len(regex.findall(r"\X", button.text)) <= MOST_ON_BUTTON, button.text
            does = (button.url, button.callback_data, button.switch_inline_query is not None)
            assert sum(map(bool, does)) == 1
            assert len((button.callback_data or "").encode()) <= 64


def recording_bot() -> tuple[Bot, Calls]:
    """A bot whose calls go nowhere."""
    calls = Calls()
    return Bot("100000001:test", calls, DefaultBotProperties(parse_mode=ParseMode.HTML)), calls


@dataclass
class Chat:
    """Acts as people do."""

    dispatcher: Dispatcher
    bot: Bot
    calls: Calls
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def feed(self, **update: Any) -> list[Any]:
        """One update; what the bot did about it."""
        before = len(self.calls.made)
        whole = {"update_id": next(self._ids), **update}
        await self.dispatcher.feed_update(self.bot, Update.model_validate(whole, context={"bot": self.bot}))
        return self.calls.made[before:]

    async def says(self, person: int, text: str | None, **more: Any) -> list[Any]:
        """A private message."""
        words = {"text": text} if text is not None else {}
        body = {
            "message_id": next(self._ids), "date": NOW, "chat": {"id": person, "type": "private"},
            "from": user(person), **words, **more,
        }  # fmt: skip
        return await self.feed(message=body)

    async def taps(
        self, person: int, data: str, *, chat: int | None = None, message: int = 7, key: str | None = None,
        under: InlineKeyboardMarkup | None = None,
    ) -> list[Any]:  # fmt: skip
        """A button pressed, in private or in a channel; `under`: all buttons of its message."""
        where = {"id": person, "type": "private"} if chat is None else {"id": chat, "type": "channel", "title": "C"}
        below = {"message_id": message, "date": NOW, "chat": where, "text": "x"}
        under_it = {"reply_markup": under.model_dump(mode="json", exclude_none=True)} if under is not None else {}
        body = {
            "id": key or str(next(self._ids)), "from": user(person), "chat_instance": "1", "data": data,
            "message": below | under_it,
        }  # fmt: skip
        return await self.feed(callback_query=body)

    async def presses(self, person: int, label: str, **more: Any) -> list[Any]:
        """The newest button whose words contain `label`."""
        for method in reversed(self.calls.made):
            for text, data in buttons(method):
                if label in text and data:
                    return await self.taps(person, data, **more)
        raise AssertionError(f"no button {label!r}")


def user(person: int) -> dict[str, Any]:
    """As Telegram describes them; tests.world knows 1001 (creator), 1002 (alice), 1004 (bob)."""
    known = {1001: ("林晓雯", "zh-hans"), 1002: ("Alice", "en"), 1004: ("Bob", "en")}
    name, language = known.get(person, ("新来的", "zh-hans"))
    return {"id": person, "is_bot": False, "first_name": name, "language_code": language}


def buttons(method: TelegramMethod[Any]) -> list[tuple[str, str | None]]:
    """Words and data of every button of a call."""
    keyboard = getattr(method, "reply_markup", None)
    if not isinstance(keyboard, InlineKeyboardMarkup):
        return []
    return [(button.text, button.callback_data) for row in keyboard.inline_keyboard for button in row]


def urls(method: TelegramMethod[Any]) -> list[str]:
    """Where a call's buttons lead."""
    keyboard = getattr(method, "reply_markup", None)
    rows = keyboard.inline_keyboard if isinstance(keyboard, InlineKeyboardMarkup) else []
    return [button.url for row in rows for button in row if button.url]


def texts_of(methods: list[Any]) -> list[str]:
    """What was sent or put in place, without isolation marks."""
    said = [m.text or "" for m in methods if isinstance(m, SendMessage | EditMessageText)]
    return [text.replace("\u2068", "").replace("\u2069", "") for text in said]


def answers(methods: list[Any]) -> list[Any]:
    """Answers to taps."""
    return [m for m in methods if isinstance(m, AnswerCallbackQuery)]


def keyboards_put(methods: list[Any]) -> list[Any]:
    """Keyboards put under posts."""
    return [m for m in methods if isinstance(m, EditMessageReplyMarkup)]
