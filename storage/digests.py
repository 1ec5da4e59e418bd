"""When creators are to be told what was given: in each of their chats, and on their slot."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.sets import SetStatement, reader
from storage.tables import chats, slots

SUBJECTS: Final[Mapping[str, Table]] = {"chats": chats, "slots": slots}
_HOLD: Final = {
    name: SetStatement(
        {"id": "uuid"},
        f"SELECT {name}.id, digest_sent_at, digest_due_at FROM r JOIN {name} ON {name}.id = r.id",  # noqa: S608
        gives=3,
        postgresql=f"SELECT id, digest_sent_at, digest_due_at FROM {name} WHERE id IN (SELECT id FROM r)"  # noqa: S608
        " ORDER BY id FOR NO KEY UPDATE",
    )
    for name in SUBJECTS
}
_START: Final = {
    name: SetStatement(
        {"id": "uuid", "due_at": "timestamptz"},
        f"UPDATE {name} SET digest_due_at = r.due_at FROM r WHERE {name}.id = r.id",  # noqa: S608
    )
    for name in SUBJECTS
}


@dataclass(frozen=True, slots=True)
class DueDigest:
    """What its creator is to be told of (a chat, a slot), what it was due for, and until when they were told before."""

    subject: UUID
    creator: UUID | None
    due_at: datetime
    told_until: datetime | None


@dataclass(frozen=True, slots=True)
class HeldDigest:
    """Until when a creator has been told, and when they are to be told next, if they are."""

    told_until: datetime | None
    due_at: datetime | None


class DigestStore:
    """The digest's columns of `chats`, or of `slots`."""

    def __init__(self, connection: AsyncConnection, subjects: str) -> None:
        """Work on this transaction; `subjects` is one of SUBJECTS."""
        self._connection, self._name, self._table = connection, subjects, SUBJECTS[subjects]

    async def hold(self, ids: Collection[UUID]) -> dict[UUID, HeldDigest]:
        """How their creators stand; no digest is made of them until the commit."""
        read = reader(self._connection)
        return {
            read.id(subject): HeldDigest(read.maybe_at(sent_at), read.maybe_at(due_at))
            for subject, sent_at, due_at in await _HOLD[self._name].run(self._connection, [(one,) for one in ids])
        }

    async def start(self, due: Mapping[UUID, datetime]) -> None:
        """Their creators have something to be told, then; they are held, so the rows can't have changed."""
        await _START[self._name].run(self._connection, due.items())

    async def any_due(self, now: datetime) -> bool:
        """Whether `due` would find anything; takes no lock."""
        found = select(self._table.c.id).where(self._table.c.digest_due_at <= now).limit(1)
        return await self._connection.scalar(select(found.exists())) or False

    async def due(self, now: datetime, limit: int) -> list[DueDigest]:
        """Whose creator is to be told now; held until the commit, another replica's are skipped (PostgreSQL)."""
        table = self._table
        columns = (table.c.id, table.c.creator_id, table.c.digest_due_at, table.c.digest_sent_at)
        statement = select(*columns).where(table.c.digest_due_at <= now).order_by(table.c.digest_due_at).limit(limit)
        rows = await self._connection.execute(statement.with_for_update(key_share=True, skip_locked=True))
        return [DueDigest(*row) for row in rows]

    async def put_off(self, subject: UUID, due_at: datetime) -> None:
        """Not now, but then."""
        await self._set(subject, digest_due_at=due_at)

    async def told(self, subject: UUID, now: datetime) -> None:
        """Its creator is told of everything until now."""
        await self._set(subject, digest_due_at=None, digest_sent_at=now)

    async def _set(self, subject: UUID, **values: datetime | None) -> None:
        await self._connection.execute(update(self._table).where(self._table.c.id == subject).values(**values))
