"""Instalments of pledges: one row a month, whatever became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.pledges import CHANGEABLE, LOOK_EVERY, OPEN, Instalment, InstalmentState, Month, MonthGone, Way
from giving.tips import TipState
from storage.tables import instalments, project_updates, tips
from storage.upsert import insert_into

_OPEN: Final = sorted(state.value for state in OPEN)
_OVER: Final = sorted({state.value for state in InstalmentState} - set(_OPEN))
_CHANGEABLE: Final = sorted(state.value for state in CHANGEABLE)
Place = tuple[datetime, UUID]  # where a page of what is due ended


@dataclass(frozen=True, slots=True)
class Due:
    """An instalment that is to be looked at since `step_at`."""

    instalment: Instalment
    step_at: datetime

    @property
    def place(self) -> Place:
        """What the next page begins after."""
        return self.step_at, self.instalment.id


class InstalmentStore:
    """Rows of `instalments`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def begin_many(self, new: Sequence[Instalment], step_at: Mapping[UUID, datetime]) -> list[Instalment]:
        """Insert those whose month has none yet, to be looked at then (by id); gives those that are new."""
        if not new:
            return []
        rows = [
            {"id": one.id, "pledge_id": one.pledge, "donor_id": one.donor, "month": str(one.month)}
            | _changing(one)
            | {"step_at": step_at.get(one.id)}
            for one in sorted(new, key=lambda one: one.id)
        ]
        added = insert_into(self._connection, instalments).values(rows).on_conflict_do_nothing()
        ids = set((await self._connection.execute(added.returning(instalments.c.id))).scalars())
        return [one for one in new if one.id in ids]

    async def to_step(self, now: datetime, limit: int, after: Place | None = None) -> list[Due]:
        """Instalments for which something may be due, the longest due first, from after that place on."""
        due = select(instalments).where(instalments.c.step_at.is_not(None), instalments.c.step_at <= now)
        if after is not None:
            place = literal(after[0], instalments.c.step_at.type), literal(after[1], instalments.c.id.type)
            due = due.where(tuple_(instalments.c.step_at, instalments.c.id) > tuple_(*place))
        rows = await self._connection.execute(due.order_by(instalments.c.step_at, instalments.c.id).limit(limit))
        return [Due(_instalment(row), row.step_at) for row in rows]

    async def paid(self, limit: int) -> list[Instalment]:
        """Those whose gift was paid and that do not say so yet."""
        paid = select(instalments).join(tips, tips.c.id == instalments.c.tip_id)
        new = paid.where(
            instalments.c.step_at.is_not(None), instalments.c.state != InstalmentState.PAID, tips.c.paid_at.is_not(None)
        )
        return [_instalment(row) for row in await self._connection.execute(new.limit(limit))]

    async def lock(self, instalment: UUID) -> Instalment | None:
        """The instalment, held until the commit; its pledge is held before (storage/pledges.py)."""
        held = select(instalments).where(instalments.c.id == instalment).with_for_update(key_share=True)
        row = (await self._connection.execute(held)).first()
        return _instalment(row) if row else None

    async def lock_many(self, ids: Collection[UUID]) -> list[Instalment]:
        """The same of several, in the order of their ids."""
        held = select(instalments).where(instalments.c.id.in_(ids)).order_by(instalments.c.id)
        return await self._read(held.with_for_update(key_share=True))

    async def move(self, instalment: Instalment, was: InstalmentState, step_at: datetime | None) -> bool:
        """Write it, if it is still in the state it was read in; whether it was. `step_at`: its next look."""
        same = (instalments.c.id == instalment.id) & (instalments.c.state == was)
        values = _changing(instalment) | {"step_at": step_at}
        moved = update(instalments).where(same).values(values).returning(instalments.c.id)
        return (await self._connection.execute(moved)).first() is not None

    async def look_at(self, seen: Sequence[Due], step_at: Mapping[UUID, datetime | None]) -> None:
        """When these are looked at next, of those that nobody changed since they were read."""
        rows = [
            {"_id": due.instalment.id, "_was": due.step_at, "_state": due.instalment.state, "_at": step_at[one]}
            for due in seen
            if (one := due.instalment.id) in step_at
        ]
        if not rows:
            return
        same = (instalments.c.id == bindparam("_id")) & (instalments.c.step_at == bindparam("_was"))
        statement = update(instalments).where(same, instalments.c.state == bindparam("_state"))
        await self._connection.execute(statement.values(step_at=bindparam("_at")), rows)

    async def look_now(self, pledge: UUID, now: datetime) -> None:
        """What is to be debited of a pledge, held, is looked at now: what it waited for may have changed."""
        states = [InstalmentState.ANNOUNCED.value, InstalmentState.RETRY.value]
        which = (instalments.c.pledge_id == pledge) & instalments.c.state.in_(states)
        await self._connection.execute(update(instalments).where(which).values(step_at=now))

    async def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Instalment]:
        """Those of the ids that are known."""
        return {one.id: one for one in await self._read(select(instalments).where(instalments.c.id.in_(ids)))}

    async def of_tips(self, which: Collection[UUID]) -> dict[UUID, Instalment]:
        """The instalments that these tips are the gifts of."""
        found = await self._read(select(instalments).where(instalments.c.tip_id.in_(which)))
        return {one.tip: one for one in found if one.tip is not None}

    async def open_of(self, pledges: Collection[UUID]) -> dict[UUID, list[Instalment]]:
        """Of each of these pledges those that are not decided, oldest month first."""
        return await self._by_pledge(instalments.c.pledge_id.in_(pledges) & instalments.c.state.in_(_OPEN))

    async def of_pledges(self, pledges: Collection[UUID], last: int = 13) -> dict[UUID, list[Instalment]]:
        """Of each of these pledges so many of the newest months, oldest first."""
        nth = func.row_number().over(partition_by=instalments.c.pledge_id, order_by=instalments.c.month.desc())
        each = (
            select(instalments.c.id, nth.label("nth")).where(instalments.c.pledge_id.in_(pledges)).subquery("each_one")
        )
        return await self._by_pledge(instalments.c.id.in_(select(each.c.id).where(each.c.nth <= last)))

    async def newest(self, pledge: UUID) -> Instalment | None:
        """The instalment of its newest month, whatever became of it."""
        return next(iter((await self.of_pledges([pledge], 1)).get(pledge, [])), None)

    async def of_donor(self, donor: UUID, states: Collection[InstalmentState]) -> list[Instalment]:
        """Somebody's, of all pledges, in these states, oldest month first."""
        theirs = (instalments.c.donor_id == donor) & instalments.c.state.in_(sorted(state.value for state in states))
        return await self._read(select(instalments).where(theirs).order_by(instalments.c.month, instalments.c.id))

    async def paid_months(self, pledge: UUID) -> list[tuple[Month, InstalmentState]]:
        """Every month of a pledge that has an instalment, oldest first, and what became of it."""
        months = select(instalments.c.month, instalments.c.state).where(instalments.c.pledge_id == pledge)
        rows = await self._connection.execute(months.order_by(instalments.c.month))
        return [(Month.read(row.month), InstalmentState(row.state)) for row in rows]

    async def gone(self, pledge: UUID, under_way: Month | None = None) -> list[MonthGone]:
        """Its months that are over for it (and this one), oldest first.

        One that was paid and given back whole is like one that was left out: it counts for none, and breaks no row.
        """
        over = or_(instalments.c.state.in_(_OVER), instalments.c.month == str(under_way or ""))
        states = select(instalments.c.month, instalments.c.every, instalments.c.state, tips.c.state.label("gift"))
        joined = states.outerjoin(tips, tips.c.id == instalments.c.tip_id)
        its = joined.where(instalments.c.pledge_id == pledge, over).order_by(instalments.c.month)
        return [_gone(row) for row in await self._connection.execute(its)]

    async def skip_open(
        self, pledge: UUID, now: datetime, month: Month | None = None, *, but: Collection[Month] = ()
    ) -> list[Instalment]:
        """What is open of a pledge (in this month, in no month of `but`), held, and not at a rail is skipped; as it was
        before.

        Their unpaid gifts are cancelled, but for what stands on a tab; the leader's next sweep takes that off, and
        closes pages that are open. Whoever skips rings for it after the commit (Wakes.pledges).

        Of a whole pledge, what stays is looked at in an hour: a rail may not find at once what it was just asked.
        """
        if month is None:
            stays = instalments.c.state.in_([InstalmentState.CHARGING.value, InstalmentState.ON_TAB.value])
            later = update(instalments).where(instalments.c.pledge_id == pledge, stays)
            await self._connection.execute(later.values(step_at=now + LOOK_EVERY))
        which = (instalments.c.pledge_id == pledge) & instalments.c.state.in_(_CHANGEABLE)
        if month is not None:
            which &= instalments.c.month == str(month)
        if but:
            which &= instalments.c.month.not_in([str(one) for one in but])
        held = select(instalments).where(which).order_by(instalments.c.id).with_for_update(key_share=True)
        open_ = await self._read(held)
        ids = [one.id for one in open_]
        values = {"state": InstalmentState.SKIPPED, "step_at": now}
        await self._connection.execute(update(instalments).where(instalments.c.id.in_(ids)).values(values))
        gifts = [one.tip for one in open_ if one.tip is not None and one.state is not InstalmentState.ON_TAB]
        unpaid = tips.c.id.in_(gifts) & (tips.c.state == TipState.ON_TAB)
        cancelled = {"state": TipState.CANCELLED, "cancelled_at": now}
        await self._connection.execute(update(tips).where(unpaid).values(cancelled))
        return open_

    async def news_of(self, projects: Collection[UUID]) -> dict[UUID, str]:
        """What each of these told last of what it did; those that told nothing are not here."""
        newest = (
            select(project_updates.c.project_id, func.max(project_updates.c.written_at).label("at"))
            .where(project_updates.c.project_id.in_(projects))
            .group_by(project_updates.c.project_id)
            .subquery("newest")
        )
        same = (project_updates.c.project_id == newest.c.project_id) & (project_updates.c.written_at == newest.c.at)
        words = select(project_updates.c.project_id, project_updates.c.words).join(newest, same)
        return {row.project_id: row.words for row in await self._connection.execute(words)}

    async def _by_pledge(self, which: ColumnElement[bool]) -> dict[UUID, list[Instalment]]:
        found: dict[UUID, list[Instalment]] = {}
        for one in await self._read(select(instalments).where(which).order_by(instalments.c.month)):
            found.setdefault(one.pledge, []).append(one)
        return found

    async def _read(self, query: Select[Any]) -> list[Instalment]:
        return [_instalment(row) for row in await self._connection.execute(query)]


