"""What is not handled is answered all the same: taps at once, messages once per burst; none of it waits.

Nobody here asks the database: it is for who is too fast, and for what can't be read.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import AnswerCallbackQuery, SendMessage, TelegramMethod

from bot.paper_money import on_text, on_toast
from bot.session import RawSession
from giving.errors import GivingError, NotSaved
from giving.people import language_of
from texts import Texts

log = structlog.get_logger()
MOST_AT_ONCE: Final = 20
ANSWER_S: Final = 3.0


class Surplus:
    """Direct answers, a few at a time; what is more than that goes unanswered."""

    def __init__(self, texts: Texts, default_language: str, *, test_money: bool) -> None:
        """Speak the language of the person's Telegram: asking the database is what there is no time for."""
        self._texts, self._default, self._test_money = texts, default_language, test_money
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, bot: Bot, raw: Mapping[str, Any], *, first: bool) -> None:
        """Answer a tap; for the first message of a burst, say that the earlier ones come first."""
        self._send(bot, self._method(raw, "one-moment", "one-at-a-time" if first else None))

    def unreadable(self, bot: Bot, raw: Mapping[str, Any]) -> None:
        """Say that something went wrong on our side."""
        self._send(bot, self._method(raw, GivingError.message_key, GivingError.message_key))

    def not_saved(self, bot: Bot, raw: Mapping[str, Any]) -> None:
        """Say that it could not be written down yet: it waits behind one that can't be."""
        self._send(bot, self._method(raw, NotSaved.message_key, NotSaved.message_key))

    def _send(self, bot: Bot, method: TelegramMethod[Any] | None) -> None:
        if method is None or len(self._tasks) >= MOST_AT_ONCE:
            return
        task = asyncio.create_task(self._call(bot, method))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _method(self, raw: Mapping[str, Any], toast: str, message: str | None) -> TelegramMethod[Any] | None:
        """How to say it, by the keys of its words; None where nobody waits."""
        match raw:
            case {"callback_query": {"id": str(query), **rest}}:
                language = self._language(rest.get("from"))
                words = on_toast(self._texts, language, self._texts.plain(language, toast), self._test_money)
                return AnswerCallbackQuery(callback_query_id=query, text=words)
            case {"message": {"chat": {"type": "private", "id": int(chat)}, **rest}} if message is not None:
                language = self._language(rest.get("from"))
                html = on_text(self._texts, language, self._texts.chat(language, message), self._test_money)
                return SendMessage(chat_id=chat, text=html, parse_mode="HTML")
        return None

    def _language(self, sender: object) -> str:
        code = sender.get("language_code") if isinstance(sender, dict) else None
        return (language_of(code) if isinstance(code, str) else None) or self._default

    async def _call(self, bot: Bot, method: TelegramMethod[Any]) -> None:
        if not isinstance(bot.session, RawSession):
            return
        try:
            await bot.session.raw(bot, method, ANSWER_S)
        except AiogramError as error:
            log.debug("surplus_not_answered", error=type(error).__name__)
