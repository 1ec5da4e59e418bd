"""Migrations, run by Alembic inside the process; loaded only where a schema is changed."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from storage.engines import Engines

FOLDER: Final = Path(__file__).parent / "migrations"


async def upgrade(engines: Engines, revision: str = "head") -> None:
    """Bring the schema to `revision`, in one transaction."""
    await _run(engines, lambda config: command.upgrade(config, revision))


async def downgrade(engines: Engines, revision: str) -> None:
    """Take the schema back to `revision` (`base` for nothing)."""
    await _run(engines, lambda config: command.downgrade(config, revision))


async def _run(engines: Engines, step: Callable[[Config], None]) -> None:
    def run(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        step(config)

    async with engines.writer.begin() as connection:
        await connection.run_sync(run)
