"""Units of work without a hop to another thread for each statement: on SQLite they run where they stand.

The same file, the same statements, the same locks and commits (storage/inline.py, which hot units run on anyway); two
years in a minute would not be done otherwise.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from sqlalchemy import Executable, ScalarResult, create_engine, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import QueuePool

from storage.engines import Engines, _prepare
from storage.inline import InlineConnection, begin
from storage.work import UnitOfWork, Work

READERS = 40


class Here(InlineConnection):
    """What cold units of work use besides."""

    async def scalars(self, statement: Executable, parameters: Any = None) -> ScalarResult[Any]:
        """The first column of each row."""
        return self._connection.scalars(statement, parameters)


class InlineUnit(UnitOfWork):
    """On PostgreSQL like any other."""

    def __init__(self, engines: Engines) -> None:
        super().__init__(engines)
        self._readers = None
        if engines.inline_reader is not None:
            self._readers = create_engine(
                engines.inline_reader.url, poolclass=QueuePool, pool_size=READERS,
                connect_args={"isolation_level": None, "cached_statements": 1024},
            )  # fmt: skip
            _prepare(self._readers, readonly=True)

    async def hasten(self) -> None:
        """Commits do not wait for the disk: what a power loss would lose is not what is asked here."""
        if self._engines.inline is not None:
            connection = self._engines.inline.raw_connection()  # the only one it has
            connection.cursor().execute("PRAGMA synchronous = OFF")
            connection.close()
            return
        async with self() as work:
            name = await work.connection.scalar(text("SELECT current_database()"))
            await work.connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
        await self._engines.writer.dispose()  # its connections know nothing of it

    def close(self) -> None:
        """Give its connections back."""
        if self._readers is not None:
            self._readers.dispose()

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Work]:
        if self._engines.inline is None:
            async with super().__call__() as work:
                yield work
            return
        async with self._turn():
            with self._engines.inline.connect() as connection:
                transaction = await begin(connection)
                try:
                    yield Work(cast(AsyncConnection, Here(connection)))
                except BaseException:
                    transaction.rollback()
                    raise
                transaction.commit()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Work]:
        if self._readers is None:
            async with super().read() as work:
                yield work
            return
        with self._readers.connect() as connection, connection.begin() as transaction:
            try:
                yield Work(cast(AsyncConnection, Here(connection)))
            finally:
                transaction.rollback()
