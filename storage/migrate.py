"""Migrations, run by Alembic inside the process; loaded only where a schema is looked at or changed."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.engines import Engines

_FOLDER: Final = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def head() -> str:
    """The newest migration this program knows."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def known() -> frozenset[str]:
    """Every migration this program knows."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


async def current(engines: Engines) -> str | None:
    """The migration the database is at; None for an empty one."""
    async with engines.writer.connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def upgrade(engines: Engines, revision: str = "head") -> None:
    """Bring the schema to `revision`, in one transaction."""
    await _run(engines, lambda config: command.upgrade(config, revision))


async def downgrade(engines: Engines, revision: str) -> None:
    """Take the schema back to `revision` (`base` for nothing)."""
    await _run(engines, lambda config: command.downgrade(config, revision))


async def _run(engines: Engines, step: Callable[[Config], None]) -> None:
    def run(connection: Connection) -> None:
        config = _config()
        config.attributes["connection"] = connection
        step(config)

    async with engines.writer.begin() as connection:
        await connection.run_sync(run)
