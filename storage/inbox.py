"""The inbox: provider events as they came, each stored once before anything is done about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Update, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.quick import quick
from storage.ids import lowest_id, new_id
from storage.sets import SetStatement, insert_rows, reader
from storage.tables import payments, provider_events


class InboxState(StrEnum):
    """NEW until a settlement decided it; WAITING for what it speaks of; ODD for a person to look at."""

    NEW = "new"
    SETTLED = "settled"
    IGNORED = "ignored"
    WAITING = "waiting"
    ODD = "odd"


# Decided for good: what becomes of these needs no body any more.
CLOSED: Final = (InboxState.SETTLED, InboxState.IGNORED, InboxState.ODD)


@quick
@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event in the inbox; `body` is what the provider sent, verified."""

    id: UUID
    rail: str
    event_id: str
    kind: str
    reference: UUID | None
    body: str


_KNOWN = SetStatement(
    {"rail": "text", "event_id": "text"},
    "SELECT r.rail, r.event_id FROM r JOIN provider_events USING (rail, event_id)",
    gives=2,
)
_ADD = insert_rows(
    provider_events,
    (
        "id", "rail", "event_id", "kind", "reference", "body", "state", "reason", "received_at", "settled_at",
        "erased_at",
    ),
    "ON CONFLICT (rail, event_id) DO NOTHING",
    order="rail, event_id",
)  # fmt: skip
_CLAIM = SetStatement(
    {"most": "int"},
    "SELECT id, rail, event_id, kind, reference, body FROM provider_events WHERE state = 'new'"
    " ORDER BY id LIMIT (SELECT most FROM r)",
    gives=6,
    postgresql="SELECT id, rail, event_id, kind, reference, body FROM provider_events WHERE state = 'new'"
    " ORDER BY id LIMIT (SELECT most FROM r) FOR UPDATE SKIP LOCKED",
)
_MARK = SetStatement(
    {"id": "uuid", "state": "text", "reason": "text", "settled_at": "timestamptz"},
    "UPDATE provider_events SET state = r.state, reason = r.reason, settled_at = r.settled_at"
    " FROM r WHERE provider_events.id = r.id",
)
_WAITING = SetStatement(
    {"reference": "uuid"},
    "SELECT provider_events.id FROM r JOIN provider_events"
    " ON provider_events.state = 'waiting' AND provider_events.reference = r.reference",
    gives=1,
)
_WAKE = SetStatement({"id": "uuid"}, "UPDATE provider_events SET state = 'new' FROM r WHERE provider_events.id = r.id")
# Of who has left; or of a kind we don't use, which may be about anyone and could never be found for them.
_SCRUB = SetStatement(
    {"id": "uuid", "erased_at": "timestamptz"},
    "UPDATE provider_events SET body = '', erased_at = r.erased_at FROM r WHERE provider_events.id = r.id AND ("
    "provider_events.state = 'ignored' AND provider_events.reference IS NULL"
    " OR EXISTS (SELECT 1 FROM payments JOIN people ON people.id = payments.donor_id"
    " WHERE payments.id = provider_events.reference AND people.left_at IS NOT NULL)"
    " OR EXISTS (SELECT 1 FROM methods JOIN people ON people.id = methods.donor_id"
    " WHERE methods.id = provider_events.reference AND people.left_at IS NOT NULL))",
)


