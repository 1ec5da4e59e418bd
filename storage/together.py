"""SQLite's one hot writer: every unit of work that waits is written in one transaction, whatever its kind.

A commit costs an fsync however much it holds, and while it runs nobody else can begin: offers, events and settlements
that come in together are committed together. Each has a savepoint, so one that fails is undone alone.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage.engines import Engines
from storage.inline import begin, in_thread

Write = Callable[[Connection], Any]
# Turns of the event loop after a commit, in which whoever was answered may ask for the next thing; no time is waited.
TURNS: Final = 8


class TogetherWriter:
    """Runs steps that are done when they return, several to a commit."""

    def __init__(self, engines: Engines) -> None:
        """Write through the engines' inline connection, in turn with their writer."""
        self._engines = engines
        self._waiting: list[tuple[Write, asyncio.Future[Any]]] = []
        self._runner: asyncio.Task[None] | None = None

    def __call__(self, write: Write) -> Awaitable[Any]:
        """What `write` returns, once it is committed. Raises: what it raised, or the database's error."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((write, future))
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run(), name="together")
        return future

    async def _run(self) -> None:
        taken: list[tuple[Write, asyncio.Future[Any]]] = []
        try:
            while self._waiting:
                async with self._engines.turn:
                    taken, self._waiting = self._waiting, []
                    try:
                        await self._commit(taken)
                    except Exception as error:  # noqa: BLE001 - everyone who waits must learn of it
                        _answer([(future, error) for _, future in taken])
                for _ in range(TURNS):
                    await asyncio.sleep(0)
        except BaseException:
            for _, future in [*taken, *self._waiting]:
                future.cancel()
            self._waiting = []
            raise

    async def _commit(self, taken: list[tuple[Write, "asyncio.Future[Any]"]]) -> None:
        if self._engines.inline is None or self._engines.committer is None:
            raise RuntimeError("only SQLite writes together")
        with self._engines.inline.connect() as connection:
            transaction = await begin(connection)
            try:
                results = [(future, _run_alone(connection, write)) for write, future in taken if not future.cancelled()]
            except BaseException:
                transaction.rollback()
                raise
            await in_thread(self._engines.committer, transaction.commit)
        _answer(results)


def _run_alone(connection: Connection, write: Write) -> Any:
    """What it returns or raised; undone if it raised. Raises: DBAPIError when the whole transaction is lost."""
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    driver.execute("SAVEPOINT alone")
    try:
        result = write(connection)
    except Exception as error:
        if not driver.in_transaction:  # a full disk takes everything with it
            if isinstance(error, DBAPIError):
                raise
            raise DBAPIError.instance("SAVEPOINT", None, sqlite3.OperationalError(str(error)), sqlite3.Error) from error
        driver.execute("ROLLBACK TO alone")
        result = error
    driver.execute("RELEASE alone")
    return result


def _answer(results: "list[tuple[asyncio.Future[Any], Any]]") -> None:
    for future, result in results:
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
