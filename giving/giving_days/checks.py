"""What a day must be before anybody can be told of it, and that no two are on for one project."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import regex

from giving.errors import (
    DayAmounts,
    DayEndsBeforeStart,
    DayPast,
    DayProjects,
    DaysOverlap,
    DayTitleNeeded,
    DayTooLong,
    HashtagNotUnderstood,
    ProjectClosed,
    WrongCurrency,
)
from giving.giving_days.days import COMING, Audience, GivingDay
from giving.money import Money, within
from giving.names import clean, fitting
from giving.projects import Project
from giving.tips import Limits

MOST_PROJECTS: Final = 20
MOST_AMOUNTS: Final = 6
LONGEST: Final = timedelta(days=31)
TITLE_GRAPHEMES: Final = 64
TEXT_GRAPHEMES: Final = 600
# Telegram takes 4,096 UTF-16 units a message: twice the title, the text, and projects fit into one.
TITLE_UNITS: Final = 128
TEXT_UNITS: Final = 1200
_HASHTAG: Final = regex.compile(r"#?([\p{L}\p{N}_]{1,40})")


@dataclass(frozen=True, slots=True)
class Plan:
    """What an admin decides of a day. Times are aware."""

    titles: Mapping[str, str]
    projects: tuple[UUID, ...]
    starts_at: datetime
    ends_at: datetime
    amounts: tuple[Money, ...]
    hashtag: str = ""
    audience: Audience = Audience.NOBODY
    texts: Mapping[str, str] = field(default_factory=dict)


def check(plan: Plan, projects: Mapping[UUID, Project], limits: Limits, now: datetime) -> Plan:
    """The plan made clean: words without what can't be seen, projects and amounts once each, amounts in order.

    `projects`: those of its projects that are known. Raises: DayTitleNeeded, HashtagNotUnderstood, DayProjects,
    ProjectClosed, DayEndsBeforeStart, DayPast, DayTooLong, DayAmounts, WrongCurrency, TipTooSmall, TipTooLarge.
    """
    titles = _words(plan.titles, title_of)
    if not titles:
        raise DayTitleNeeded
    chosen = tuple(dict.fromkeys(plan.projects))
    if not 1 <= len(chosen) <= MOST_PROJECTS or not set(chosen) <= set(projects):
        raise DayProjects(least=1, most=MOST_PROJECTS)
    for project in chosen:
        if not projects[project].open:
            raise ProjectClosed(project=projects[project], alternatives=())
    check_times(plan.starts_at, plan.ends_at, now)
    amounts = _amounts(plan.amounts, {projects[project].target.currency for project in chosen}, limits)
    texts = _words(plan.texts, text_of)
    return Plan(titles, chosen, plan.starts_at, plan.ends_at, amounts, hashtag_of(plan.hashtag), plan.audience, texts)


def check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raises: DayEndsBeforeStart, DayPast, DayTooLong."""
    if ends_at <= starts_at:
        raise DayEndsBeforeStart(starts=starts_at, ends=ends_at)
    if ends_at <= now:
        raise DayPast(ends=ends_at)
    if ends_at - starts_at > LONGEST:
        raise DayTooLong(days=LONGEST.days)


def title_of(text: str) -> str:
    """A title as it will be shown; empty if nothing of it can be read."""
    return fitting(text, most=TITLE_GRAPHEMES, most_units=TITLE_UNITS)


def text_of(text: str) -> str:
    """What a day is about, as it will be shown."""
    return fitting(text, most=TEXT_GRAPHEMES, most_units=TEXT_UNITS)


def _words(by_language: Mapping[str, str], shown: Callable[[str], str]) -> dict[str, str]:
    cleaned = {language: shown(text) for language, text in by_language.items()}
    return {language: text for language, text in cleaned.items() if text}


def hashtag_of(text: str) -> str:
    """What somebody wrote as a hashtag, with one # before it; empty for none. Raises: HashtagNotUnderstood."""
    if not text.strip():
        return ""
    found = _HASHTAG.fullmatch(clean(text, most=64))
    if found is None or found[1].isdigit():  # Telegram takes no number for a hashtag
        raise HashtagNotUnderstood
    return f"#{found[1]}"


def _amounts(amounts: Iterable[Money], currencies: set[str], limits: Limits) -> tuple[Money, ...]:
    """One currency for all: that of the projects, and of what is given here."""
    chosen = list(dict.fromkeys(amounts))
    for currency in sorted(currencies | {amount.currency for amount in chosen}):
        if currency != limits.least.currency:
            raise WrongCurrency(currency=limits.least.currency)
    if not 1 <= len(chosen) <= MOST_AMOUNTS:
        raise DayAmounts(least=1, most=MOST_AMOUNTS)
    return tuple(sorted(within(amount, least=limits.least, most=limits.most) for amount in chosen))


def overlap(one: GivingDay, other: GivingDay) -> bool:
    """Whether there is a moment and a project that both days would be on for."""
    together = one.starts_at < other.ends_at and other.starts_at < one.ends_at
    return together and not set(one.projects).isdisjoint(other.projects)


def overlapping(day: GivingDay, others: Iterable[GivingDay]) -> None:
    """Nothing if a gift can belong to one day only. Raises: DaysOverlap (with the other's title and times)."""
    for other in others:
        if other.id != day.id and other.state in COMING and overlap(day, other):
            raise DaysOverlap(day=other.id, starts=other.starts_at, ends=other.ends_at)
