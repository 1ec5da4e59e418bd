"""The whole public site on loopback, over real services and a real database."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, AppRunner, Request

from storage.engines import open_engines
from storage.migrate import upgrade
from tests.web.world import World
from web.app import create_app, create_runner


class Server(TestServer):
    """Runs the site exactly as main.py does."""

    async def _make_runner(self, **_: object) -> AppRunner:
        return create_runner(self.app)


@dataclass(frozen=True)
class Answer:
    """What came back, read to the end."""

    status: int
    text: str
    headers: Any


class Site:
    """Asks as a browser would that follows no redirect."""

    def __init__(self, client: "TestClient[Request, Application]") -> None:
        self.client = client

    async def get(self, path: str, *, accept: str = "zh-CN", method: str = "GET", **options: Any) -> Answer:
        headers = {"Accept-Language": accept} | options.pop("headers", {})
        return await read(await self.client.request(method, path, headers=headers, allow_redirects=False, **options))

    async def post(self, path: str, **options: Any) -> Answer:
        return await read(await self.client.post(path, **options))


async def read(response: ClientResponse) -> Answer:
    return Answer(response.status, (await response.read()).decode("utf-8"), response.headers)


Open = Callable[..., Awaitable[Site]]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, copied for each test."""
    file = tmp_path_factory.mktemp("web") / "empty.db"

    async def migrate() -> None:
        engines = open_engines(f"sqlite:///{file}")
        await upgrade(engines)
        await engines.close()

    asyncio.run(migrate())
    return file


@pytest.fixture
async def world(empty_database: Path, tmp_path: Path) -> AsyncIterator[World]:
    """Services over a database of their own."""
    file = tmp_path / "yizan.db"
    shutil.copy(empty_database, file)
    engines = open_engines(f"sqlite:///{file}")
    yield World(engines)
    await engines.close()


@pytest.fixture
async def open_site(world: World) -> AsyncIterator[Open]:
    """Opens a site with changed parts."""
    clients: list[TestClient[Request, Application]] = []

    async def open_site(**changed: Any) -> Site:
        client = TestClient(Server(create_app(world.parts(**changed))))
        await client.start_server()
        clients.append(client)
        return Site(client)

    yield open_site
    for client in clients:
        await client.close()


@pytest.fixture
async def site(open_site: Open) -> Site:
    """The site as it stands."""
    return await open_site()
