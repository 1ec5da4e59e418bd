"""A pledge: a donor's promise of so much a month, until they say otherwise. Times come in aware.

Nothing ever turns a one-time gift into a pledge, and no pledge is money: each of its instalments is asked for or
debited by itself (giving/pledges/instalments.py).
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.money import Money
from giving.people import Visibility
from giving.pledges.months import Month, debit_at

MOST_PAUSED: Final = 12  # months
QUARTER: Final = 3
MISSED_IN_A_ROW: Final = 3  # instalments that nobody paid by their link: then the pledge is paused, with a message
SHORTEST: Final = 28
LAST: Final = 31
MOST_OPEN: Final = 20  # of one donor
MOST_CHOICES: Final = 20  # projects that "where it is needed most" chooses among


class PledgeState(StrEnum):
    """ACTIVE: its instalments come. PAUSED: none until `paused_until` (None: until its donor goes on).

    WAITING: what it was for is closed, reached its goal or is verified no more, so its donor chooses where to go on; no
    debit until then. CANCELLED: over for good.
    """

    ACTIVE = "active"
    PAUSED = "paused"
    WAITING = "waiting"
    CANCELLED = "cancelled"


class Way(StrEnum):
    """How instalments are paid.

    SAVED: debited from a method its donor let the rail keep. LINK: asked for by a link or a code, each time. TAB: put
    on their tab, where the rail does not carry so little alone. STARS: by Telegram's own subscription of 30 days.
    """

    SAVED = "saved"
    LINK = "link"
    TAB = "tab"
    STARS = "stars"


class Why(StrEnum):
    """Why somebody ended a pledge: one tap, if they like."""

    MONEY = "money"
    ANOTHER = "another"  # another project
    UNCLEAR = "unclear"  # what it did was not clear
    TOO_MANY = "too_many"  # messages
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Pledge:
    """One promise. Exactly one of `project`, `organisation` and `choices` says for what.

    `day` 1 to 31. `every`: 1 month, or 3 where a month's amount is below what the rail carries; `amount` is what is
    paid each time. `organisation`: whichever of its open projects needs most; `choices`: of these. `creator`: who
    called for it. `skipped`: this month is left out. `first`: the month of its first instalment. `paused_until`: no
    instalment before this month, also of an active one (paused and None: until they say so). `renews_at`: when the
    subscription that pays it takes the next amount by itself (giving/pledges/renewals.py); None: none does.
    """

    id: UUID
    donor: UUID
    amount: Money
    day: int
    way: Way
    rail: str
    visibility: Visibility
    began_at: datetime
    first: Month
    project: UUID | None = None
    organisation: UUID | None = None
    choices: tuple[UUID, ...] = ()
    creator: UUID | None = None
    every: int = 1
    state: PledgeState = PledgeState.ACTIVE
    paused_until: Month | None = None
    skipped: Month | None = None
    ended_at: datetime | None = None
    why: Why | None = None
    renews_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it is not over."""
        return self.state is not PledgeState.CANCELLED

    def is_due_in(self, month: Month) -> bool:
        """Whether an instalment of it falls into this month, were it active."""
        return (
            self.first <= month
            and self.first.until(month) % self.every == 0
            and month != self.skipped
            and not (self.paused_until is not None and month < self.paused_until)
        )

    def next_month(self, after: Month) -> Month:
        """The first month after this one that an instalment falls into, if it stays (or becomes) active."""
        month = max(after.plus(1), self.first)
        while not self.is_due_in(month):
            month = month.plus(1)
        return month


def first_month(now: datetime, day: int, zone: ZoneInfo, *, notice_days: int) -> Month:
    """The month of a new pledge's first instalment: the first whose day is so many days away, 0: also today.

    Whoever promises today is not debited tomorrow without the notice that everybody gets.
    """
    month, today = Month.of(now, zone), now.astimezone(zone).date()
    while (debit_at(month, day, zone).astimezone(zone).date() - today).days < notice_days:
        month = month.plus(1)
    return month


def usual_day(now: datetime, zone: ZoneInfo) -> int:
    """Today's, for whoever names none; of 29 to 31 the month's last, which every month has."""
    day = now.astimezone(zone).day
    return day if day <= SHORTEST else LAST


def paused(pledge: Pledge, months: int, now_in: Month) -> Pledge:
    """No instalment for so many months (1 to 12) from the next one on. Raises: ValueError."""
    if not 1 <= months <= MOST_PAUSED:
        raise ValueError("1 to 12 months")
    return replace(pledge, state=PledgeState.PAUSED, paused_until=pledge.next_month(now_in).plus(months))


def same_pause(resting: Pledge, given_up: Month | None, first: Month, months: int) -> bool:
    """Whether it rests so long already: the same button was pressed twice, and the first press gave up a month.

    `given_up`: the newest month that began, if that was left out; `first`: the next to come, were it to go on now.
    Later than that, or of another length, it is another pause, from `first` on.
    """
    if resting.state is not PledgeState.PAUSED or resting.paused_until is None or given_up is None:
        return False
    just_now = first == resumed(resting).next_month(given_up)
    return just_now and resting.paused_until == max(given_up.plus(months), first)


def resumed(pledge: Pledge) -> Pledge:
    """It goes on."""
    return replace(pledge, state=PledgeState.ACTIVE, paused_until=None)


def cancelled(pledge: Pledge, now: datetime, why: Why | None = None) -> Pledge:
    """It is over; said again, nothing changes but why."""
    ended = pledge.ended_at or now
    return replace(pledge, state=PledgeState.CANCELLED, ended_at=ended, why=why or pledge.why)


@dataclass(frozen=True, slots=True)
class Need:
    """A project that could get an instalment: what it has of its target. `open`: it takes gifts, and is verified."""

    project: UUID
    given: Money
    target: Money
    open: bool


def neediest(among: Collection[Need]) -> UUID | None:
    """Of the open ones below their target, the one with the least share of it; the same one for the same figures.

    None: nobody may be debited until their donor chose where to go on.
    """
    wanting = [need for need in among if need.open and need.given.minor < need.target.minor]
    if not wanting:
        return None
    # Shares compared without a division: given/target.
    best = wanting[0]
    for need in wanting[1:]:
        mine, its = need.given.minor * best.target.minor, best.given.minor * need.target.minor
        if mine < its or (mine == its and need.project.bytes < best.project.bytes):
            best = need
    return best.project
