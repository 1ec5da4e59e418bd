"""Who is too fast: taps are answered at once, messages once per burst; none of it waits, none of it is handled."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import AnswerCallbackQuery, SendMessage, TelegramMethod

from bot.paper_money import on_text, on_toast
from bot.session import RawSession
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
        method = self._method(raw, first)
        if method is None or len(self._tasks) >= MOST_AT_ONCE:
            return
        task = asyncio.create_task(self._call(bot, method))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _method(self, raw: Mapping[str, Any], first: bool) -> TelegramMethod[Any] | None:
        match raw:
            case {"callback_query": {"id": str(query), "from": sender}}:
                language = self._language(sender)
                words = on_toast(self._texts, language, self._texts.plain(language, "one-moment"), self._test_money)
                return AnswerCallbackQuery(callback_query_id=query, text=words)
            case {"message": {"chat": {"type": "private", "id": int(chat)}, "from": sender}} if first:
                language = self._language(sender)
                html = on_text(self._texts, language, self._texts.chat(language, "one-at-a-time"), self._test_money)
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
