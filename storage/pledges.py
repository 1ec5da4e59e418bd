"""Pledges and the projects some of them choose among; their instalments are in storage/instalments.py."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.people import Visibility
from giving.pledges import InstalmentState, Month, Pledge, PledgeState, Way, Why
from storage.tables import instalments, pledge_choices, pledges
from storage.upsert import insert_into


class PledgeStore:
    """Rows of `pledges` and `pledge_choices`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def add(self, pledge: Pledge, key: str, due_at: datetime | None) -> Pledge | None:
        """Insert it; the one this key made before, if it did; None: they have an open one for the same."""
        row = _row(pledge) | {"id": pledge.id, "donor_id": pledge.donor, "key": key, "due_at": due_at}
        new = insert_into(self._connection, pledges).values(row).on_conflict_do_nothing()
        if (await self._connection.execute(new.returning(pledges.c.id))).first() is not None:
            await self._put_choices(pledge)
            return pledge
        return next(iter(await self._read(pledges.c.key == key)), None)

    async def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Pledge]:
        """Those of the ids that are known."""
        return {pledge.id: pledge for pledge in await self._read(pledges.c.id.in_(ids))}

    async def of_donor(self, donor: UUID) -> list[Pledge]:
        """Somebody's, open ones first, and of those (and the others) the newest first."""
        return await self._read(pledges.c.donor_id == donor)

    async def open_for(
        self, donor: UUID, *, project: UUID | None = None, organisation: UUID | None = None
    ) -> UUID | None:
        """Their open pledge for this project or for this organisation, if there is one."""
        what = pledges.c.project_id == project if project is not None else pledges.c.organisation_id == organisation
        found: UUID | None = await self._connection.scalar(
            select(pledges.c.id).where(pledges.c.donor_id == donor, pledges.c.state != PledgeState.CANCELLED, what)
        )
        return found

    async def lock(self, pledge: UUID) -> Pledge | None:
        """The pledge, held until the commit."""
        return next(iter(await self.lock_many([pledge])), None)

    async def lock_many(self, ids: Collection[UUID]) -> list[Pledge]:
        """Those of the ids that are known, held until the commit, in the order of their ids."""
        held = select(pledges.c.id).where(pledges.c.id.in_(ids)).order_by(pledges.c.id)
        await self._connection.execute(held.with_for_update(key_share=True))
        return sorted(await self._read(pledges.c.id.in_(ids)), key=lambda pledge: pledge.id)

    async def save(self, pledge: Pledge, *, due_at: datetime | None) -> None:
        """Write it, held; `due_at`: when it is to be looked at next."""
        row = _row(pledge) | {"due_at": due_at}
        await self._connection.execute(update(pledges).where(pledges.c.id == pledge.id).values(row))
        await self._connection.execute(delete(pledge_choices).where(pledge_choices.c.pledge_id == pledge.id))
        await self._put_choices(pledge)

    async def _put_choices(self, pledge: Pledge) -> None:
        rows = [{"pledge_id": pledge.id, "project_id": project} for project in pledge.choices]
        if rows:
            await self._connection.execute(insert(pledge_choices), rows)

    async def claim_due(self, now: datetime, limit: int, after: UUID | None = None) -> list[UUID]:
        """Pledges to look at now, in the order of their ids, from after that one on."""
        due = select(pledges.c.id).where(pledges.c.due_at <= now).order_by(pledges.c.id).limit(limit)
        late = due if after is None else due.where(pledges.c.id > after)
        return list((await self._connection.execute(late)).scalars())

    async def begun(self, ids: Collection[UUID]) -> dict[UUID, Month]:
        """The newest month of each that has an instalment, whatever became of it; without one it is not here."""
        newest = select(instalments.c.pledge_id, func.max(instalments.c.month).label("month"))
        rows = await self._connection.execute(
            newest.where(instalments.c.pledge_id.in_(ids)).group_by(instalments.c.pledge_id)
        )
        return {row.pledge_id: Month.read(row.month) for row in rows}

    async def paid(self, ids: Collection[UUID]) -> dict[UUID, int]:
        """How many instalments of each were paid; of whom none was, it is not here."""
        theirs = (instalments.c.pledge_id.in_(ids)) & (instalments.c.state == InstalmentState.PAID)
        counts = select(instalments.c.pledge_id, func.count().label("paid")).where(theirs)
        rows = await self._connection.execute(counts.group_by(instalments.c.pledge_id))
        return {row.pledge_id: int(row.paid) for row in rows}

    async def _read(self, which: ColumnElement[bool]) -> list[Pledge]:
        over = case((pledges.c.state == PledgeState.CANCELLED, 1), else_=0)
        rows = (await self._connection.execute(select(pledges).where(which).order_by(over, pledges.c.id.desc()))).all()
        choices: dict[UUID, list[UUID]] = {}
        free = [row.id for row in rows if row.project_id is None and row.organisation_id is None]
        if free:
            theirs = select(pledge_choices).where(pledge_choices.c.pledge_id.in_(free))
            for row in await self._connection.execute(theirs.order_by(pledge_choices.c.project_id)):
                choices.setdefault(row.pledge_id, []).append(row.project_id)
        return [_pledge(row, choices.get(row.id, ())) for row in rows]


def _row(pledge: Pledge) -> dict[str, object]:
    return {
        "amount_minor": pledge.amount.minor, "currency": pledge.amount.currency, "day": pledge.day,
        "way": pledge.way, "rail": pledge.rail, "visibility": pledge.visibility, "every": pledge.every,
        "project_id": pledge.project, "organisation_id": pledge.organisation, "creator_id": pledge.creator,
        "state": pledge.state, "first": str(pledge.first), "paused_until": _month(pledge.paused_until),
        "skipped": _month(pledge.skipped), "why": pledge.why, "began_at": pledge.began_at,
        "ended_at": pledge.ended_at, "renews_at": pledge.renews_at,
    }  # fmt: skip


def _month(month: Month | None) -> str | None:
    return None if month is None else str(month)


def _read_month(text: str | None) -> Month | None:
    return None if text is None else Month.read(text)


def _pledge(row: Row[Any], choices: Sequence[UUID]) -> Pledge:
    return Pledge(
        id=row.id,
        donor=row.donor_id,
        amount=Money(int(row.amount_minor), row.currency),
        day=row.day,
        way=Way(row.way),
        rail=row.rail,
        visibility=Visibility(row.visibility),
        began_at=row.began_at,
        first=Month.read(row.first),
        project=row.project_id,
        organisation=row.organisation_id,
        choices=tuple(choices),
        creator=row.creator_id,
        every=row.every,
        state=PledgeState(row.state),
        paused_until=_read_month(row.paused_until),
        skipped=_read_month(row.skipped),
        ended_at=row.ended_at,
        why=None if row.why is None else Why(row.why),
        renews_at=row.renews_at,
    )
