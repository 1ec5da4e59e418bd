"""A giving day: what it is, where it stands by the clock, what may be done with it. Times come in aware.

A tip is a day's if it was tapped while the day was on for its project, and paid before the day closed: what was tapped
in time and is paid a little later counts too, whatever became of the messages about it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from giving.money import Money
from giving.projects import in_language


class DayState(StrEnum):
    """Where a day is on its way; CLOSING: over, and late payments of tips that were tapped in time still count."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    LIVE = "live"
    CLOSING = "closing"
    REPORTED = "reported"
    CANCELLED = "cancelled"


class DayAct(StrEnum):
    """What an admin can do with a day. CHANGE takes a scheduled one back to a draft.

    INVITE: let its invitation go, once more people asked to be told than one admin decides on.
    """

    CHANGE = "change"
    SCHEDULE = "schedule"
    GO_LIVE = "go_live"
    EXTEND = "extend"
    STOP = "stop"
    CANCEL = "cancel"
    INVITE = "invite"


class Audience(StrEnum):
    """Who is told of a day, out of those who asked to be told of giving days; NOBODY: none of them."""

    NOBODY = "nobody"
    SUBSCRIBERS = "subscribers"
    LAST_MONTH = "last_month"  # who gave in the calendar month before
    LAPSED = "lapsed"  # who gave before, and not for 60 days
    CREATORS = "creators"  # who run a chat or a slot


COMING: Final = frozenset({DayState.SCHEDULED, DayState.LIVE})  # the clock may turn them on
_NEXT: Final = {
    DayState.SCHEDULED: DayState.LIVE,
    DayState.LIVE: DayState.CLOSING,
    DayState.CLOSING: DayState.REPORTED,
}
_ACTS: Final = {
    DayState.DRAFT: frozenset({DayAct.CHANGE, DayAct.SCHEDULE, DayAct.GO_LIVE, DayAct.CANCEL}),
    DayState.SCHEDULED: frozenset({DayAct.CHANGE, DayAct.GO_LIVE, DayAct.CANCEL}),
    DayState.LIVE: frozenset({DayAct.EXTEND, DayAct.STOP}),
}


@dataclass(frozen=True, slots=True)
class GivingDay:
    """One day; `titles` and `texts` by language, `amounts` (suggested, one currency) the smallest first.

    On from `starts_at` until `ends_at` (exclusive); what is paid before `closes_at` counts. `series_on`: which date of
    its series it is. `planned`: from when to when it was to be on, where it began or ended otherwise. `asked_by`: who
    waits for a second admin's word, for `asked_act`. `begun_by`: by whose word it is scheduled or on (None: the command
    line's), with `second_by`, the second admin's, where one gave it. `version`: one more by every change.
    """

    id: UUID
    slug: str
    titles: Mapping[str, str]
    hashtag: str
    projects: tuple[UUID, ...]
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    amounts: tuple[Money, ...]
    audience: Audience = Audience.NOBODY
    texts: Mapping[str, str] = field(default_factory=dict)
    state: DayState = DayState.DRAFT
    series: UUID | None = None
    series_on: date | None = None
    planned: tuple[datetime, datetime] | None = None
    asked_by: UUID | None = None
    asked_act: DayAct | None = None
    begun_by: UUID | None = None
    second_by: UUID | None = None
    version: int = 1

    @property
    def currency(self) -> str:
        """What it is counted in."""
        return self.amounts[0].currency

    @property
    def window(self) -> tuple[datetime, datetime]:
        """From when to when it was planned to be on: what those that come after it take over."""
        return self.planned or (self.starts_at, self.ends_at)

    def title(self, language: str) -> str:
        """Its title in this language, or one there is."""
        return in_language(self.titles, language)

    def text(self, language: str) -> str:
        """What it is about, in this language or one there is; empty without any."""
        return in_language(self.texts, language) if self.texts else ""

    def on(self, at: datetime) -> bool:
        """Whether gifts that are tapped at this moment are its own: by the clock, whether anybody turned it yet."""
        return self.state in COMING and self.starts_at <= at < self.ends_at


def day_of(at: datetime, project: UUID, days: Iterable[GivingDay]) -> UUID | None:
    """Whose a tip for this project is that is tapped at this moment; no two days are on for one project."""
    for day in days:
        if project in day.projects and day.on(at):
            return day.id
    return None


def next_state(day: GivingDay, now: datetime) -> DayState | None:
    """The one step that the clock turns it by now; None while there is nothing to turn."""
    due = {
        DayState.SCHEDULED: day.starts_at,
        DayState.LIVE: day.ends_at,
        DayState.CLOSING: day.closes_at,
    }.get(day.state)
    return _NEXT[day.state] if due is not None and due <= now else None


def turned(day: GivingDay, now: datetime) -> DayState:
    """Where it stands by the clock, whether or not somebody has turned it."""
    due = (day.starts_at, day.ends_at, day.closes_at)
    order = (DayState.SCHEDULED, DayState.LIVE, DayState.CLOSING, DayState.REPORTED)
    if day.state not in order:
        return day.state
    return max(day.state, order[sum(at <= now for at in due)], key=order.index)


def may(day: GivingDay, act: DayAct, now: datetime) -> bool:
    """Whether this can be done with it now."""
    return act in _ACTS.get(turned(day, now), frozenset())
