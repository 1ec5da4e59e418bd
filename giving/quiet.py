"""Quiet hours: when a message comes silently or waits for the morning."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` (inclusive) to `end` (exclusive) local time; may cross midnight."""

    start: time
    end: time
    zone: ZoneInfo

    def by(self, zone: ZoneInfo) -> "QuietHours":
        """The same hours by a reader's own clock."""
        return replace(self, zone=zone)

    def holds(self, at: datetime) -> bool:
        """Whether `at` (aware) is inside."""
        local = at.astimezone(self.zone).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def allowed_from(self, at: datetime) -> datetime:
        """`at` itself, or the next end of the quiet hours (aware, same instant zone as `at`)."""
        if not self.holds(at):
            return at
        local = at.astimezone(self.zone)
        morning = local.replace(hour=self.end.hour, minute=self.end.minute, second=0, microsecond=0)
        if morning <= local:
            morning += timedelta(days=1)
        return morning.astimezone(at.tzinfo)
