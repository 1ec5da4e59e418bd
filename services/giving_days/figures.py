"""What a giving day has come to: the same figures for cards, pages, pictures and the report."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from giving.giving_days import GivingDay
from giving.money import Money
from giving.projects import Project, Tally
from services.briefly import Briefly
from services.clock import Clock, utc_now
from storage.work import UnitOfWork, Work

HOUR: Final = timedelta(hours=1)
TOP: Final = 10
SECONDS: Final = 2.0
SHARE: Final = 10  # figures are kept ten times as long as they took: at most a tenth of the time goes into them


@dataclass(frozen=True, slots=True)
class OfProject:
    """What one of the day's projects was given that day."""

    project: Project
    raised: Tally


@dataclass(frozen=True, slots=True)
class OfCreator:
    """What followers gave through one creator's chats and slot. Whether their name may be shown is not asked here."""

    creator: UUID
    name: str
    raised: Tally


@dataclass(frozen=True, slots=True)
class OfHour:
    """What was tapped in the hour from `starts_at` on, and is paid."""

    starts_at: datetime
    raised: Tally


@dataclass(frozen=True, slots=True)
class Figures:
    """One moment's figures; those by project, by hour and by creator add up to `raised`.

    `raised` is what donors gave and was kept; `matched` what sponsors added to it, `pool_left` what they still may.
    `by_project`: all of the day's, in their order. `by_creator`: all who brought a gift, the most donors first.
    """

    day: GivingDay
    at: datetime
    raised: Tally
    matched: Money
    pool_left: Money
    by_project: tuple[OfProject, ...]
    by_creator: tuple[OfCreator, ...]
    by_hour: tuple[OfHour, ...]

    @property
    def donors(self) -> int:
        """Who gave to several projects counts once."""
        return self.raised.donors

    @property
    def gifts(self) -> int:
        """Paid, and not given back whole."""
        return self.raised.gifts

    @property
    def top_creators(self) -> tuple[OfCreator, ...]:
        """The first few."""
        return self.by_creator[:TOP]

    @property
    def target(self) -> Money:
        """What the day's projects want in all."""
        return Money(sum(each.project.target.minor for each in self.by_project), self.day.currency)


class DayFigures:
    """Reads only. What is shown often is looked up seldom: see `of`."""

    def __init__(
        self, unit: UnitOfWork, *, now: Clock = utc_now, clock: Callable[[], float] = time.monotonic
    ) -> None:  # fmt: skip
        """`clock`: for how long figures are kept."""
        self._unit, self._now, self._clock = unit, now, clock
        self._kept: Briefly[UUID, Figures] = Briefly(SECONDS, now=clock)
        self._cost: dict[UUID, tuple[float, Figures]] = {}

    async def of(self, day: GivingDay) -> Figures:
        """All figures, as they were some seconds ago at most (more where the day is so large that they take long).

        Raises: the database's error.
        """
        kept = self._cost.get(day.id)
        if kept is not None and kept[0] > self._clock() and kept[1].day.version == day.version:
            return kept[1]
        return await self._kept.get(day.id, lambda: self._timed(day))

    async def _timed(self, day: GivingDay) -> Figures:
        began = self._clock()
        found = await self.exact(day)
        took = self._clock() - began
        self._cost[day.id] = (self._clock() + SHARE * took, found)
        return found

    async def exact(self, day: GivingDay) -> Figures:
        """All figures as they are at this moment, for what is kept: a report, a check."""
        async with self._unit.snapshot() as work:
            return await figures_of(work, day, self._now())

    async def raised(self, day: GivingDay) -> Tally:
        """The sum alone, as it is at this moment: one row, however large the day is."""
        async with self._unit.read() as work:
            return (await work.tallies.of([day.id], day.currency))[day.id]


async def figures_of(work: Work, day: GivingDay, now: datetime) -> Figures:
    """The figures in somebody's own unit of work; a snapshot's add up."""
    raised = (await work.tallies.of([day.id], day.currency))[day.id]
    nothing, none = Tally(Money(0, day.currency)), Money(0, day.currency)
    projects = await work.projects.by_ids(day.projects)
    given = await work.day_figures.by_project(day.id, day.currency)
    hours = await work.day_figures.by_hour(day.id, day.currency, day.starts_at, day.ends_at)
    return Figures(
        day=day,
        at=now,
        raised=raised,
        matched=none,
        pool_left=none,
        by_project=tuple(OfProject(projects[each], given.get(each, nothing)) for each in day.projects),
        by_creator=await _by_creator(work, day),
        by_hour=tuple(
            OfHour(day.starts_at + hour * HOUR, hours.get(hour, nothing)) for hour in _hours_until(day, now, hours)
        ),
    )  # fmt: skip


async def _by_creator(work: Work, day: GivingDay) -> tuple[OfCreator, ...]:
    found = await work.day_figures.by_creator(day.id, day.currency)
    theirs = {creator: tally for creator, tally in found.items() if creator is not None}
    names = await work.day_figures.names([*theirs])
    listed = [OfCreator(creator, names.get(creator, ""), tally) for creator, tally in theirs.items()]
    return tuple(sorted(listed, key=lambda one: (-one.raised.donors, -one.raised.given.minor, one.creator)))


def _hours_until(day: GivingDay, now: datetime, known: dict[int, Tally]) -> range:
    """Every hour from its beginning to now or its end; empty ones too."""
    past = min(now, day.ends_at) - day.starts_at
    whole = -(-past // HOUR) if past > timedelta(0) else 0
    return range(max([whole, *(hour + 1 for hour in known)]))
