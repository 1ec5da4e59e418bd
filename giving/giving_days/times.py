"""Local times that stay what they say when clocks change: a day that begins at 00:00 begins with the date, everywhere.

A time that does not exist on that date (clocks go forward) is the moment they do; one that exists twice (they go back)
is the first of the two, so that one date ends where the next begins.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def moment(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which `zone`'s clocks show this (naive) time."""
    if local.tzinfo is not None:
        raise ValueError("a local time has no timezone of its own")
    meant = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if meant.astimezone(zone).replace(tzinfo=None) == local:
        return meant
    return _gap_ends(local, zone)


def _gap_ends(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which clocks jump over this time, to the second."""
    # A missing time read with the offset from before the jump lies behind it, with that from after before it.
    one, other = (local.replace(tzinfo=zone, fold=fold, microsecond=0).astimezone(UTC) for fold in (0, 1))
    before, after = min(one, other), max(one, other)
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def begins(on: date, at: time, zone: ZoneInfo) -> datetime:
    """When something begins at this time of this date (UTC)."""
    return moment(datetime.combine(on, at), zone)


def window(on: date, starts: time, minutes: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From `starts` of that date, for so many minutes of the local clock: 24 * 60 is until the same time next day.

    On a day on which clocks change it is an hour longer or shorter, since it is over when the clock says so.
    """
    local = datetime.combine(on, starts)
    return moment(local, zone), moment(local + timedelta(minutes=minutes), zone)
