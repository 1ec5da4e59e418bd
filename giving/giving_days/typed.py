"""Times, amounts and rules as an admin types them."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from giving.errors import AmountNotUnderstood, DayAmounts, MonthDayNotUnderstood, TimeNotUnderstood
from giving.giving_days.checks import MOST_AMOUNTS
from giving.giving_days.rules import LAST, DayOfMonth, NthWeekday
from giving.giving_days.times import moment
from giving.money import Money, parse_amount
from giving.tips import Limits

_DATE: Final = r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
_CLOCK: Final = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})"
_FORMS: Final = (re.compile(rf"{_DATE}(?:[ t]+{_CLOCK})?"), re.compile(_CLOCK))
_MIDNIGHT: Final = 24
_LONGEST: Final = 32


def read_moment(text: str, zone: ZoneInfo, *, near: datetime) -> datetime:
    """`2026-12-11 00:00` on `zone`'s clocks as an instant (UTC); a date alone is its midnight, 24:00 the next day's.

    A time alone (`20:30`) is the first after `near` (aware). Raises: TimeNotUnderstood.
    """
    bare = unicodedata.normalize("NFKC", text).strip().lower() if len(text) <= _LONGEST else ""
    dated, clock = (form.fullmatch(bare) for form in _FORMS)
    if dated is not None:
        on, hour, minute = _date(dated), int(dated["hour"] or 0), int(dated["minute"] or 0)
        return _at(on, hour, minute, zone)
    if clock is None:
        raise TimeNotUnderstood
    on = near.astimezone(zone).date()
    first = _at(on, int(clock["hour"]), int(clock["minute"]), zone)
    return first if first > near else _at(on + timedelta(days=1), int(clock["hour"]), int(clock["minute"]), zone)


def _date(found: re.Match[str]) -> date:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        raise TimeNotUnderstood from None


def _at(on: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    if minute > 59 or hour > _MIDNIGHT or (hour == _MIDNIGHT and minute):
        raise TimeNotUnderstood
    try:
        on += timedelta(days=hour // _MIDNIGHT)
        return moment(datetime.combine(on, time(hour % _MIDNIGHT, minute)), zone)
    except OverflowError:
        raise TimeNotUnderstood from None


def moved(starts_at: datetime, was: tuple[datetime, datetime], zone: ZoneInfo) -> datetime:
    """When a day ends that begins at another time than it `was` to, and is as long by `zone`'s clocks (UTC)."""
    began, ended = (at.astimezone(zone).replace(tzinfo=None) for at in was)
    return moment(starts_at.astimezone(zone).replace(tzinfo=None) + (ended - began), zone)


def read_amounts(text: str, limits: Limits) -> tuple[Money, ...]:
    """`1 5 10`, each once, the smallest first. Raises: DayAmounts, TipTooSmall, TipTooLarge."""
    words = re.sub(r"[、,，;；/|·]+\s*", " ", text[:200]).split()
    try:
        amounts = sorted({parse_amount(word, least=limits.least, most=limits.most) for word in words})
    except AmountNotUnderstood as error:
        raise DayAmounts(least=1, most=MOST_AMOUNTS) from error
    if not 1 <= len(amounts) <= MOST_AMOUNTS:
        raise DayAmounts(least=1, most=MOST_AMOUNTS)
    return tuple(amounts)


def read_month_day(text: str) -> DayOfMonth:
    """`11`, `11号`: which day of every month. Raises: MonthDayNotUnderstood."""
    bare = unicodedata.normalize("NFKC", text).strip().rstrip("号日.") if len(text) <= _LONGEST else ""
    if re.fullmatch(r"[0-9]{1,2}", bare) is None or not 1 <= int(bare) <= 31:
        raise MonthDayNotUnderstood
    return DayOfMonth(int(bare))


def weekdays_of(on: date) -> Sequence[NthWeekday]:
    """By which weekday of its month a date could come again: the second Friday, and the last one where it is that."""
    nth = (on.day - 1) // 7 + 1
    last = (on + timedelta(days=7)).month != on.month
    counted = [NthWeekday(nth, on.weekday())] if nth < 5 else []
    return [*counted, NthWeekday(LAST, on.weekday())] if last else counted
