"""Pools: what a sponsor commits, for which gifts, by which rule, in which windows, and what becomes of the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final
from uuid import UUID

from giving.errors import PoolCurrency, PoolNotSound
from giving.money import Money

MOST_IN_RATIO: Final = 100
MOST_WINDOWS: Final = 100
LONGEST_SEED: Final = 100


class PoolState(StrEnum):
    """DRAFT until somebody signed; OPEN: it adds to gifts; WITHDRAWN by its sponsor; ENDED: its windows are over."""

    DRAFT = "draft"
    OPEN = "open"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class Remainder(StrEnum):
    """What becomes of what a window leaves over, decided before the pool opens.

    CARRY: the next window has it, and what the last one leaves goes back. BACK: to the sponsor. SHARED: among the
    projects of the window, in proportion to what was matched for each (where nothing was, to the sponsor).
    """

    CARRY = "carry"
    BACK = "back"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Ratio:
    """For every `donor` given, `sponsor` is added: (1, 1), (1, 2) or (2, 1)."""

    sponsor: int
    donor: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same for every gift, in minor units."""

    minor: int


@dataclass(frozen=True, slots=True)
class Lottery:
    """Between two bounds (minor units, both included), drawn from a seed that everybody knows and the receipt code."""

    least_minor: int
    most_minor: int
    seed: str


Rule = Ratio | Fixed | Lottery


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that is added, in minor units: to one gift, for one donor on one (local) day, for one project."""

    gift_minor: int | None = None
    donor_day_minor: int | None = None
    project_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which gifts: of these giving days, to these projects, in the chats and slots of these creators; empty: of any.

    `only_days`: of the days it names alone, also while it names none (each was taken off again).
    """

    days: frozenset[UUID] = frozenset()
    projects: frozenset[UUID] = frozenset()
    creators: frozenset[UUID] = frozenset()
    only_days: bool = False

    @property
    def by_day(self) -> bool:
        """Whether gifts of certain giving days only are matched."""
        return bool(self.days) or self.only_days

    def takes(self, *, day: UUID | None, project: UUID, creator: UUID | None) -> bool:
        """Whether a gift is among them."""
        return (
            (not self.by_day or day in self.days)
            and (not self.projects or project in self.projects)
            and (not self.creators or creator in self.creators)
        )


@dataclass(frozen=True, slots=True)
class Window:
    """From when (included) to when (not), with a part of the pool of its own. `returned_minor`: what left it unused.

    `closed_at`: its remainder is settled; what comes back of its matches from then on goes to the sponsor.
    """

    number: int
    starts_at: datetime
    ends_at: datetime | None
    part_minor: int
    used_minor: int = 0
    returned_minor: int = 0
    closed_at: datetime | None = None

    @property
    def left_minor(self) -> int:
        """What is left of its own part; below zero where it lives on what an earlier one carried on."""
        return self.part_minor - self.used_minor - self.returned_minor

    def at(self, moment: datetime) -> bool:
        """Whether it is then."""
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)


@dataclass(frozen=True, slots=True)
class Sponsor:
    """Who funds pools; `named`: whether the public is told who."""

    id: UUID
    name: str
    named: bool


