"""How the database is doing, in questions that are quick to answer however much is in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import lowest_id
from storage.outbox import OutboxState
from storage.tables import entries, people
from storage.tables import outbox as messages
from storage.verify import Finding, recent_findings

MOST_ENTRIES: Final = 20_000


class ReadOnly(Exception):
    """The database answers, but takes no writes."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """Messages that could have gone by now, since when the oldest, and how many were given up in the last day.

    `unknown`: those of the last day that may have arrived or not, and are not sent again.
    """

    waiting: int
    oldest_at: datetime | None
    failed: int
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class RecentBooks:
    """How many of the last entries were looked at (`cut`: not all of the time asked for), what does not agree."""

    entries: int
    cut: bool
    findings: tuple[Finding, ...]


async def write(connection: AsyncConnection) -> None:
    """Write something that changes nothing, so that its commit is as durable as any other.

    Raises: the database's error (gone, full, locked, a standby, read-only).
    """
    if connection.dialect.name == "sqlite":
        version = int(await connection.scalar(text("PRAGMA user_version")) or 0)
        await connection.exec_driver_sql(f"PRAGMA user_version = {version}")  # a number in the file's header
        return
    if await connection.scalar(text("SHOW transaction_read_only")) == "on":
        raise ReadOnly
    await connection.execute(text("SELECT pg_current_xact_id()"))  # a transaction with a number is written to the log


async def size(connection: AsyncConnection) -> int:
    """Bytes a PostgreSQL database holds."""
    return int(await connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


async def outbox(connection: AsyncConnection, *, now: datetime) -> Outbox:
    """What the sender has before it; who blocked the bot is not waited for."""
    waiting = (
        select(func.count(), func.min(messages.c.due_at))
        .join(people, people.c.id == messages.c.person_id)
        .where(messages.c.state == OutboxState.QUEUED, messages.c.due_at <= now, people.c.unreachable_at.is_(None))
    )
    count, oldest = (await connection.execute(waiting)).one()
    # Ids are made in the order of time: the last day's are together at the end, whatever the table holds.
    lately = messages.c.id >= lowest_id(now - timedelta(days=1))
    leased = messages.c.claimed_until.is_not(None) & (messages.c.claimed_until > now)
    being_sent = (messages.c.state == OutboxState.UNKNOWN) & leased
    by_state = select(messages.c.state, func.count()).where(lately, ~being_sent).group_by(messages.c.state)
    ended = {str(row[0]): int(row[1]) for row in await connection.execute(by_state)}
    return Outbox(count, oldest, ended.get(OutboxState.FAILED, 0), ended.get(OutboxState.UNKNOWN, 0))


async def books_since(connection: AsyncConnection, since: datetime) -> RecentBooks:
    """Entries booked since then, the newest MOST_ENTRIES at most: each for itself and with its tips."""
    newest = select(entries.c.id).where(entries.c.id >= lowest_id(since)).order_by(entries.c.id.desc())
    limit: UUID | None = await connection.scalar(newest.offset(MOST_ENTRIES - 1).limit(1))
    first = limit or lowest_id(since)
    count = int(await connection.scalar(select(func.count()).where(entries.c.id >= first)) or 0)
    found = tuple([finding async for finding in recent_findings(connection, first)])
    return RecentBooks(count, limit is not None, found)
