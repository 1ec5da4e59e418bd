"""A day's report with the names of now: for its page, its table, its picture, and the message to each donor."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.day_reports import DayReport, Figures
from giving.giving_days import GivingDay
from giving.matching import Pool
from giving.money import Money
from giving.projects import Project
from giving.rankings import Board
from giving.subscriptions import SubscriptionKind
from services.giving_days.live import pools_of
from storage.work import Work


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """One of the day's projects."""

    project: Project
    figures: Figures


@dataclass(frozen=True, slots=True)
class CreatorLine:
    """A creator by the name of their public page, at its address, or of their public `chat`.

    `name` None: `number` others together, whose donors can't be added up (None), or what nobody called for (0 of them).
    """

    name: str | None
    slug: str | None
    gifts: int
    donors: int | None
    given: tuple[Money, ...]
    matched: tuple[Money, ...]
    number: int = 1
    chat: str | None = None


@dataclass(frozen=True, slots=True)
class Since:
    """What became different after the report was made: more (heard of later) or less (gone back)."""

    given: tuple[Money, ...]
    matched: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class DayPage:
    """Everything that is shown of a report; `next_at`: when the next day begins, if one is planned.

    `pools`: those that added to its gifts, or could have.
    """

    day: GivingDay
    report: DayReport
    projects: tuple[ProjectLine, ...]
    creators: tuple[CreatorLine, ...]
    since: Since
    next_at: datetime | None = None
    pools: tuple[Pool, ...] = ()


@dataclass(frozen=True, slots=True)
class Together:
    """What one donor is told: all of us, and their part as it stands now; whether they hear of the next days."""

    day: GivingDay
    whole: Figures
    gifts: int
    given: tuple[Money, ...]
    matched: tuple[Money, ...]
    subscribed: bool
    next_at: datetime | None = None


async def page_of(work: Work, day: GivingDay, report: DayReport) -> DayPage:
    """With names as they are now, and only those that may be shown."""
    projects = await work.projects.by_ids([project for project, _ in report.projects])
    return DayPage(
        day=day,
        report=report,
        projects=tuple(ProjectLine(projects[id_], figures) for id_, figures in report.projects if id_ in projects),
        creators=await _creators(work, report),
        since=await _since(work, report),
        pools=tuple(await pools_of(work, day)),
    )


async def _creators(work: Work, report: DayReport) -> tuple[CreatorLine, ...]:
    """Who wishes to be ranked is named as on the day's page, by a slot or a public chat; all others are one line."""
    called = [creator for creator, _ in report.creators if creator is not None]
    shown = await work.live_days.public_names(await work.rankings.consenting(Board.CREATORS, called))
    named, others = [], []
    for creator, its in report.creators:
        if creator in shown:
            name, slug, chat = shown[creator]
            named.append(CreatorLine(name, slug, its.gifts, its.donors, its.given, its.matched, chat=chat))
        elif creator is not None:
            others.append(its)
    uncalled = [its for creator, its in report.creators if creator is None]
    lines = [*named, *([_joined(others, len(others))] if others else []), *(_joined([its], 0) for its in uncalled)]
    return tuple(lines)


def _joined(figures: Sequence[Figures], number: int) -> CreatorLine:
    donors = figures[0].donors if len(figures) == 1 else None
    given, matched = _added([f.given for f in figures]), _added([f.matched for f in figures])
    return CreatorLine(None, None, sum(f.gifts for f in figures), donors, given, matched, number)


def _added(sums: Sequence[tuple[Money, ...]]) -> tuple[Money, ...]:
    added: Counter[str] = Counter()
    for amounts in sums:
        for amount in amounts:
            added[amount.currency] += amount.minor
    return tuple(Money(minor, currency) for currency, minor in sorted(added.items()))


async def _since(work: Work, report: DayReport) -> Since:
    now = (await work.tallies.of([report.day], report.currency))[report.day]
    matched = await work.day_reports.matched_in(report.day)
    return Since(_moved(report.whole.given, now.sums), _moved(report.whole.matched, matched))


def _moved(before: tuple[Money, ...], after: tuple[Money, ...]) -> tuple[Money, ...]:
    return tuple(amount for amount in _added([after, tuple(-amount for amount in before)]) if amount)


async def next_day(work: Work, day: GivingDay, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the next day begins, as far as it was promised: one that is scheduled, or a series' next date by its rule,
    be there a draft for it already or not (which says nothing, as long as nobody has scheduled it).
    """
    planned = [other.starts_at for other in await work.giving_days.coming()]
    running = {series.id: series for series in await work.giving_days.series()}
    planned += [series.window(zone)[0] for series in running.values()]
    for id_, on in await work.giving_days.drafted_dates(running):
        its = replace(running[id_], next_on=on)
        if its.rule.of(on.year, on.month) == on:  # a first draft may be of any date
            planned.append(its.window(zone)[0])
    return min((at for at in planned if at > max(now, day.ends_at)), default=None)


async def together_of(work: Work, day: GivingDay, report: DayReport, donor: UUID) -> Together | None:
    """Their part is what stands now: who had all of it back is told nothing."""
    gifts, given = await work.day_reports.part_of(day.id, donor)
    if not gifts:
        return None
    often = await work.subscriptions.of(donor)
    matched = await work.day_reports.matched_of(day.id, donor)
    return Together(day, report.whole, gifts, given, matched, SubscriptionKind.GIVING_DAYS in often)