@dataclass(frozen=True, slots=True)
class Pool:
    """What is committed, and what became of it so far. `paid_minor`: what the sponsor has paid in, less paid back."""

    id: UUID
    sponsor: UUID
    titles: Mapping[str, str]
    committed: Money
    rule: Rule
    windows: tuple[Window, ...]
    caps: Caps = Caps()
    scope: Scope = Scope()
    remainder: Remainder = Remainder.CARRY
    state: PoolState = PoolState.DRAFT
    paid_minor: int = 0
    signed_by: str = ""
    signed_at: datetime | None = None
    closed_at: datetime | None = None
    created_at: datetime | None = field(default=None, compare=False)

    @property
    def currency(self) -> str:
        """What it is in; gifts in another are not matched."""
        return self.committed.currency

    @property
    def used(self) -> Money:
        """What was added to gifts (and shared), less what came back of it."""
        return Money(sum(window.used_minor for window in self.windows), self.currency)

    @property
    def returned(self) -> Money:
        """What went back to the sponsor."""
        return Money(sum(window.returned_minor for window in self.windows), self.currency)

    @property
    def left(self) -> Money:
        """What can still be added; of a draft nothing yet."""
        return self.committed - self.used - self.returned

    def still(self, now: datetime, until: datetime) -> Money:
        """What gifts that are paid from now on, and before `until`, can still be given."""
        if not self.running:
            return Money(0, self.currency)
        ahead = [w for w in self.windows if w.starts_at < until and (w.ends_at is None or w.ends_at > now)]
        if ahead and self.remainder is Remainder.CARRY:
            ahead = [window for window in self.windows if window.starts_at < until]
        return Money(max(0, sum(window.left_minor for window in ahead)), self.currency)

    def unused(self, since: datetime, until: datetime) -> Money:
        """What gifts that were paid between the two could have been given and were not, wherever it is now.

        It does not change when a window ends, or the sponsor withdraws: what it is a part of stays the same.
        """
        if self.state is PoolState.DRAFT or (self.closed_at is not None and self.closed_at <= since):
            return Money(0, self.currency)
        between = [w for w in self.windows if w.starts_at < until and (w.ends_at is None or w.ends_at > since)]
        if between and self.remainder is Remainder.CARRY:
            between = [window for window in self.windows if window.starts_at < until]
        return Money(max(0, sum(window.part_minor - window.used_minor for window in between)), self.currency)

    @property
    def running(self) -> bool:
        """Whether it adds to gifts."""
        return self.state is PoolState.OPEN

    def title(self, language: str) -> str:
        """In this language, or in whichever there is."""
        return self.titles.get(language) or next(iter(self.titles.values()), "")

    def window_at(self, moment: datetime) -> int | None:
        """Which window a gift that was paid then falls into."""
        return next((number for number, window in enumerate(self.windows) if window.at(moment)), None)

    def available(self, number: int) -> int:
        """What a gift of this window can be given, in minor units.

        Where remainders are carried on, a gift that was paid in an earlier window and is booked late takes nothing
        from what later ones have used already.
        """
        if self.windows[number].closed_at is not None:
            return 0
        if self.remainder is not Remainder.CARRY:
            return max(self.windows[number].left_minor, 0)
        left = sum(window.left_minor for window in self.windows[:number])
        most: int | None = None
        for window in self.windows[number:]:
            left += window.left_minor
            most = left if most is None else min(most, left)
        return max(most or 0, 0)


def checked(pool: Pool, currencies: Mapping[UUID, str]) -> Pool:
    """The pool, if it can be kept to. `currencies`: of the projects and days it names.

    Raises: PoolNotSound, PoolCurrency.
    """
    if pool.committed.minor <= 0:
        raise PoolNotSound(what="amount")
    if any(currency != pool.currency for currency in currencies.values()):
        raise PoolCurrency(currency=pool.currency, wanted=next(c for c in currencies.values() if c != pool.currency))
    _check_rule(pool.rule)
    if any(cap is not None and cap <= 0 for cap in (pool.caps.gift_minor, pool.caps.donor_day_minor)):
        raise PoolNotSound(what="caps")
    if pool.caps.project_minor is not None and pool.caps.project_minor <= 0:
        raise PoolNotSound(what="caps")
    if not any(pool.titles.values()):
        raise PoolNotSound(what="title")
    _check_windows(pool)
    return pool


def _check_rule(rule: Rule) -> None:
    match rule:
        case Ratio(sponsor, donor):
            sound = 1 <= sponsor <= MOST_IN_RATIO and 1 <= donor <= MOST_IN_RATIO
        case Fixed(minor):
            sound = minor > 0
        case Lottery(least, most, seed):
            sound = 0 < least <= most and 0 < len(seed) <= LONGEST_SEED and seed.isprintable()
    if not sound:
        raise PoolNotSound(what="rule")


def _check_windows(pool: Pool) -> None:
    windows = pool.windows
    if not 1 <= len(windows) <= MOST_WINDOWS or any(window.part_minor <= 0 for window in windows):
        raise PoolNotSound(what="windows")
    if sum(window.part_minor for window in windows) != pool.committed.minor:
        raise PoolNotSound(what="parts")
    if any(window.ends_at is not None and window.ends_at <= window.starts_at for window in windows):
        raise PoolNotSound(what="end")
    for one, following in pairwise(windows):
        if one.ends_at is None or following.starts_at < one.ends_at:
            raise PoolNotSound(what="order")
