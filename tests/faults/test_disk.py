"""SQLite's disk fails at the n-th call, or is full for a while: clear errors, nothing acknowledged lost, no restart."""

import asyncio
import errno
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest

from giving.people import Visitor
from storage.engines import open_engines
from storage.work import UnitOfWork
from tests.faults.books import standing, verified
from tests.faults.clients import Clients
from tests.faults.disk import SYNC, TRUNCATE, WRITE, Disk
from tests.faults.nursery import Nursery, nursery
from tests.faults.outside import Outside
from tests.faults.results import FULL, note
from tests.faults.ways import SENT
from tests.faults.wire import Refused
from tests.world import make_world

STRIDE: Final = 1 if FULL else 20  # calls between two failures
WISHES_WHILE_FULL: Final = 10
FULL_DISK: Final = "disk full, then space again"


@pytest.fixture(scope="module")
def born(disk: Disk) -> Iterator[Nursery]:
    """One process that forks on that disk: every test has a child, and a database, of its own."""
    with nursery(disk.env) as opened:
        yield opened


@pytest.fixture
async def clients(disk: Disk, born: Nursery, sqlite_template: Path) -> AsyncIterator[Clients]:
    """Before a service on that disk."""
    path = disk.folder / "yizan.db"
    shutil.copy(sqlite_template, path)
    engines = open_engines(f"sqlite:///{path}")
    world = await make_world(UnitOfWork(engines))
    donor = await world.people.meet(Visitor(5000, "Donor", "donor", "en"))
    outside = Outside(born, f"sqlite:///{path}", {"loops": False})
    await outside.start()
    yield Clients(outside, world.unit, donor.id, world.post.id, path)
    disk.heal()
    await outside.leave()
    await verified(world.unit)
    await engines.close()
    for left in disk.folder.iterdir():
        left.unlink()


@pytest.mark.parametrize("how_many", [1, 3], ids=["once", "three times"])
@pytest.mark.parametrize("kind", [WRITE, SYNC, TRUNCATE], ids=["write", "sync", "truncate"])
async def test_the_disk_fails_at_every_nth_call(clients: Clients, disk: Disk, kind: int, how_many: int):
    failures, lost = 0, 0
    for first in range(1, 10_000, STRIDE if kind == WRITE else -(-STRIDE // 5)):
        wish = clients.wish()
        disk.fail(kind, first=first, how_many=how_many)
        await clients.give(wish)
        struck = disk.heal() >= first
        lost += await standing(clients.unit, wish.key, wish.minor) != SENT
        await verified(clients.unit)
        if not struck:
            break
        failures += 1
    name = {WRITE: "write", SYNC: "sync", TRUNCATE: "truncate"}[kind]
    note(
        f"I/O error at every n-th {name}", engine="sqlite", in_a_row=how_many, failures=failures,
        refused=clients.refused, unclear=clients.unclear, lost=lost,
    )  # fmt: skip
    assert lost == 0
    assert clients.unclear == 0
    assert kind == TRUNCATE or failures > 1


async def test_the_disk_is_full_and_then_there_is_space_again(clients: Clients, disk: Disk):
    before = clients.wish()
    await clients.give(before)
    disk.fail(WRITE, error=errno.ENOSPC)
    asked = [clients.wish() for _ in range(WISHES_WHILE_FULL)]
    refusals = await asyncio.gather(*[clients.outside.ask("offer", **w.offer()) for w in asked], return_exceptions=True)
    assert all(isinstance(error, Refused) and error.away for error in refusals), refusals
    assert [(await standing(clients.unit, w.key, w.minor)).tips for w in asked] == [0] * len(asked)
    assert await clients.outside.ask("offer", **before.offer()), "what needs no space is answered"
    disk.heal()
    for wish in asked:
        await clients.give(wish)
    lost = [w for w in (before, *asked) if await standing(clients.unit, w.key, w.minor) != SENT]
    note(FULL_DISK, engine="sqlite", refused=len(refusals), unclear=clients.unclear, lost=len(lost))
    assert lost == []
    assert clients.unclear == 0
