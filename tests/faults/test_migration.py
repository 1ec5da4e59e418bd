"""Migrations taken back, made and made again while people tap and pay: how long writers stand, equal data.

The load is what an older version beside it does, from another loop and another pool than the migration's, as with
`db upgrade` beside a running bot. Of the newest migration, offers and events go through the services. Further back
today's statements name columns that were not there yet: there people, payments and tips are written as 0002 had them,
which every version since can.
"""

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import BigInteger, Connection, String, Uuid, column, insert, inspect, table, text, update

from giving.payments import EventKind
from giving.people import Person, Visitor
from giving.tips import OfferRequest
from services.ledger import LedgerService
from storage import migrate, revision
from storage.engines import Engines, open_engines
from storage.group_commit import GroupCommit
from storage.ids import new_id
from storage.tables import UtcDateTime, posts
from storage.work import Work
from tests.faults.results import FULL, note
from tests.rails import event
from tests.world import World, cny

ROW = "migration up, down and up on live data under load"
TIPS, POSTS = (5_000, 20_000) if FULL else (400, 2_000)
# The services' statements are those of the newest revision, and of the one before as long as they name none of its
# tables and columns. Where the newest gives `tips`, `payments` or `people` a column, none is SERVED.
SERVED = revision.REVISIONS[-2:-1]
# From one of these to the newest: the five before it, and every fifth of those that are older; the quick form takes
# the last alone.
OLDER = (*revision.REVISIONS[1:-6:5], *revision.REVISIONS[-6:-1]) if FULL else revision.REVISIONS[-2:-1]
WRITERS, BEFORE = 4, 32  # who gives during it; who gave before
READS_S = 5.0 if FULL else 2.0
# The aim is 100 ms on a quiet machine. A busy one (usual p99 24 to 250 ms) had 19 to 315 ms: the page says what was
# measured beside what is usual, and the bound is far from both.
BOUND_MS = 1_000 if FULL else 5_000
# Since 0002 nothing was taken away: what stands in these must be the same after down and up.
KEPT = ("people", "projects", "chats", "posts", "slots", "tips", "tip_keys", "payments", "refunds", "provider_events",
        "entries", "postings", "accounts", "tallies", "supporters", "outbox", "audit_log")  # fmt: skip


def since_0002(name: str, /, **types: Any) -> Any:
    """A table with the columns that it has had since 0002, those that may be left empty left out."""
    return table(name, *(column(each, type_) for each, type_ in types.items()))


PEOPLE = since_0002(
    "people", id=Uuid(), name=String(), visibility=String(), met_at=UtcDateTime()
)  # fmt: skip
PAYMENTS = since_0002(
    "payments", id=Uuid(), donor_id=Uuid(), rail=String(), amount_minor=BigInteger(), currency=String(),
    state=String(), url=String(), created_at=UtcDateTime(),
)  # fmt: skip
TIPS_THEN = since_0002(
    "tips", id=Uuid(), donor_id=Uuid(), project_id=Uuid(), post_id=Uuid(), amount_minor=BigInteger(),
    currency=String(), state=String(), visibility=String(), receipt_code=String(), open_key=String(),
    payment_id=Uuid(), offered_at=UtcDateTime(),
)  # fmt: skip


