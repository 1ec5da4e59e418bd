"""The schema: made forward, taken back, equal to the tables the program believes in; the journal can't be changed."""

import contextlib
import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from giving.payments import EventKind
from giving.people import Visibility
from giving.pledges import InstalmentState
from services.certificates import after_paid
from storage import migrate, revision
from storage.engines import Engines
from storage.ids import new_id
from storage.tables import metadata
from tests.rails import event
from tests.services.giving_days.town import given, on, seconds
from tests.services.paid_months import month, promised
from tests.world import World


async def test_the_migrations_make_what_the_tables_say(engines: Engines):
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with engines.writer.connect() as connection:
        assert await connection.run_sync(differences) == []
    assert await revision.current(engines) == revision.HEAD


def test_the_revisions_are_those_of_the_migrations():
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in scripts.walk_revisions()][::-1] == list(revision.REVISIONS)
    assert scripts.get_current_head() == revision.HEAD


async def test_down_leaves_nothing_and_up_again_works_with_data_in_it(world: World, engines: Engines):
    await world.pay(await world.tip(world.alice, "5"), world.alice)

    await migrate.downgrade(engines, "base")
    async with engines.writer.connect() as connection:
        left = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    assert left <= {"alembic_version"}
    assert await revision.current(engines) is None

    await migrate.upgrade(engines)
    assert await revision.current(engines) == revision.HEAD


async def test_gifts_of_a_giving_day_outlive_the_way_back_and_are_no_days_then(world: World, engines: Engines):
    day = await on(world)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=seconds(world.time()))
    assert (await given(world, day)).gifts == 1
    await migrate.downgrade(engines, "0017")
    await migrate.upgrade(engines)
    assert (await world.fresh(tip)).day is None
    assert (await given(world, day)).gifts == 0


async def test_an_index_of_giving_days_that_could_not_be_made_is_made_the_next_time(world: World, engines: Engines):
    """What was before it is committed by then."""
    await migrate.downgrade(engines, "0018")
    async with engines.writer.begin() as connection:
        await connection.execute(text("DROP INDEX ix_tips_day_id_paid_at"))
        await connection.execute(text("UPDATE alembic_version SET version_num = '0017'"))
    await migrate.upgrade(engines)
    await test_the_migrations_make_what_the_tables_say(engines)


async def test_a_refund_that_was_asked_for_outlives_the_way_to_0012_and_back(world: World, engines: Engines):
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    await world.refunds.take_back(tip.id, world.alice)
    await migrate.downgrade(engines, "0012")
    await migrate.upgrade(engines)
    async with world.unit.read() as work:
        (one,) = await work.refunds.to_look_up(world.time())
    assert (one.tip, one.asked_at) == (tip.id, world.time())


async def test_what_was_shown_before_0033_gets_the_cautious_value(world: World, engines: Engines):
    hides, shows = Visibility.AMOUNT_HIDDEN, Visibility.NAMED
    made = {}
    for donor, visibility, every in ((world.alice, hides, 1), (world.bob, shows, 3)):
        pledge = await promised(world, donor, visibility=visibility, every=every)
        await month(world, pledge, 1)
        async with world.unit() as work:
            made[visibility] = await after_paid(work, pledge, now=world.time())
            await work.recaps.show(donor.id, 2026, str(visibility), world.time(), named=True)
    await migrate.downgrade(engines, "0032")
    await migrate.upgrade(engines)
    async with world.unit.read() as work:
        for visibility, certificate in made.items():
            assert certificate is not None
            now = await work.certificates.by_id(certificate.id)
            assert now is not None
            assert now.hidden is (visibility is hides)
        for donor, every in ((world.alice, 1), (world.bob, 3)):
            assert (await work.recaps.page_of(donor.id, 2026) or ("", True))[1] is False
            (one,) = await work.instalments.of_donor(donor.id, [InstalmentState.PAID])
            assert one.every == every


@pytest.mark.parametrize("statement", [
    "UPDATE entries SET key = 'other'", "DELETE FROM entries",
    "UPDATE postings SET amount_minor = amount_minor + 1", "DELETE FROM postings",
])  # fmt: skip
async def test_the_journal_refuses_changes(world: World, engines: Engines, statement: str):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    with pytest.raises(DBAPIError, match="never changed"):
        async with engines.writer.begin() as connection:
            await connection.execute(text(statement))


@pytest.mark.parametrize("statement", [
    "INSERT OR REPLACE INTO entries SELECT id, 'other', occurred_at, booked_at FROM entries",
    "INSERT OR REPLACE INTO entries SELECT upper(id) || 'x', key, occurred_at, booked_at FROM entries",
    "INSERT OR REPLACE INTO entries (rowid, id, key, occurred_at, booked_at)"
    " SELECT rowid, upper(id) || 'x', 'other' || key, occurred_at, booked_at FROM entries",
    "REPLACE INTO postings SELECT entry_id, line, account_id, amount_minor + 1, currency FROM postings",
    "REPLACE INTO postings (rowid, entry_id, line, account_id, amount_minor, currency)"
    " SELECT rowid, entry_id, line + 100, account_id, amount_minor + 1, currency FROM postings",
])  # fmt: skip
@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_sqlite_refuses_replace_too(world: World, engines: Engines, database_url, statement, recursive):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    with contextlib.closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as books:
        books.execute(f"PRAGMA recursive_triggers = {recursive}")
        before = books.execute("SELECT * FROM entries, postings").fetchall()
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            books.execute(statement)
        books.rollback()
        assert books.execute("SELECT * FROM entries, postings").fetchall() == before


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_our_own_connections_ask_the_triggers_when_a_row_is_replaced(engines: Engines):
    async with engines.writer.connect() as connection:
        assert await connection.scalar(text("PRAGMA recursive_triggers")) == 1


async def test_postgresql_refuses_truncate_too(world: World, engines: Engines):
    if engines.dialect == "sqlite":  # has no TRUNCATE: DELETE without WHERE fires the trigger above
        return
    for table in ("entries", "postings"):
        with pytest.raises(DBAPIError, match="never changed"):
            async with engines.writer.begin() as connection:
                await connection.execute(text(f"TRUNCATE {table} CASCADE"))


async def test_a_paid_tip_without_an_entry_can_not_be_stored(world: World, engines: Engines):
    tip = await world.tip(world.alice, "5")
    with pytest.raises(DBAPIError):
        async with engines.writer.begin() as connection:
            await connection.execute(text("UPDATE tips SET state = 'paid' WHERE id = id"))
    assert (await world.fresh(tip)).state == "offered"


async def test_an_event_for_a_payment_we_do_not_know_waits(world: World, engines: Engines):
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)

    body = event(EventKind.PAID, new_id(), "evt_x", their_id="ch_x", minor=500)
    await world.payments.receive("paper", body, {"Signature": "paper"})
    await world.payments.settle_pending()
    async with engines.writer.connect() as connection:
        assert await connection.scalar(text("SELECT state FROM provider_events")) == "waiting"
