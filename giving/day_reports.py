"""What a giving day came to, as it stood when it closed. Pure: what was counted comes in, figures that agree go out.

`given` is what donors gave and what stands of it; `matched` is what sponsors added to that. Currencies stand side by
side. Hours are those of taps, by the operator's clock. Fees are what the operator paid for the day's payments, those
of gifts that went back included: nobody else bears them.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.giving_days import GivingDay
from giving.money import Money

HOURLY: Final = timedelta(hours=48)  # days that are longer are told by the date
COMPARED: Final = 3  # with so many days before
HOUR: Final = timedelta(hours=1)
K = TypeVar("K", bound=UUID | None)


@dataclass(frozen=True, slots=True)
class Part:
    """So many gifts of the day to a project, by a creator's call (None: by nobody's), in one currency."""

    project: UUID
    creator: UUID | None
    currency: str
    gifts: int
    minor: int


@dataclass(frozen=True, slots=True)
class Minute:
    """What was tapped within one minute, in one currency."""

    at: datetime
    currency: str
    gifts: int
    minor: int


@dataclass(frozen=True, slots=True)
class Charged:
    """What providers took for charges of which `part_minor` of `whole_minor` was given on the day."""

    fee: Money
    part_minor: int
    whole_minor: int


@dataclass(frozen=True, slots=True)
class Counted:
    """All of a day's gifts, counted at one moment. Donors are counted once in each: so their sums say nothing."""

    parts: Sequence[Part] = ()
    matched: Sequence[Part] = ()
    minutes: Sequence[Minute] = ()
    amounts: Mapping[int, int] = field(default_factory=dict)  # in the day's currency: what stands of a gift → how often
    donors: int = 0
    donors_of: Mapping[UUID | None, int] = field(default_factory=dict)  # by project, and by creator
    returning: int = 0  # of the donors, who gave before the day began
    charged: Sequence[Charged] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """What was given, by how many, and what was added to it; sums without zeros, one for each currency."""

    gifts: int = 0
    donors: int = 0
    given: tuple[Money, ...] = ()
    matched: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class Hour:
    """From this moment until the next one's: gifts in any currency, and what they gave in the day's own."""

    begins: datetime
    gifts: int
    given: Money


@dataclass(frozen=True, slots=True)
class Earlier:
    """A day before, as its own report told it."""

    slug: str
    titles: Mapping[str, str]
    starts_at: datetime
    whole: Figures


@dataclass(frozen=True, slots=True)
class DayReport:
    """The figures of a day when it closed; they stay so, whatever goes back later."""

    day: UUID
    made_at: datetime
    currency: str
    whole: Figures
    projects: tuple[tuple[UUID, Figures], ...]
    creators: tuple[tuple[UUID | None, Figures], ...]
    hours: tuple[Hour, ...]
    by_date: bool
    returning: int
    median: Money | None
    fees: tuple[Money, ...]
    earlier: tuple[Earlier, ...] = ()

    @property
    def new(self) -> int:
        """Donors who had given nothing before the day began."""
        return self.whole.donors - self.returning

    @property
    def given(self) -> Money:
        """What was given in the day's own currency."""
        return next((each for each in self.whole.given if each.currency == self.currency), Money(0, self.currency))


def report_of(
    day: GivingDay, counted: Counted, earlier: Sequence[Earlier], zone: ZoneInfo, now: datetime
) -> DayReport:  # fmt: skip
    """The report of a day: its projects in their order, creators by what they raised, every hour that it was on."""
    by_project = _by(counted, lambda part: part.project)
    by_creator = _by(counted, lambda part: part.creator)
    projects = tuple(dict.fromkeys((*day.projects, *by_project)))
    ranked = sorted(by_creator.items(), key=lambda one: _rank(one[0], one[1], day.currency))
    begins = begins_of(day.starts_at, day.ends_at, zone)
    return DayReport(
        day=day.id,
        made_at=now,
        currency=day.currency,
        whole=Figures(
            sum(part.gifts for part in counted.parts), counted.donors, sums_of(counted.parts), sums_of(counted.matched)
        ),
        projects=tuple((project, by_project.get(project, Figures())) for project in projects),
        creators=tuple(ranked),
        hours=_hours(counted.minutes, begins, day.currency),
        by_date=day.ends_at - day.starts_at > HOURLY,
        returning=counted.returning,
        median=median(counted.amounts, day.currency),
        fees=fees_of(counted.charged),
        earlier=tuple(earlier[:COMPARED]),
    )


def _by(counted: Counted, key: Callable[[Part], K]) -> dict[K, Figures]:
    parts, matched = _grouped(counted.parts, key), _grouped(counted.matched, key)
    return {
        each: Figures(
            sum(part.gifts for part in parts.get(each, ())),
            counted.donors_of.get(each, 0),
            sums_of(parts.get(each, ())),
            sums_of(matched.get(each, ())),
        )
        for each in dict.fromkeys((*parts, *matched))
    }


