"""Other words for broadcasts that were started: one at a time for each, until it is confirmed or dropped."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.broadcasts import Content
from storage.tables import broadcast_edits
from storage.upsert import insert_into


@dataclass(frozen=True, slots=True)
class BroadcastEdit:
    """What `person` wants said instead. It holds only while the broadcast is paused in `version`.

    `id` is that of exactly these words: whoever changes a letter makes another one. `resumes`: it went before, and goes
    on when this is decided. `asked_at`: since when a second admin's word is asked for.
    """

    id: UUID
    broadcast: UUID
    person: UUID
    version: int
    content: Content
    resumes: bool
    written_at: datetime
    asked_at: datetime | None = None


class BroadcastEditStore:
    """Rows of `broadcast_edits`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def keep(self, edit: BroadcastEdit) -> None:
        """In place of what was written before."""
        row = {
            "edit_id": edit.id, "person_id": edit.person, "version": edit.version, "content": edit.content.as_json(),
            "resumes": edit.resumes, "written_at": edit.written_at, "asked_at": edit.asked_at,
        }  # fmt: skip
        insert = insert_into(self._connection, broadcast_edits).values(broadcast_id=edit.broadcast, **row)
        await self._connection.execute(insert.on_conflict_do_update(index_elements=["broadcast_id"], set_=row))

    async def of(self, broadcast: UUID) -> BroadcastEdit | None:
        """What was written last, whether or not it still holds."""
        kept = select(broadcast_edits).where(broadcast_edits.c.broadcast_id == broadcast)
        row = (await self._connection.execute(kept)).first()
        if row is None:
            return None
        return BroadcastEdit(
            row.edit_id, row.broadcast_id, row.person_id, row.version, Content.of_json(row.content), row.resumes,
            row.written_at, row.asked_at,
        )  # fmt: skip

    async def asked(self, edit: UUID, now: datetime) -> bool:
        """From now on a second admin's word is asked for; False if these words are not there any more."""
        this = broadcast_edits.c.edit_id == edit
        asked = update(broadcast_edits).where(this).values(asked_at=now).returning(broadcast_edits.c.edit_id)
        return (await self._connection.execute(asked)).first() is not None

    async def gone(self, edit: UUID) -> None:
        """It is decided."""
        await self._connection.execute(delete(broadcast_edits).where(broadcast_edits.c.edit_id == edit))
