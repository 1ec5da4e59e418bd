"""The audit log: what admins did, appended in the commit of what they did, never changed (triggers in 0002)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import new_id
from storage.tables import audit_log


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One act. Opaque ids only, never a name, a username or a Telegram id: nobody who leaves is to be erased here.

    `actor`: a person's id; None for the command line, the settings and what comes by itself. `way`: chat, cli, config
    or clock. `action`: the feature and what happened to it, as in `role.granted`. `before` and `after`: what changed,
    as plain JSON; None for what was not there.
    """

    actor: UUID | None
    way: str
    action: str
    subject_kind: str
    subject_id: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AuditedAct:
    """A record as it stands in the log."""

    id: UUID
    at: datetime
    record: AuditRecord


class AuditStore:
    """Rows of `audit_log`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def add(self, record: AuditRecord, *, now: datetime) -> None:
        """Append one act; call it inside the unit of work of the change."""
        await self._connection.execute(insert(audit_log), _row(record, now))

    async def add_many(self, records: Sequence[AuditRecord], *, now: datetime) -> None:
        """The same for several acts of one unit of work."""
        if records:
            await self._connection.execute(insert(audit_log), [_row(record, now) for record in records])

    async def actor_of(self, action: str, subject_id: str) -> UUID | None:
        """Who did this last to that subject; a look through the log, for what seldom happens."""
        same = (audit_log.c.action == action) & (audit_log.c.subject_id == subject_id)
        last = select(audit_log.c.actor_id).where(same, audit_log.c.actor_id.is_not(None))
        found = await self._connection.scalar(last.order_by(audit_log.c.at.desc(), audit_log.c.id.desc()).limit(1))
        return UUID(str(found)) if found is not None else None

    async def list(self, *, limit: int) -> Sequence[AuditedAct]:
        """The newest `limit` acts, newest first."""
        newest = select(audit_log).order_by(audit_log.c.at.desc(), audit_log.c.id.desc()).limit(limit)
        return tuple(
            AuditedAct(
                row.id,
                row.at,
                AuditRecord(row.actor_id, row.way, row.action, row.subject_kind, row.subject_id, row.before, row.after),
            )
            for row in await self._connection.execute(newest)
        )


def _row(record: AuditRecord, now: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "at": now,
        "actor_id": record.actor,
        "way": record.way,
        "action": record.action,
        "subject_kind": record.subject_kind,
        "subject_id": record.subject_id,
        "before": None if record.before is None else dict(record.before),
        "after": None if record.after is None else dict(record.after),
    }
