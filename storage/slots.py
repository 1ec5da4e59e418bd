"""Slots, and what was given on them and in their creators' chats."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.projects import Tally
from giving.slots import Slot
from giving.tips import Tip, TipState
from storage.currencies import tally_of
from storage.tables import people, slots, supporters, tips
from storage.tips import read_tip
from storage.upsert import insert_into


class SlotStore:
    """Rows of `slots`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Slot]:
        """Those of the ids that are known."""
        rows = await self._connection.execute(select(slots).where(slots.c.id.in_(ids)))
        return {row.id: _slot(row) for row in rows}

    async def by_slug(self, slug: str) -> Slot | None:
        """The slot at this address, or None."""
        row = (await self._connection.execute(select(slots).where(slots.c.slug == slug))).first()
        return _slot(row) if row else None

    async def of_creator(self, person: UUID) -> Slot | None:
        """Their slot, open or closed, or None."""
        row = (await self._connection.execute(select(slots).where(slots.c.creator_id == person))).first()
        return _slot(row) if row else None

    async def taken(self, bare: str) -> frozenset[str]:
        """Addresses that begin like this one."""
        alike = or_(slots.c.slug == bare, slots.c.slug.startswith(f"{bare}-", autoescape=True))
        return frozenset((await self._connection.execute(select(slots.c.slug).where(alike))).scalars())

    async def add(self, slot: Slot) -> bool:
        """Insert a slot; False if its address is taken, or its creator has one already."""
        row = {
            "id": slot.id, "creator_id": slot.creator, "slug": slot.slug, "name": slot.name,
            "project_id": slot.project, "opened_at": slot.opened_at, "closed_at": slot.closed_at,
        }  # fmt: skip
        new = insert_into(self._connection, slots).values(row).on_conflict_do_nothing().returning(slots.c.id)
        return (await self._connection.execute(new)).first() is not None

    async def set(self, slot: UUID, **values: object) -> Slot:
        """Change columns of one slot."""
        statement = update(slots).where(slots.c.id == slot).values(**values).returning(slots)
        return _slot((await self._connection.execute(statement)).one())

    async def forget(self, person: UUID, now: datetime) -> None:
        """Its creator leaves: closed, without their name, at an address that does not tell it either."""
        row = (await self._connection.execute(select(slots).where(slots.c.creator_id == person))).first()
        if row is not None:
            closed = func.coalesce(slots.c.closed_at, now)
            values = {"name": "", "slug": f"left-{row.id.hex}", "closed_at": closed}
            await self._connection.execute(update(slots).where(slots.c.id == row.id).values(values))

    async def given(self, subjects: Collection[UUID], currency: str) -> Tally:
        """What several subjects were given together; who gave to more than one counts once."""
        theirs = supporters.c.subject_id.in_(subjects)
        sums = select(
            supporters.c.currency,
            func.sum(supporters.c.given_minor).label("minor"),
            func.sum(supporters.c.gifts).label("gifts"),
        )
        rows = (await self._connection.execute(sums.where(theirs).group_by(supporters.c.currency))).all()
        gave = select(func.count(supporters.c.donor_id.distinct())).where(theirs, supporters.c.gifts > 0)
        donors = int(await self._connection.scalar(gave) or 0) if rows else 0
        return tally_of([(row.currency, int(row.minor), int(row.gifts)) for row in rows], currency, donors)

    async def latest(self, slot: UUID, chats: Collection[UUID], limit: int) -> list[tuple[Tip, str]]:
        """The newest paid tips on the slot and in these chats, with their donors' names."""
        found = await self._newest(tips.c.slot_id == slot, tips.c.paid_at, limit)
        for chat in chats:  # each by its own index
            found += await self._newest(tips.c.chat_id == chat, tips.c.booked_at, limit)
        found.sort(key=lambda pair: (pair[0].paid_at or pair[0].offered_at, pair[0].id), reverse=True)
        return found[:limit]

    async def _newest(self, where: Any, by: Any, limit: int) -> list[tuple[Tip, str]]:
        statement = select(tips, people.c.name.label("donor_name")).join(people, people.c.id == tips.c.donor_id)
        newest = statement.where(where, tips.c.state == TipState.PAID).order_by(by.desc()).limit(limit)
        return [(read_tip(row), row.donor_name) for row in await self._connection.execute(newest)]


def _slot(row: Row[Any]) -> Slot:
    return Slot(
        id=row.id,
        creator=row.creator_id,
        slug=row.slug,
        name=row.name,
        project=row.project_id,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )
