"""V赞赏力: how far a call reached, by week and month. Whole numbers only; money is no part of it (docs/rankings.md)."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

# What one donor brings to whoever they gave to, in points.
FIRST: Final = 10  # for being there
FURTHER: Final = 2  # for each gift after the first …
MOST_GIFTS: Final = 6  # … as far as so many gifts
NEW: Final = 5  # their first gift here ever
AGAIN: Final = 5  # they gave to the same in the period before, too
MOST: Final = 20  # and never more than that, whoever they are
# What a donor gets for themselves: for each day on which they gave, and for each gift, so many a day at most.
A_DAY: Final = 10
GIFTS_A_DAY: Final = 5


class Board(StrEnum):
    """Who is ranked: creators, projects, channels and groups, and donors who chose to be shown."""

    CREATORS = "creators"
    PROJECTS = "projects"
    CHATS = "chats"
    DONORS = "donors"


OPT_IN: Final = (Board.CREATORS, Board.DONORS)  # nobody is on these who did not ask to be; chats follow their creator


class Span(StrEnum):
    """Weeks begin on Monday, months on the 1st, by the operator's clock; a giving day has its own hours."""

    WEEK = "week"
    MONTH = "month"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` until before `until`. `name` is its address: 2026-W47, 2026-11, or day-<id> of a giving day."""

    name: str
    span: Span
    since: datetime
    until: datetime
    day: UUID | None = None

    def over(self, now: datetime) -> bool:
        """Whether nothing can fall into it any more."""
        return self.until <= now


def week_of(day: date, zone: ZoneInfo) -> Period:
    """The week of a local date."""
    monday = day - timedelta(days=day.weekday())
    year, number, _ = day.isocalendar()
    return Period(
        f"{year:04}-W{number:02}", Span.WEEK, midnight(monday, zone), midnight(monday + timedelta(days=7), zone)
    )


def month_of(day: date, zone: ZoneInfo) -> Period:
    """The month of a local date."""
    first = day.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return Period(f"{first:%Y-%m}", Span.MONTH, midnight(first, zone), midnight(after, zone))


def period_at(span: Span, now: datetime, zone: ZoneInfo, back: int = 0) -> Period:
    """The week or month it is, or the one so many before it."""
    day = now.astimezone(zone).date()
    if span is Span.WEEK:
        return week_of(day - timedelta(days=7 * back), zone)
    months = day.year * 12 + day.month - 1 - back
    return month_of(date(months // 12, months % 12 + 1, 1), zone)


def before(period: Period, zone: ZoneInfo) -> Period:
    """The week or month that ended when this one began. Raises: ValueError for a giving day."""
    if period.span is Span.DAY:
        raise ValueError("giving days follow no rhythm of their own")
    return period_at(period.span, period.since, zone, back=1)


def day_period(day: UUID, since: datetime, until: datetime) -> Period:
    """A giving day. `until`: when what was tapped in time counts no longer."""
    return Period(f"day-{day}", Span.DAY, since, until, day)


def period_named(name: str, zone: ZoneInfo) -> Period | None:
    """The week or month of this address; None for anything else."""
    if found := re.fullmatch(r"(20\d\d)-W(\d\d)", name, re.ASCII):
        try:
            return week_of(date.fromisocalendar(int(found[1]), int(found[2]), 1), zone)
        except ValueError:
            return None
    if found := re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", name, re.ASCII):
        return month_of(date(int(found[1]), int(found[2]), 1), zone)
    return None


def days_of(period: Period, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The local days of a period, each as it begins and ends: 23 or 25 hours where the clock is changed."""
    first, bounds = period.since.astimezone(zone).date(), [period.since]
    while bounds[-1] < period.until:
        first += timedelta(days=1)
        bounds.append(min(midnight(first, zone), period.until))
    return list(itertools.pairwise(bounds))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a local day begins, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


class Given(NamedTuple):
    """A gift that was booked: `paid_at` by its provider; `kept` unless it was given back whole."""

    subject: UUID
    donor: UUID
    paid_at: datetime
    booked_at: datetime
    kept: bool = True


class Crowd(NamedTuple):
    """Donors of one subject who are alike: gifts each (MOST_GIFTS or more is the same), how many, gifts in all."""

    each: int
    new: bool
    again: bool
    donors: int
    gifts: int


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody's call came to."""

    points: int = 0
    donors: int = 0
    gifts: int = 0
    new: int = 0
    again: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """One on a board, with what they reached."""

    subject: UUID
    reach: Reach


@dataclass(frozen=True, slots=True)
class Placed:
    """A standing with its place: who has as many points has the same."""

    place: int
    standing: Standing


def points(gifts: int, *, new: bool, again: bool) -> int:
    """What one donor with so many gifts brings. Never more than MOST; more gifts never bring less."""
    if gifts <= 0:
        return 0
    further = FURTHER * (min(gifts, MOST_GIFTS) - 1)
    return min(MOST, FIRST + further + NEW * new + AGAIN * again)


def reach(crowds: Iterable[Crowd]) -> Reach:
    """All donors of one subject together."""
    total = Reach()
    for crowd in crowds:
        total = Reach(
            total.points + crowd.donors * points(crowd.each, new=crowd.new, again=crowd.again),
            total.donors + crowd.donors,
            total.gifts + crowd.gifts,
            total.new + crowd.donors * crowd.new,
            total.again + crowd.donors * crowd.again,
        )
    return total


def reaches(gifts: Iterable[Given], period: Period, last: Period | None) -> dict[UUID, Reach]:
    """Everybody's, of all gifts there ever were, in any order: what storage counts by sets, said gift by gift.

    A donor is new to whoever got the first gift they ever made here, as long as that one was kept: what is given back
    makes nobody new.
    """
    every = list(gifts)
    first: dict[UUID, datetime] = {}
    for gift in every:
        first[gift.donor] = min(gift.paid_at, first.get(gift.donor, gift.paid_at))
    now: dict[tuple[UUID, UUID], list[Given]] = defaultdict(list)
    for gift in every:
        if gift.kept and period.since <= gift.booked_at < period.until:
            now[gift.subject, gift.donor].append(gift)
    were = {
        (gift.subject, gift.donor)
        for gift in every
        if last is not None and gift.kept and last.since <= gift.booked_at < last.until
    }
    crowds: dict[UUID, list[Crowd]] = defaultdict(list)
    for (subject, donor), theirs in now.items():
        new = min(gift.paid_at for gift in theirs) == first[donor]
        crowds[subject].append(Crowd(len(theirs), new, (subject, donor) in were, 1, len(theirs)))
    return {subject: reach(alike) for subject, alike in crowds.items()}


def donors_reach(gifts: int, days: int) -> Reach:
    """A donor's own: days on which they gave count most, gifts beyond a few a day nothing."""
    return Reach(A_DAY * days + min(gifts, GIFTS_A_DAY * days), days, gifts)


def ranked(standings: Iterable[Standing]) -> list[Placed]:
    """Most points first; who has as many shares the place, and stands in the order of their ids."""
    ordered = sorted(standings, key=lambda one: (-one.reach.points, one.subject))
    placed: list[Placed] = []
    for number, one in enumerate(ordered, 1):
        alike = placed and placed[-1].standing.reach.points == one.reach.points
        placed.append(Placed(placed[-1].place if alike else number, one))
    return placed


def since_refunded(at_close: Mapping[UUID, int], now: Mapping[UUID, int]) -> dict[UUID, int]:
    """How many gifts of each were given back after the close: the snapshot stays, the note says it."""
    return {subject: more for subject, count in now.items() if (more := count - at_close.get(subject, 0)) > 0}
