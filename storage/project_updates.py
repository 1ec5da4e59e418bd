"""What projects told of what they did, and whom it reaches."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.pledges import InstalmentState, PledgeState
from giving.project_updates import ProjectUpdate
from giving.subscriptions import SubscriptionKind
from giving.tips import TipState
from storage.tables import instalments, people, pledges, project_updates, subscriptions, tips
from storage.upsert import insert_into

WISHES: Final = (SubscriptionKind.PROJECT_NEWS, SubscriptionKind.MONTHLY)  # either of them is enough


class ProjectUpdateStore:
    """Rows of `project_updates`; whom they reach is read from `pledges` and `subscriptions`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def add(self, new: ProjectUpdate) -> bool:
        """Keep it; False if the one of this id is kept already."""
        row = {
            "id": new.id, "project_id": new.project, "words": new.words, "language": new.language,
            "written_by": new.written_by, "written_at": new.written_at, "told_at": new.told_at,
        }  # fmt: skip
        kept = insert_into(self._connection, project_updates).values(row).on_conflict_do_nothing()
        return (await self._connection.execute(kept.returning(project_updates.c.id))).first() is not None

    async def by_id(self, identity: UUID) -> ProjectUpdate | None:
        """One, or None."""
        row = (await self._connection.execute(_select().where(project_updates.c.id == identity))).first()
        return _read(row) if row else None

    async def newest(self, project: UUID) -> ProjectUpdate | None:
        """What it told last, or None."""
        return (await self.newest_of([project])).get(project)

    async def newest_of(self, projects: Collection[UUID]) -> dict[UUID, ProjectUpdate]:
        """What each told last; those that never told anything are not in it."""
        last = (
            select(project_updates.c.project_id, func.max(project_updates.c.written_at).label("at"))
            .where(project_updates.c.project_id.in_(projects))
            .group_by(project_updates.c.project_id)
            .subquery()
        )
        same = (project_updates.c.project_id == last.c.project_id) & (project_updates.c.written_at == last.c.at)
        rows = await self._connection.execute(_select().join(last, same).order_by(project_updates.c.id))
        return {row.project_id: _read(row) for row in rows}

    async def of_project(self, project: UUID, limit: int) -> list[ProjectUpdate]:
        """What it told, newest first."""
        its = _select().where(project_updates.c.project_id == project)
        newest = its.order_by(project_updates.c.written_at.desc(), project_updates.c.id.desc()).limit(limit)
        return [_read(row) for row in await self._connection.execute(newest)]

    async def between(self, projects: Collection[UUID], since: datetime, until: datetime) -> list[ProjectUpdate]:
        """What these told in a time, oldest first."""
        when = (project_updates.c.written_at >= since) & (project_updates.c.written_at < until)
        theirs = _select().where(project_updates.c.project_id.in_(projects), when)
        ordered = theirs.order_by(project_updates.c.written_at, project_updates.c.id)
        return [_read(row) for row in await self._connection.execute(ordered)]

    async def last_told(self, project: UUID) -> datetime | None:
        """When its monthly donors were told something last."""
        told = select(func.max(project_updates.c.told_at)).where(project_updates.c.project_id == project)
        found: datetime | None = await self._connection.scalar(told)
        return found

    async def hold(self, project: UUID) -> None:
        """Nobody else tells something in its name until the commit; SQLite has one writer as it is."""
        if self._connection.dialect.name == "postgresql":
            key = int.from_bytes(project.bytes[-8:], "big", signed=True)
            await self._connection.execute(select(func.pg_advisory_xact_lock(key)))

    async def donors(self, project: UUID) -> int:
        """How many people give to it monthly."""
        number = select(func.count(pledges.c.donor_id.distinct())).where(_monthly(project))
        return int(await self._connection.scalar(number) or 0)

    async def readers(self, project: UUID) -> dict[UUID, str | None]:
        """Those of them who wish for it and can be written to, with their clocks."""
        there = people.c.telegram_id.is_not(None) & people.c.started_at.is_not(None) & people.c.unreachable_at.is_(None)
        wish = subscriptions.c.kind.in_([kind.value for kind in WISHES])
        each = (
            select(people.c.id, people.c.timezone)
            .join(subscriptions, subscriptions.c.person_id == people.c.id)
            .where(there, wish, people.c.id.in_(select(pledges.c.donor_id).where(_monthly(project))))
            .distinct()
            .order_by(people.c.id)
        )
        return {row.id: row.timezone for row in await self._connection.execute(each)}


def _monthly(project: UUID) -> Any:
    """Open promises that name it, or that choose by themselves and of which it got something already.

    Of one that names another by now it got its last: whoever moved on is told no more.
    """
    its = (instalments.c.project_id == project) & (instalments.c.state == InstalmentState.PAID)
    gift = instalments.c.tip_id == tips.c.id
    got = select(instalments.c.pledge_id).join(tips, gift).where(its, tips.c.state == TipState.PAID)
    chosen = pledges.c.project_id.is_(None) & pledges.c.id.in_(got)
    return (pledges.c.state != PledgeState.CANCELLED) & or_(pledges.c.project_id == project, chosen)


def _select() -> Select[Any]:
    return select(project_updates)


def _read(row: Row[Any]) -> ProjectUpdate:
    return ProjectUpdate(
        row.id, row.project_id, row.words, row.language, row.written_by, row.written_at, row.told_at
    )  # fmt: skip
