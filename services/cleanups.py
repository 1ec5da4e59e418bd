"""Failed commands and what was said to them leave the group again; kept as rows, so a restart forgets none."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from services.clock import Clock, utc_now
from services.leadership import Write
from storage.cleanups import Cleanup
from storage.work import UnitOfWork

AFTER: Final = timedelta(seconds=10)
TO_BE_TAPPED: Final = timedelta(seconds=60)  # what has a button that somebody is to find first
# Telegram lets a bot delete what is younger than 48 hours: after that there is no use in trying.
HOPELESS_AFTER: Final = timedelta(hours=48)
AGAIN_AFTER: Final = timedelta(seconds=15)

__all__ = ["Cleanup", "CleanupService"]


class CleanupService:
    """Each message is deleted about ten seconds after it was handed in."""

    def __init__(self, unit: UnitOfWork, *, write: Write | None = None, now: Clock = utc_now) -> None:
        """Store through this unit of work; what became of it is marked by `write`: in production the leader's."""
        self._unit, self._write, self._now = unit, write or unit, now

    async def later(self, chat: int, *message_ids: int, after: timedelta = AFTER) -> None:
        """Delete these messages in a moment."""
        async with self._unit() as work:
            await work.cleanups.add(chat, message_ids, self._now() + after)

    async def due(self, limit: int = 50) -> list[Cleanup]:
        """What is to be deleted now."""
        async with self._unit.read() as work:
            return await work.cleanups.due(self._now(), limit)

    async def chat_of(self, cleanup: Cleanup) -> UUID | None:
        """Our own number of the group, as the log names it; None if it was never met."""
        async with self._unit.read() as work:
            chat = await work.creators.chat_by_telegram_id(cleanup.chat)
        return chat.id if chat else None

    async def done(self, ids: Collection[UUID]) -> None:
        """They are gone, or can't be deleted."""
        async with self._write() as work:
            await work.cleanups.done(ids)

    async def failed(self, cleanup: Cleanup) -> None:
        """Telegram did not answer: a little later again, but not for ever."""
        now = self._now()
        async with self._write() as work:
            if now - cleanup.due_at > HOPELESS_AFTER:
                await work.cleanups.done([cleanup.id])
            else:
                await work.cleanups.again([cleanup.id], now + AGAIN_AFTER)
