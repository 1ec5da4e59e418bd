"""Keeps groups clean: a short line to a failed command, and a little later neither of them is there."""

import asyncio
from datetime import timedelta
from typing import Final

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
)
from aiogram.types import Message

from bot.cards import Rendered
from bot.loops import every
from bot.replies import Replies
from bot.sending import Priority, sending_as
from services.cleanups import AFTER, Cleanup, CleanupService
from services.updates import is_away

log = structlog.get_logger()

IDLE_S: Final = 1.0
PATIENCE_S: Final = 4.0
_GONE: Final = "message to delete not found"


async def say_shortly(
    say: Replies, cleanups: CleanupService, command: Message, rendered: Rendered, *, after: timedelta = AFTER
) -> None:
    """Answer a command in a group in one line; both are deleted after a few seconds.

    Said first: if the database is away, that is what the line has to say, and nothing is left to tidy up by.
    """
    chat, leaving = command.chat.id, [command.message_id]
    try:
        with sending_as(Priority.NOTICE, patience_s=PATIENCE_S):
            line = await say.send(chat, rendered, reply_to=command.message_id)
        leaving.append(line.message_id)
    except TelegramAPIError as refusal:  # too many of them, or it was deleted already: no reason to fail
        log.info("line_not_said", error=type(refusal).__name__)
    try:
        await cleanups.later(chat, *leaving, after=after)
    except Exception as error:
        if not is_away(error):
            raise
        log.warning("cleanup_not_kept", error=type(error).__name__)


class Cleaner:
    """The loop that deletes what is due; it survives every error but its cancellation."""

    def __init__(self, bot: Bot, cleanups: CleanupService) -> None:
        """Delete through `bot`."""
        self._bot, self._cleanups = bot, cleanups
        self.powerless: set[int] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Delete until `stop` is set."""
        await every(IDLE_S, self.clean, stop, failed="cleaning_failed", left="cleaning_left_to_the_leader")

    async def clean(self) -> None:
        """Delete what is due now."""
        for cleanup in await self._cleanups.due():
            await self._delete(cleanup)

    async def _delete(self, cleanup: Cleanup) -> None:
        try:
            await self._bot.delete_message(cleanup.chat, cleanup.message_id)
        except (TelegramBadRequest, TelegramForbiddenError, TelegramNotFound, TelegramMigrateToChat) as refusal:
            await self._refused(cleanup, refusal)
        except AiogramError as error:
            log.info("cleanup_put_off", error=type(error).__name__)
            await self._cleanups.failed(cleanup)
            return
        await self._cleanups.done([cleanup.id])

    async def _refused(self, cleanup: Cleanup, refusal: TelegramAPIError) -> None:
        """Logged once for each chat: it stays the same until somebody gives the bot the right."""
        if _GONE in refusal.message.lower() or cleanup.chat in self.powerless:
            return
        self.powerless.add(cleanup.chat)
        known = await self._cleanups.chat_of(cleanup)
        log.warning(
            "may_not_delete",
            chat_id=str(known) if known else None,
            error=refusal.message,
            hint="make the bot an administrator that may delete messages",
        )
