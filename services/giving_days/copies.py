"""One day after another: where a new one is found, and what it takes over from the last."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.errors import DayUnknown
from giving.giving_days import ELEVENTH, DayState, GivingDay, Plan, following, next_on, window
from storage.ids import new_id
from storage.work import Work


async def add_dated(work: Work, day: GivingDay, zone: ZoneInfo, now: datetime) -> GivingDay | None:
    """Insert a day at the first free address of its date; None if its series has a day on that date already."""
    bare, number = f"{day.starts_at.astimezone(zone):%Y-%m-%d}", 1
    taken = await work.giving_days.taken(bare)
    while True:
        named = replace(day, slug=bare if number == 1 else f"{bare}-{number}")
        if named.slug in taken:
            number += 1
        elif await work.giving_days.add(named, now=now):
            return named
        else:
            taken = await work.giving_days.taken(bare)
            if named.slug not in taken:
                return None


async def next_draft(
    work: Work, last: GivingDay, zone: ZoneInfo, closing: timedelta, now: datetime
) -> GivingDay | None:  # fmt: skip
    """A draft like `last`, on the next date of its series (without one: the next 11th), at the same local time.

    None if the series has one on that date already.
    """
    series = await work.giving_days.lock_series(last.series) if last.series is not None else None
    if series is None or series.ended_at is not None:
        on, starts, minutes = local_times(last, zone)
        on = next_on(ELEVENTH, max(on, now.astimezone(zone).date() - timedelta(days=1)))
        return await _like(work, last, zone, closing, now, on=on, window_=window(on, starts, minutes, zone))
    if series.window(zone)[1] <= now:  # that date went by without us
        on, at = following(series, now, zone)
        series = replace(series, next_on=on, draft_at=at)
    on = series.next_on
    day = await _like(work, last, zone, closing, now, on=on, window_=series.window(zone), series=series.id)
    on, at = following(series, now, zone)
    await work.giving_days.change_series(replace(series, next_on=on, draft_at=at))
    return day


async def _like(
    work: Work, last: GivingDay, zone: ZoneInfo, closing: timedelta, now: datetime, *, on: date,
    window_: tuple[datetime, datetime], series: UUID | None = None,
) -> GivingDay | None:  # fmt: skip
    starts_at, ends_at = window_
    day = replace(
        last, id=new_id(), starts_at=starts_at, ends_at=ends_at, closes_at=ends_at + closing, state=DayState.DRAFT,
        series=series, series_on=on if series is not None else None, planned=None, asked_by=None, asked_act=None,
        begun_by=None, second_by=None, version=1,
    )  # fmt: skip
    return await add_dated(work, day, zone, now)


def local_times(day: GivingDay, zone: ZoneInfo) -> tuple[date, time, int]:
    """On which date of the local clock it was to begin, at which time, and for how many minutes of that clock."""
    starts, ends = (at.astimezone(zone).replace(tzinfo=None) for at in day.window)
    starts = starts.replace(second=0, microsecond=0)
    return starts.date(), starts.time(), max(1, round((ends - starts) / timedelta(minutes=1)))


def plan_of(day: GivingDay) -> Plan:
    """What was decided of a day."""
    return Plan(
        day.titles, day.projects, day.starts_at, day.ends_at, day.amounts, day.hashtag, day.audience, day.texts
    )  # fmt: skip


def known(day: GivingDay | None) -> GivingDay:
    """The day. Raises: DayUnknown."""
    if day is None:
        raise DayUnknown
    return day
