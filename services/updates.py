"""Which of Telegram's updates are done: asked before an update is handled, told after its work is committed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from services.clock import Clock, utc_now
from services.leadership import Write
from storage.group_commit import GroupCommit
from storage.group_read import GroupRead
from storage.trouble import is_away
from storage.work import UnitOfWork, Work

__all__ = ["UpdateService", "is_away"]

log = structlog.get_logger()
# Telegram keeps an update for a day. No high-water mark: after an idle week numbers go on at random.
KEPT: Final = timedelta(hours=48)


class UpdateService:
    """One look and one commit for all that are asked and told at the same time."""

    def __init__(self, unit: UnitOfWork, *, write: Write | None = None, now: Clock = utc_now) -> None:
        """Remember through this unit of work; forget by `write`: in production the leader's."""
        self._write, self._now = write or unit, now
        self._ask = GroupRead(unit, self._which)
        self._tell = GroupCommit(unit, self._add_many)

    async def is_done(self, number: int) -> bool:
        """Whether this update was handled before, by whichever process. Raises: the database's error."""
        return await self._ask(number)

    async def done(self, number: int) -> None:
        """Its work is committed, or there is none to do. Raises: the database's error."""
        await self._tell(number)

    async def forget_old(self) -> None:
        """Forget what Telegram can't send again."""
        async with self._write() as work:
            forgotten = await work.updates.forget_before(self._now() - KEPT)
        if forgotten:
            log.debug("updates_forgotten", count=forgotten)

    async def _which(self, work: Work, numbers: Sequence[int]) -> Sequence[bool]:
        seen = await work.updates.seen(set(numbers))
        return [number in seen for number in numbers]

    async def _add_many(self, work: Work, numbers: Sequence[int]) -> Sequence[Exception | None]:
        await work.updates.add_many(numbers, now=self._now())
        return [None] * len(numbers)
