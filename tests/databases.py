"""What makes a thousand tests on real databases quick: PostgreSQL databases used again, statements compiled once."""

from typing import Any

import asyncpg
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

TOO_MANY = 2000  # a database with more rows than these to be deleted is not used again

# Everything of a schema that a test could change: tables, columns, triggers, constraints, functions, settings, version.
_SHAPE = """
SELECT md5(concat(
  (SELECT string_agg(concat(c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull), ','
                     ORDER BY c.relname, a.attnum)
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace),
  (SELECT string_agg(concat(tgname, tgenabled, tgrelid), ',' ORDER BY tgname, tgrelid) FROM pg_trigger),
  (SELECT string_agg(concat(conname, convalidated, pg_get_constraintdef(oid)), ',' ORDER BY conname, oid)
     FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
  (SELECT string_agg(concat(proname, prosrc), ',' ORDER BY proname, oid)
     FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
  (SELECT string_agg(nspname, ',' ORDER BY nspname) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_temp\\_%'
     AND nspname NOT LIKE 'pg\\_toast\\_temp\\_%'),
  (SELECT string_agg(setconfig::text, ',' ORDER BY setrole)
     FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()),
  (SELECT string_agg(version_num, ',') FROM alembic_version)
))
"""


class Databases:
    """Migrated databases of one server: each is emptied after a test and given to the next one.

    One copied from the template takes 0.2 to 0.4 s, one that is emptied a tenth of it. A database whose schema a test
    changed, or that holds many rows, is dropped. The books forbid to delete (triggers): here nothing is fired.
    """

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template = server, template
        self._free: list[str] = []
        self._made = 0
        self._shape = ""
        self._is_there: str | None = None  # one question: which tables have rows

    async def take(self) -> str:
        """Name of a migrated database without a row."""
        if self._free:
            return self._free.pop()
        self._made += 1
        name = f"t_{self._made}"
        admin = await asyncpg.connect(self._server)
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE {self._template}')
        await admin.close()
        return name

    async def give_back(self, name: str) -> None:
        """Empty it for the next test, or drop it."""
        admin = await asyncpg.connect(self._server)
        others = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1"
        try:
            await admin.execute(others, name)
            if await self._empty(name):
                self._free.append(name)
            else:
                await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        finally:
            await admin.close()

    async def _empty(self, name: str) -> bool:
        try:
            connection = await asyncpg.connect(with_database(self._server, name), statement_cache_size=0)
        except asyncpg.PostgresError:
            return False  # a test dropped it, or lets nobody in
        try:
            if not self._shape or self._is_there is None:
                await self._learn()
            if await connection.fetchval(_SHAPE) != self._shape:
                return False
            assert self._is_there is not None
            rows = 0
            await connection.execute("SET session_replication_role = replica")
            for (table,) in await connection.fetch(self._is_there):
                deleted = await connection.execute(f'DELETE FROM "{table}"')
                rows += int(deleted.split()[-1])
            return rows <= TOO_MANY
        finally:
            await connection.close()

    async def _learn(self) -> None:
        """What the template looks like."""
        connection = await asyncpg.connect(with_database(self._server, self._template))
        self._shape = await connection.fetchval(_SHAPE)
        found = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [str(row[0]) for row in found if row[0] != "alembic_version"]
        self._is_there = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables
        )
        assert not await connection.fetch(self._is_there), "the template has rows: emptying would lose them"
        await connection.close()


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    head, _, tail = url.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{tail}" if tail else "")


class OneCache(LRUCache[Any, Any]):
    """Statements as compiled for one engine serve every engine of the same dialect and driver.

    SQLAlchemy keeps them per engine, and each test opens engines of its own: half of a test's time was compiling.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        """By the dialect's name, not by which instance of it asks."""
        return super().get(_named(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_named(key), value)


def _named(key: Any) -> Any:
    dialect, *rest = key
    return (dialect.name, dialect.driver, *rest)


def compile_once() -> None:
    """From now on each engine of this process uses one cache of compiled statements."""
    cache, init = OneCache(1500), Engine.__init__

    def with_cache(self: Engine, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        self._compiled_cache = cache

    Engine.__init__ = with_cache  # type: ignore[method-assign]
