"""Which time a comparison looks at, and when the daily one is due."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

# What happened at the edge of a window is booked a little later, or stands in the provider's bill of the next day.
MARGIN: Final = timedelta(days=1)
# What is younger may still be on its way to us, or into the provider's list.
GRACE: Final = timedelta(minutes=10)
# An attempt that could not be finished is made again so soon, this often on one day.
AGAIN: Final = timedelta(minutes=30)
MOST_TRIES: Final = 6
TOLD_AFTER: Final = 3  # attempts of one day; then somebody is told
# How far back a daily one looks for what none has compared: the program, or the provider, may have been away.
MOST_BACK: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Window:
    """Time that is judged: from `since` until before `until`, both aware."""

    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        """Whether `at` lies inside."""
        return self.since <= at < self.until

    def wider(self, now: datetime) -> "Window":
        """With the margin on both sides, as far as there is anything yet."""
        return Window(self.since - MARGIN, max(self.since, min(self.until + MARGIN, now + GRACE)))


def days(first: date, last: date, zone: ZoneInfo) -> Window:
    """Whole days by the operator's clock, both included."""
    return Window(datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone))


def due_day(now: datetime, hour: int, zone: ZoneInfo) -> date | None:
    """Whose daily comparison is due: today's once its hour has come, however late we are."""
    local = now.astimezone(zone)
    return local.date() if local.hour >= hour else None


def daily(day: date, many: int, zone: ZoneInfo, done: datetime | None = None) -> Window:
    """What the comparison of a day looks at: the whole days before it, and all since `done`, a month back at most.

    `done`: where the last finished one ended; what was too new for that one to judge is looked at again.
    """
    window = days(day - timedelta(days=many), day - timedelta(days=1), zone)
    if done is None:
        return window
    return Window(min(window.since, max(done - GRACE, window.until - MOST_BACK)), window.until)


def tries_now(tries: int, last_at: datetime | None, now: datetime) -> bool:
    """Whether a comparison that could not be finished today, so many times and last then, is tried again."""
    return tries < MOST_TRIES and (last_at is None or now - last_at >= AGAIN)
