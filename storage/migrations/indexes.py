"""Indexes and keys of tables that are in use: made and dropped while others write to them (PostgreSQL).

They end the transaction of the revision that calls them and begin another: call them first, so that whoever tries
again after a failure finds nothing else done.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Final

from alembic import op
from sqlalchemy import Connection, TextClause, text

from storage.migrate import LOCK_TIMEOUT

# Nobody waits behind it; it waits for transactions that began before.
PATIENCE: Final = "30s"


def create_index(name: str, table: str, columns: Sequence[str], where: TextClause | None = None) -> None:
    """Make it, unless it is there; one that was left unfinished is dropped before."""
    if op.get_bind().dialect.name != "postgresql":
        op.create_index(name, table, columns, sqlite_where=where)
        return
    with _patiently() as bind:
        unfinished = text("SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(:name) AND NOT indisvalid")
        if bind.scalar(unfinished, {"name": name}):
            op.drop_index(name, table_name=table, postgresql_concurrently=True, if_exists=True)
        op.create_index(
            name, table, columns, postgresql_where=where, postgresql_concurrently=True, if_not_exists=True
        )  # fmt: skip


def drop_index(name: str, table: str) -> None:
    """Drop it, unless it is gone."""
    if op.get_bind().dialect.name != "postgresql":
        op.drop_index(name, table_name=table)
        return
    with _patiently():
        op.drop_index(name, table_name=table, postgresql_concurrently=True, if_exists=True)


def drop_key(name: str, table: str) -> None:
    """Drop a foreign key that points to a table in use, unless it is gone; SQLite drops it with its table.

    It takes that table for itself. A revision that holds another one in use by then hardly ever gets it: who writes to
    both has this one and waits for the other.
    """
    if op.get_bind().dialect.name == "postgresql":
        with _patiently(LOCK_TIMEOUT) as bind:
            bind.exec_driver_sql(f"ALTER TABLE IF EXISTS {table} DROP CONSTRAINT IF EXISTS {name}")


@contextlib.contextmanager
def _patiently(patience: str = PATIENCE) -> Iterator[Connection]:
    with op.get_context().autocommit_block():
        bind = op.get_bind()
        bind.exec_driver_sql(f"SET lock_timeout = '{patience}'")
        try:
            yield bind
        finally:
            bind.exec_driver_sql("RESET lock_timeout")
