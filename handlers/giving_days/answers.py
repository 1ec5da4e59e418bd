"""What an answer means for a field of a day, and how the field reads now."""

from datetime import datetime
from typing import Any

from bot.callbacks import DayField
from giving.errors import DayTitleNeeded
from giving.giving_days import GivingDay, checks, moved, read_amounts, read_moment, read_month_day
from handlers.giving_days.here import Here


def title_of(text: str) -> str:
    """A title that can be read. Raises: DayTitleNeeded."""
    title = checks.title_of(text)
    if not title:
        raise DayTitleNeeded
    return title


def changes(
    here: Here, field: DayField, tongue: str, text: str, day: GivingDay | None, at: datetime | None = None, *,
    near: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """What to change, for an answer in words (or a time that was offered, `at`); of no day: just what was read.

    Raises: DayTitleNeeded, HashtagNotUnderstood, TimeNotUnderstood, MonthDayNotUnderstood, DayAmounts, TipTooSmall,
    TipTooLarge.
    """
    if field in (DayField.STARTS, DayField.ENDS, DayField.UNTIL):
        return _times(here, field, text, day, at, near)
    match field:
        case DayField.TITLE:
            return {"titles": {**(day.titles if day else {}), tongue: title_of(text)}}
        case DayField.TEXT:
            return {"texts": {**(day.texts if day else {}), tongue: checks.text_of(text)}}
        case DayField.HASHTAG:
            return {"hashtag": checks.hashtag_of(text)}
        case DayField.AMOUNTS:
            return {"amounts": read_amounts(text, here.tips.limits)}
        case _:
            return {"rule": read_month_day(text)}


def _times(
    here: Here, field: DayField, text: str, day: GivingDay | None, at: datetime | None, near: datetime | None
) -> dict[str, Any]:  # fmt: skip
    """A new beginning keeps the day as long as it was."""
    zone, now = here.giving_days.terms.zone, here.giving_days.now()
    if day is None:
        return {"at": at or read_moment(text, zone, near=near or now)}
    if field is DayField.STARTS:
        starts = at or read_moment(text, zone, near=now)
        return {"starts_at": starts, "ends_at": moved(starts, (day.starts_at, day.ends_at), zone)}
    if field is DayField.ENDS:
        return {"ends_at": at or read_moment(text, zone, near=day.starts_at)}
    return {"until": at or read_moment(text, zone, near=day.ends_at)}


def said_now(here: Here, field: DayField, tongue: str, day: GivingDay) -> str | None:
    """How it reads now; None for nothing."""
    texts, language = here.texts, here.language
    match field:
        case DayField.TITLE:
            return day.titles.get(tongue)
        case DayField.TEXT:
            return day.texts.get(tongue)
        case DayField.HASHTAG:
            return day.hashtag or None
        case DayField.STARTS:
            return texts.moment(language, day.starts_at)
        case DayField.ENDS | DayField.UNTIL:
            return texts.moment(language, day.ends_at)
        case DayField.AMOUNTS:
            return " ".join(texts.money(language, amount) for amount in day.amounts)
        case _:
            return None
