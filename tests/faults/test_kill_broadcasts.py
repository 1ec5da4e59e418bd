"""SIGKILL at random moments of a broadcast: nobody is missed, nobody is told twice, and little is not known.

The sandbox's Bot API at the other end outlives the sender, and knows who got what.
"""

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
import yaml
from sqlalchemy import insert, update

from bot.broadcasts.sender import written_ahead
from giving.broadcasts import BroadcastState, Content, DeliveryState, Segment
from giving.subscriptions import SubscriptionKind
from services.broadcasts import BroadcastService
from storage.ids import new_id
from storage.tables import leases, people, subscriptions
from storage.work import UnitOfWork
from tests.faults.books import rows
from tests.faults.broadcaster import rules_at
from tests.faults.nursery import Nursery, nursery
from tests.faults.results import FULL, note
from tests.processes import environment, free_port, is_open, until
from tests.world import World

READERS: Final = 100_000 if FULL else 300
KILLS: Final = 10 if FULL else 4
PER_SECOND: Final = 1000 if FULL else 30
# Begun, and cut off before the sandbox had all of it.
ON_THE_WIRE: Final = 20 if FULL else 2
AT_EASE: Final = 15  # a second: whoever is frozen has some in hand, and it is not over meanwhile
FEW: Final = 200
RECORDED_S: Final = 10  # a quarter of a second; on a machine that has other things to do, more
ROOT: Final = Path(__file__).parents[2]
FIRST: Final = 1_000_000
NEWS: Final = SubscriptionKind.PROJECT_NEWS


