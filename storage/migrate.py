"""Migrations, run by Alembic inside the process; loaded only where a schema is changed."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines import Engines, is_passing

FOLDER: Final = Path(__file__).parent / "migrations"
LOCK: Final = 0x79697A616E  # "yizan": one migration at a time, whichever process runs it
# A change of a table waits for who uses it, and all others wait behind it: not for long, rather again.
LOCK_TIMEOUT: Final = "1s"
MOST_TRIES: Final = 20
PAUSE_S: Final = 0.5


async def upgrade(engines: Engines, revision: str = "head") -> None:
    """Bring the schema to `revision`, in one transaction. Of several at once one does it, the others find it done."""
    await _run(engines, lambda config: command.upgrade(config, revision))


async def downgrade(engines: Engines, revision: str) -> None:
    """Take the schema back to `revision` (`base` for nothing)."""
    await _run(engines, lambda config: command.downgrade(config, revision))


async def _run(engines: Engines, step: Callable[[Config], None]) -> None:
    for tries in range(1, MOST_TRIES + 1):
        try:
            return await _try(engines, step)
        except DBAPIError as error:
            if not is_passing(error) or tries == MOST_TRIES:
                raise
        await asyncio.sleep(PAUSE_S)
    raise AssertionError("the last try returns or raises")


async def _try(engines: Engines, step: Callable[[Config], None]) -> None:
    def run(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        step(config)

    async with engines.writer.begin() as connection:
        if engines.dialect == "postgresql":
            await _alone(connection)
        await connection.run_sync(run)


async def _alone(connection: AsyncConnection) -> None:
    """Until the transaction ends; SQLite has one writer anyway."""
    await connection.execute(text("SET LOCAL lock_timeout = 0"))
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    await connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
