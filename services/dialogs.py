"""Dialogs: what somebody is in the middle of, for a day, in the database."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from services.clock import Clock, utc_now
from storage.dialogs import Dialog
from storage.group_read import GroupRead
from storage.work import UnitOfWork, Work

LIFE: Final = timedelta(hours=24)

__all__ = ["Dialog", "DialogService"]


class DialogService:
    """Kept so that a restart in the middle of a dialog goes unnoticed."""

    def __init__(self, unit: UnitOfWork, *, now: Clock = utc_now) -> None:
        """Store through this unit of work."""
        self._unit, self._now = unit, now
        self._get = GroupRead(unit, self._get_many)

    async def get(self, key: str) -> Dialog | None:
        """The dialog, unless it ended or is a day old."""
        return await self._get(key)

    async def _get_many(self, work: Work, keys: Sequence[str]) -> list[Dialog | None]:
        found = await work.dialogs.get_many(set(keys), self._now())
        return [found.get(key) for key in keys]

    async def put(self, key: str, state: str | None, data: Mapping[str, object]) -> None:
        """Keep where it stands; nothing to keep ends it."""
        async with self._unit() as work:
            if state is None and not data:
                await work.dialogs.drop(key, self._now())
            else:
                await work.dialogs.put(key, Dialog(state, dict(data)), self._now() + LIFE)
