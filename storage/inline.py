"""A connection that answers at once: for units of work that run whole in SQLite's writer thread.

Every hop between the event loop and a database thread costs more than the statement it carries. A unit of work that
waits for nothing but its database can be driven to its end in one hop, over the same stores.
"""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.engine import CursorResult

T = TypeVar("T")


class WaitedElsewhere(RuntimeError):
    """A unit of work waited for something other than its database: a mistake in the program; nothing is written."""


class InlineConnection:
    """As much of AsyncConnection as the stores use, on a connection of this very thread."""

    def __init__(self, connection: Connection) -> None:
        """Stand on a connection with an open transaction."""
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        """Which engine is underneath."""
        return self._connection.dialect

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run a statement; the result is there when this returns."""
        return self._connection.execute(statement, parameters)

    async def scalar(self, statement: Executable, parameters: Any = None) -> Any:
        """The first column of the first row."""
        return self._connection.scalar(statement, parameters)

    @asynccontextmanager
    async def begin_nested(self) -> AsyncIterator[None]:
        """A savepoint."""
        with self._connection.begin_nested():
            yield


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never really waits. Raises: WaitedElsewhere, and what the work raises."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    work.close()
    raise WaitedElsewhere("wait for the network outside of a unit of work")
