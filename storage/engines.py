"""Engines for one database: a writer and readers, with the pragmas and timeouts without which commits are lost."""

import asyncio
import contextlib
import inspect
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLError
from typing import Any, Final

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, QueuePool

BUSY_TIMEOUT_MS = 5000
LONGEST_TRANSACTION: Final = "5min"  # whatever takes longer is done by commands, which are patient
PASSING: Final = {"40001": "serialization", "40P01": "deadlock", "55P03": "lock"}  # by PostgreSQL's code


class DatabaseUrlWrong(ValueError):
    """The database URL is not one we can open; str() says what to write instead."""


@dataclass(frozen=True, slots=True)
class Engines:
    """Writes go through `writer`, reads that need no lock through `reader` (the same engine on PostgreSQL).

    On SQLite, hot units of work go through `inline` and commit in the thread of `committer`; `turn` keeps it and
    `writer` apart, since two writers would wait for each other by sleeping. Short reads go through `inline_reader`.
    On PostgreSQL `beside` is one more connection, for what must not queue behind the rest. `name` is what the server
    knows our sessions by, so that somebody else can end them when we are frozen.
    """

    writer: AsyncEngine
    reader: AsyncEngine
    dialect: str
    inline: Engine | None = None
    inline_reader: Engine | None = None
    committer: ThreadPoolExecutor | None = None
    beside: AsyncEngine | None = None
    name: str = ""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def apart(self) -> "Engines":
        """The same database by the connection beside, where there is one; whoever closes us closes it too."""
        return self if self.beside is None else Engines(self.beside, self.beside, self.dialect)

    async def close(self) -> None:
        """Give every connection back."""
        if self.inline is not None and self.committer is not None:
            self.inline.dispose()
            if self.inline_reader is not None:
                self.inline_reader.dispose()
            self.committer.shutdown()
        await self.writer.dispose()
        if self.reader is not self.writer:
            await self.reader.dispose()
        if self.beside is not None:
            await self.beside.dispose()


