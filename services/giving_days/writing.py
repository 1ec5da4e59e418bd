"""How every change of a giving day is written: one version more, in the audit log, and told to who listens."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from giving.errors import PreviewStale
from giving.giving_days import DayState, GivingDay, next_state
from giving.people import Person
from services.giving_days.record import record
from storage.work import Work

log = structlog.get_logger()
# What is done in the commit in which a day's state changes: the day as it was, and as it is.
Hook = Callable[[Work, GivingDay, GivingDay, datetime], Awaitable[None]]
_SAID: Final = {DayState.LIVE: "began", DayState.CLOSING: "ended", DayState.REPORTED: "closed"}


class DayWriter:
    """Shared by the admins' service and the leader's steps."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self.hooks: list[Hook] = []
        self.extended: list[Hook] = []  # the same, where a day that is on ends at another time

    async def write(
        self, work: Work, before: GivingDay, after: GivingDay, by: Person | None, action: str, *, now: datetime,
        way: str | None = None, asks: bool = False,
    ) -> GivingDay:  # fmt: skip
        """Keep the change of a day that is held. Who waited for a second admin's word waits no more, unless this very
        change `asks` for it. Raises: PreviewStale (it was not held, and somebody else changed it).
        """
        if not asks:
            after = replace(after, asked_by=None, asked_act=None)
        if after.state is DayState.DRAFT:  # to be looked at anew
            after = replace(after, begun_by=None, second_by=None)
        after = replace(after, version=before.version + 1)
        if not await work.giving_days.change(after, before.version):
            raise PreviewStale(day=before.id)
        await record(work, by, action, before, after, now=now, way=way)
        if after.state is not before.state:
            for hook in self.hooks:
                await hook(work, before, after, now)
        elif after.state is DayState.LIVE and after.ends_at != before.ends_at:
            for hook in self.extended:
                await hook(work, before, after, now)
        log.info("giving_day_changed", day_id=str(after.id), action=action, state=after.state.value)
        return after

    async def turn(self, work: Work, day: GivingDay, now: datetime) -> GivingDay:
        """Turn a day that is held as far as the clock says, step by step; none, where all are done."""
        while (state := next_state(day, now)) is not None:
            day = await self.write(work, day, replace(day, state=state), None, _SAID[state], now=now, way="clock")
        return day
