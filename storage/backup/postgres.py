"""PostgreSQL: dumped and restored by its own programs; a restored database takes another's name once it is verified."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from storage.backup import BackupRefused, Progress
from storage.backup.pg_tools import WHERE, Tool, find, run

MAINTENANCE: Final = ("postgres", "template1")  # databases that are there, to stand on while ours get their names
MOST_NAME: Final = 63
JOBS: Final = 2
_TABLE: Final = re.compile(r'dumping contents of table "(?:[^"]+)\.([^"]+)"')
_TABLES: Final = (
    "SELECT relname, pg_table_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)
_COUNT: Final = f"SELECT count(*) FROM ({_TABLES}) AS t"  # noqa: S608
_OTHERS: Final = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = :name AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


@dataclass(frozen=True, slots=True)
class Server:
    """What answers there: PostgreSQL's major version, whether our database is empty, how many others use it.

    `may_create`: whether this role may make databases.
    """

    major: int
    empty: bool
    others: int
    may_create: bool


async def look(url: URL) -> Server:
    """Ask. Raises: DBAPIError, OSError, TimeoutError."""
    async with _connected(url) as connection:
        number = int(await connection.scalar(text("SHOW server_version_num")) or 0)
        tables = await connection.scalar(text(_COUNT))
        others = await connection.scalar(text(_OTHERS), {"name": url.database})
        may = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        return Server(number // 10_000, not tables, int(others or 0), bool(await connection.scalar(text(may))))


@contextlib.asynccontextmanager
async def _connected(url: URL) -> AsyncIterator[AsyncConnection]:
    """A connection of its own, each statement its own transaction."""
    engine = create_async_engine(
        url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args={"timeout": 10, "command_timeout": 60}
    )
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def dump(url: URL, folder: str, target: Path, progress: Progress) -> tuple[str, str, str]:
    """Dump one moment into the empty file `target`, while it is used: its migration, the server's version, the tool's.

    Raises: BackupRefused, DBAPIError, OSError, TimeoutError.
    """
    server, tool = await look(url), await find("pg_dump", folder)
    if tool.major < server.major:
        raise BackupRefused(f"{tool.path}: is of version {tool.major}, the server of {server.major}: {WHERE}")
    async with _connected(url) as connection:
        if (before := await _migration(connection)) is None:
            raise BackupRefused("database.url: holds no database of Yizan; nothing to back up")
        sizes = {str(name): int(size) for name, size in await connection.execute(text(_TABLES))}
        # Only tables are waited for, and not for long: whoever changes the schema is let through first.
        options = ["--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=10s", "--compress=1"]
        await run(tool, [*options, "--verbose", "--file", str(target)], url, _tables_heard(sizes, progress))
        if await _migration(connection) != before:
            raise BackupRefused("the database was upgraded while it was dumped: make the backup again")
    return before, str(server.major), tool.version


class _tables_heard:  # noqa: N801 - a function with a memory
    """Tells the progress, in bytes of tables, as pg_dump names each it begins with."""

    def __init__(self, sizes: dict[str, int], progress: Progress) -> None:
        self._sizes, self._progress, self._done, self._now = sizes, progress, 0, 0

    def __call__(self, line: str) -> None:
        if found := _TABLE.search(line):
            self._done, self._now = self._done + self._now, self._sizes.get(found[1], 0)
            self._progress(self._done, sum(self._sizes.values()))


async def _migration(connection: AsyncConnection) -> str | None:
    if not await connection.scalar(text("SELECT to_regclass('public.alembic_version')")):
        return None
    found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


async def restore(url: URL, tool: Tool, source: Path, progress: Progress, *, whole: bool) -> None:
    """Fill the empty database. `whole`: all or nothing, in one transaction; otherwise by two at once, which is faster.

    Raises: BackupRefused.
    """
    items = await _items(tool, source)
    done = 0

    def heard(line: str) -> None:
        nonlocal done
        if re.search(r": (?:creating|processing data|executing) ", line):
            done += 1
            progress(min(done, items), items)

    how = ["--single-transaction"] if whole else [f"--jobs={JOBS}"]
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--verbose", "--dbname", url.database or ""]
    await run(tool, [*how, *options, str(source)], url, heard)
    async with _connected(url) as connection:
        await connection.execute(text("ANALYZE"))  # without it the first hours are slow


async def _items(tool: Tool, source: Path) -> int:
    process = await asyncio.create_subprocess_exec(
        tool.path, "--list", str(source), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    listed = (await process.communicate())[0].decode(errors="replace").splitlines()
    return max(1, sum(bool(line) and not line.startswith(";") for line in listed))


def fits(tool: Tool, made_by: str, server: str, ours: Server) -> None:
    """Raises: BackupRefused, where the restore can only fail half-way."""
    made = int(re.sub(r"\D.*", "", made_by.partition(" ")[2]) or 0)
    if tool.major < made:
        raise BackupRefused(f"{tool.path}: is of version {tool.major}, the backup was made by {made_by}: {WHERE}")
    if ours.major < int(server):
        raise BackupRefused(f"the backup is of PostgreSQL {server}, this server is {ours.major}: use {server} or newer")


# --- A database beside the other, and its name ------------------------------------------------------------------------


def beside(url: URL, what: str) -> URL:
    """The database whose name says what it is to ours."""
    return url.set(database=f"{(url.database or '')[: MOST_NAME - len(what) - 1]}_{what}")


async def create(url: URL) -> None:
    """Make this database, empty, with the locale and encoding of new ones. Raises: BackupRefused."""
    await _by_maintenance(url, [f"CREATE DATABASE {_quoted(url)} TEMPLATE template0 ENCODING 'UTF8'"])


async def drop(url: URL) -> None:
    """Remove it, whoever is connected. Raises: BackupRefused."""
    await _by_maintenance(url, [f"DROP DATABASE IF EXISTS {_quoted(url)} WITH (FORCE)"])


async def put_in_place(restored: URL, url: URL, kept: URL) -> None:
    """Give the restored database the name of ours, and ours the name `kept`.

    Raises: BackupRefused (somebody is connected: then all is as it was).
    """
    await _by_maintenance(url, [f"ALTER DATABASE {_quoted(url)} RENAME TO {_quoted(kept)}"])
    try:
        await _by_maintenance(url, [f"ALTER DATABASE {_quoted(restored)} RENAME TO {_quoted(url)}"])
    except BackupRefused:
        await _by_maintenance(url, [f"ALTER DATABASE {_quoted(kept)} RENAME TO {_quoted(url)}"])
        raise


async def _by_maintenance(url: URL, statements: Sequence[str]) -> None:
    failure: Exception | None = None
    for name in MAINTENANCE:
        try:
            async with _connected(url.set(database=name)) as connection:
                for statement in statements:
                    await connection.execute(text(statement.replace(":", r"\:")))
            return
        except DBAPIError as error:
            if error.statement is not None:  # it connected, and was refused
                reason = str(error.orig).splitlines()[0].rpartition(">: ")[2]
                raise BackupRefused(f"PostgreSQL refuses: {reason}") from None
            failure = error
        except OSError as error:
            failure = error
        except Exception as error:  # asyncpg's own errors come bare while it connects
            if not isinstance(getattr(error, "sqlstate", None), str):
                raise
            failure = error
    raise BackupRefused(f"neither {' nor '.join(MAINTENANCE)} can be connected to: {failure}")


def _quoted(url: URL) -> str:
    return '"' + (url.database or "").replace('"', '""') + '"'
