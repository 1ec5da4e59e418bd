"""Months and the days in them: the 31st of a shorter month is its last day. Local times are some reader's."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

HOUR: Final = 10  # of the day of a debit: not at night, and whoever is told of it may still do something


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month; written as in `2026-11`, which is also how it is kept."""

    year: int
    number: int

    def __post_init__(self) -> None:
        """Refuse what is none."""
        if not (1 <= self.number <= 12 and 1 <= self.year <= 9999):
            raise ValueError(f"no month: {self.year}-{self.number}")

    def __str__(self) -> str:
        """As it is kept: these sort as the months do."""
        return f"{self.year:04}-{self.number:02}"

    @classmethod
    def read(cls, text: str) -> "Month":
        """Raises: ValueError."""
        year, _, number = text.partition("-")
        return cls(int(year), int(number))

    @classmethod
    def of(cls, at: datetime, zone: ZoneInfo) -> "Month":
        """The one it is there at that moment."""
        local = at.astimezone(zone)
        return cls(local.year, local.month)

    def plus(self, months: int) -> "Month":
        """So many later (or earlier)."""
        years, month = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(years, month + 1)

    def until(self, later: "Month") -> int:
        """How many months from this one to that."""
        return (later.year - self.year) * 12 + later.number - self.number

    def last_day(self) -> int:
        """28 to 31."""
        return monthrange(self.year, self.number)[1]


def debit_at(month: Month, day: int, zone: ZoneInfo) -> datetime:
    """When a pledge's instalment of this month is due (UTC): its day, or the month's last, at ten there."""
    local = datetime(month.year, month.number, min(day, month.last_day()), HOUR, tzinfo=zone)
    return local.astimezone(UTC)
