"""What is not handled is answered all the same: taps at once, messages once per burst; none of it waits.

Nobody here asks the database before something is said: it is for who is too fast, and for what can't be read. What a
group was told is written down after it, to be tidied up.
"""

import asyncio
import re
import time
from collections.abc import Coroutine, Mapping
from typing import Any, Final

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.methods import AnswerCallbackQuery, SendMessage, TelegramMethod
from aiogram.types import ReplyParameters

from bot.paper_money import on_text, on_toast
from bot.session import RawSession
from giving.errors import GivingError, NotSaved
from giving.people import language_of
from services.cleanups import CleanupService
from services.updates import is_away
from texts import Texts

log = structlog.get_logger()
MOST_AT_ONCE: Final = 20
ANSWER_S: Final = 3.0
GROUP_QUIET_S: Final = 10.0  # as long as a line to a group stands
MOST_GROUPS: Final = 1000
_OURS: Final = re.compile(r"/(?:tip|charity)(@\w+)?(?:\s|$)", re.IGNORECASE)


class Surplus:
    """Direct answers, a few at a time; what is more than that goes unanswered."""

    def __init__(
        self, texts: Texts, default_language: str, *, test_money: bool, cleanups: CleanupService | None = None
    ) -> None:
        """Speak the language of the person's Telegram: asking the database is what there is no time for.

        Groups are told only where `cleanups` take it away again.
        """
        self._texts, self._default, self._test_money = texts, default_language, test_money
        self._cleanups = cleanups
        self._tasks: set[asyncio.Task[Any]] = set()
        self._told: dict[int, float] = {}

    def __call__(self, bot: Bot, raw: Mapping[str, Any], *, first: bool) -> None:
        """Answer a tap; for the first message of a burst, say that the earlier ones come first.

        In a group that is for commands of ours, and for the first of all its members in ten seconds.
        """
        match raw:
            case {"message": {"chat": {"type": "group" | "supergroup"}, "text": str(words)} as message}:
                if (command := _OURS.match(words)) is not None:
                    self._in_group(bot, message, command[1])
            case _:
                self._send(bot, self._method(raw, "one-moment", "one-at-a-time" if first else None))

    def _in_group(self, bot: Bot, message: Mapping[str, Any], whom: str | None) -> None:
        chat, now = message["chat"]["id"], time.monotonic()
        if self._cleanups is None or now - self._told.get(chat, -GROUP_QUIET_S) < GROUP_QUIET_S:
            return
        if len(self._told) >= MOST_GROUPS:
            self._told.clear()
        self._told[chat] = now
        language = self._language(message.get("from"))
        line = SendMessage(
            chat_id=chat,
            text=on_text(self._texts, language, self._texts.chat(language, "one-at-a-time-group"), self._test_money),
            parse_mode="HTML",
            disable_notification=True,
            reply_parameters=ReplyParameters(message_id=message["message_id"]),
        )
        self._start(self._say_shortly(bot, line, whom, self._cleanups))

    async def _say_shortly(self, bot: Bot, line: SendMessage, whom: str | None, cleanups: CleanupService) -> None:
        """In the group, unless the command is another bot's; it and the line leave in ten seconds."""
        command = line.reply_parameters.message_id if line.reply_parameters else None
        try:
            if whom is not None and whom[1:].lower() != ((await bot.me()).username or "").lower():
                return
            said = await self._call(bot, line)
            if isinstance(said, dict) and isinstance(said.get("message_id"), int):
                await cleanups.later(int(line.chat_id), *filter(None, (command, said["message_id"])))
        except Exception as error:
            if not (isinstance(error, AiogramError) or is_away(error)):
                raise
            log.info("line_to_group_left", error=type(error).__name__)

    def unreadable(self, bot: Bot, raw: Mapping[str, Any]) -> None:
        """Say that something went wrong on our side."""
        self._send(bot, self._method(raw, GivingError.message_key, GivingError.message_key))

    def not_saved(self, bot: Bot, raw: Mapping[str, Any]) -> None:
        """Say that it could not be written down yet: it waits behind one that can't be."""
        self._send(bot, self._method(raw, NotSaved.message_key, NotSaved.message_key))

    def _send(self, bot: Bot, method: TelegramMethod[Any] | None) -> None:
        if method is not None:
            self._start(self._call(bot, method))

    def _start(self, call: Coroutine[Any, Any, Any]) -> None:
        if len(self._tasks) >= MOST_AT_ONCE:
            call.close()
            return
        task = asyncio.create_task(call)
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

    async def _call(self, bot: Bot, method: TelegramMethod[Any]) -> Any:
        """Telegram's answer, if there was one."""
        if not isinstance(bot.session, RawSession):
            return None
        try:
            return await bot.session.raw(bot, method, ANSWER_S)
        except AiogramError as error:
            log.debug("surplus_not_answered", error=type(error).__name__)
            return None
