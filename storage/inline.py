"""A connection that answers at once: for units of work that run in one go on SQLite.

Every hop between the event loop and a database thread costs more than the statement it carries, and a thread that
works beside the loop waits for the interpreter's lock after every statement. So a hot unit of work is driven to its end
where it stands, over the same stores, and only its commit (the one call that waits for the disk) goes to a thread.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Dialect, Executable, RootTransaction
from sqlalchemy.engine import CursorResult
from sqlalchemy.exc import DBAPIError, OperationalError

from storage.engines import BUSY_TIMEOUT_MS, is_passing

T = TypeVar("T")
ASK_AGAIN_S: Final = 0.005


class WaitedElsewhere(RuntimeError):
    """A unit of work waited for something other than its database: a mistake in the program; nothing is written."""


class Carefully(BaseException):
    """Something failed that only a savepoint can undo alone: roll back, and do all of it again with savepoints.

    No Exception, so that no unit of work takes it for its own.
    """


class InlineConnection:
    """As much of AsyncConnection as the stores use, on a connection of this very thread."""

    def __init__(self, connection: Connection, *, savepoints: bool = True) -> None:
        """Stand on a connection with an open transaction.

        Without `savepoints` it hopes for the best: what would be undone alone raises Carefully.
        """
        self._connection, self._savepoints = connection, savepoints
        self._driver: Any = connection.connection.driver_connection

    @property
    def dialect(self) -> Dialect:
        """Which engine is underneath."""
        return self._connection.dialect

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run a statement; the result is there when this returns."""
        return self._connection.execute(statement, parameters)

    def first(self, statement: str, parameters: Sequence[Any]) -> Any:
        """The first column of the first row, by the driver itself (5 µs; through SQLAlchemy 60). Raises: DBAPIError."""
        try:
            row = self._driver.execute(statement, parameters).fetchone()
        except sqlite3.Error as error:
            raise DBAPIError.instance(statement, None, error, sqlite3.Error) from error
        return row[0] if row else None

    async def scalar(self, statement: Executable, parameters: Any = None) -> Any:
        """The first column of the first row."""
        return self._connection.scalar(statement, parameters)

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[None]:
        """A savepoint. Raises: what the block raised; DBAPIError when the whole transaction is lost (a full disk)."""
        if not self._savepoints:
            try:
                yield
            except Exception as error:
                raise Carefully from error
            return
        self._driver.execute("SAVEPOINT nested")
        try:
            yield
        except BaseException as error:
            if not self._driver.in_transaction:
                if isinstance(error, DBAPIError) or not isinstance(error, Exception):
                    raise
                lost = sqlite3.OperationalError(str(error))
                raise DBAPIError.instance("SAVEPOINT", None, lost, sqlite3.Error) from error
            self._driver.execute("ROLLBACK TO nested")
            self._driver.execute("RELEASE nested")
            raise
        self._driver.execute("RELEASE nested")


async def begin(connection: Connection) -> RootTransaction:
    """BEGIN IMMEDIATE; while another process writes, ask again without holding up the event loop.

    Raises: DBAPIError, "database is locked" after BUSY_TIMEOUT_MS.
    """
    until = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            return connection.begin()
        except OperationalError as error:
            if not is_passing(error) or time.monotonic() > until:
                raise
        await asyncio.sleep(ASK_AGAIN_S)


async def in_thread(thread: Executor, commit: Callable[[], None]) -> None:
    """Commit there; a caller that is cancelled leaves only when it is done, so that nobody else begins before."""
    committing = asyncio.get_running_loop().run_in_executor(thread, commit)
    try:
        await asyncio.shield(committing)
    except asyncio.CancelledError:
        await asyncio.wait((committing,))
        raise


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never really waits. Raises: WaitedElsewhere, and what the work raises."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    work.close()
    raise WaitedElsewhere("wait for the network outside of a unit of work")
