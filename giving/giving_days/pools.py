"""Which matching pools add to gifts of a giving day, how a draft gains or loses one, and when in the day they do."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from giving.errors import PoolCurrency, PoolNotOpen, PoolOffDay
from giving.giving_days.days import GivingDay
from giving.matching import Pool, PoolState, Scope
from giving.money import Money

ALIVE: Final = (PoolState.DRAFT, PoolState.OPEN)


@dataclass(frozen=True, slots=True)
class DayPool:
    """A pool beside a day. `sponsor`: None where they want none said. `named`: its scope names the day, which can be
    taken back; `fits`: gifts of the day can be its own, by project and hour.
    """

    pool: Pool
    sponsor: str | None
    named: bool
    fits: bool

    @property
    def matches(self) -> bool:
        """Whether it adds to gifts of the day, once it is signed."""
        return self.fits and (self.named or not self.pool.scope.by_day)

    def for_all(self, now: datetime, day: GivingDay) -> bool:
        """Whether everybody may be told of it: signed, not used up, and not only where certain creators call."""
        return self.matches and not self.pool.scope.creators and bool(self.left(now, day))

    def left(self, now: datetime, day: GivingDay) -> Money:
        """What it can still add to gifts of the day; of one that nobody signed, nothing yet."""
        return self.pool.still(max(now, day.starts_at), day.closes_at)


def beside(pool: Pool, day: GivingDay, sponsor: str | None) -> DayPool | None:
    """The pool as that day sees it; None where it has nothing to do with it, or adds nothing any more."""
    if pool.state not in ALIVE or pool.currency != day.currency:
        return None
    found = DayPool(pool, sponsor, day.id in pool.scope.days, fits(pool, day))
    return found if found.named or found.fits else None


def fits(pool: Pool, day: GivingDay) -> bool:
    """Whether the day's projects and hours meet the pool's."""
    in_time = any(
        window.starts_at < day.closes_at and (window.ends_at is None or day.starts_at < window.ends_at)
        for window in pool.windows
    )
    return in_time and (not pool.scope.projects or not pool.scope.projects.isdisjoint(day.projects))


def put_on(pool: Pool, day: GivingDay) -> Scope:
    """Its scope with the day in it; one that is for gifts of any day has it anyway.

    Raises: PoolNotOpen (withdrawn, or over), PoolCurrency, PoolOffDay (its projects or hours are none of the day's).
    """
    if pool.state not in ALIVE:
        raise PoolNotOpen
    if pool.currency != day.currency:
        raise PoolCurrency(currency=pool.currency, wanted=day.currency)
    if not fits(pool, day):
        raise PoolOffDay
    return replace(pool.scope, days=pool.scope.days | {day.id}) if pool.scope.by_day else pool.scope


def taken_off(pool: Pool, day: GivingDay) -> Scope:
    """Its scope without the day. One that was for this day alone is then for none, and never for all gifts."""
    if day.id not in pool.scope.days:
        return pool.scope
    return replace(pool.scope, days=pool.scope.days - {day.id}, only_days=True)


def of_project(pools: Collection[DayPool], project: UUID, creator: UUID | None) -> tuple[DayPool, ...]:
    """Those that add to gifts for this project where this creator calls (None: whichever it is)."""
    return tuple(
        each
        for each in pools
        if each.matches
        and (not each.pool.scope.projects or project in each.pool.scope.projects)
        and (not each.pool.scope.creators or creator in each.pool.scope.creators)
    )


def hours(pool: Pool, day: GivingDay) -> tuple[tuple[datetime, datetime | None], ...]:
    """When in the day it adds: from when, and until when (None: as long as the day goes on, or until the next of them).

    Empty where that is the whole day.
    """
    windows = [
        window
        for window in pool.windows
        if window.starts_at < day.ends_at and (window.ends_at is None or day.starts_at < window.ends_at)
    ]
    begins = [window.starts_at for window in windows]
    found = tuple(
        (
            max(window.starts_at, day.starts_at),
            None if window.ends_at is None or window.ends_at >= day.ends_at or window.ends_at in begins
            else window.ends_at,
        )
        for window in windows
    )  # fmt: skip
    return () if found == ((day.starts_at, None),) else found
