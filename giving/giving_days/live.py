"""A day while it goes on: what it raised, how far that is, and which marks it has passed. Money of the day's currency.

How far a day is, is told in percent of its matching pools, if it has any: how much of them was used. Without, of what
its projects still lacked of their targets when it began, each of them up to that; and where they lacked nothing, not
at all.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from giving.giving_days.days import DayState, GivingDay, turned
from giving.matching import Pool
from giving.money import Money
from giving.projects import ProjectCard, Tally

LAST_HOUR: Final = timedelta(hours=1)
TOP: Final = 5
BAR: Final = 10  # cells of a bar made of characters


class Mark(StrEnum):
    """What is worth telling those who take part and those who run the day; each once."""

    TENTH = "tenth"
    HALF = "half"
    FULL = "full"
    LAST_HOUR = "last_hour"


_PERCENTS: Final = {Mark.TENTH: 10, Mark.HALF: 50, Mark.FULL: 100}


class Basis(StrEnum):
    """What the percents are percents of."""

    POOL = "pool"
    NEED = "need"


@dataclass(frozen=True, slots=True)
class Goal:
    """How far a day is: `done` of `whole`, which is more than nothing."""

    basis: Basis
    done: Money
    whole: Money

    @property
    def percent(self) -> int:
        """Rounded down (99.9 % is not yet reached); may pass 100, is never below 0."""
        return max(0, self.done.minor) * 100 // self.whole.minor


@dataclass(frozen=True, slots=True)
class ProjectShare:
    """A project of the day: what it has raised ever, and what of it came on the day."""

    card: ProjectCard
    given: Money

    @property
    def reached(self) -> bool:
        """Whether it has what it asked for."""
        return self.card.percent >= 100

    @property
    def needs(self) -> bool:
        """Whether it still takes gifts and lacks some."""
        return self.card.project.open and not self.reached


@dataclass(frozen=True, slots=True)
class CreatorShare:
    """A creator whom everybody may see anyway, by a public page (`slug`) or a public chat (`chat`, its username).

    `donors`: by whom they stand in their order.
    """

    creator: UUID
    name: str
    given: Money
    slug: str | None = None
    chat: str | None = None
    donors: int = 0


@dataclass(frozen=True, slots=True)
class PoolShare:
    """A matching pool of the day. `sponsor`: None where they want none said; `left`: what it can still add to gifts of
    the day.
    """

    pool: Pool
    sponsor: str | None
    left: Money


@dataclass(frozen=True, slots=True)
class DayStanding:
    """A day as it stands. `raised`: gifts, refunds taken off; `matched`: what sponsors added; `pool_left`: what they
    still may (of all `pools` together); `pool_unused`: all that they have not, be it that they can't any more.

    `creators`: the first few of those who may be shown; `by_chat`: what was given in each chat, for its own card.
    """

    day: GivingDay
    raised: Tally
    matched: Money
    pool_left: Money
    pool_unused: Money
    projects: tuple[ProjectShare, ...]
    pools: tuple[PoolShare, ...] = ()
    creators: tuple[CreatorShare, ...] = ()
    by_chat: Mapping[UUID, Money] = field(default_factory=dict)

    @property
    def goal(self) -> Goal | None:
        """How far it is; None where there is nothing to measure by."""
        pool = self.matched + self.pool_unused
        if pool.minor > 0:
            return Goal(Basis.POOL, self.matched, pool)
        done, need = needed(self.projects, self.day.currency)
        return Goal(Basis.NEED, done, need) if need.minor > 0 else None

    @property
    def needing(self) -> tuple[ProjectShare, ...]:
        """Where a gift still helps."""
        return tuple(share for share in self.projects if share.needs)

    @property
    def reached(self) -> tuple[ProjectShare, ...]:
        """Who has what they asked for."""
        return tuple(share for share in self.projects if share.reached)


def needed(projects: Sequence[ProjectShare], currency: str) -> tuple[Money, Money]:
    """What they got on the day of what they lacked of their targets without it, and all that they lacked.

    What one of them gets beyond that helps no other. One that closed lacks nothing more, as long as another can still
    be given to: where none can, the day has not made it for that.
    """
    its = [share for share in projects if share.card.project.target.currency == currency]
    goes_on = any(share.card.project.open for share in its)
    done = whole = 0
    for share in its:
        before = share.card.raised.given.minor - share.given.minor
        lack = max(0, share.card.project.target.minor - before)
        got = min(max(0, share.given.minor), lack)
        done += got
        whole += lack if share.card.project.open or not goes_on else got
    return Money(done, currency), Money(whole, currency)


def passed(standing: DayStanding, now: datetime) -> frozenset[Mark]:
    """The marks it is beyond at this moment."""
    goal, day = standing.goal, standing.day
    reached = {mark for mark, percent in _PERCENTS.items() if goal is not None and goal.percent >= percent}
    # A day that is no longer than two hours has no last hour that anybody needs to be told of.
    if turned(day, now) is DayState.LIVE and day.ends_at - now <= LAST_HOUR < (day.ends_at - day.starts_at) / 2:
        reached.add(Mark.LAST_HOUR)
    return frozenset(reached)


def outdone(mark: Mark, marks: Collection[str]) -> bool:
    """Whether a higher percent than this one's was passed."""
    return any(_PERCENTS[other] > _PERCENTS.get(mark, 100) for other in _PERCENTS if other in marks)


def newest(marks: frozenset[Mark]) -> frozenset[Mark]:
    """Of several marks that were passed at once, those worth a message: of the percents only the highest."""
    percents = sorted((mark for mark in marks if mark in _PERCENTS), key=_PERCENTS.__getitem__)
    return marks - frozenset(percents[:-1])


@dataclass(frozen=True, slots=True)
class Left:
    """A time that is left, in the two largest units that say something."""

    days: int = 0
    hours: int = 0
    minutes: int = 0


def left(until: datetime, now: datetime) -> Left:
    """How long it goes on, rounded up to whole minutes; days and hours, or hours and minutes, or minutes."""
    minutes = max(0, -((now - until) // timedelta(minutes=1)))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    return Left(days, hours) if days else Left(0, hours, minutes)


def roughly_left(until: datetime, now: datetime) -> Left:
    """The same for what should not change by the minute: hours, and in the last one steps of ten minutes, then one."""
    minutes = max(0, -((now - until) // timedelta(minutes=1)))
    step = 60 if minutes > 60 else 10 if minutes > 10 else 1
    return left(now + timedelta(minutes=-(-minutes // step) * step), now)


def cells(percent: int, whole: int = BAR) -> int:
    """How many cells of a bar are full: one as soon as there is anything, all of them only at the end."""
    share = min(percent, 100) * whole // 100
    return max(1, share) if percent > 0 else 0