class InboxStore:
    """Rows of `provider_events`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def known(self, names: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the events (rail, the provider's id) that are stored."""
        return {(rail, event_id) for rail, event_id in await _KNOWN.run(self._connection, names)}

    async def add_many(
        self,
        events: Sequence[StoredEvent],
        decided: Mapping[UUID, tuple[InboxState, str]],
        nameless: Collection[UUID],
        *,
        now: datetime,
    ) -> None:
        """Store events with what became of them, or as new; of the `nameless` who are closed no body is kept.

        An event that another process stored meanwhile stays as it is there.
        """
        rows: list[tuple[object, ...]] = []
        for event in events:
            state, reason = decided.get(event.id, (InboxState.NEW, ""))
            settled_at = None if state is InboxState.NEW else now
            bare = event.id in nameless and state in CLOSED
            rows.append((
                event.id, event.rail, event.event_id, str(event.kind), event.reference, "" if bare else event.body,
                state._value_, reason or None, now, settled_at, now if bare else None,
            ))  # fmt: skip
        await _ADD.run(self._connection, rows)

    async def oldest_new(self) -> datetime | None:
        """When the oldest event arrived that nothing was decided about."""
        new = select(func.min(provider_events.c.received_at)).where(provider_events.c.state == InboxState.NEW)
        oldest: datetime | None = await self._connection.scalar(new)
        return oldest

    async def told_of(self, reference: UUID, kind: str, *, since: datetime) -> list[str]:
        """The bodies of events of a kind about a payment, of those that came since then, oldest first."""
        lately = provider_events.c.id >= lowest_id(since)  # by the key
        about = lately & (provider_events.c.reference == reference) & (provider_events.c.kind == kind)
        kept = select(provider_events.c.body).where(about, provider_events.c.body != "")
        return list(await self._connection.scalars(kept.order_by(provider_events.c.id).limit(100)))

    async def waiting_since(self, before: datetime, *, but: str = "") -> list[tuple[str, int, datetime, str]]:
        """By rail: how many events have waited since `before`, when the newest of them came, and its id.

        `but`: the reason of those that may wait for ever.
        """
        waits = (provider_events.c.state == InboxState.WAITING) & (provider_events.c.received_at <= before)
        waits &= func.coalesce(provider_events.c.reason, "") != but
        newest = func.max(provider_events.c.received_at).label("newest")
        counted = select(provider_events.c.rail, func.count().label("events"), newest).where(waits)
        of = counted.group_by(provider_events.c.rail).subquery()
        same = (provider_events.c.rail == of.c.rail) & (provider_events.c.received_at == of.c.newest) & waits
        found = select(of, func.min(provider_events.c.event_id).label("event_id")).join(provider_events, same)
        rows = await self._connection.execute(found.group_by(of.c.rail, of.c.events, of.c.newest).order_by(of.c.rail))
        return [(row.rail, row.events, row.newest, row.event_id) for row in rows]

    async def claim(self, limit: int) -> list[StoredEvent]:
        """The oldest new events; another replica's claim is skipped (PostgreSQL), not waited for."""
        read = reader(self._connection)
        return [
            StoredEvent(read.id(id_), rail, event_id, kind, read.maybe_id(reference), body)
            for id_, rail, event_id, kind, reference, body in sorted(await _CLAIM.run(self._connection, [(limit,)]))
        ]

    async def mark(self, decided: Mapping[UUID, tuple[InboxState, str]], *, now: datetime) -> None:
        """Write what became of claimed events; what nobody may keep any longer loses its body."""
        rows = [(event, state._value_, reason or None, now) for event, (state, reason) in decided.items()]
        await _MARK.run(self._connection, rows)
        closed = [(event, now) for event, (state, _) in decided.items() if state in CLOSED]
        await _SCRUB.run(self._connection, closed)

    async def known_by_now(self, reason: str) -> set[UUID]:
        """Payments that are known, and that events wait for with this reason."""
        waits = (provider_events.c.state == InboxState.WAITING) & (provider_events.c.reason == reason)
        there = select(payments.c.id).join(provider_events, provider_events.c.reference == payments.c.id)
        return set((await self._connection.execute(there.where(waits).limit(1000))).scalars())

    async def wake(self, references: Collection[UUID]) -> bool:
        """What they were waiting for may be known now: decide them again. Whether there were any."""
        read = reader(self._connection)
        waiting = await _WAITING.run(self._connection, [(reference,) for reference in references])
        await _WAKE.run(self._connection, [(read.id(row[0]),) for row in waiting])
        return bool(waiting)


def scrub(now: datetime) -> Update:
    """Take the words out of events; what the provider can be asked about stays: its id, the kind, our payment."""
    return update(provider_events).values(body="", erased_at=now)


def stored_event(*, rail: str, event_id: str, kind: str, reference: UUID | None, body: str) -> StoredEvent:
    """A new row for the inbox."""
    return StoredEvent(new_id(), rail, event_id, kind, reference, body)
