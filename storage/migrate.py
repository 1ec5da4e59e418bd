"""Migrations, run by Alembic inside the process; loaded only where a schema is changed."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError

from storage.engines import Engines, is_passing
from storage.revision import current

FOLDER: Final = Path(__file__).parent / "migrations"
LOCK: Final = 0x79697A616E  # "yizan": one migration at a time, whichever process runs it
ASK_AGAIN_S: Final = 0.2
# A change of a table waits for who uses it, and all others wait behind it: hardly at all, rather again, for so long.
LOCK_TIMEOUT: Final = "80ms"
PAUSE_S: Final = 0.25
PATIENCE_S: Final = 30.0


async def upgrade(engines: Engines, revision: str = "head") -> None:
    """Bring the schema to `revision`. Of several at once one does it, the others find it done.

    PostgreSQL: each revision is a transaction of its own; what fails in the middle leaves those before it, and the
    next call goes on there. SQLite: all of them are one, since a transaction is what keeps others out.
    """
    await _run(engines, lambda config: command.upgrade(config, revision))


async def downgrade(engines: Engines, revision: str) -> None:
    """Take the schema back to `revision` (`base` for nothing)."""
    await _run(engines, lambda config: command.downgrade(config, revision))


async def _run(engines: Engines, step: Callable[[Config], None]) -> None:
    async with _alone(engines):
        at, until = "nothing tried yet", 0.0
        while True:
            try:
                return await _try(engines, step)
            except DBAPIError as error:
                if not is_passing(error):
                    raise
                now, reached = time.monotonic(), await current(engines) or ""
                if reached != at:  # each revision has its own patience
                    at, until = reached, now + PATIENCE_S
                if now >= until:
                    raise
            await asyncio.sleep(PAUSE_S)


async def _try(engines: Engines, step: Callable[[Config], None]) -> None:
    def run(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        step(config)

    if engines.dialect == "sqlite":
        async with engines.writer.begin() as connection:
            await connection.run_sync(run)
        return
    async with engines.writer.connect() as connection:
        # Alembic begins and ends the transactions; each of them gives up on a lock soon.
        event.listen(connection.sync_connection, "begin", _impatient)
        await connection.run_sync(run)


def _impatient(connection: Connection) -> None:
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")


@contextlib.asynccontextmanager
async def _alone(engines: Engines) -> AsyncIterator[None]:
    """No other process migrates meanwhile; SQLite has one writer anyway.

    The lock is a transaction's, which holds behind a pooler too, on a connection of its own. Who has to wait asks
    again: a statement that waits keeps a snapshot, and CREATE INDEX CONCURRENTLY would wait for that.
    """
    if engines.dialect == "sqlite":
        yield
        return
    async with engines.writer.connect() as guard:
        while not await guard.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}):
            await guard.rollback()
            await asyncio.sleep(ASK_AGAIN_S)
        # The last thing it says: after a SELECT the driver would keep that one's snapshot.
        await guard.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        yield
