"""SQLite's one hot writer: every unit of work that waits is written in one transaction, whatever its kind.

A commit costs an fsync however much it holds, and while it runs nobody else can begin: offers, events and settlements
that come in together are committed together. One that fails is undone alone: should any of them fail, all is rolled
back and done again, each in a savepoint. Savepoints in every commit would copy every page that is written.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from storage.engines import Engines
from storage.inline import Carefully, begin, in_thread

Write = Callable[[Connection, bool], Any]  # the second: whether it may use savepoints
Waiting = tuple[Write, "asyncio.Future[Any]"]
# Turns of the event loop after a commit, in which whoever was answered may ask for the next thing; no time is waited.
TURNS: Final = 8


class TogetherWriter:
    """Runs steps that are done when they return, several to a commit."""

    def __init__(self, engines: Engines) -> None:
        """Write through the engines' inline connection, in turn with their writer."""
        self._engines = engines
        self._waiting: list[Waiting] = []
        self._runner: asyncio.Task[None] | None = None

    def __call__(self, write: Write) -> Awaitable[Any]:
        """What `write` returns, once it is committed; it may be called twice.

        Raises: what it raised, or the database's error.
        """
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((write, future))
        if self._runner is None or self._runner.done():
            self._runner = asyncio.create_task(self._run(), name="together")
        return future

    async def _run(self) -> None:
        taken: list[Waiting] = []
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

    async def _commit(self, taken: list[Waiting]) -> None:
        if self._engines.inline is None or self._engines.committer is None:
            raise RuntimeError("only SQLite writes together")
        with self._engines.inline.connect() as connection:
            transaction = await begin(connection)
            results = _run_all(connection, taken)
            if results is None:
                transaction.rollback()
                transaction = await begin(connection)
                try:
                    results = [(f, _run_alone(connection, write)) for write, f in taken if not f.cancelled()]
                except BaseException:
                    transaction.rollback()
                    raise
            await in_thread(self._engines.committer, transaction.commit)
        _answer(results)


def _run_all(connection: Connection, taken: list[Waiting]) -> "list[tuple[asyncio.Future[Any], Any]] | None":
    """What they return; None if any of them failed, and nothing of this transaction may stand."""
    try:
        return [(future, write(connection, False)) for write, future in taken if not future.cancelled()]
    except (Exception, Carefully):  # noqa: BLE001 - it shows itself the second time
        return None


def _run_alone(connection: Connection, write: Write) -> Any:
    """What it returns or raised; undone if it raised. Raises: DBAPIError when the whole transaction is lost."""
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    driver.execute("SAVEPOINT alone")
    try:
        result = write(connection, True)
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
