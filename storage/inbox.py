"""The inbox: provider events as they came, each stored once before anything is done about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import new_id
from storage.tables import provider_events
from storage.upsert import insert_into


class InboxState(StrEnum):
    """NEW until a settlement decided it; WAITING for what it speaks of; ODD for a person to look at."""

    NEW = "new"
    SETTLED = "settled"
    IGNORED = "ignored"
    WAITING = "waiting"
    ODD = "odd"


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event in the inbox; `body` is what the provider sent, verified."""

    id: UUID
    rail: str
    event_id: str
    kind: str
    reference: UUID | None
    body: str


class InboxStore:
    """Rows of `provider_events`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def add_many(self, events: Sequence[StoredEvent], *, now: datetime) -> set[UUID]:
        """Store events; gives the ids of those that were not there before."""
        rows = [
            {
                "id": event.id,
                "rail": event.rail,
                "event_id": event.event_id,
                "kind": event.kind,
                "reference": event.reference,
                "body": event.body,
                "state": InboxState.NEW,
                "received_at": now,
            }
            for event in sorted(events, key=lambda event: (event.rail, event.event_id))
        ]
        statement = insert_into(self._connection, provider_events)
        unique = statement.on_conflict_do_nothing(index_elements=["rail", "event_id"])
        added = await self._connection.execute(unique.returning(provider_events.c.id), rows)
        return set(added.scalars())

    async def claim(self, limit: int) -> list[StoredEvent]:
        """The oldest new events; another replica's claim is skipped (PostgreSQL), not waited for."""
        columns = ("id", "rail", "event_id", "kind", "reference", "body")
        statement = (
            select(*(provider_events.c[c] for c in columns))
            .where(provider_events.c.state == InboxState.NEW)
            .order_by(provider_events.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [StoredEvent(*row) for row in await self._connection.execute(statement)]

    async def mark(self, decided: Mapping[UUID, tuple[InboxState, str]], *, now: datetime) -> None:
        """Write what became of claimed events."""
        if not decided:
            return
        statement = (
            update(provider_events)
            .where(provider_events.c.id == bindparam("_id"))
            .values(state=bindparam("_state"), reason=bindparam("_reason"), settled_at=now)
        )
        rows = [{"_id": i, "_state": state, "_reason": reason or None} for i, (state, reason) in decided.items()]
        await self._connection.execute(statement, rows)

    async def wake(self, references: Collection[UUID]) -> bool:
        """What they were waiting for may be known now: decide them again. Whether there were any."""
        waiting = (provider_events.c.state == InboxState.WAITING) & provider_events.c.reference.in_(references)
        woken = update(provider_events).where(waiting).values(state=InboxState.NEW)
        return (await self._connection.execute(woken)).rowcount > 0


def stored_event(*, rail: str, event_id: str, kind: str, reference: UUID | None, body: str) -> StoredEvent:
    """A new row for the inbox."""
    return StoredEvent(new_id(), rail, event_id, kind, reference, body)