def _gone(row: Any) -> MonthGone:
    paid = row.state == InstalmentState.PAID
    stands = paid and row.gift == TipState.PAID
    left_out = row.state == InstalmentState.SKIPPED or (paid and not stands)
    return MonthGone(Month.read(row.month), row.every, stands, left_out)


def _changing(one: Instalment) -> dict[str, object]:
    return {
        "project_id": one.project, "amount_minor": one.amount.minor, "currency": one.amount.currency,
        "way": one.way.value, "state": one.state.value, "tries": one.tries, "debits": one.debits,
        "declined": one.declined, "tip_id": one.tip, "payment_id": one.payment, "due_at": one.due_at,
        "asked_at": one.asked_at, "reminded_at": one.reminded_at, "first_tried_at": one.first_tried_at,
        "paid_at": one.paid_at, "every": one.every,
    }  # fmt: skip


def _instalment(row: Row[Any]) -> Instalment:
    return Instalment(
        id=row.id,
        pledge=row.pledge_id,
        donor=row.donor_id,
        month=Month.read(row.month),
        amount=Money(int(row.amount_minor), row.currency),
        project=row.project_id,
        way=Way(row.way),
        due_at=row.due_at,
        state=InstalmentState(row.state),
        tries=row.tries,
        tip=row.tip_id,
        payment=row.payment_id,
        asked_at=row.asked_at,
        reminded_at=row.reminded_at,
        first_tried_at=row.first_tried_at,
        paid_at=row.paid_at,
        debits=row.debits,
        declined=row.declined,
        every=row.every,
    )
