"""Which migration a database is at: one look, without loading Alembic (small commands answer at once)."""

from typing import Final

from sqlalchemy import Connection, inspect, text

from storage.engines import Engines

REVISIONS: Final = ("0001", "0002", "0003", "0004")  # oldest first; a test holds them equal to storage/migrations/
HEAD: Final = REVISIONS[-1]


async def current(engines: Engines) -> str | None:
    """The migration the database is at; None for an empty one."""

    def look(connection: Connection) -> str | None:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)

    async with engines.reader.connect() as connection:
        return await connection.run_sync(look)
