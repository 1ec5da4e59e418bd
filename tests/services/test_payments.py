"""The inbox: what is delivered is kept once, what is odd is put aside, and nothing holds up the rest."""

import asyncio

import pytest
from sqlalchemy import text

from giving.payments import EventKind
from giving.tips import TipState
from payments.provider import BadEvent, BadSignature, UnknownRail
from services.payments import Received
from storage.engines import Engines
from tests.rails import event
from tests.world import World, cny

SIGNED = {"Signature": "paper"}


async def states(engines: Engines) -> dict[str, str]:
    async with engines.reader.connect() as connection:
        rows = await connection.execute(text("SELECT event_id, state FROM provider_events"))
        return {row.event_id: row.state for row in rows}


async def test_what_is_not_an_event_is_refused_and_not_kept(world: World, engines: Engines):
    good = event(EventKind.PAID, None, "e1", their_id="c", minor=1)
    for rail, body, headers, error in (
        ("nothing", good, SIGNED, UnknownRail),
        ("paper", good, {}, BadSignature),
        ("paper", b"not json", SIGNED, BadEvent),
        ("paper", event(EventKind.PAID, None, "x" * 129), SIGNED, BadEvent),
    ):
        with pytest.raises(error):
            await world.payments.receive(rail, body, headers)
    assert await states(engines) == {}


async def test_deliveries_at_the_same_moment_are_one_event(world: World, engines: Engines):
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    deliveries = [world.deliver(EventKind.PAID, tip, "e1", their_id="c1") for _ in range(20)]
    outcomes = await asyncio.gather(*deliveries)
    assert sorted(outcomes).count(Received.STORED) == 1
    await asyncio.gather(*(world.payments.settle_pending() for _ in range(3)))
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")
    assert await states(engines) == {"e1": "settled"}


async def test_events_of_other_kinds_are_kept_and_ignored(world: World, engines: Engines):
    body = event(EventKind.OTHER, None, "e1")
    assert await world.payments.receive("paper", body, SIGNED) is Received.IGNORED
    await world.payments.settle_pending()
    assert await states(engines) == {"e1": "ignored"}


async def test_a_poisoned_event_is_put_aside_and_its_neighbours_are_booked(world: World, engines: Engines):
    tips = [await world.tip(donor, "5", key=f"{donor.id}") for donor in (world.alice, world.bob)]
    # A charge id that is no text: verified when it comes, and settling it raises.
    bodies = [
        event(EventKind.PAID, tip.payment, f"e{n}", their_id=f"c{n}" if n else {}, minor=500)
        for n, tip in enumerate(tips)
    ]
    came = await asyncio.gather(*(world.payments.receive("paper", body, SIGNED) for body in bodies))
    assert came == [Received.STORED, Received.STORED]
    assert world.payments.pending.is_set()
    assert await states(engines) == {"e0": "new", "e1": "new"}
    await world.payments.settle_pending()

    assert await states(engines) == {"e0": "odd", "e1": "settled"}
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")


async def test_an_event_is_settled_in_the_commit_that_stores_it(world: World, engines: Engines):
    tip = await world.tip(world.alice, "5")
    await world.deliver(EventKind.PAID, tip, "e1", their_id="c1")
    assert await states(engines) == {"e1": "settled"}
    assert (await world.fresh(tip)).state is TipState.PAID
    assert not world.payments.pending.is_set()
    assert await world.payments.settle_pending() == 0


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_events_are_kept_while_somebody_holds_a_payment_for_long(world: World, engines: Engines):
    held, free = await world.tip(world.alice, "5"), await world.tip(world.bob, "5", key="q2")
    bodies = [event(EventKind.PAID, tip.payment, f"e{tip.donor}", their_id=f"c{tip.donor}", minor=500)
              for tip in (held, free)]  # fmt: skip
    async with engines.writer.begin() as connection:
        await connection.execute(text("SELECT 1 FROM payments WHERE id = :id FOR UPDATE"), {"id": held.payment})
        came = await asyncio.gather(*(world.payments.receive("paper", body, SIGNED) for body in bodies))
    assert came == [Received.STORED, Received.STORED]
    assert set((await states(engines)).values()) == {"new"}
    assert world.payments.pending.is_set()
    await world.payments.settle_pending()
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-10")


async def test_what_waited_is_woken_by_what_arrives(world: World, engines: Engines):
    tip = await world.tip(world.alice, "5")
    await world.deliver(EventKind.REFUNDED, tip, "e1", their_id="r1", charge="c1")
    assert await states(engines) == {"e1": "waiting"}
    await world.deliver(EventKind.PAID, tip, "e2", their_id="c1")
    assert world.payments.pending.is_set()
    assert await states(engines) == {"e1": "new", "e2": "settled"}
    await world.payments.settle_pending()
    assert (await world.fresh(tip)).state is TipState.REFUNDED


async def test_an_odd_event_says_why(world: World, engines: Engines):
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    await world.deliver(EventKind.PAID, tip, "e1", their_id="c1", minor=1)
    await world.payments.settle_pending()
    async with engines.reader.connect() as connection:
        reason = await connection.scalar(text("SELECT reason FROM provider_events"))
    assert reason == "amount differs from the payment's"


async def test_a_decline_changes_no_money_and_a_later_payment_counts(world: World):
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    await world.deliver(EventKind.DECLINED, tip, "e1")
    await world.payments.settle_pending()
    assert await world.balance(f"project:{world.library.id}:credited") == cny("0")
    await world.deliver(EventKind.PAID, tip, "e2", their_id="c1")
    await world.deliver(EventKind.CANCELLED, tip, "e3")
    await world.payments.settle_pending()
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")
