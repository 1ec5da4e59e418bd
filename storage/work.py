"""A unit of work: one transaction, committed when its block ends well, with the stores of every feature on it."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines import Engines, is_passing, is_trouble
from storage.inline import InlineConnection, drive
from storage.stores import Stores
from storage.together import TogetherWriter

T = TypeVar("T")


class DatabaseTrouble(Exception):
    """The database could not do its work; that says nothing about what was asked of it."""


class Work(Stores):
    """One open transaction with the stores on it."""

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What is written in the block is undone if it raises; the unit of work goes on.

        Raises: DatabaseTrouble where the rows were not at fault.
        """
        try:
            async with self.connection.begin_nested():
                yield
        except DBAPIError as error:
            if is_trouble(error):
                raise DatabaseTrouble from error
            raise


class UnitOfWork:
    """Opens units of work: `async with unit() as work` to write, `async with unit.read() as work` to read."""

    def __init__(self, engines: Engines) -> None:
        """Use these engines; who opened them closes them."""
        self._engines = engines
        self.dialect = engines.dialect
        self._together = TogetherWriter(engines) if engines.inline is not None else None

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Work]:
        """Commit at the end of the block, roll back if it raises. Never wait for the network inside."""
        async with self._turn(), self._engines.writer.begin() as connection:
            yield Work(connection)

    async def run(self, step: Callable[[Work], Coroutine[Any, Any, T]]) -> T:
        """The same for a hot step that waits for nothing but its database; on SQLite it shares a commit with others.

        The step may run twice: where one of those that share the commit fails, all of it is rolled back and done again.
        Raises: WaitedElsewhere, what the step raises, the database's error. Cancelled, it may have been committed.
        """
        if self._together is None:
            async with self() as work:
                return await step(work)

        def write(connection: Connection, careful: bool) -> T:
            inline = InlineConnection(connection, savepoints=careful)
            return drive(step(Work(cast(AsyncConnection, inline))))

        return cast(T, await self._together(write))

    async def look(self, step: Callable[[Work], Coroutine[Any, Any, T]]) -> T:
        """What a few short reads say, as `read`; on SQLite without a hop to another thread and back.

        Raises: WaitedElsewhere, what the step raises, the database's error.
        """
        if self._engines.inline_reader is not None:
            try:
                return self._look_inline(self._engines.inline_reader, step)
            except DBAPIError as error:
                if not is_passing(error):
                    raise
        async with self.read() as work:
            return await step(work)

    def _look_inline(self, engine: Engine, step: Callable[[Work], Coroutine[Any, Any, T]]) -> T:
        with engine.connect() as connection, connection.begin() as transaction:
            try:
                return drive(step(Work(cast(AsyncConnection, InlineConnection(connection)))))
            finally:
                transaction.rollback()

    def _turn(self) -> AbstractAsyncContextManager[object]:
        """SQLite has one writer; on PostgreSQL writers stand beside each other."""
        return self._engines.turn if self._engines.inline is not None else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Work]:
        """What is committed, without a write lock; what it would write is lost.

        On PostgreSQL each statement sees its own moment (`snapshot` sees one).
        """
        async with self._engines.reader.connect() as connection, connection.begin() as transaction:
            yield Work(connection)
            await transaction.rollback()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Work]:
        """Like `read`, and all its statements see one moment, on PostgreSQL too: for figures that must agree."""
        async with self._engines.reader.connect() as connection:
            if self.dialect == "postgresql":
                await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin() as transaction:
                if self.dialect == "postgresql":  # whoever writes it to a file may take their time
                    await connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
                yield Work(connection)
                await transaction.rollback()
