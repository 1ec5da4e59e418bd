"""INSERT … ON CONFLICT for whichever engine is underneath; both speak it, SQLAlchemy names it by dialect."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Insert = postgresql.Insert | sqlite.Insert


def insert_into(connection: AsyncConnection, table: Table) -> Insert:
    """An insert that knows on_conflict_do_nothing and on_conflict_do_update."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