def _grouped(parts: Iterable[Part], key: Callable[[Part], K]) -> dict[K, list[Part]]:
    groups: dict[K, list[Part]] = {}
    for part in parts:
        groups.setdefault(key(part), []).append(part)
    return groups


def _rank(creator: UUID | None, figures: Figures, currency: str) -> tuple[bool, int, int, str]:
    """Gifts that nobody called for come last; the rest by what they came to."""
    given = sum(each.minor for each in figures.given if each.currency == currency)
    return creator is None, -given, -figures.gifts, str(creator)


def sums_of(parts: Iterable[Part]) -> tuple[Money, ...]:
    """What they come to, each currency for itself; without zeros."""
    by_currency: dict[str, int] = defaultdict(int)
    for part in parts:
        by_currency[part.currency] += part.minor
    return tuple(Money(minor, currency) for currency, minor in sorted(by_currency.items()) if minor)


def begins_of(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> list[datetime]:
    """When each hour of a day begins (UTC), the first one with the day; dates, of one that is longer than HOURLY.

    An hour that clocks skip has none, one that they repeat has two.
    """
    begins, at = [starts_at.astimezone(UTC)], starts_at.astimezone(zone)
    if ends_at - starts_at > HOURLY:
        date = at.date() + timedelta(days=1)
        while (midnight := datetime(date.year, date.month, date.day, tzinfo=zone).astimezone(UTC)) < ends_at:
            begins.append(midnight)
            date += timedelta(days=1)
        return begins
    into = timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
    following = begins[0] - into + HOUR
    while following < ends_at:
        begins.append(following)
        following += HOUR
    return begins


def _hours(minutes: Iterable[Minute], begins: Sequence[datetime], currency: str) -> tuple[Hour, ...]:
    """What lies outside the day (tapped before it, paid on it) counts for the nearest of its hours."""
    gifts, given = [0] * len(begins), [0] * len(begins)
    for minute in minutes:
        # A day may begin in the middle of a minute.
        place = max(0, bisect_right(begins, minute.at + timedelta(seconds=59)) - 1)
        gifts[place] += minute.gifts
        given[place] += minute.minor if minute.currency == currency else 0
    return tuple(
        Hour(at, number, Money(minor, currency)) for at, number, minor in zip(begins, gifts, given, strict=True)
    )


def median(amounts: Mapping[int, int], currency: str) -> Money | None:
    """The gift in the middle; of two in the middle what lies between them, half a minor unit up. None without gifts."""
    gifts = sum(amounts.values())
    if not gifts:
        return None
    low, high = _nth(amounts, (gifts - 1) // 2), _nth(amounts, gifts // 2)
    return Money((low + high + 1) // 2, currency)


def _nth(amounts: Mapping[int, int], place: int) -> int:
    for minor in sorted(amounts):
        place -= amounts[minor]
        if place < 0:
            return minor
    raise IndexError(place)


def fees_of(charged: Iterable[Charged]) -> tuple[Money, ...]:
    """What the operator paid. A charge that paid other gifts too is the day's by its part of it, half a unit up."""
    by_currency: dict[str, int] = defaultdict(int)
    for each in charged:
        share = (2 * each.fee.minor * each.part_minor + each.whole_minor) // (2 * each.whole_minor)
        by_currency[each.fee.currency] += share
    return tuple(Money(minor, currency) for currency, minor in sorted(by_currency.items()) if minor)


def disagreements(report: DayReport) -> list[str]:
    """Which of a report's own figures don't add up to its whole; none in a sound one."""
    wrong = []
    for name, parts in (("projects", report.projects), ("creators", report.creators)):
        each = [figures for _, figures in parts]
        if sum(figures.gifts for figures in each) != report.whole.gifts:
            wrong.append(f"{name}: gifts")
        if _added(figures.given for figures in each) != _added([report.whole.given]):
            wrong.append(f"{name}: given")
        if _added(figures.matched for figures in each) != _added([report.whole.matched]):
            wrong.append(f"{name}: matched")
        if any(figures.donors > report.whole.donors for figures in each):
            wrong.append(f"{name}: donors")
    if sum(hour.gifts for hour in report.hours) != report.whole.gifts:
        wrong.append("hours: gifts")
    if sum(hour.given.minor for hour in report.hours) != report.given.minor:
        wrong.append("hours: given")
    return wrong if 0 <= report.returning <= report.whole.donors else [*wrong, "returning donors"]


def _added(sums: Iterable[tuple[Money, ...]]) -> dict[str, int]:
    added: dict[str, int] = defaultdict(int)
    for amounts in sums:
        for amount in amounts:
            added[amount.currency] += amount.minor
    return {currency: minor for currency, minor in added.items() if minor}
