"""Looking back: whose year, from when until when. Pure; local times are some reader's, or the operator's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.errors import DatesNotUnderstood, YearUnknown
from giving.money import Money

FIRST_YEAR: Final = 2024  # nobody gave before


class RecapOf(StrEnum):
    """Whose year: what one donor gave, what was given because of one creator, to one project, or here at all."""

    DONOR = "donor"
    CREATOR = "creator"
    PROJECT = "project"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Year:
    """A calendar year on somebody's clock. `bounds`: when its months begin (UTC), and where the last one ends."""

    number: int
    bounds: tuple[datetime, ...]

    @property
    def starts(self) -> datetime:
        """Its first moment."""
        return self.bounds[0]

    @property
    def ends(self) -> datetime:
        """The first moment of the next one."""
        return self.bounds[-1]

    @classmethod
    def of(cls, number: int, zone: ZoneInfo) -> "Year":
        """As it is there."""
        starts = [datetime(number, month, 1, tzinfo=zone) for month in range(1, 13)]
        return cls(number, tuple(at.astimezone(UTC) for at in (*starts, datetime(number + 1, 1, 1, tzinfo=zone))))


def year_of(typed: str, now: datetime, zone: ZoneInfo) -> Year:
    """The year somebody typed; without one this year, and in January the last. Raises: YearUnknown."""
    local = now.astimezone(zone)
    bare = typed.strip()
    if not bare:
        return Year.of(local.year - 1 if local.month == 1 else local.year, zone)
    number = int(bare) if bare.isdecimal() and len(bare) == 4 else 0
    if not FIRST_YEAR <= number <= local.year:
        raise YearUnknown(first=str(FIRST_YEAR), last=str(local.year))
    return Year.of(number, zone)


@dataclass(frozen=True, slots=True)
class Dates:
    """Days on somebody's clock, the last one included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def starts(self) -> datetime:
        """The first moment (UTC)."""
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=self.zone).astimezone(UTC)

    @property
    def ends(self) -> datetime:
        """The moment after the last (UTC)."""
        after = self.last + timedelta(days=1)
        return datetime(after.year, after.month, after.day, tzinfo=self.zone).astimezone(UTC)


def dates_of(typed: str, now: datetime, zone: ZoneInfo) -> Dates:
    """`2026-01-01 2026-06-30`, a year, or nothing for this year so far; what lies ahead is cut off.

    Raises: DatesNotUnderstood.
    """
    today = now.astimezone(zone).date()
    parts = typed.split()
    try:
        match parts:
            case []:
                first, last = date(today.year, 1, 1), today
            case [year]:
                first, last = date(int(year), 1, 1), date(int(year), 12, 31)
            case [one, other]:
                first, last = date.fromisoformat(one), date.fromisoformat(other)
            case _:
                raise ValueError("two dates")
        if not (first.year >= FIRST_YEAR and first <= last and first <= today):
            raise ValueError("not in order")
    except (ValueError, OverflowError):
        raise DatesNotUnderstood(first=str(FIRST_YEAR), example=f"/statement {today.year}-01-01 {today}") from None
    return Dates(first, min(last, today), zone)


@dataclass(frozen=True, slots=True)
class Looked:
    """What was given in a year and stands: sums by currency, the currency of most gifts first.

    `donors`: how many. `months`: what was given in each, minor units of the first currency; `given_in`: in how many
    months anything was. `days`: giving days with such a gift, and `on_days` what was given on them. `matched`: what
    sponsors added. `projects`: with how many gifts and what each was given, the most first.
    """

    gifts: int
    donors: int
    given: tuple[Money, ...]
    months: tuple[int, ...]
    given_in: int
    days: int
    on_days: tuple[Money, ...]
    matched: tuple[Money, ...]
    projects: tuple[tuple[UUID, int, tuple[Money, ...]], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """So many gifts of one kind, and their sum. `what`: the month (1 to 12), or the project."""

    what: int | UUID
    currency: str
    gifts: int
    minor: int


def looked_back(
    by_month: Sequence[Part], by_project: Sequence[Part], on_days: Sequence[Part], days: int, donors: int,
    matched: Sequence[Money],
) -> Looked:  # fmt: skip
    """Of what was counted, each currency for itself; nothing is ever added up over them."""
    order = _currencies(by_month)
    first = order[0] if order else ""
    months = [sum(part.minor for part in by_month if part.what == n and part.currency == first) for n in range(1, 13)]
    parts: dict[UUID, list[Part]] = {}
    for part in by_project:
        if isinstance(part.what, UUID):
            parts.setdefault(part.what, []).append(part)
    projects = [(one, sum(part.gifts for part in its), _sums(its, order)) for one, its in parts.items()]
    return Looked(
        gifts=sum(part.gifts for part in by_month),
        donors=donors,
        given=_sums(by_month, order),
        months=tuple(months),
        given_in=len({part.what for part in by_month}),
        days=days,
        on_days=_sums(on_days, order),
        matched=tuple(sorted(matched, key=lambda a: order.index(a.currency) if a.currency in order else len(order))),
        projects=tuple(sorted(projects, key=lambda each: (-_in(first, each[2]), -each[1], each[0].bytes))),
    )


def _currencies(parts: Sequence[Part]) -> list[str]:
    gifts: dict[str, int] = {}
    for part in parts:
        gifts[part.currency] = gifts.get(part.currency, 0) + part.gifts
    return sorted(gifts, key=lambda currency: (-gifts[currency], currency))


def _sums(parts: Sequence[Part], order: Sequence[str]) -> tuple[Money, ...]:
    minors = {currency: sum(part.minor for part in parts if part.currency == currency) for currency in order}
    return tuple(Money(minor, currency) for currency, minor in minors.items() if minor)


def _in(currency: str, amounts: Sequence[Money]) -> int:
    return sum(amount.minor for amount in amounts if amount.currency == currency)