@dataclass
class Load:
    """Taps and payments by several people at once, and how long each waited."""

    world: World
    waits_ms: list[tuple[float, float]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    tips: int = 0

    async def give(self, donor: Person, stop: asyncio.Event, most: int = 10**9) -> None:
        for number in range(most):
            if stop.is_set():
                return
            began = time.monotonic()
            try:
                await self.one(f"{donor.name}-{self.tips}-{number}", donor.id, 100 + number)
            except Exception as error:  # noqa: BLE001 - whatever a writer meets is what the test is about
                self.failed.append(f"{type(error).__name__}: {error}"[:300])
            self.waits_ms.append((began, (time.monotonic() - began) * 1000))

    async def one(self, key: str, donor: Any, minor: int) -> None:
        amount = type(cny("1"))(minor, "CNY")
        tip = await self.world.tips.offer(OfferRequest(key, donor, amount, post=self.world.post.id))
        body = event(EventKind.PAID, tip.payment, f"e{key}", their_id=f"c{key}", minor=minor, fee=1)
        await self.world.payments.receive("paper", body, {"Signature": "paper"})
        self.tips += 1

    def longest_ms(self, since: float, until: float) -> float:
        """The longest wait of those that were under way between these moments."""
        return max(
            (ms for began, ms in self.waits_ms if began < until and began + ms / 1000 > since),
            default=0.0,
        )


@dataclass
class OldLoad(Load):
    """The same by a version that knows the tables of 0002: people who were seen, payments made, tips offered."""

    def __post_init__(self) -> None:
        self.write = GroupCommit[tuple[str, Any, int], None](self.world.unit, self.written, name="old")

    async def one(self, key: str, donor: Any, minor: int) -> None:
        await self.write((key, donor, minor))
        self.tips += 1

    async def written(self, work: Work, taps: Sequence[tuple[str, Any, int]]) -> list[Exception | None]:
        now, run, world = self.world.time(), work.connection.execute, self.world
        newcomers, made, offered = [], [], []
        for key, donor, minor in taps:
            newcomer, payment, amount = new_id(), new_id(), {"amount_minor": minor, "currency": "CNY"}
            newcomers.append({"id": newcomer, "name": key, "visibility": "anonymous", "met_at": now})
            made.append(amount | {"id": payment, "donor_id": newcomer, "rail": "paper", "state": "created",
                                  "url": None, "created_at": now})  # fmt: skip
            offered.append(amount | {
                "id": new_id(), "donor_id": newcomer, "project_id": world.library.id, "post_id": world.post.id,
                "state": "offered", "visibility": "anonymous", "receipt_code": key, "open_key": key,
                "payment_id": payment, "offered_at": now,
            })  # fmt: skip
            await run(update(PEOPLE).where(PEOPLE.c.id == donor).values(name=f"seen {key}"))
        await run(insert(PEOPLE), newcomers)
        await run(insert(PAYMENTS), made)
        await run(insert(TIPS_THEN), offered)
        for row in made:
            await run(update(PAYMENTS).where(PAYMENTS.c.id == row["id"]).values(url="https://paper.example"))
        return [None] * len(taps)


def elsewhere(url: str, revisions: list[tuple[str, str]]) -> list[tuple[str, str, float, float]]:
    """Migrate in a thread with a loop of its own; (direction, revision, began, ended) of each step."""
    steps: list[tuple[str, str, float, float]] = []

    async def main() -> None:
        engines = open_engines(url)
        for direction, target in revisions:
            await asyncio.sleep(0.3)
            began = time.monotonic()
            await (migrate.upgrade if direction == "up" else migrate.downgrade)(engines, target)
            steps.append((direction, target, began, time.monotonic()))
        await asyncio.sleep(0.3)
        await engines.close()

    asyncio.run(main())
    return steps


Content = dict[str, list[dict[str, Any]]]


async def content(url: str) -> Content:
    """Every row of these tables, by a connection that has prepared nothing on another revision."""
    engines = open_engines(url)
    async with engines.reader.connect() as connection:
        read = {name: await connection.execute(text(f"SELECT * FROM {name}")) for name in KEPT}
        found = {name: [dict(row._mapping) for row in rows] for name, rows in read.items()}
    await engines.close()
    return found


async def columns(engines: Engines) -> dict[str, list[str]]:
    """Which columns they have at the revision the database is at."""

    def look(sync: Connection) -> dict[str, list[str]]:
        return {name: sorted(each["name"] for each in inspect(sync).get_columns(name)) for name in KEPT}

    async with engines.reader.connect() as connection:
        return await connection.run_sync(look)


def only(found: Content, kept: dict[str, list[str]]) -> dict[str, list[str]]:
    """What stands in these columns."""
    return {name: sorted(str([row[its] for its in kept[name]]) for row in rows) for name, rows in found.items()}


@pytest.mark.parametrize(("older", "reached"), [("0002", "0002"), ("0003", "0004")] if FULL else [("0003", "0004")])
@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_nobody_waits_behind_a_migration_that_waits_for_a_reader(
    world: World, engines: Engines, database_url: str, older: str, reached: str
):
    """Somebody reads `slots` and does not end; whoever writes payments meanwhile hardly notices the migration."""
    await migrate.downgrade(engines, older)
    other, stop, waits_ms = open_engines(database_url), asyncio.Event(), [0.0]

    async def pay() -> None:
        new = text(
            "INSERT INTO payments (id, donor_id, rail, amount_minor, currency, state, created_at)"
            " VALUES (:id, :donor, 'paper', 100, 'CNY', 'created', now())"
        )
        while not stop.is_set():
            began = time.monotonic()
            async with other.writer.begin() as connection:
                await connection.execute(new, {"id": new_id(), "donor": world.alice.id})
            waits_ms.append((time.monotonic() - began) * 1000)

    writers = [asyncio.create_task(pay()) for _ in range(WRITERS)]
    async with other.reader.begin() as reading:
        await reading.execute(text("SELECT * FROM slots"))
        migrating = asyncio.create_task(asyncio.to_thread(elsewhere, database_url, [("up", "head")]))
        await asyncio.sleep(READS_S)
        assert not migrating.done(), "0003 waits for all who read before, 0005 adds columns to slots"
        assert await revision.current(engines) == reached, "what it did before is committed, and holds no lock"
    await migrating
    stop.set()
    await asyncio.gather(*writers)
    await other.close()
    assert await revision.current(engines) == revision.HEAD
    note(
        ROW, engine="postgresql", older=older, newest=revision.HEAD, reader_held_slots_s=READS_S,
        payments=len(waits_ms) - 1, longest_wait_of_payments_ms=round(max(waits_ms), 1),
    )  # fmt: skip
    assert len(waits_ms) > 100
    assert max(waits_ms) < 1_000


async def old_posts(world: World) -> None:
    """Messages of a group that somebody wrote, as a bot that ran for years has them."""
    old = [
        {"id": new_id(), "chat_id": world.chat.chat.id, "message_id": 1000 + n, "project_id": world.library.id,
         "excerpt": "x" * 40, "posted_at": world.time(), "carried": "self", "author_id": world.creator.id}
        for n in range(POSTS)
    ]  # fmt: skip
    async with world.unit() as work:
        for begin in range(0, POSTS, 5_000):
            await work.connection.execute(insert(posts), old[begin : begin + 5_000])


@pytest.mark.parametrize("older", OLDER)
async def test_up_down_and_up_again_on_live_data(
    world: World, engines: Engines, database_url: str, dialect: str, older: str
):
    given, never, stop = Load(world), asyncio.Event(), asyncio.Event()
    donors = [await world.people.meet(Visitor(9000 + n, f"D{n}"), started=True) for n in range(WRITERS + BEFORE)]
    await old_posts(world)
    await asyncio.gather(*(given.give(donor, never, TIPS // BEFORE) for donor in donors[WRITERS:]))
    steps = [("down", older), ("up", "head"), ("down", older), ("up", "head")]

    # In peace: nothing that the older one has a column for is lost by going down and up.
    before, now = await content(database_url), await columns(engines)
    await asyncio.to_thread(elsewhere, database_url, steps[:1])
    then = await columns(engines)
    assert only(await content(database_url), then) == only(before, then)
    await asyncio.to_thread(elsewhere, database_url, steps[1:2])
    assert await columns(engines) == now
    assert only(await content(database_url), then) == only(before, then)
    assert await revision.current(engines) == revision.HEAD

    load = (Load if older in SERVED else OldLoad)(world)
    await asyncio.gather(*(load.give(donor, never, 100) for donor in donors[:WRITERS]))
    usual_ms = sorted(ms for _, ms in load.waits_ms)[int(len(load.waits_ms) * 0.99)]
    load.waits_ms.clear()
    writers = [asyncio.create_task(load.give(donor, stop)) for donor in donors[:WRITERS]]
    done = await asyncio.to_thread(elsewhere, database_url, steps)
    stop.set()
    await asyncio.gather(*writers)
    stalls = [
        (f"{direction} {target}", round(load.longest_ms(since, until), 1)) for direction, target, since, until in done
    ]
    took = [round((until - since) * 1000, 1) for _, _, since, until in done]
    note(
        ROW, engine=dialect, older=older, newest=revision.HEAD, load="services" if older in SERVED else "plain SQL",
        tips=given.tips + load.tips, usual_p99_ms=round(usual_ms, 1),
        longest_wait_ms=dict(stalls[2:]), longest_wait_first_ms=dict(stalls[:2]), steps_took_ms=took,
        failed=len(load.failed),
    )  # fmt: skip
    assert given.failed == load.failed == []
    assert load.waits_ms, "there was a load"
    assert max(ms for _, ms in stalls) <= BOUND_MS
    await world.payments.settle_pending()
    after, stood = only(await content(database_url), then), only(before, then)
    assert len(after["tips"]) == given.tips + load.tips
    for name in ("entries", "tips", "payments"):
        assert set(stood[name]) <= set(after[name]), "what stood there stands there"
    assert (await LedgerService(world.unit).verify()).clean
    assert threading.active_count() < 50