@dataclass
class Far:
    """The sandbox, and what it knows."""

    url: str
    data: Path
    process: "subprocess.Popen[bytes]"

    def arrived(self) -> list[tuple[int, int]]:
        """Which reader got it in which second; it ends for that: it lets nobody beside it look into its file."""
        self.process.terminate()
        self.process.wait(30)
        with contextlib.closing(sqlite3.connect(f"file:{self.data}?mode=ro", uri=True, timeout=30)) as database:
            got = "SELECT chats.id, date FROM messages JOIN chats ON chats.key = messages.chat"
            return database.execute(got).fetchall()


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Readers who pressed START."""
    path = tmp_path_factory.mktemp("readers") / "seed.yaml"
    bot = {"id": 100000001, "name": "Bot", "username": "yizan_bot", "token": "100000001:sandbox"}
    users = [{"id": FIRST + i, "name": f"R{i}", "language": "en"} for i in range(READERS)]
    first = {"id": 1001, "name": "A", "language": "en", "persona": "creator"}
    plan: dict[str, Any] = {"bots": [bot], "users": [first, *users], "started": [user["id"] for user in users]}
    path.write_text(yaml.dump(plan, Dumper=yaml.CSafeDumper), encoding="utf-8")
    return path


@pytest.fixture
def far(seed: Path, tmp_path: Path) -> Iterator[Far]:
    port, data = free_port(), tmp_path / "sandbox.db"
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--data", str(data), "--seed", str(seed)]
    process = subprocess.Popen(
        [*command, "--no-fsync", "--exit-with-parent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env=environment(),
    )
    try:
        until(lambda: is_open(port) or None, "the sandbox listens", seconds=900 if FULL else 120)
        yield Far(f"http://127.0.0.1:{port}", data, process)
    finally:
        process.kill()
        process.wait()
        if process.stdin is not None:
            process.stdin.close()


@pytest.fixture(scope="module")
def senders() -> Iterator[Nursery]:
    """Forks processes that send."""
    with nursery(house="tests.faults.broadcaster") as opened:
        yield opened


@pytest.fixture(scope="module")
def heirs() -> Iterator[Nursery]:
    """Forks who takes over: a nursery waits for its one child, also for one that is frozen."""
    with nursery(house="tests.faults.broadcaster") as opened:
        yield opened


async def readers(unit: UnitOfWork, number: int = READERS) -> dict[UUID, int]:
    """They asked for news."""
    now = datetime.now(UTC)
    found = {new_id(): FIRST + i for i in range(number)}
    who = [
        {"id": i, "telegram_id": n, "name": "R", "visibility": "named", "met_at": now, "started_at": now}
        for i, n in found.items()
    ]
    async with unit() as work:
        for at in range(0, number, 5000):
            some = who[at : at + 5000]
            await work.connection.execute(insert(people), some)
            asked = [{"person_id": one["id"], "kind": NEWS.value, "since_at": now} for one in some]
            await work.connection.execute(insert(subscriptions), asked)
    return found


async def told(unit: UnitOfWork, broadcast: UUID) -> int:
    """Who was told, or may have been."""
    async with unit.read() as work:
        kept = await work.broadcasts.by_id(broadcast)
    return sum(kept.tallies.values()) if kept is not None else 0


async def lease_runs_out(unit: UnitOfWork) -> None:
    """As it does after three seconds without its holder, who is dead."""
    async with unit() as work:
        await work.connection.execute(update(leases).values(holder=None))


async def test_killed_again_and_again_nobody_is_missed_and_nobody_told_twice(
    world: World, database_url: str, far: Far, senders: Nursery, dialect: str
) -> None:
    found, dice = await readers(world.unit), random.Random(2026)
    service = BroadcastService(world.unit, world.people, rules_at(PER_SECOND), wakes=world.wakes)
    draft = await service.draft(NEWS, Segment(), Content({"en": "Hello"}), None)
    assert (await service.start(draft.id, draft.version, None)).audience == READERS

    unsure: list[Unsure] = []
    for _ in range(KILLS):
        wanted = await told(world.unit, draft.id) + dice.randint(1, READERS // (KILLS + 1))
        sender = senders.child(url=database_url, api=far.url, per_second=PER_SECOND)
        while await told(world.unit, draft.id) < wanted:
            await asyncio.sleep(0.01)
        await asyncio.sleep(dice.random() * 0.05)
        sender.kill()
        assert sender.ended() == -9
        sender.wire.close()
        unsure.append(Unsure(time.time(), await in_state(world, draft.id, found, DeliveryState.GOING)))
        await lease_runs_out(world.unit)
    sender = senders.child(url=database_url, api=far.url, per_second=PER_SECOND)
    while (await service.one(draft.id, None)).state is not BroadcastState.DONE:
        await asyncio.sleep(0.1)
    sender.wire.close()
    assert sender.ended() == 0
    await judged(world, draft.id, found, far, unsure)
    note(
        "SIGKILL at random moments of a broadcast", engine=dialect, messages=READERS, kills=KILLS,
        unknown=sum(len(each.readers) for each in unsure), missed=0, twice=0,
    )  # fmt: skip


@dataclass
class Unsure:
    """Of whom nobody knew whether they were told, when a sender was killed."""

    at: float
    readers: set[int]

    def judge(self, arrived: dict[int, int]) -> None:
        """Who got nothing was written down ahead, and there are few of these; who got it, got it just before."""
        ahead = {reader for reader in self.readers if reader not in arrived}
        assert len(ahead) <= written_ahead(PER_SECOND) + ON_THE_WIRE
        late = {reader: self.at - arrived[reader] for reader in self.readers - ahead}
        assert max(late.values(), default=0) < RECORDED_S, "what was answered is recorded within a moment"


async def in_state(world: World, broadcast: UUID, found: dict[UUID, int], *wanted: DeliveryState) -> set[int]:
    """The readers to whom the delivery stands so."""
    kept = await rows(
        world.unit, "SELECT person_id, state FROM broadcast_deliveries WHERE broadcast_id = :b",
        b=broadcast if world.unit.dialect == "postgresql" else broadcast.hex,
    )  # fmt: skip
    return {found[UUID(str(person))] for person, state in kept if state in wanted}


async def judged(world: World, broadcast: UUID, found: dict[UUID, int], far: Far, unsure: list[Unsure]) -> None:
    """Who is written down as told was told, once; of the others it is said that nobody knows."""
    got = far.arrived()
    arrived, first = Counter(reader for reader, _ in got), dict(got)
    states = {
        reader: state
        for state in DeliveryState
        for reader in await in_state(world, broadcast, found, state)
    }  # fmt: skip
    assert states.keys() == set(found.values()), "missed"
    assert max(arrived.values()) == 1, "told twice"
    by_state = Counter(states.values())
    assert by_state.keys() <= {DeliveryState.SENT, DeliveryState.UNKNOWN}
    assert by_state[DeliveryState.UNKNOWN] == sum(len(each.readers) for each in unsure)
    for each in unsure:
        each.judge(first)
    assert all(arrived[reader] for reader, state in states.items() if state == DeliveryState.SENT)
    async with world.unit.read() as work:
        kept = await work.broadcasts.by_id(broadcast)
    assert kept is not None
    assert {name: number for name, number in kept.tallies.items() if number} == dict(by_state)


async def come_to(world: World, broadcast: UUID, wanted: int) -> None:
    """Until so many were told, or may have been."""
    async with asyncio.timeout(60):
        while await told(world.unit, broadcast) < wanted:
            await asyncio.sleep(0.05)


async def begun(world: World) -> tuple[UUID, dict[UUID, int]]:
    """A broadcast to a few, and who they are."""
    found = await readers(world.unit, FEW)
    service = BroadcastService(world.unit, world.people, rules_at(AT_EASE), wakes=world.wakes)
    draft = await service.draft(NEWS, Segment(), Content({"en": "Hello"}), None)
    assert (await service.start(draft.id, draft.version, None)).audience == FEW
    return draft.id, found


async def over(world: World, broadcast: UUID) -> None:
    """Until nobody is left to be told."""
    async with asyncio.timeout(90):
        while True:
            async with world.unit.read() as work:
                kept = await work.broadcasts.by_id(broadcast)
            if kept is not None and kept.state is BroadcastState.DONE:
                return
            await asyncio.sleep(0.1)


async def states_of(world: World, broadcast: UUID, found: dict[UUID, int]) -> dict[int, DeliveryState]:
    """By reader, how it stands."""
    return {
        reader: state for state in DeliveryState for reader in await in_state(world, broadcast, found, state)
    }  # fmt: skip


def nobody_twice_none_missed(
    states: dict[int, DeliveryState], got: list[tuple[int, int]], found: dict[UUID, int]
) -> None:  # fmt: skip
    """What the sender says of each reader, against what arrived."""
    assert states.keys() == set(found.values()), "missed"
    assert set(states.values()) <= {DeliveryState.SENT, DeliveryState.UNKNOWN}
    arrived = Counter(reader for reader, _ in got)
    assert max(arrived.values()) == 1, "told twice"
    assert all(arrived[reader] for reader, state in states.items() if state is DeliveryState.SENT)


# SQLite is for one machine: there is nobody else who could take over.
@pytest.mark.parametrize("dialect", ["postgresql"])
async def test_who_was_frozen_sends_nothing_when_it_wakes_and_somebody_else_leads(
    world: World, database_url: str, far: Far, senders: Nursery, heirs: Nursery
) -> None:
    """What it had written down waits in it for its turn in the limiter, and would go seconds later."""
    cast, found = await begun(world)
    frozen = senders.child(url=database_url, api=far.url, per_second=AT_EASE)
    await come_to(world, cast, 20)
    os.kill(frozen.pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(0.5)
        before, stopped_at = await told(world.unit, cast), time.time()
        other = heirs.child(url=database_url, api=far.url, per_second=AT_EASE)
        await come_to(world, cast, before + 20)
        taken_over_s = time.time() - stopped_at
        unknown = await in_state(world, cast, found, DeliveryState.UNKNOWN)
        woken_at = int(time.time()) + 1
        await asyncio.sleep(1.0)
    finally:
        os.kill(frozen.pid, signal.SIGCONT)
    await over(world, cast)
    for sender in (frozen, other):
        sender.wire.close()
        assert sender.ended() == 0
    assert taken_over_s < 15, "nobody waits for what the frozen one holds"
    states, got = await states_of(world, cast, found), far.arrived()
    assert {reader for reader, state in states.items() if state is DeliveryState.UNKNOWN} == unknown
    assert len(unknown) <= written_ahead(AT_EASE) + ON_THE_WIRE + AT_EASE
    nobody_twice_none_missed(states, got, found)
    # A call that had asked whether it may, and was frozen before its last byte left, ends when it wakes.
    late = {reader for reader, at in got if at >= woken_at and reader in unknown}
    assert len(late) <= ON_THE_WIRE, "sent by who leads no more"


async def test_who_was_frozen_and_leads_alone_goes_on_when_it_wakes(
    world: World, database_url: str, far: Far, senders: Nursery
) -> None:
    """Longer than its lease: it takes it anew, and of what it had in hand nobody knows."""
    cast, found = await begun(world)
    frozen = senders.child(url=database_url, api=far.url, per_second=AT_EASE)
    await come_to(world, cast, 20)
    os.kill(frozen.pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(5.0)
    finally:
        os.kill(frozen.pid, signal.SIGCONT)
    await over(world, cast)
    frozen.wire.close()
    assert frozen.ended() == 0
    states = await states_of(world, cast, found)
    nobody_twice_none_missed(states, far.arrived(), found)
    assert list(states.values()).count(DeliveryState.UNKNOWN) <= written_ahead(AT_EASE) + ON_THE_WIRE + AT_EASE
