"""Broadcasts themselves: written, changed against the version that was seen, read with their tallies."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.broadcasts import Broadcast, BroadcastState, Content, Segment
from giving.subscriptions import SubscriptionKind
from storage.broadcasts.segments import Asked, people_in
from storage.tables import broadcast_tallies, broadcasts


class DraftStore:
    """Rows of `broadcasts`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def add(self, new: Broadcast) -> None:
        """Keep a draft."""
        await self._connection.execute(
            insert(broadcasts).values(
                id=new.id, kind=new.kind, segment=new.segment.as_json(), content=new.content.as_json(), state=new.state,
                version=new.version, author_id=new.author, paid=new.paid, audience=new.audience, looked_through=False,
                created_at=new.created_at,
            )
        )  # fmt: skip

    async def by_id(self, broadcast: UUID, *, lock: bool = False) -> Broadcast | None:
        """With its tallies; `lock`: nobody else changes it until the commit."""
        found = select(broadcasts).where(broadcasts.c.id == broadcast)
        rows = (await self._connection.execute(found.with_for_update(key_share=True) if lock else found)).all()
        return next(iter(await self._read(rows)), None)

    async def newest(self, *, limit: int) -> list[Broadcast]:
        """The newest first."""
        last = select(broadcasts).order_by(broadcasts.c.id.desc()).limit(limit)
        return await self._read((await self._connection.execute(last)).all())

    async def running(self) -> Sequence[Broadcast]:
        """Those that are being sent, the first that was started first; without tallies."""
        open_ones = select(broadcasts).where(broadcasts.c.state == BroadcastState.RUNNING.value)
        rows = (await self._connection.execute(open_ones.order_by(broadcasts.c.started_at, broadcasts.c.id))).all()
        return [_broadcast(row, {}) for row in rows]

    async def set(self, broadcast: UUID, **values: object) -> None:
        """Change columns; whoever does has the row locked."""
        await self._connection.execute(update(broadcasts).where(broadcasts.c.id == broadcast).values(**values))

    async def count(self, asked: Asked) -> int:
        """How many are in a segment and can be written to."""
        those = people_in(asked).subquery()
        return await self._connection.scalar(select(func.count()).select_from(those)) or 0

    async def _read(self, rows: Iterable[Row[Any]]) -> list[Broadcast]:
        kept = list(rows)
        tallies: dict[UUID, dict[str, int]] = defaultdict(dict)
        of = broadcast_tallies.c.broadcast_id.in_([row.id for row in kept])
        for row in await self._connection.execute(select(broadcast_tallies).where(of)) if kept else ():
            tallies[row.broadcast_id][row.outcome] = row.number
        return [_broadcast(row, tallies[row.id]) for row in kept]


def _broadcast(row: Row[Any], tallies: dict[str, int]) -> Broadcast:
    return Broadcast(
        id=row.id,
        kind=SubscriptionKind(row.kind),
        segment=Segment.of_json(row.segment),
        content=Content.of_json(row.content),
        state=BroadcastState(row.state),
        version=row.version,
        created_at=row.created_at,
        author=row.author_id,
        paid=row.paid,
        audience=row.audience,
        started_at=row.started_at,
        ended_at=row.ended_at,
        cursor=row.cursor_id,
        looked_through=row.looked_through,
        stopped_by=row.stopped_by,
        tallies=tallies,
        gifts=row.gifts,
        donors=row.donors,
    )
