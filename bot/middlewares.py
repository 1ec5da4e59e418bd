"""Around every update: its number in each log line, a time it may take, and the person who acts."""

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

import structlog
from aiogram import BaseMiddleware, Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import Message, TelegramObject, Update, User
from structlog.contextvars import bind_contextvars

from bot.intake import Hurry
from bot.replies import Replies
from giving.names import clean
from giving.people import Visitor
from services.people import PeopleService
from texts import Texts

log = structlog.get_logger()

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]

_IN_GROUPS: Final = re.compile(r"/(tip([\d¥￥.].*)?|charity)", re.IGNORECASE)
TELEGRAM_ITSELF: Final = 777000  # forwards a channel's posts into its discussion group


class LogMiddleware(BaseMiddleware):
    """Binds `update_id` for every line logged on the way, the error's too (it stays until the task's next update)."""

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Handle, and say how long it took."""
        update = cast(Update, event)
        bind_contextvars(update_id=update.update_id)
        began = time.perf_counter()
        try:
            return await handler(event, data)
        finally:
            log.debug("update_handled", kind=update.event_type, ms=round((time.perf_counter() - began) * 1000, 1))


class DeadlineMiddleware(BaseMiddleware):
    """Ends a handler that takes too long with TimeoutError, which bot/errors.py answers like any other error."""

    def __init__(self, seconds: float = 30.0) -> None:
        """Allow each handler that long."""
        self._seconds = seconds

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Handle in time; the update's "hurry" (bot.intake) can end it earlier. Raises: TimeoutError."""
        hurry: Hurry | None = data.get("hurry")
        async with asyncio.timeout(self._seconds) as timeout:
            if hurry is None:
                return await handler(event, data)
            hurry.timeout = timeout
            try:
                return await handler(event, data)
            finally:
                hurry.timeout = None


class PersonMiddleware(BaseMiddleware):
    """Hands handlers `person` (None where nobody acts, as in a channel post) and `language`.

    Who merely talks in a group does not act: they are not looked up, and never kept.
    """

    def __init__(self, people: PeopleService, default_language: str) -> None:
        """Know people by this service."""
        self._people = people
        self._default_language = default_language

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Meet whoever acts, then handle."""
        update = cast(Update, event)
        data["person"], data["language"] = None, self._default_language
        user: User | None = data.get("event_from_user")
        acts = user is not None and _is_person(user, update.message) and not _comes_or_goes(update)
        if user is not None and acts and not await _only_talks(update, data["bot"]):
            person = await self._people.meet(visitor(user), started=_writes_in_private(update.message))
            data["person"], data["language"] = person, person.language(self._default_language)
        return await handler(event, data)


class RepliesMiddleware(BaseMiddleware):
    """Hands handlers `say`: what they say about this update, in the person's language."""

    def __init__(self, texts: Texts, *, test_money: bool) -> None:
        """Speak with these words."""
        self._texts, self._test_money = texts, test_money

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Handle, able to speak."""
        data["say"] = Replies(data["bot"], self._texts, data["language"], test_money=self._test_money)
        return await handler(event, data)


def visitor(user: User) -> Visitor:
    """The person as Telegram shows them now, their name made harmless."""
    return Visitor(
        telegram_id=user.id,
        name=clean(user.full_name),
        username=user.username,
        language_code=user.language_code,
    )


def _is_person(user: User, message: Message | None) -> bool:
    """Not a bot, a channel or an anonymous administrator (who come as a stand-in user)."""
    stand_in = user.is_bot or user.id == TELEGRAM_ITSELF
    return not stand_in and (message is None or message.sender_chat is None)


def _comes_or_goes(update: Update) -> bool:
    """Blocks the bot, lets it write again, comes to a group or leaves it: no reason to know somebody.

    Nor is a question before a payment: its donor is known, and anybody may open an invoice. Nor what is typed behind
    the bot's name in any chat.
    """
    if update.chat_member is not None or update.pre_checkout_query is not None or update.inline_query is not None:
        return True
    return update.my_chat_member is not None and update.my_chat_member.chat.type == "private"


async def _only_talks(update: Update, bot: Bot) -> bool:
    """Writes in a group, but no command of ours there; what is not addressed to anybody may be another bot's."""
    message = update.message or update.edited_message
    if message is None or message.chat.type == "private":
        return False
    words = message.text or message.caption or ""
    if update.message is None or not words.startswith("/"):
        return True
    name, _, whom = words.split(maxsplit=1)[0].partition("@")
    if not whom:
        return _IN_GROUPS.fullmatch(name) is None
    with contextlib.suppress(TelegramAPIError):  # else the handler's own filter will ask again
        return whom.lower() != ((await bot.me()).username or "").lower()
    return False


def _writes_in_private(message: Message | None) -> bool:
    return message is not None and message.chat.type == "private"