def database_url(text: str) -> URL:
    """A URL with our driver in it. Raises: DatabaseUrlWrong."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise DatabaseUrlWrong(
            "database.url is no URL; write sqlite:///var/yizan.db or postgresql://user@host/name"
        ) from None
    match url.get_backend_name():
        case "sqlite":
            return url.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            _must_know(url)
            return url.set(drivername="postgresql+asyncpg")
    raise DatabaseUrlWrong(f"database.url: {url.get_backend_name()} is not supported; use sqlite or postgresql")


def is_missing(text: str) -> bool:
    """Whether this is a SQLite file that is not there: opening it would make it. Raises: DatabaseUrlWrong.

    One in a folder that this user may not look into is there: whoever opens it is told what is wrong.
    """
    url = database_url(text)
    try:
        return url.get_backend_name() == "sqlite" and not Path(_file_of(url)).exists()
    except OSError:
        return False


def open_engines(text: str, *, patient: bool = False, name: str = "") -> Engines:
    """Open (not yet connect to) the database; makes the folder of a SQLite file.

    `patient`: for commands whose statements may take long (verify, export, migrations). `name`: of this process, for
    the database's own list of who is there (PostgreSQL; at most 63 bytes).

    Raises: DatabaseUrlWrong, OSError (that folder can't be made).
    """
    url = database_url(text)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    engine, beside = (_postgresql(url, size=size, patient=patient, name=name) for size in (10, 1))
    return Engines(engine, engine, "postgresql", beside=beside, name=name)


def _postgresql(url: URL, *, size: int, patient: bool, name: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        connect_args={
            "timeout": 10,
            "command_timeout": None if patient else 30,
            # A process that is frozen in a transaction keeps its locks: the server ends it, so that others go on.
            "server_settings": {
                "lock_timeout": "5s",
                "idle_in_transaction_session_timeout": "0" if patient else "10s",
                **({"application_name": name} if name else {}),
            },
        },
    )
    if not patient:
        _end_what_never_ends(engine.sync_engine)
    return engine


def _end_what_never_ends(engine: Engine) -> None:
    """Between two messages of one statement a session counts as active, and no time limit of idle ones ends it.

    Servers before 17 don't have this one; there such a session is ended by whoever takes over (storage/leases.py).
    """

    @event.listens_for(engine, "connect")
    def limit(connection: Any, _record: object) -> None:
        where_known = "SELECT set_config(name, $1, false) FROM pg_settings WHERE name = 'transaction_timeout'"
        connection.run_async(lambda driver: driver.fetch(where_known, LONGEST_TRANSACTION))


def _sqlite(url: URL) -> Engines:
    Path(_file_of(url)).parent.mkdir(parents=True, exist_ok=True)
    # One connection writes: SQLite has one writer anyway, and a pool of one queues callers instead of failing them.
    writer = _sqlite_engine(url, size=1, readonly=False)
    reader = _sqlite_engine(url, size=4, readonly=True)
    inline, inline_reader = _inline_engine(url, readonly=False), _inline_engine(url, readonly=True)
    committer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")
    return Engines(writer, reader, "sqlite", inline, inline_reader, committer)


def _inline_engine(url: URL, *, readonly: bool) -> Engine:
    """For the event loop's own thread: it never waits for a lock."""
    engine = create_engine(
        url.set(drivername="sqlite"),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        # Statements over a batch (storage/sets.py) come in nine sizes each; the driver keeps 128 by itself.
        connect_args={"isolation_level": None, "cached_statements": 1024},
    )
    # The hot ones: they may keep more pages in memory than the four readers and the cold writer together.
    _prepare(engine, readonly=readonly, wait_ms=0, cache_kb=16384 if readonly else 32768)
    return engine


def _must_know(url: URL) -> None:
    """The driver takes these options. Raises: DatabaseUrlWrong."""
    import asyncpg

    known = {*inspect.signature(asyncpg.connect).parameters, "prepared_statement_cache_size"}
    for name in url.query.keys() - known:
        hint = "ssl=require and the like, as in ?ssl=require" if name.startswith("ssl") else ", ".join(sorted(known))
        raise DatabaseUrlWrong(f"database.url: PostgreSQL's driver has no option {name}; it has {hint}")


def _file_of(url: URL) -> str:
    if not url.database or url.database == ":memory:":
        raise DatabaseUrlWrong("database.url: SQLite needs a file, such as sqlite:///var/yizan.db")
    return url.database


def _sqlite_engine(url: URL, *, size: int, readonly: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=30,
        # The driver's own transaction handling would begin late and lose concurrent updates (405 of 480 measured).
        connect_args={"isolation_level": None},
    )
    _prepare(engine.sync_engine, readonly=readonly)
    return engine


def _prepare(engine: Engine, *, readonly: bool, wait_ms: int = BUSY_TIMEOUT_MS, cache_kb: int = 4096) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in [f"busy_timeout = {wait_ms}", f"cache_size = -{cache_kb}", *_pragmas(readonly)]:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")

    @event.listens_for(engine, "invalidate")
    def let_go(connection: Any, _record: object, _error: object) -> None:
        # Closed is not enough: the driver keeps a connection, and its write lock, while a cursor of it lives, and one
        # may live long in the traceback of whoever was cancelled.
        with contextlib.suppress(Exception):
            connection.rollback()


def _pragmas(readonly: bool) -> list[str]:
    common = ["foreign_keys = ON", "temp_store = MEMORY"]
    if readonly:
        return [*common, "query_only = ON"]
    # NORMAL lost acknowledged commits in 100 of 100 simulated power losses, FULL in none.
    # Without recursive triggers, REPLACE deletes a row without asking the triggers that protect it.
    # A commit of a hundred tips writes more than the 1,000 pages after which SQLite checkpoints by itself: at 32 MB
    # what several commits wrote to the same pages is moved once.
    return [
        "journal_mode = WAL", *common, "synchronous = FULL", "recursive_triggers = ON", "wal_autocheckpoint = 8000",
    ]  # fmt: skip


def is_passing(error: BaseException) -> bool:
    """Whether the same work may go through if it is simply tried again: a deadlock, a lock not got in time."""
    return passing(error) is not None


def passing(error: BaseException) -> str | None:
    """What it is that passes, in a word: `deadlock`, `serialization` or `lock`; None where trying again won't help."""
    if "database is locked" in str(getattr(error, "orig", "")):
        return "lock"
    return PASSING.get(_sqlstate(error))


def is_trouble(error: DBAPIError) -> bool:
    """Whether the database itself could not work (gone, locked, full), rather than the rows being wrong."""
    if isinstance(error, OperationalError) or error.connection_invalidated or is_passing(error):
        return True
    if isinstance(error, InterfaceError):  # asyncpg's word for a lost connection, and for an argument of a wrong type
        return not isinstance(getattr(error.orig, "__cause__", None), ValueError)
    # Classes: connection, resources, operator intervention, system error, internal error
    return _sqlstate(error)[:2] in ("08", "53", "57", "58", "XX")


def is_away(error: BaseException) -> bool:
    """Whether the database does not answer now and may do so later, rather than refusing us, or being none."""
    state = _sqlstate(error) or str(getattr(error, "sqlstate", "") or "")
    if state:
        # Connection, resources, operator intervention; 55000: it lets nobody in at the moment
        return state[:2] in ("08", "53", "57") or state == "55000" or is_passing(error)
    if isinstance(error, DBAPIError):
        return is_passing(error) or error.connection_invalidated
    return isinstance(error, OSError | TimeoutError) and not isinstance(error, PermissionError | SSLError)


def _sqlstate(error: BaseException) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", "") or "")
