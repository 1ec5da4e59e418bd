"""The schema: made forward, taken back, equal to the tables the program believes in; the journal can't be changed."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from giving.payments import EventKind
from storage import migrate
from storage.engines import Engines
from storage.ids import new_id
from storage.tables import metadata
from tests.rails import event
from tests.world import World


async def test_the_migrations_make_what_the_tables_say(engines: Engines):
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with engines.writer.connect() as connection:
        assert await connection.run_sync(differences) == []
    assert await migrate.current(engines) == migrate.head()
    assert migrate.head() in migrate.known()


async def test_down_leaves_nothing_and_up_again_works_with_data_in_it(world: World, engines: Engines):
    await world.pay(await world.tip(world.alice, "5"), world.alice)

    await migrate.downgrade(engines, "base")
    async with engines.writer.connect() as connection:
        left = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
    assert left <= {"alembic_version"}
    assert await migrate.current(engines) is None

    await migrate.upgrade(engines)
    assert await migrate.current(engines) == migrate.head()


@pytest.mark.parametrize("statement", [
    "UPDATE entries SET key = 'other'", "DELETE FROM entries",
    "UPDATE postings SET amount_minor = amount_minor + 1", "DELETE FROM postings",
])  # fmt: skip
async def test_the_journal_refuses_changes(world: World, engines: Engines, statement: str):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    with pytest.raises(DBAPIError, match="never changed"):
        async with engines.writer.begin() as connection:
            await connection.execute(text(statement))


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
