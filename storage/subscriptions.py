"""What people switched on and how often they want it, what they were told lately, and by which clock they live.

`wishing` and `with_room` are conditions on `people`, for whoever picks readers in one statement; the rule they say in
SQL is giving.subscriptions.may_be_told, that of `may_be_called` the one of the same name.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.subscriptions import FEWER_A_WEEK, WEEK, Often, SubscriptionKind
from storage.sets import SetStatement, insert_rows
from storage.tables import people, subscriptions, told_lately
from storage.upsert import insert_into

_TOLD = insert_rows(
    told_lately,
    ("person_id", "subject_id", "kind", "at"),
    "ON CONFLICT (person_id, subject_id) DO NOTHING",
    order="person_id",
)
_WEEKS: Final = 0x7EE5  # of advisory locks
_FORGET = SetStatement(
    {"person_id": "uuid", "until": "timestamptz"},
    "DELETE FROM told_lately WHERE person_id IN (SELECT person_id FROM r) AND at <= (SELECT max(until) FROM r)",
)


class SubscriptionStore:
    """Rows of `subscriptions` and `told_lately`, and the columns of `people` that are about them."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def of(self, person: UUID) -> dict[SubscriptionKind, Often]:
        """What they asked to be told; what they did not is not in it."""
        mine = select(subscriptions.c.kind, subscriptions.c.fewer).where(subscriptions.c.person_id == person)
        rows = await self._connection.execute(mine)
        return {SubscriptionKind(row.kind): Often.FEWER if row.fewer else Often.ALL for row in rows}

    async def choose(self, person: UUID, kind: SubscriptionKind, often: Often, *, now: datetime) -> None:
        """From now on so often; the same once more changes nothing."""
        if often is Often.NONE:
            same = (subscriptions.c.person_id == person) & (subscriptions.c.kind == kind)
            await self._connection.execute(delete(subscriptions).where(same))
            return
        fewer = {"fewer": often is Often.FEWER}
        row = {"person_id": person, "kind": kind, "since_at": now, **fewer}
        insert = insert_into(self._connection, subscriptions).values(row)
        kept = insert.on_conflict_do_update(index_elements=["person_id", "kind"], set_=fewer)
        await self._connection.execute(kept)

    async def fewer(self, person: UUID, kind: SubscriptionKind) -> bool:
        """Fewer of them from now on; False for who gets none of them, which stays so."""
        mine = (subscriptions.c.person_id == person) & (subscriptions.c.kind == kind)
        changed = update(subscriptions).where(mine).values(fewer=True).returning(subscriptions.c.kind)
        return (await self._connection.execute(changed)).first() is not None

    async def timezone(self, person: UUID) -> str | None:
        """By whose clock they live; None for the operator's."""
        found: str | None = await self._connection.scalar(select(people.c.timezone).where(people.c.id == person))
        return found

    async def timezones_of(self, persons: Collection[UUID]) -> dict[UUID, str | None]:
        """By whose clocks they live; None for the operator's."""
        mine = select(people.c.id, people.c.timezone).where(people.c.id.in_(persons))
        return {row.id: row.timezone for row in await self._connection.execute(mine)}

    async def choose_timezone(self, person: UUID, timezone: str | None) -> None:
        """From now on by this clock."""
        await self._connection.execute(update(people).where(people.c.id == person).values(timezone=timezone))

    async def timezones(self) -> list[str | None]:
        """Every clock that somebody lives by (None: the operator's): few, however many the people."""
        rows = await self._connection.execute(select(people.c.timezone).distinct())
        return list(rows.scalars())

    async def ask(self, persons: Collection[UUID], now: datetime) -> dict[UUID, str | None]:
        """Mark that these are asked what they want to be told; gives those who never were, with their clocks.

        Who has left is not asked, nor who switched something on by themselves.
        """
        new = (people.c.id.in_(persons)) & people.c.asked_at.is_(None) & people.c.telegram_id.is_not(None)
        asked = update(people).where(new).values(asked_at=now).returning(people.c.id, people.c.timezone)
        found = {row.id: row.timezone for row in await self._connection.execute(asked)}
        if not found:
            return {}
        chose = select(subscriptions.c.person_id).where(subscriptions.c.person_id.in_(found))
        by_themselves = set((await self._connection.execute(chose)).scalars())
        return {person: zone for person, zone in found.items() if person not in by_themselves}

    async def may_be_told(
        self, persons: Collection[UUID], kind: SubscriptionKind, *, now: datetime, per_week: int
    ) -> set[UUID]:
        """Those of them who may be told something of that kind now."""
        some = select(people.c.id).where(people.c.id.in_(persons), wishing(kind), with_room(kind, now, per_week))
        return set((await self._connection.execute(some)).scalars())

    async def hold(self) -> None:
        """Till the commit nobody else begins to tell anybody anything: who sees room in a week now may fill it.

        SQLite has one writer as it is.
        """
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(select(func.pg_advisory_xact_lock(_WEEKS)))

    async def may_be_called(
        self, persons: Collection[UUID], day: UUID, *, now: datetime, per_week: int,
        kind: SubscriptionKind = SubscriptionKind.GIVING_DAYS,
    ) -> set[UUID]:  # fmt: skip
        """Those of them, who take part in a giving day (or give monthly), that may be told something of it now."""
        lately = (told_lately.c.person_id == people.c.id) & (told_lately.c.at > now - WEEK)
        told_of_it = exists().where(lately, told_lately.c.subject_id == day).correlate(people)
        mine = (subscriptions.c.person_id == people.c.id) & (subscriptions.c.kind == kind)
        wants_fewer = exists().where(mine, subscriptions.c.fewer.is_(True)).correlate(people)
        of_kind = _count(lately & (told_lately.c.kind == kind))
        room = and_(_count(lately) < per_week, or_(~wants_fewer, of_kind < FEWER_A_WEEK))
        some = select(people.c.id).where(people.c.id.in_(persons), or_(told_of_it, room))
        return set((await self._connection.execute(some)).scalars())

    async def told(self, persons: Collection[UUID], kind: SubscriptionKind, subject: UUID, *, now: datetime) -> None:
        """They are told this now: write it in the commit that begins sending. What is older than a WEEK goes."""
        await _FORGET.run(self._connection, [(person, now - WEEK) for person in persons])
        await _TOLD.run(self._connection, [(person, subject, str(kind), now) for person in persons])

    async def not_told(self, persons: Collection[UUID], subject: UUID) -> None:
        """They certainly were not, after all."""
        theirs = (told_lately.c.subject_id == subject) & told_lately.c.person_id.in_(persons)
        await self._connection.execute(delete(told_lately).where(theirs))


def wishing(kind: SubscriptionKind) -> ColumnElement[bool]:
    """Of `people`: who switched this kind on, however often they want it."""
    return exists().where(subscriptions.c.person_id == people.c.id, subscriptions.c.kind == kind).correlate(people)


def with_room(kind: SubscriptionKind, now: datetime, per_week: int) -> ColumnElement[bool]:
    """Of those `wishing` for this kind: whose week has room for one more, of all kinds together and of this one."""
    lately = (told_lately.c.person_id == people.c.id) & (told_lately.c.at > now - WEEK)
    in_all = _count(lately) < per_week
    mine = (subscriptions.c.person_id == people.c.id) & (subscriptions.c.kind == kind)
    all_of_them = exists().where(mine, subscriptions.c.fewer.is_(False)).correlate(people)
    return and_(in_all, or_(all_of_them, _count(lately & (told_lately.c.kind == kind)) < FEWER_A_WEEK))


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).select_from(told_lately).where(which).correlate(people).scalar_subquery()
