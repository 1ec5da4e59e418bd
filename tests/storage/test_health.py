"""Quick questions to the database: what waits to be sent, whether the last entries agree."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from storage import health
from storage.engines import Engines
from storage.ids import lowest_id, new_id
from storage.verify import Finding
from tests.storage.test_verify import past_the_triggers
from tests.world import World


async def outbox(world: World) -> health.Outbox:
    async with world.unit.read() as work:
        return await health.outbox(work.connection, now=world.time())


async def recent(world: World, **ago: float) -> health.RecentBooks:
    async with world.unit.snapshot() as work:
        return await health.books_since(work.connection, datetime.now(UTC) - timedelta(**ago))


def test_an_id_is_between_the_lowest_of_its_time_and_of_a_little_later():
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    made = new_id()
    assert lowest_id(before) < made < lowest_id(datetime.now(UTC) + timedelta(milliseconds=2))
    assert lowest_id(datetime(1960, 1, 1, tzinfo=UTC)).version == 7


async def test_messages_that_could_have_gone_are_counted_from_the_oldest(world: World):
    assert await outbox(world) == health.Outbox(0, None, 0)
    began = world.time()
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    world.time.passes(minutes=3)
    waiting = await outbox(world)
    assert waiting.waiting > 0
    assert waiting.oldest_at == began
    await world.people.blocked(1002)
    assert (await outbox(world)).waiting == 0, "who blocked the bot is not waited for"


async def test_messages_given_up_lately_are_counted(world: World, engines: Engines):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    async with engines.writer.begin() as connection:
        await connection.execute(text("UPDATE outbox SET state = 'failed' WHERE kind = 'receipt'"))
    world.time.now = datetime.now(UTC)
    assert (await outbox(world)).failed == 1
    world.time.passes(hours=25)
    assert (await outbox(world)).failed == 0


async def test_the_last_entries_agree_and_older_ones_are_not_looked_at(world: World, engines: Engines):
    assert await recent(world, days=1) == health.RecentBooks(0, False, ())
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    assert await recent(world, days=1) == health.RecentBooks(2, False, ())
    move = (
        "UPDATE postings SET amount_minor = amount_minor + :by WHERE entry_id ="
        " (SELECT id FROM entries WHERE key = 'payment:paper:ch_1:paid') AND amount_minor > 0"
    )
    async with past_the_triggers(engines) as connection:
        await connection.execute(text(move), {"by": 1})
    wrong = Finding("an entry sums to zero per currency", "payment:paper:ch_1:paid", 0, 1)
    assert (await recent(world, days=1)).findings == (wrong,)
    time.sleep(0.01)
    assert await recent(world, milliseconds=1) == health.RecentBooks(0, False, ())
    async with past_the_triggers(engines) as connection:
        await connection.execute(text(move), {"by": -1})


async def test_of_many_entries_only_the_newest_are_looked_at(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "MOST_ENTRIES", 2)
    for number in range(2):
        await world.pay(await world.tip(world.alice, "5", key=f"q{number}"), world.alice, charge=f"ch_{number}")
    assert await recent(world, days=1) == health.RecentBooks(2, True, ())


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_postgresql_says_how_much_it_holds(world: World):
    async with world.unit.read() as work:
        assert await health.size(work.connection) > 1_000_000
