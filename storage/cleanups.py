"""Messages of groups that are to be deleted a little later."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import new_id
from storage.tables import cleanups
from storage.upsert import insert_into


@dataclass(frozen=True, slots=True)
class Cleanup:
    """A message to delete."""

    id: UUID
    chat: int
    message_id: int
    due_at: datetime


class CleanupStore:
    """Rows of `cleanups`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def add(self, chat: int, message_ids: Collection[int], due_at: datetime) -> None:
        """Delete them then; a message that is to be deleted anyway keeps its time."""
        rows = [{"id": new_id(), "chat": chat, "message_id": number, "due_at": due_at} for number in message_ids]
        if rows:
            insert = insert_into(self._connection, cleanups)
            await self._connection.execute(insert.on_conflict_do_nothing(index_elements=["chat", "message_id"]), rows)

    async def due(self, now: datetime, limit: int) -> list[Cleanup]:
        """What is to be deleted now, longest waiting first."""
        statement = select(cleanups).where(cleanups.c.due_at <= now).order_by(cleanups.c.due_at).limit(limit)
        rows = await self._connection.execute(statement)
        return [Cleanup(row.id, row.chat, row.message_id, row.due_at) for row in rows]

    async def done(self, ids: Collection[UUID]) -> None:
        """They are gone, or never will be."""
        await self._connection.execute(delete(cleanups).where(cleanups.c.id.in_(ids)))

    async def again(self, ids: Collection[UUID], due_at: datetime) -> None:
        """Try again then."""
        await self._connection.execute(update(cleanups).where(cleanups.c.id.in_(ids)).values(due_at=due_at))
