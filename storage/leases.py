"""Leases: taken, renewed and given back by compare and swap; held still by every write that is made in their name."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, literal, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.leases import Lease
from storage.tables import leases
from storage.upsert import insert_into

# A process that is frozen in the middle of a write, or of a renewal, holds its locks. The server ends such a
# transaction before the lease is over, so that whoever takes over need not wait for it.
IDLE_MS: Final = 2000
# Whoever is gone has not renewed for longer than this: what waits for it that long waits for nothing.
FROZEN_MS: Final = 1000


@dataclass(frozen=True, slots=True)
class Held:
    """A lease for people to read; `renewed_at` by the holder's wall clock, which nothing is decided by."""

    lease: Lease
    renewed_at: datetime


class LeaseStore:
    """Rows of `leases`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def find(self, name: str) -> Held | None:
        """The lease as it is; None if nobody ever held it."""
        row = (await self._connection.execute(select(leases).where(leases.c.name == name))).first()
        return Held(Lease(row.name, row.epoch, row.holder, row.beats), row.renewed_at) if row else None

    async def move(self, was: Lease, to: Lease, *, now: datetime) -> bool:
        """Put `to` in the place of `was`; False if it is no longer so. The holder's last writes are waited for.

        A renewal waits for nobody: it changes no epoch.
        """
        if self._is_postgresql:
            await self._connection.execute(select(_put_out_when_frozen()))
        if was.epoch == 0:
            first = insert_into(self._connection, leases).values(
                name=was.name, epoch=0, holder=None, beats=0, renewed_at=now
            )
            await self._connection.execute(first.on_conflict_do_nothing(index_elements=["name"]))
        if to.epoch != was.epoch:
            await self._end_sessions(was, to)
            # Against the FOR KEY SHARE of `hold`; an UPDATE of other columns than the key would pass beside it.
            await self._connection.execute(select(leases.c.epoch).where(leases.c.name == was.name).with_for_update())
        values = {"epoch": to.epoch, "holder": to.holder, "beats": to.beats, "renewed_at": now}
        moved = update(leases).where(_is(was), leases.c.beats == was.beats).values(values)
        return (await self._connection.execute(moved.returning(leases.c.name))).first() is not None

    async def _end_sessions(self, was: Lease, to: Lease) -> None:
        """End the transactions of whoever is replaced that wait for it to go on: it may be frozen, locks in its hands.

        The server's own limits of idle sessions don't end one that was frozen between two messages of one statement.
        """
        if not self._is_postgresql or was.holder is None or to.holder is None or was.holder == to.holder:
            return
        await self._connection.execute(_END_SESSIONS, {"holder": was.holder, "frozen_ms": FROZEN_MS})

    async def hold(self, lease: Lease) -> bool:
        """Whether this epoch is still this holder's; if so nobody takes over before this transaction is over."""
        held = select(leases.c.epoch).where(_is(lease)).with_for_update(read=True, key_share=True)
        if self._is_postgresql:
            held = held.add_columns(_put_out_when_frozen())
        return (await self._connection.execute(held)).first() is not None

    @property
    def _is_postgresql(self) -> bool:
        return self._connection.dialect.name == "postgresql"


# By the name each process gives its sessions (storage/engines.py); only those of our own role can be ended at all.
_END_SESSIONS: Final = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :holder AND usename = current_user"
    " AND xact_start IS NOT NULL AND wait_event_type = 'Client'"
    " AND state_change < clock_timestamp() - CAST(:frozen_ms AS double precision) * interval '1 millisecond'"
)


def _put_out_when_frozen() -> ColumnElement[str]:
    """For this transaction only, so that it holds behind a pooler too."""
    return func.set_config("idle_in_transaction_session_timeout", literal(str(IDLE_MS)), literal(True))


def _is(lease: Lease) -> ColumnElement[bool]:
    """By the holder too: a database that was taken back to an older state may give an epoch a second time."""
    return (
        (leases.c.name == lease.name)
        & (leases.c.epoch == lease.epoch)
        & leases.c.holder.is_not_distinct_from(lease.holder)
    )
