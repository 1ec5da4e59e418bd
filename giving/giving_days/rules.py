"""Which date of each month: a day of the month, or a weekday. Months without it have their last."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Final

LAST: Final = -1
_DAY: Final = re.compile(r"day:([0-9]{1,2})")
_WEEKDAY: Final = re.compile(r"week:(-1|[1-5]):([0-6])")


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """The 11th, say; the 31st is the 30th where there is none, and the 28th or 29th in February."""

    day: int

    def __post_init__(self) -> None:
        """1 to 31."""
        if not 1 <= self.day <= 31:
            raise ValueError("a day of the month is 1 to 31")

    def of(self, year: int, month: int) -> date:
        """Its date in that month."""
        return date(year, month, min(self.day, calendar.monthrange(year, month)[1]))

    def __str__(self) -> str:
        """As it is kept."""
        return f"day:{self.day}"


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The second Saturday, say (nth 2, weekday 5; Monday is 0); LAST, or a fifth where there are four: the last."""

    nth: int
    weekday: int

    def __post_init__(self) -> None:
        """First to fifth or LAST; Monday to Sunday."""
        if self.nth not in (LAST, 1, 2, 3, 4, 5) or not 0 <= self.weekday <= 6:
            raise ValueError("nth is 1 to 5 or -1, weekday 0 to 6")

    def of(self, year: int, month: int) -> date:
        """Its date in that month."""
        first, days = calendar.monthrange(year, month)
        all_ = range(1 + (self.weekday - first) % 7, days + 1, 7)
        return date(year, month, all_[-1] if self.nth == LAST or self.nth > len(all_) else all_[self.nth - 1])

    def __str__(self) -> str:
        """As it is kept."""
        return f"week:{self.nth}:{self.weekday}"


MonthlyRule = DayOfMonth | NthWeekday
ELEVENTH: Final = DayOfMonth(11)


def rule_of(kept: str) -> MonthlyRule:
    """A rule as it is kept (`day:11`, `week:-1:6`). Raises: ValueError."""
    if found := _DAY.fullmatch(kept):
        return DayOfMonth(int(found[1]))
    if found := _WEEKDAY.fullmatch(kept):
        return NthWeekday(int(found[1]), int(found[2]))
    raise ValueError(f"not a monthly rule: {kept!r}")


def next_on(rule: MonthlyRule, after: date) -> date:
    """The first date of the rule after this one."""
    this = rule.of(after.year, after.month)
    if this > after:
        return this
    year, month = (after.year, after.month + 1) if after.month < 12 else (after.year + 1, 1)
    return rule.of(year, month)
