"""What the audit log keeps of a giving day: every change, with what it was before and is after."""

from datetime import datetime
from typing import Any

from giving.giving_days import GivingDay, Series
from giving.people import Person
from storage.audit import AuditRecord
from storage.work import Work


async def record(
    work: Work, by: Person | None, action: str, before: GivingDay | None, after: GivingDay, *, now: datetime,
    way: str | None = None,
) -> None:  # fmt: skip
    """Keep it, in the commit of the change. `action`: what happened to it, as in `scheduled`.

    `by`: None for the command line, and (`way` "clock") for what happens by itself.
    """
    was, is_ = _said(before) if before is not None else {}, _said(after)
    changed = [name for name in is_ if was.get(name) != is_[name]]
    actor, way = (by.id, "chat") if by is not None else (None, way or "cli")
    kept = AuditRecord(
        actor, way, f"giving_day.{action}", "giving_day", str(after.id),
        {name: was[name] for name in changed} if before is not None else None, {name: is_[name] for name in changed},
    )  # fmt: skip
    await work.audit.add(kept, now=now)


async def record_series(work: Work, by: Person | None, before: Series | None, after: Series, *, now: datetime) -> None:
    """The same for what repeats days."""
    was, is_ = _of_series(before) if before is not None else None, _of_series(after)
    actor, way = (by.id, "chat") if by is not None else (None, "cli")
    action = "giving_day.series_ended" if after.ended_at is not None else "giving_day.series_set"
    await work.audit.add(AuditRecord(actor, way, action, "giving_day_series", str(after.id), was, is_), now=now)


def _of_series(series: Series) -> dict[str, Any]:
    return {
        "rule": str(series.rule), "starts": f"{series.starts:%H:%M}", "minutes": series.minutes,
        "next_on": series.next_on.isoformat(),
    }  # fmt: skip


def _said(day: GivingDay) -> dict[str, Any]:
    """A day as plain JSON: opaque ids, times in UTC."""
    return {
        "state": day.state.value,
        "titles": dict(day.titles),
        "hashtag": day.hashtag,
        "projects": [str(project) for project in day.projects],
        "starts_at": day.starts_at.isoformat(),
        "ends_at": day.ends_at.isoformat(),
        "closes_at": day.closes_at.isoformat(),
        "amounts": [f"{amount.minor} {amount.currency}" for amount in day.amounts],
        "audience": day.audience.value,
        "texts": dict(day.texts),
        "asked_by": str(day.asked_by) if day.asked_by is not None else None,
        "asked_act": day.asked_act.value if day.asked_act is not None else None,
        "second_by": str(day.second_by) if day.second_by is not None else None,
    }
