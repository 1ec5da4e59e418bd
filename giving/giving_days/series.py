"""A series: what makes the next month's draft by itself, from the last day it made."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.giving_days.rules import MonthlyRule, next_on
from giving.giving_days.times import begins, window

AHEAD: Final = timedelta(days=14)  # so long before it begins the draft is there: time to read it, and to change it
WHOLE_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Series:
    """Every month by `rule`, from `starts` for `minutes` of the operator's clock; its content is that of its last day.

    `next_on`: the next date that has no day yet; `draft_at`: when that one's draft is made; `ended_at`: no more since.
    """

    id: UUID
    rule: MonthlyRule
    starts: time
    minutes: int
    next_on: date
    draft_at: datetime
    ended_at: datetime | None = None

    def window(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """When its next day begins and ends (UTC)."""
        return window(self.next_on, self.starts, self.minutes, zone)


def draft_at(on: date, starts: time, zone: ZoneInfo) -> datetime:
    """When the draft of that date is made (UTC)."""
    return begins(on, starts, zone) - AHEAD


def following(series: Series, now: datetime, zone: ZoneInfo) -> tuple[date, datetime]:
    """The next date after this one and when its draft is made; what is past by now is left out."""
    on = next_on(series.rule, series.next_on)
    while window(on, series.starts, series.minutes, zone)[1] <= now:
        on = next_on(series.rule, on)
    return on, draft_at(on, series.starts, zone)
