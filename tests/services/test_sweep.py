"""Looking up payments: what the rail knows and we don't is booked once, at the right times, by one replica."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text
from structlog.testing import capture_logs

from giving.payments import FIRST_LOOK, MOST_WAIT, EventKind, PaymentState, next_look
from giving.tips import Tip, TipState
from payments.provider import Found, PaymentRef
from services.metrics import MetricsService
from services.sweep import BATCH
from storage.engines import Engines
from storage.ids import new_id
from storage.tables import look_ups
from tests.rails import event
from tests.world import World, cny


def payment_of(tip: Tip) -> UUID:
    assert tip.payment is not None
    return tip.payment


def paid(tip: Tip, charge: str = "c1") -> Found:
    body = event(EventKind.PAID, tip.payment, f"found_{charge}", their_id=charge, charge=charge, minor=tip.amount.minor)
    return Found(PaymentState.PAID, f"pay_{payment_of(tip).hex}", "https://pay.example/x", (body.decode(),))


async def asked(world: World, key: str = "q1") -> Tip:
    """A tip whose donor was given the link to pay, as the sweep has seen it."""
    tip = await world.tip(world.alice if key == "q1" else world.bob, "5", key=key)
    await world.tips.payment_link(tip.id, world.alice if key == "q1" else world.bob)
    await world.sweep.sweep()
    return tip


async def due(engines: Engines) -> list[UUID]:
    async with engines.reader.connect() as connection:
        return list((await connection.execute(select(look_ups.c.payment_id))).scalars())


async def test_what_was_paid_without_our_being_told_is_booked_in_15_minutes(world: World, engines: Engines):
    tip = await asked(world)
    world.rail.found[payment_of(tip)] = paid(tip)
    assert await world.sweep.sweep() == 0, "the webhook has ten minutes"
    world.time.passes(minutes=11)
    assert await world.sweep.sweep() == 1
    assert (await world.fresh(tip)).state is TipState.PAID
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")
    world.time.passes(minutes=11)
    assert await world.sweep.sweep() == 0
    assert await due(engines) == [], "it is final"


async def forget(engines: Engines) -> None:
    """What an older version leaves: payments that were asked of their rails, and no row for the sweep."""
    async with engines.writer.begin() as connection:
        await connection.execute(delete(look_ups))


async def test_what_an_older_version_beside_this_one_asks_is_looked_up_too(world: World, engines: Engines, monkeypatch):
    monkeypatch.setattr("services.sweep.MISSING_ROWS", 3)
    tips = [await world.tip(world.alice, str(yuan), key=str(yuan)) for yuan in range(1, 11)]
    for tip in tips[:8]:
        await world.tips.payment_link(tip.id, world.alice)
    await world.pay(tips[0], world.alice)
    await world.deliver(EventKind.CANCELLED, tips[1], "gone")
    open_ = sorted(payment_of(tip) for tip in tips[2:8])
    await forget(engines)
    await world.sweep.sweep()
    assert sorted(await due(engines)) == open_, "neither what is final nor what was never asked"

    await forget(engines)
    await world.sweep.sweep()
    assert await due(engines) == [], "once an hour"
    world.time.passes(minutes=61)
    await asyncio.gather(world.sweep.sweep(), world.sweep.sweep())
    assert sorted(await due(engines)) == open_
    world.rail.found[open_[0]] = paid(tips[2])
    world.time.passes(minutes=11)
    assert await world.sweep.sweep() == len(open_)
    assert (await world.fresh(tips[2])).state is TipState.PAID


async def test_many_payments_are_looked_through_in_several_sweeps(world: World, engines: Engines, monkeypatch):
    monkeypatch.setattr("services.sweep.MISSING_ROWS", 2)
    monkeypatch.setattr("services.sweep.MISSING_BATCHES", 2)
    tips = [await world.tip(world.alice, str(yuan), key=str(yuan)) for yuan in range(1, 8)]
    for tip in tips:
        await world.tips.payment_link(tip.id, world.alice)
    await forget(engines)
    await world.sweep.sweep()
    assert len(await due(engines)) == 4
    await world.sweep.sweep()
    assert len(await due(engines)) == len(tips)


async def test_what_was_looked_up_for_a_week_is_not_listed_again(world: World, engines: Engines):
    tip = await asked(world)
    world.rail.found[payment_of(tip)] = Found(PaymentState.CREATED)
    world.time.passes(days=7)
    await world.sweep.sweep()
    assert await due(engines) == []
    world.time.passes(hours=2)
    await world.sweep.sweep()
    assert await due(engines) == []


async def test_missing_rows_are_looked_for_by_the_key(engines: Engines):
    plans: list[str] = []
    explain = "EXPLAIN QUERY PLAN " if engines.dialect == "sqlite" else "EXPLAIN "
    async with engines.writer.begin() as connection:
        if engines.dialect == "postgresql":
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        after = str(new_id()) if engines.dialect == "postgresql" else new_id().hex
        for query in (
            f"SELECT id FROM payments WHERE id > '{after}' ORDER BY id LIMIT 1 OFFSET 1999",
            f"SELECT id FROM payments WHERE id BETWEEN '{after}' AND '{after}' AND state NOT IN ('paid')"
            " AND NOT EXISTS (SELECT payment_id FROM look_ups WHERE payment_id = payments.id)",
        ):
            plans.append(str((await connection.execute(text(explain + query))).all()))
    for plan in plans:
        assert "pk_payments" in plan or "sqlite_autoindex_payments_1" in plan, plan


async def test_told_late_and_found_it_is_booked_once(world: World):
    tip = await asked(world)
    world.rail.found[payment_of(tip)] = paid(tip)
    world.time.passes(minutes=11)
    await asyncio.gather(world.sweep.sweep(), world.deliver(EventKind.PAID, tip, "evt_1", their_id="c1", charge="c1"))
    await world.deliver(EventKind.PAID, tip, "evt_2", their_id="c1", charge="c1")
    await world.payments.settle_pending()
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")


async def test_what_is_told_while_the_rail_is_asked_is_looked_up_again(world: World, engines: Engines, monkeypatch):
    """The answer may be older than what was told meanwhile."""
    tip = await world.pay(await asked(world), world.alice, charge="c1")

    def refunded(identity: str, minor: int, **values: object) -> bytes:
        about = {"their_id": identity, "charge": "c1", "minor": minor}
        told = "told" if values else "found"
        return event(EventKind.REFUNDED, tip.payment, f"{told}_{identity}", **about | values)

    first, second = refunded("re_1", 100).decode(), refunded("re_2", 200).decode()
    rail_asked = world.rail.fetch

    async def told_meanwhile(payment: PaymentRef) -> Found:
        answer = await rail_asked(payment)
        world.rail.found[payment_of(tip)] = Found(PaymentState.PAID, None, None, (first, second))
        await world.payments.receive("paper", refunded("re_2", 200, thin=True), {"Signature": "paper"})
        monkeypatch.setattr(world.rail, "fetch", rail_asked)
        return answer

    await world.payments.receive("paper", refunded("re_1", 100, thin=True), {"Signature": "paper"})
    world.rail.found[payment_of(tip)] = Found(PaymentState.PAID, None, None, (first,))
    monkeypatch.setattr(world.rail, "fetch", told_meanwhile)
    world.time.passes(seconds=1)
    assert await world.sweep.sweep() == 1
    assert (await world.fresh(tip)).kept == cny("4")
    world.time.passes(seconds=1)
    assert await world.sweep.sweep() == 1, "it was told of again"
    assert (await world.fresh(tip)).kept == cny("2")
    assert await due(engines) == []


async def test_replicas_ask_about_each_payment_once(world: World):
    tips = [await world.tip(world.alice, str(yuan), key=str(yuan)) for yuan in range(1, 41)]
    for tip in tips:
        await world.tips.payment_link(tip.id, world.alice)
    await world.sweep.sweep()
    world.time.passes(minutes=11)
    assert sum(await asyncio.gather(*(world.sweep.sweep() for _ in range(4)))) == len(tips)
    assert sorted(p.reference for p in world.rail.fetched) == sorted(payment_of(tip) for tip in tips)


async def test_a_backlog_is_taken_in_batches(world: World):
    tips = [await world.tip(world.alice, str(yuan), key=str(yuan)) for yuan in range(1, BATCH + 20)]
    for tip in tips:
        await world.tips.payment_link(tip.id, world.alice)
    await world.sweep.sweep()
    world.time.passes(minutes=11)
    assert await world.sweep.sweep() == len(tips)


async def test_a_silent_rail_is_left_alone_for_a_while(world: World):
    tip = await asked(world)
    await asked(world, "q2")
    world.rail.down = True
    world.time.passes(minutes=11)
    assert await world.sweep.sweep() == 1
    world.rail.down = False
    world.rail.found[payment_of(tip)] = paid(tip)
    assert await world.sweep.sweep() == 0
    world.time.passes(minutes=5)
    assert await world.sweep.sweep() == 2
    assert (await world.fresh(tip)).state is TipState.PAID


async def test_a_link_that_got_lost_on_its_way_to_us_is_kept(world: World, engines: Engines):
    tip = await world.tip(world.alice, "5")
    async with world.unit() as work:
        await work.look_ups.add_many([payment_of(tip)])
    await world.sweep.sweep()
    world.time.passes(minutes=11)
    world.rail.found[payment_of(tip)] = Found(PaymentState.CREATED, "pay_9", "https://pay.example/9")
    await world.sweep.sweep()
    assert await world.tips.payment_link(tip.id, world.alice) == "https://pay.example/9"
    assert world.rail.asked == []


async def test_nobody_knows_for_a_week_is_an_alarm_and_nobody_came_is_none(world: World, engines: Engines):
    unknown, nobody = await asked(world), await asked(world, "q2")
    world.rail.found[payment_of(unknown)] = Found(PaymentState.PENDING)
    world.rail.found[payment_of(nobody)] = Found(PaymentState.CREATED)
    seen: list[str] = []
    for _ in range(8):
        world.time.passes(days=1)
        with capture_logs() as logs:
            await world.sweep.sweep()
        seen += [line["payment_id"] for line in logs if line["event"] == "payment_unknown_for_long"]
    assert set(seen) == {str(payment_of(unknown))}
    assert await due(engines) == [payment_of(unknown)]
    rendered = (await MetricsService(world.unit, now=world.time).render()).decode()
    (oldest,) = [line for line in rendered.splitlines() if line.startswith("payment_unknown_oldest_seconds")]
    assert float(oldest.split()[1]) == 8 * 86400


async def test_put_off_by_a_clock_that_was_wrong_it_is_looked_up_all_the_same(world: World):
    tip = await asked(world)
    world.rail.found[payment_of(tip)] = Found(PaymentState.PENDING)
    world.time.passes(days=40)
    assert await world.sweep.sweep() == 1
    world.time.passes(days=-40)
    world.rail.found[payment_of(tip)] = paid(tip)
    world.time.passes(minutes=11)
    assert await world.sweep.sweep() == 1
    assert (await world.fresh(tip)).state is TipState.PAID


@pytest.mark.parametrize("minutes", [0, 11, 20, 59, 60])
def test_in_the_first_hour_no_wait_is_longer_than_a_quarter(minutes: float):
    assert next_look(timedelta(minutes=minutes)) <= timedelta(minutes=15)
    assert timedelta(minutes=15) > FIRST_LOOK


def test_a_wait_is_never_longer_than_a_day_and_never_none():
    for days in (-40, 0, 1, 7, 4000):
        assert timedelta(minutes=1) < next_look(timedelta(days=days)) <= MOST_WAIT


async def test_a_page_closed_stays_closed_whatever_order_the_events_come_in(world: World):
    tip = await asked(world)
    await world.deliver(EventKind.CANCELLED, tip, "e2")
    await world.deliver(EventKind.DECLINED, tip, "e1")
    async with world.unit.read() as work:
        payment = await work.payments.by_id(payment_of(tip))
    assert payment is not None
    assert payment.state is PaymentState.CANCELLED
