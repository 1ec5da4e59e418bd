"""Two long lists laid side by side on disk, to find where they disagree without holding either in memory.

A SQLite database of its own that nobody else sees and that is gone when it is closed, whichever engine the books are
on; so nothing of a comparison stands in the way of those who give. Small ones never leave the memory.
"""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from giving.money import Money
from giving.payments import EventKind
from giving.reconcile import Agreed, Ours, Theirs
from giving.reconcile_times import Window

T = TypeVar("T")
Fact = tuple[EventKind, str]
_CACHE_KB: Final = 32_768
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TABLES: Final = """
CREATE TABLE theirs (id TEXT, kind TEXT, minor INTEGER, currency TEXT, at INTEGER, reference TEXT, account TEXT);
CREATE TABLE ours (id TEXT, kind TEXT, minor INTEGER, currency TEXT, minor2 INTEGER, currency2 TEXT, at INTEGER);
CREATE TABLE doubtful (id TEXT PRIMARY KEY, at INTEGER) WITHOUT ROWID;
"""
# Made when everything is there: an index that grows row by row costs several times as much.
_INDEXES: Final = """
CREATE INDEX IF NOT EXISTS theirs_id ON theirs (id);
CREATE UNIQUE INDEX IF NOT EXISTS ours_id ON ours (id, kind);
CREATE INDEX IF NOT EXISTS doubtful_at ON doubtful (at, id);
"""
_SAME: Final = """theirs.id = ours.id AND theirs.kind = ours.kind AND (
    (theirs.minor = ours.minor AND theirs.currency = ours.currency)
    OR (theirs.minor = ours.minor2 AND theirs.currency = ours.currency2))"""
_DOUBTFUL: Final = f"""
INSERT INTO doubtful SELECT id, min(at) FROM (
    SELECT id, at FROM theirs WHERE NOT EXISTS (SELECT 1 FROM ours WHERE {_SAME})
    UNION ALL
    SELECT id, at FROM ours WHERE NOT EXISTS (SELECT 1 FROM theirs WHERE {_SAME})
) GROUP BY id"""  # noqa: S608 - our own words
# What is listed twice, word for word, is one record.
_AGREED: Final = f"""
SELECT kind, currency, count(*), sum(minor) FROM (
    SELECT DISTINCT id, kind, minor, currency FROM theirs
    WHERE at >= ? AND at < ? AND EXISTS (SELECT 1 FROM ours WHERE {_SAME})
) GROUP BY kind, currency ORDER BY kind, currency"""  # noqa: S608 - our own words
_NEXT: Final = "SELECT at, id FROM doubtful WHERE (at, id) > (?, ?) ORDER BY at, id LIMIT ?"
_THEIRS: Final = "SELECT kind, minor, currency, at, reference, account FROM theirs WHERE id = ? ORDER BY rowid"


class NoRoom(Exception):
    """The temporary file could not be written or read. str() is SQLite's word for it."""


class Scratch:
    """The two lists; every call works in a thread, one after the other. Raises: NoRoom."""

    def __init__(self) -> None:
        """Open an empty one."""
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._lock = threading.Lock()
        self._db.execute("PRAGMA journal_mode = OFF")  # it is thrown away when anything fails
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Throw it away; what is still running in a thread is broken off."""
        self._db.interrupt()
        with self._lock:
            self._db.close()

    async def add_theirs(self, records: Sequence[Theirs]) -> None:
        """More of the provider's."""
        rows = [
            (
                r.their_id, r.kind.value, r.amount.minor, r.amount.currency, _number(r.at),
                r.reference.hex if r.reference else None, r.account,
            )
            for r in records
        ]  # fmt: skip
        await self._do(partial(self._add, "INSERT INTO theirs VALUES (?, ?, ?, ?, ?, ?, ?)", rows))

    async def add_ours(self, entries: Sequence[Ours]) -> None:
        """More of ours; after the first question, one that is there already stays as it is."""
        rows = [(e.their_id, e.kind.value, *_two(e.amounts), _number(e.at)) for e in entries]
        await self._do(partial(self._add, "INSERT OR IGNORE INTO ours VALUES (?, ?, ?, ?, ?, ?, ?)", rows))

    async def doubtful(self, page: int) -> AsyncIterator[dict[str, list[Theirs]]]:
        """Ids of which the two sides do not say the same, so many at a time, the oldest first; with the provider's
        records of each.
        """
        await self._do(self._find_doubtful)
        last: tuple[int, str] = (-(1 << 62), "")
        while rows := await self._do(partial(self._next, last, page)):
            last = rows[-1]
            yield await self._do(partial(self._records, [id_ for _, id_ in rows]))

    async def listed(self, facts: Iterable[Fact]) -> set[Fact]:
        """Those of these facts that the provider lists."""
        return await self._do(partial(self._listed, list(facts)))

    async def agreed(self, window: Window) -> list[Agreed]:
        """What agrees among the provider's records of that time."""
        return await self._do(partial(self._agreed, window))

    async def _do(self, work: Callable[[], T]) -> T:
        def locked() -> T:
            with self._lock:
                try:
                    return work()
                except sqlite3.OperationalError as error:
                    raise NoRoom(str(error)) from error

        return await asyncio.to_thread(locked)

    def _add(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        self._db.execute("BEGIN")
        self._db.executemany(sql, rows)
        self._db.execute("COMMIT")

    def _find_doubtful(self) -> None:
        self._db.executescript(_INDEXES)
        self._db.execute("DELETE FROM doubtful")
        self._db.execute(_DOUBTFUL)

    def _next(self, after: tuple[int, str], limit: int) -> list[tuple[int, str]]:
        return self._db.execute(_NEXT, (*after, limit)).fetchall()

    def _records(self, ids: Sequence[str]) -> dict[str, list[Theirs]]:
        return {
            id_: [
                Theirs(EventKind(kind), id_, Money(minor, currency), _time(at), UUID(ref) if ref else None, account)
                for kind, minor, currency, at, ref, account in self._db.execute(_THEIRS, (id_,))
            ]
            for id_ in ids
        }

    def _listed(self, facts: Sequence[Fact]) -> set[Fact]:
        where = "SELECT 1 FROM theirs WHERE id = ? AND kind = ?"
        return {(kind, id_) for kind, id_ in facts if self._db.execute(where, (id_, kind.value)).fetchone()}

    def _agreed(self, window: Window) -> list[Agreed]:
        rows = self._db.execute(_AGREED, (_number(window.since), _number(window.until)))
        return [Agreed(EventKind(kind), count, Money(minor, currency)) for kind, currency, count, minor in rows]


@asynccontextmanager
async def scratch() -> AsyncIterator[Scratch]:
    """An empty one, thrown away at the end of the block."""
    with contextlib.closing(Scratch()) as opened:
        yield opened


def _number(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def _time(number: int) -> datetime:
    return _EPOCH + timedelta(microseconds=number)


def _two(amounts: Sequence[Money]) -> tuple[object, ...]:
    """The amounts of an entry as four columns: a conversion has two, everything else one."""
    first = amounts[0]
    second = amounts[1] if len(amounts) > 1 else None
    return first.minor, first.currency, second.minor if second else None, second.currency if second else None
