"""Figures about monthly donors, for who they give through and to: open promises by month, losses, who stayed. Pure.

A promise counts from the month it was made in until the month it was ended in; a pause is no end. Who ends one and
makes another in the same month went on with it, and is neither lost nor new. Months are the operator's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.money import Money
from giving.names import clean, units
from giving.pledges import Month, PledgeState, Why

MONTHS: Final = 12  # of a trend, and of cohorts
NAMES: Final = 30
NAMES_UNITS: Final = 1500  # of the 4,096 UTF-16 units of a message


@dataclass(frozen=True, slots=True)
class Lived:
    """So many promises that were made in one month, and ended in another (None: they are open).

    `began` None: before the first month that is looked at; what ended before it is not there at all.
    """

    began: Month | None
    ended: Month | None
    count: int


@dataclass(frozen=True, slots=True)
class Spell:
    """One promise: the months it was made and ended in, as in Lived, and why it was ended."""

    id: UUID
    began: Month | None
    ended: Month | None
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """Somebody ended one promise, and made another later in the same month."""

    ended: Spell
    begun: Spell


@dataclass(frozen=True, slots=True)
class MonthStand:
    """A month of a trend: promises that were open when it began, were made and were ended in it."""

    month: Month
    before: int
    began: int
    ended: int

    @property
    def open(self) -> int:
        """At its end, or now."""
        return self.before + self.began - self.ended

    @property
    def lost_percent(self) -> int | None:
        """Of those there were when it began or that came in it, how many of a hundred were ended in it; None: none."""
        there = self.before + self.began
        return (self.ended * 200 + there) // (2 * there) if there else None


@dataclass(frozen=True, slots=True)
class Cohort:
    """Promises of one month, and how many of them were open at the end of that month, of the next, and so on."""

    month: Month
    began: int
    left: tuple[int, ...]

    def percent(self, after: int) -> int:
        """How many of a hundred were left so many months later."""
        return (self.left[after] * 200 + self.began) // (2 * self.began) if self.began else 0


def last_months(now: Month, count: int = MONTHS) -> tuple[Month, ...]:
    """This one and those before it, oldest first."""
    return tuple(now.plus(i - count + 1) for i in range(count))


def begins(month: Month, zone: ZoneInfo) -> datetime:
    """Its first moment there."""
    return datetime(month.year, month.number, 1, tzinfo=zone)


def went_on(again: Iterable[Again]) -> dict[Spell, Spell]:
    """Each that was ended with the one it went on as, the earliest first; one goes on as one, and no other as that.

    `again`: every pair there is, in the order of their ends and, among these, of their beginnings.
    """
    on, taken = dict[Spell, Spell](), set[UUID]()
    for pair in again:
        if pair.ended not in on and pair.begun.id not in taken:
            on[pair.ended] = pair.begun
            taken.add(pair.begun.id)
    return on


def together(lives: Iterable[Lived], on: Mapping[Spell, Spell]) -> list[Lived]:
    """The same lives, where what went on is one, from its first beginning to its last end."""
    counts: dict[tuple[Month | None, Month | None], int] = {}
    later = set(on.values())
    for life in lives:
        counts[life.began, life.ended] = counts.get((life.began, life.ended), 0) + life.count
    for one in {*on, *later}:
        counts[one.began, one.ended] -= 1
    for first in on:
        if first not in later:
            last = first
            while last in on:
                last = on[last]
            counts[first.began, last.ended] = counts.get((first.began, last.ended), 0) + 1
    return [Lived(began, ended, count) for (began, ended), count in counts.items() if count]


def reasons_left(ended: Mapping[Why | None, int], on: Mapping[Spell, Spell]) -> dict[Why | None, int]:
    """Why promises were ended, but for those that went on."""
    left = dict(ended)
    for one in on:
        left[one.why] -= 1
    return {why: count for why, count in left.items() if count}


def trend(lives: Iterable[Lived], months: Sequence[Month]) -> tuple[MonthStand, ...]:
    """Each of these months, which follow each other."""
    first, began, ended, before = months[0], dict[Month, int](), dict[Month, int](), 0
    for life in lives:
        if life.ended is not None and life.ended < first:
            continue
        if life.began is None or life.began < first:
            before += life.count
        else:
            began[life.began] = began.get(life.began, 0) + life.count
        if life.ended is not None:
            ended[life.ended] = ended.get(life.ended, 0) + life.count
    stands = list[MonthStand]()
    for month in months:
        stand = MonthStand(month, before, began.get(month, 0), ended.get(month, 0))
        stands.append(stand)
        before = stand.open
    return tuple(stands)


def cohorts(lives: Iterable[Lived], months: Sequence[Month]) -> tuple[Cohort, ...]:
    """By the month they were made in, oldest first; months in which nobody promised anything are left out."""
    born: dict[Month, list[Lived]] = {}
    for life in lives:
        if life.began is not None and life.began >= months[0]:
            born.setdefault(life.began, []).append(life)
    now = months[-1]
    return tuple(_cohort(month, born[month], now) for month in months if month in born)


def _cohort(month: Month, lives: Sequence[Lived], now: Month) -> Cohort:
    began = sum(life.count for life in lives)
    lost = [0] * (month.until(now) + 1)
    for life in lives:
        if life.ended is not None:
            lost[max(0, month.until(life.ended))] += life.count
    left, still = list[int](), began
    for gone in lost:
        still -= gone
        left.append(still)
    return Cohort(month, began, tuple(left))


@dataclass(frozen=True, slots=True)
class Promised:
    """So many open promises that are due in the same months, and what they come to together, each time.

    `shared`: they choose each month among projects of several organisations.
    """

    amount: Money
    first: Month
    every: int
    state: PledgeState
    skipped: Month | None = None
    paused_until: Month | None = None
    shared: bool = False

    def is_due_in(self, month: Month) -> bool:
        """Whether they bring something in this month: as giving.pledges says of one, and only if it is to go on."""
        goes_on = self.state is PledgeState.ACTIVE or (
            self.state is PledgeState.PAUSED and self.paused_until is not None
        )
        return (
            goes_on
            and self.first <= month
            and self.first.until(month) % self.every == 0
            and month != self.skipped
            and not (self.paused_until is not None and month < self.paused_until)
        )


def expected(promised: Iterable[Promised], month: Month, *, shared: bool = False) -> tuple[Money, ...]:
    """What is promised for a month, by currency: for sure, or what may as well go to somebody else (`shared`)."""
    sums: dict[str, int] = {}
    for some in promised:
        if some.shared is shared and some.is_due_in(month):
            sums[some.amount.currency] = sums.get(some.amount.currency, 0) + some.amount.minor
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))


@dataclass(frozen=True, slots=True)
class Standing:
    """Open promises as they are now, and how many people made them; `ended`: in the months looked at, by reason."""

    donors: int = 0
    by_state: Mapping[PledgeState, int] = field(default_factory=dict)
    ended: Mapping[Why | None, int] = field(default_factory=dict)

    @property
    def open(self) -> int:
        """All of them."""
        return sum(self.by_state.values())

    def count(self, state: PledgeState) -> int:
        """Those in this state."""
        return self.by_state.get(state, 0)


@dataclass(frozen=True, slots=True)
class Circle:
    """Everything about the monthly donors of a creator (no sums then), or of an organisation (no names)."""

    now: Month
    standing: Standing
    trend: tuple[MonthStand, ...]
    expected: tuple[Money, ...]
    shared: tuple[Money, ...] = ()
    came: tuple[Money, ...] = ()  # what instalments brought in the month before
    cohorts: tuple[Cohort, ...] = ()
    names: tuple[str, ...] = ()
    more: int = 0  # who allowed their name and is not in `names`

    @property
    def this_month(self) -> MonthStand:
        """How it is going."""
        return self.trend[-1]

    @property
    def quiet(self) -> int:
        """Who did not allow their name."""
        return self.standing.donors - len(self.names) - self.more


def shown_names(names: Iterable[str]) -> tuple[tuple[str, ...], int]:
    """Those that fit into one message, in their order, and how many more there are; what can't be read is not there."""
    readable = [name for each in names if (name := clean(each))]
    left, shown = NAMES_UNITS, list[str]()
    for name in readable[:NAMES]:
        left -= units(name) + 5  # the marks around it and what stands between
        if left < 0:
            break
        shown.append(name)
    return tuple(shown), len(readable) - len(shown)


@dataclass(frozen=True, slots=True)
class MonthlyCall:
    """A creator's invitation to give monthly to a project; `title`: of the chat it stands in."""

    id: UUID
    creator: UUID
    project: UUID
    title: str
