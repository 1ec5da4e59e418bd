"""Around every update of somebody who acts: how often they may, and a polite word when that is too often."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from aiogram import BaseMiddleware
from aiogram.types import TelegramObject, Update

from giving.errors import TooFast, TooManyHere
from giving.people import Person
from services.guard import Pace

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]


class PaceMiddleware(BaseMiddleware):
    """Refuses what comes too fast. A tap is told so each time; who writes is told once, until they may again."""

    def __init__(self, pace: Pace) -> None:
        """Ask this one."""
        self._pace = pace

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        """Handle, unless it is too soon. Raises: TooFast, TooManyHere."""
        update, person = cast(Update, event), cast(Person | None, data.get("person"))
        if person is None or not _costs(update):
            return await handler(event, data)
        query, message = update.callback_query, update.message or update.edited_message
        where = query.message if query is not None else message
        try:
            self._pace.act(person.telegram_id, where.chat.id if where is not None else None)
        except (TooFast, TooManyHere):
            if query is None and not self._pace.first_told(person.telegram_id):
                return None
            raise
        return await handler(event, data)


def _costs(update: Update) -> bool:
    """Taps and messages; what Telegram tells of chats and of money is never turned away."""
    message = update.message
    paid = message is not None and (message.successful_payment or message.refunded_payment)
    return not paid and bool(update.callback_query or message or update.edited_message or update.inline_query)
