"""Giving days, their projects, and the series that repeat them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.giving_days import COMING, Audience, DayAct, DayState, GivingDay, Series, rule_of
from giving.money import Money
from storage.sets import SetStatement, reader
from storage.tables import giving_day_projects, giving_day_series, giving_days, projects
from storage.upsert import insert_into

_CLOSES = SetStatement(
    {"id": "uuid"}, "SELECT giving_days.id, closes_at FROM r JOIN giving_days ON giving_days.id = r.id", gives=2
)  # fmt: skip
_TURNING = (DayState.SCHEDULED, DayState.LIVE, DayState.CLOSING)


class GivingDayStore:
    """Rows of `giving_days`, `giving_day_projects` and `giving_day_series`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    # -- days --

    async def add(self, day: GivingDay, *, now: datetime) -> bool:
        """Insert a day; False if its address is taken, or its series has a day on that date."""
        row = _row(day) | {"id": day.id, "slug": day.slug, "made_at": now}
        new = insert_into(self._connection, giving_days).values(row).on_conflict_do_nothing()
        if (await self._connection.execute(new.returning(giving_days.c.id))).first() is None:
            return False
        await self._put_projects(day)
        return True

    async def change(self, day: GivingDay, was: int) -> bool:
        """Write a day that was read at version `was`; False if somebody else changed it since."""
        same = (giving_days.c.id == day.id) & (giving_days.c.version == was)
        changed = update(giving_days).where(same).values(_row(day)).returning(giving_days.c.id)
        if (await self._connection.execute(changed)).first() is None:
            return False
        await self._connection.execute(delete(giving_day_projects).where(giving_day_projects.c.day_id == day.id))
        await self._put_projects(day)
        return True

    async def _put_projects(self, day: GivingDay) -> None:
        rows = [{"day_id": day.id, "project_id": each, "place": i} for i, each in enumerate(day.projects)]
        await self._connection.execute(insert(giving_day_projects), rows)

    async def by_id(self, day: UUID) -> GivingDay | None:
        """The day, or None."""
        return next(iter(await self._days(giving_days.c.id == day)), None)

    async def by_ids(self, ids: Collection[UUID]) -> dict[UUID, GivingDay]:
        """Those of the ids that are known."""
        return {day.id: day for day in await self._days(giving_days.c.id.in_(ids))}

    async def by_slug(self, slug: str) -> GivingDay | None:
        """The day at this address, or None."""
        return next(iter(await self._days(giving_days.c.slug == slug)), None)

    async def lock(self, day: UUID) -> GivingDay | None:
        """The day, held until the commit."""
        held = select(giving_days.c.id).where(giving_days.c.id == day).with_for_update(key_share=True)
        await self._connection.execute(held)
        return await self.by_id(day)

    async def list(self, *, limit: int, states: Collection[DayState] | None = None) -> Sequence[GivingDay]:
        """The newest days by when they begin, newest first."""
        which = giving_days.c.state.in_([*states]) if states is not None else giving_days.c.id.is_not(None)
        return await self._days(which, limit=limit)

    async def coming(self) -> Sequence[GivingDay]:
        """Every day that is scheduled or live, the first to begin first: which of them is on, the clock says."""
        return (await self._days(giving_days.c.state.in_([*COMING])))[::-1]

    async def on_at(self, now: datetime) -> Sequence[GivingDay]:
        """The days that are on at this moment."""
        return [day for day in await self.coming() if day.on(now)]

    async def counting(self, now: datetime) -> Sequence[GivingDay]:
        """The days that have begun and for which payments still count, the first to begin first."""
        begun = giving_days.c.state.in_([*_TURNING]) & (giving_days.c.starts_at <= now)
        return (await self._days(begun & (giving_days.c.closes_at > now)))[::-1]

    async def due(self, now: datetime) -> Sequence[GivingDay]:
        """Days that the clock turns now, the first to begin first."""
        state, days = giving_days.c.state, giving_days.c
        turns = or_(
            (state == DayState.SCHEDULED) & (days.starts_at <= now),
            (state == DayState.LIVE) & (days.ends_at <= now),
            (state == DayState.CLOSING) & (days.closes_at <= now),
        )
        return (await self._days(turns))[::-1]

    async def next_turn(self) -> datetime | None:
        """When the clock turns one next; None while none is on its way."""
        ways = {
            DayState.SCHEDULED: giving_days.c.starts_at,
            DayState.LIVE: giving_days.c.ends_at,
            DayState.CLOSING: giving_days.c.closes_at,
        }
        days = await self._connection.execute(
            select(giving_days.c.state, *ways.values()).where(giving_days.c.state.in_([*_TURNING]))
        )
        return min((row._mapping[ways[DayState(row.state)].name] for row in days), default=None)

    async def closes(self, ids: Collection[UUID]) -> dict[UUID, datetime]:
        """Until when payments count for these days; on the way of every payment of a giving day."""
        read = reader(self._connection)
        rows = await _CLOSES.run(self._connection, [(day,) for day in ids])
        return {read.known(row[0]): read.at(row[1]) for row in rows}

    async def taken(self, bare: str) -> frozenset[str]:
        """Addresses that begin like this one."""
        alike = or_(giving_days.c.slug == bare, giving_days.c.slug.startswith(f"{bare}-", autoescape=True))
        return frozenset((await self._connection.execute(select(giving_days.c.slug).where(alike))).scalars())

    async def hold_projects(self, ids: Collection[UUID]) -> None:
        """Nobody else schedules a day for these projects until the commit; gifts to them wait for nothing."""
        held = select(projects.c.id).where(projects.c.id.in_(ids)).order_by(projects.c.id)
        await self._connection.execute(held.with_for_update(key_share=True))

    async def _days(self, which: ColumnElement[bool], limit: int | None = None) -> Sequence[GivingDay]:
        newest = select(giving_days).where(which).order_by(giving_days.c.starts_at.desc(), giving_days.c.id.desc())
        rows = (await self._connection.execute(newest.limit(limit))).all()
        places: dict[UUID, list[UUID]] = {}
        mine = select(giving_day_projects).where(giving_day_projects.c.day_id.in_([row.id for row in rows]))
        for row in await self._connection.execute(mine.order_by(giving_day_projects.c.place)):
            places.setdefault(row.day_id, []).append(row.project_id)
        return [_day(row, places.get(row.id, ())) for row in rows]

    # -- series --

    async def add_series(self, series: Series, *, now: datetime) -> None:
        """Insert a series."""
        await self._connection.execute(insert(giving_day_series), _series_row(series) | {"made_at": now})

    async def change_series(self, series: Series) -> None:
        """Write it; whoever does holds it."""
        row = _series_row(series)
        await self._connection.execute(
            update(giving_day_series).where(giving_day_series.c.id == series.id).values(row)
        )  # fmt: skip

    async def series(self, *, running: bool = True) -> Sequence[Series]:
        """Those that go on (or all), the oldest first."""
        every = select(giving_day_series).order_by(giving_day_series.c.id)
        chosen = every.where(giving_day_series.c.ended_at.is_(None)) if running else every
        return [_series(row) for row in await self._connection.execute(chosen)]

    async def lock_series(self, series: UUID) -> Series | None:
        """The series, held until the commit."""
        same = select(giving_day_series).where(giving_day_series.c.id == series).with_for_update(key_share=True)
        row = (await self._connection.execute(same)).first()
        return _series(row) if row else None

    async def series_due(self, now: datetime) -> Sequence[UUID]:
        """Series whose next draft is to be made."""
        due = (giving_day_series.c.ended_at.is_(None)) & (giving_day_series.c.draft_at <= now)
        found = await self._connection.execute(select(giving_day_series.c.id).where(due))
        return sorted(found.scalars())

    async def drafted_dates(self, series: Collection[UUID]) -> Sequence[tuple[UUID, date]]:
        """For which dates these series have drafts."""
        days = giving_days.c
        found = select(days.series_id, days.series_on).where(days.series_id.in_(series), days.state == DayState.DRAFT)
        return [(row.series_id, row.series_on) for row in await self._connection.execute(found) if row.series_on]

    async def last_of(self, series: UUID | None) -> GivingDay | None:
        """The newest day of a series (or of all), whatever became of it; a cancelled one only if there is no other."""
        theirs = giving_days.c.series_id == series if series is not None else giving_days.c.id.is_not(None)
        kept = await self._days(theirs & (giving_days.c.state != DayState.CANCELLED), limit=1)
        return next(iter(kept or await self._days(theirs, limit=1)), None)


