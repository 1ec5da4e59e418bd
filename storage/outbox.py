"""The outbox: messages as rows, written in the commit of what they tell, claimed and marked by the sender."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.quick import quick
from storage.ids import new_text_id
from storage.sets import SetStatement, insert_rows
from storage.tables import outbox, people

UNSAID: Final = "not so any more"  # why a message was given up: there was nothing to tell when it would have been sent
# Nothing waits longer than for the next morning.
FURTHEST: Final = timedelta(days=2)


class OutboxState(StrEnum):
    """QUEUED until it was sent, given up (FAILED) or its reader can't be reached (SKIPPED).

    UNKNOWN: of those that may arrive only once, from the moment it is sent until it is heard what became of it.
    """

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"


@quick
@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to queue; the same `dedupe_key` is queued once. Lower priority numbers go first."""

    dedupe_key: str
    kind: str
    priority: int
    person: UUID
    subject: UUID
    due_at: datetime
    since_at: datetime | None = None
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A message leased to the sender, with what is known of its reader now."""

    id: UUID
    key: str
    kind: str
    person: UUID
    telegram_id: int | None
    subject: UUID
    since_at: datetime | None
    until_at: datetime | None
    attempts: int
    language_code: str | None
    chosen_language: str | None
    timezone: str | None = None


_ADD = insert_rows(
    outbox,
    (
        "id", "dedupe_key", "kind", "priority", "person_id", "subject_id", "since_at", "until_at", "state", "due_at",
        "attempts", "queued_at",
    ),
    "ON CONFLICT (dedupe_key) DO NOTHING",
    order="dedupe_key",
)  # fmt: skip
_PUT_OFF = SetStatement(
    {"id": "uuid", "due_at": "timestamptz"},
    "UPDATE outbox SET due_at = r.due_at, claimed_until = NULL, attempts = outbox.attempts - 1"
    " FROM r WHERE outbox.id = r.id",
)


class OutboxStore:
    """Rows of `outbox`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def add_many(self, messages: Sequence[NewMessage], *, now: datetime) -> None:
        """Queue messages; a dedupe key that was queued before is left as it is."""
        queued = OutboxState.QUEUED.value
        rows = [
            (
                new_text_id(), m.dedupe_key, str(m.kind), int(m.priority), m.person, m.subject, m.since_at, m.until_at,
                queued, m.due_at, 0, now,
            )
            for m in messages
        ]  # fmt: skip
        await _ADD.run(self._connection, rows)

    async def any_due(self, now: datetime, priority: int | None = None) -> bool:
        """Whether a claim would find anything; a cheap question that takes no lock."""
        return await self._connection.scalar(select(_due(now, priority).limit(1).exists())) or False

    async def oldest_due(self, now: datetime) -> datetime | None:
        """Since when the message that waits longest could have been sent."""
        due = _due(now).with_only_columns(func.min(outbox.c.due_at))
        oldest: datetime | None = await self._connection.scalar(due)
        return oldest

    async def claim(
        self, *, now: datetime, lease: timedelta, limit: int, priority: int | None = None
    ) -> list[ClaimedMessage]:
        """Lease what is due, most urgent first, or of one priority; a lease that ran out (a crash) is claimed again."""
        oldest = _due(now, priority).order_by(outbox.c.priority, outbox.c.due_at).limit(limit)
        due = oldest.with_for_update(key_share=True, skip_locked=True)
        ids = list((await self._connection.execute(due)).scalars())
        if not ids:
            return []
        claimed = {"claimed_until": now + lease, "attempts": outbox.c.attempts + 1}
        await self._connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(claimed))
        reader = (people.c.telegram_id, people.c.language_code, people.c.chosen_language, people.c.timezone)
        statement = select(outbox, *reader).join(people, people.c.id == outbox.c.person_id)
        ordered = statement.where(outbox.c.id.in_(ids)).order_by(outbox.c.priority, outbox.c.due_at, outbox.c.id)
        return [_claimed(row) for row in await self._connection.execute(ordered)]

    async def put_off(self, until: Mapping[UUID, datetime]) -> None:
        """Claimed, and not to be sent before then: as if they had not been claimed."""
        await _PUT_OFF.run(self._connection, list(until.items()))

    async def release(self) -> int:
        """Whoever claimed messages is gone: they may be claimed again at once. How many there were."""
        claimed = (outbox.c.state == OutboxState.QUEUED) & outbox.c.claimed_until.is_not(None)
        released = update(outbox).where(claimed).values(claimed_until=None).returning(outbox.c.id)
        return len((await self._connection.execute(released)).all())

    async def sent(self, ids: Collection[UUID], *, message_id: int | None, now: datetime) -> None:
        """They arrived (as one message, where several were merged)."""
        await self._close(ids, state=OutboxState.SENT, message_id=message_id, sent_at=now, error=None)

    async def became(self, keys: Collection[str]) -> dict[str, tuple[OutboxState, datetime | None]]:
        """What became of messages, by the keys they were queued with, and when those that were sent were."""
        named = select(outbox.c.dedupe_key, outbox.c.state, outbox.c.sent_at).where(outbox.c.dedupe_key.in_(keys))
        rows = await self._connection.execute(named)
        return {row.dedupe_key: (OutboxState(row.state), row.sent_at) for row in rows}

    async def unsaid(self, keys: Collection[str]) -> set[str]:
        """Of messages, by the keys they were queued with, those that were given up as UNSAID."""
        skipped = (outbox.c.state == OutboxState.SKIPPED) & (outbox.c.error == UNSAID)
        named = select(outbox.c.dedupe_key).where(outbox.c.dedupe_key.in_(keys), skipped)
        return set((await self._connection.execute(named)).scalars())

    async def begin(self, ids: Collection[UUID], *, now: datetime) -> int:
        """They are sent now, and by nobody else ever: UNKNOWN until marked. How many of them were still ours."""
        ours = (outbox.c.id.in_(ids)) & (outbox.c.state == OutboxState.QUEUED) & (outbox.c.claimed_until > now)
        begun = update(outbox).where(ours).values(state=OutboxState.UNKNOWN).returning(outbox.c.id)
        return len((await self._connection.execute(begun)).all())

    async def retry(self, ids: Collection[UUID], *, due_at: datetime, error: str, not_sent: bool = False) -> None:
        """Try again then; what was begun (UNKNOWN) stays as it is, unless it was certainly `not_sent`."""
        again: dict[str, object] = {"due_at": due_at, "claimed_until": None, "error": error}
        if not_sent:
            waits = outbox.c.state.in_((OutboxState.QUEUED, OutboxState.UNKNOWN))
            again["state"] = case((waits, OutboxState.QUEUED.value), else_=outbox.c.state)
        await self._close(ids, **again)

    async def give_up(self, ids: Collection[UUID], *, state: OutboxState, error: str) -> None:
        """Never try these again."""
        await self._close(ids, state=state, error=error)

    async def _close(self, ids: Collection[UUID], **values: object) -> None:
        await self._connection.execute(update(outbox).where(outbox.c.id.in_(ids)).values(**values))


def _due(now: datetime, priority: int | None = None) -> Select[tuple[UUID]]:
    """What may be sent now: not leased, and to somebody who has not blocked the bot.

    Also what was put off or leased further than anything ever is, by a clock that has been set right since.
    """
    until = outbox.c.claimed_until
    free = or_(until.is_(None), until < now, until > now + FURTHEST)
    is_due = or_(outbox.c.due_at <= now, outbox.c.due_at > now + FURTHEST)
    reachable = select(people.c.id).where(people.c.id == outbox.c.person_id, people.c.unreachable_at.is_(None)).exists()
    due = select(outbox.c.id).where(outbox.c.state == OutboxState.QUEUED, is_due, free, reachable)
    return due if priority is None else due.where(outbox.c.priority == int(priority))


def _claimed(row: Row[Any]) -> ClaimedMessage:
    return ClaimedMessage(
        id=row.id,
        key=row.dedupe_key,
        kind=row.kind,
        person=row.person_id,
        telegram_id=row.telegram_id,
        subject=row.subject_id,
        since_at=row.since_at,
        until_at=row.until_at,
        attempts=row.attempts,
        language_code=row.language_code,
        chosen_language=row.chosen_language,
        timezone=row.timezone,
    )
