"""Which giving days are on: asked by every tap, looked up once a second."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from giving.giving_days import GivingDay, day_of
from giving.money import Money
from storage.work import UnitOfWork, Work

EVERY_S: Final = 1.0


class DaysOn:
    """The days that are scheduled or live, as they were a moment ago; which of them is on, the clock says each time.

    So a day begins and ends to the moment. What an admin changes (go live now, extend, stop) is seen at once by the
    process that did it, and by the others within a second.
    """

    def __init__(
        self, unit: UnitOfWork, *, every_s: float = EVERY_S, clock: Callable[[], float] = time.monotonic
    ) -> None:  # fmt: skip
        """Look through this unit of work, so often by this clock."""
        self._unit, self._every_s, self._clock = unit, every_s, clock
        self._known: Sequence[GivingDay] = ()
        self._until = float("-inf")
        self._looking: asyncio.Task[None] | None = None
        self._changes = 0

    async def at(self, now: datetime) -> Sequence[GivingDay]:
        """The days that are on at this moment. Raises: the database's error."""
        await self.renew()
        return [day for day in self._known if day.on(now)]

    async def renew(self) -> None:
        """Look them up, if the last look is too old; whoever asks meanwhile waits for the same look."""
        while self._until <= self._clock():
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look(), name="days_on")
            await asyncio.shield(self._looking)  # one who gives up waiting must not take it from the others

    def of(self, now: datetime, project: UUID) -> UUID | None:
        """Whose a tap for this project is at this moment, by what was known when `renew` was last asked.

        Waits for nothing, so that it can be asked inside a hot step, on another thread too.
        """
        return day_of(now, project, self._known) if self._known else None

    def with_(self, now: datetime, project: UUID) -> Sequence[UUID]:
        """The projects of the day that is on for this one, in their order; itself too. By what was known, as `of`."""
        return next((day.projects for day in self._known if project in day.projects and day.on(now)), ())

    def amounts(self, now: datetime) -> dict[UUID, tuple[Money, ...]]:
        """What the days that are on suggest, by their projects. By what was known, as `of`."""
        return {project: day.amounts for day in self._known if day.on(now) for project in day.projects}

    def changed(self) -> None:
        """They were changed in this process: whoever asks next looks again."""
        self._changes += 1
        self._until = float("-inf")

    async def _look(self) -> None:
        async def step(work: Work) -> Sequence[GivingDay]:
            return await work.giving_days.coming()

        before = self._changes
        self._known = tuple(await self._unit.look(step))
        if self._changes == before:  # else it may have been read before the change
            self._until = self._clock() + self._every_s