def _row(day: GivingDay) -> dict[str, Any]:
    return {
        "titles": dict(day.titles), "hashtag": day.hashtag, "texts": dict(day.texts),
        "amounts_minor": [amount.minor for amount in day.amounts], "currency": day.currency,
        "audience": day.audience, "starts_at": day.starts_at, "ends_at": day.ends_at, "closes_at": day.closes_at,
        "state": day.state, "series_id": day.series, "series_on": day.series_on, "asked_by": day.asked_by,
        "asked_act": day.asked_act, "begun_by": day.begun_by, "second_by": day.second_by, "version": day.version,
        "planned_from": day.planned[0] if day.planned else None,
        "planned_until": day.planned[1] if day.planned else None,
    }  # fmt: skip


def _day(row: Row[Any], its: Iterable[UUID]) -> GivingDay:
    return GivingDay(
        id=row.id,
        slug=row.slug,
        titles=row.titles,
        hashtag=row.hashtag,
        projects=tuple(its),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        closes_at=row.closes_at,
        amounts=tuple(Money(minor, row.currency) for minor in row.amounts_minor),
        audience=Audience(row.audience),
        texts=row.texts,
        state=DayState(row.state),
        series=row.series_id,
        series_on=row.series_on,
        planned=(row.planned_from, row.planned_until) if row.planned_from is not None else None,
        asked_by=row.asked_by,
        asked_act=DayAct(row.asked_act) if row.asked_act is not None else None,
        begun_by=row.begun_by,
        second_by=row.second_by,
        version=row.version,
    )


def _series_row(series: Series) -> dict[str, Any]:
    return {
        "id": series.id, "rule": str(series.rule), "starts": f"{series.starts:%H:%M}", "minutes": series.minutes,
        "next_on": series.next_on, "draft_at": series.draft_at, "ended_at": series.ended_at,
    }  # fmt: skip


def _series(row: Row[Any]) -> Series:
    return Series(
        row.id, rule_of(row.rule), time.fromisoformat(row.starts), row.minutes, row.next_on, row.draft_at, row.ended_at
    )
