"""Which migration a database is at: one look, without loading Alembic (small commands answer at once)."""

from typing import Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engines import Engines

# Oldest first; a test holds them equal to storage/migrations/.
REVISIONS: Final = (
    "0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012", "0013", "0014",
    "0015", "0016", "0017", "0018", "0019", "0020", "0021", "0022", "0023", "0024", "0025", "0026", "0027", "0028",
    "0029", "0030", "0031", "0032", "0033", "0034",
)  # fmt: skip
HEAD: Final = REVISIONS[-1]


async def current(engines: Engines) -> str | None:
    """The migration the database is at; None for an empty one."""

    async with engines.reader.connect() as connection:
        return await of(connection)


async def of(connection: AsyncConnection) -> str | None:
    """The same on a connection that is open."""

    def look(sync: Connection) -> str | None:
        if not inspect(sync).has_table("alembic_version"):
            return None
        found = sync.scalar(text("SELECT version_num FROM alembic_version"))
        return None if found is None else str(found)

    return await connection.run_sync(look)
