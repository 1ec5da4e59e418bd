"""Power lost at every write to SQLite's files: whatever the disk kept, nothing that was acknowledged is gone."""

import asyncio
import contextlib
import json
import random
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from giving.people import Visitor
from storage.engines import open_engines
from storage.work import UnitOfWork
from tests.faults.books import verified
from tests.faults.disk import SYNC, Disk
from tests.faults.nursery import nursery
from tests.faults.outside import Outside, Wish, paid_body
from tests.faults.platter import Files, Platter, write_out
from tests.faults.results import FULL, note
from tests.world import make_world

ROUNDS: Final = 8 if FULL else 3
AT_ONCE: Final = 3
CUTS: Final = 10**9 if FULL else 24  # of some thousand
DATABASE, ACKS = "yizan.db", "acks"


@dataclass(slots=True)
class Recorded:
    """What a service did to its files, from a database that was whole."""

    before: Files
    outside: Outside
    wishes: list[Wish]


@pytest.fixture
async def recorded(disk: Disk, sqlite_template: Path) -> AsyncIterator[Recorded]:
    """A service has run: rounds of tips, checkpoints between them, an orderly end, a new start, and a kill."""
    path = disk.folder / DATABASE
    shutil.copy(sqlite_template, path)
    engines = open_engines(f"sqlite:///{path}")
    world = await make_world(UnitOfWork(engines))
    donor = await world.people.meet(Visitor(5000, "Donor", "donor", "en"))
    await engines.close()
    with nursery(disk.env) as born:
        settings = {"loops": False, "acks": str(disk.folder / ACKS)}
        outside = Outside(born, f"sqlite:///{path}", settings)
        found = Recorded({DATABASE: path.read_bytes()}, outside, [])
        disk.record(on=True)
        await outside.start()
        for number in range(ROUNDS):
            wishes = [Wish(number * AT_ONCE + i + 1, donor.id, world.post.id) for i in range(AT_ONCE)]
            found.wishes += wishes
            await asyncio.gather(*[give(outside, wish) for wish in wishes])
            await outside.ask("tell")
            if number == ROUNDS // 2:
                await outside.leave()
                await outside.start()
            elif number % 2 == 0:
                await outside.ask("checkpoint", path=str(path), mode="RESTART" if number % 4 else "TRUNCATE")
        await outside.kill()
        disk.record(on=False)
        yield found


async def give(outside: Outside, wish: Wish) -> None:
    """Offered, linked, paid."""
    tip = await outside.ask("offer", **wish.offer())
    url = await outside.ask("link", tip=tip, donor=wish.donor)
    payment = UUID(url.rpartition("/")[2])
    await outside.ask("event", body=paid_body(payment, f"ch_{wish.number}", wish.minor))


async def test_power_lost_at_every_write(recorded: Recorded, disk: Disk, tmp_path: Path):
    records, dice, seen = list(disk.records()), random.Random("power"), set[tuple[int, int]]()
    chosen = set(range(len(records))) if len(records) <= CUTS else set(dice.sample(range(len(records)), CUTS))
    platter = Platter({name: bytearray(content) for name, content in recorded.before.items()})
    cuts, opened, lost, began, shop = 0, 0, 0, time.monotonic(), Repair(tmp_path / "cut")
    for number, record in enumerate(records):
        platter.take(record)
        if number not in chosen or record.name == ACKS:
            continue
        cuts += 1
        acks = [json.loads(line) for line in platter.now(ACKS).splitlines()]
        for _kept, files in platter.after_power_loss(dice):
            del files[ACKS]  # it says what was answered, whatever the disk kept of it
            state = hash(tuple(sorted(files.items()))), len(acks)
            if state not in seen:
                seen.add(state)
                opened += 1
                lost += await shop.missing(files, acks)
    await shop.close()
    acks = [json.loads(line) for line in platter.now(ACKS).splitlines()]
    syncs = sum(record.op == SYNC for record in records)
    note(
        "power lost at every write", engine="sqlite", writes=len(records), syncs=syncs, cuts=cuts, states=opened,
        acknowledged=len(acks), lost=lost, seconds=round(time.monotonic() - began),
    )  # fmt: skip
    assert lost == 0
    assert opened > cuts / 2
    answered = [what for what, _, _ in acks if what != "checkpoint"]
    assert len(answered) == len(recorded.wishes) * 3 + ROUNDS


class Repair:
    """Opens what a power loss left, as a new start would; one place, so that statements are compiled once."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._path = folder, folder / DATABASE
        self._engines = open_engines(f"sqlite:///{self._path}")

    async def missing(self, files: Files, acks: list[Any]) -> int:
        """How much of what was answered is not in the database that it finds; its books agree."""
        shutil.rmtree(self._folder)
        self._folder.mkdir()
        write_out(files, self._folder)
        with contextlib.closing(sqlite3.connect(self._path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            gone = sum(not there(connection, *ack) for ack in acks if ack[0] != "tell")
            told = sum(answer for what, _, answer in acks if what == "tell")
            [(sent,)] = connection.execute("SELECT count(*) FROM outbox WHERE state = 'sent'").fetchall()
        await verified(UnitOfWork(self._engines))
        await self._engines.reader.dispose()
        return int(gone + max(0, told - sent))

    async def close(self) -> None:
        """Nothing stays open."""
        await self._engines.close()


def there(connection: sqlite3.Connection, what: str, arguments: dict[str, Any], _answer: Any) -> bool:
    """Whether what was answered is in the database."""
    match what:
        case "offer":
            query, value = "SELECT 1 FROM tip_keys WHERE key = ?", arguments["key"]
        case "link":
            query = "SELECT 1 FROM tips JOIN payments ON payments.id = tips.payment_id WHERE tips.id = ? AND url <> ''"
            value = UUID(arguments["tip"]).hex
        case "event":
            query = "SELECT 1 FROM provider_events WHERE event_id = ? AND state = 'settled'"
            value = json.loads(arguments["body"])["id"]
        case _:
            return True
    return connection.execute(query, (value,)).fetchone() is not None
