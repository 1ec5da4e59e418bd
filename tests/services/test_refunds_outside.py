"""Refunds made at the provider beside those that were asked of us: what fails there says nothing of ours."""

import pytest
from sqlalchemy import update

from giving.errors import AlreadyReturned
from giving.notices import NoticeKind
from giving.payments import EventKind, PaymentState
from giving.tips import Tip, TipState
from payments.provider import Found
from services.alerts import AlertService
from services.refunds.offers import Standing
from services.settlement.telling import tell_of_waiting
from storage.refunds import Refund, RefundState
from storage.tables import refunds
from tests.rails import event
from tests.services.test_refund_looks import row, with_alerts
from tests.world import World, cny


async def test_a_part_from_outside_that_fails_ends_no_refund_of_ours(world: World):
    await with_alerts(world)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    at = int(world.time().timestamp())
    await world.deliver(EventKind.REFUNDED, tip, "evt_1", their_id="re_out", charge="ch_1", minor=100, at=at)
    await world.refunds.take_back(tip.id, world.alice)
    ours = await row(world, tip)
    assert ours.state is RefundState.ASKED
    await world.outbox.claim()
    failed = {"their_id": "re_out", "charge": "ch_1", "minor": 100, "at": at + 60}
    await world.deliver(EventKind.REFUND_FAILED, tip, "evt_2", **failed)
    assert (await world.fresh(tip)).kept == cny("5")
    assert (await row(world, tip)).state is RefundState.ASKED, "it goes on"
    assert [n.kind for n in await world.outbox.claim()] == [NoticeKind.REFUND_OTHER]
    body = {"their_id": "re_ours", "charge": "ch_1", "minor": 400, "refund": str(ours.id), "at": at + 120}
    await world.deliver(EventKind.REFUNDED, tip, "evt_3", **body)
    fresh = await world.fresh(tip)
    assert (fresh.state, fresh.kept) == (TipState.PAID, cny("1"))
    assert (await row(world, tip)).state is RefundState.DONE, "ours arrived, whatever became of the other one"
    await world.outbox.claim()
    world.time.passes(days=8)
    await world.refunds.sweep()
    assert [n.kind for n in await world.outbox.claim() if n.kind is NoticeKind.ALERT] == [], "nothing is open"


async def left_over(world: World) -> tuple[Tip, Refund]:
    """A gift of ¥5: ¥1 that went back outside failed, ¥4 that we asked for arrived; ¥1 is still given."""
    await with_alerts(world)
    at = int(world.time().timestamp())
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=at)
    about = {"their_id": "re_out", "charge": "ch_1", "minor": 100}
    await world.deliver(EventKind.REFUNDED, tip, "evt_1", **about, at=at)
    await world.refunds.take_back(tip.id, world.alice)
    ours = await row(world, tip)
    await world.deliver(EventKind.REFUND_FAILED, tip, "evt_2", **about, at=at + 60)
    body = {"their_id": "re_ours", "charge": "ch_1", "minor": 400, "refund": str(ours.id), "at": at + 120}
    await world.deliver(EventKind.REFUNDED, tip, "evt_3", **body)
    return tip, ours


async def test_what_is_left_can_be_taken_back_and_asked_for(world: World):
    tip, ours = await left_over(world)
    page = await world.refunds.offers.page(world.alice)
    assert [(one.standing, one.card.tip.kept) for one in page.items] == [(Standing.ALONE, cny("1"))]
    await world.refunds.take_back(tip.id, world.alice)
    again = await row(world, tip)
    assert (again.state, again.id != ours.id) == (RefundState.ASKED, True)
    assert [amount for _, amount, _ in world.rail.refunds] == [cny("4"), cny("1")]
    at = int(world.time().timestamp()) + 300
    body = {"their_id": "re_rest", "charge": "ch_1", "minor": 100, "refund": str(again.id), "at": at}
    await world.deliver(EventKind.REFUNDED, tip, "evt_4", **body)
    assert ((await world.fresh(tip)).state, (await row(world, tip)).state) == (TipState.REFUNDED, RefundState.DONE)
    with pytest.raises(AlreadyReturned):
        await world.refunds.take_back(tip.id, world.alice)


async def test_one_that_was_left_open_ends_when_its_event_is_found_again(world: World):
    """As an older version left it: the event was booked, and the request stayed open."""
    tip, ours = await left_over(world)
    async with world.unit() as work:
        await work.connection.execute(update(refunds).where(refunds.c.id == ours.id).values(state=RefundState.ASKED))
    body = {"their_id": "re_ours", "charge": "ch_1", "minor": 400, "refund": str(ours.id)}
    await world.deliver(EventKind.REFUNDED, tip, "evt_again", **body, at=int(world.time().timestamp()) + 120)
    assert (await row(world, tip)).state is RefundState.DONE


async def test_one_that_arrived_and_then_failed_may_be_asked_for_again(world: World):
    tip, ours = await left_over(world)
    at = int(world.time().timestamp()) + 300
    body = {"their_id": "re_ours", "charge": "ch_1", "minor": 400, "refund": str(ours.id), "at": at}
    await world.deliver(EventKind.REFUND_FAILED, tip, "evt_4", **body)
    assert ((await world.fresh(tip)).kept, (await row(world, tip)).state) == (cny("5"), RefundState.FAILED)
    await world.deliver(EventKind.REFUNDED, tip, "evt_5", **(body | {"at": at - 180}))
    assert (await row(world, tip)).state is RefundState.FAILED, "an old event that comes again says nothing new"


async def test_a_refund_that_fails_before_anything_of_it_was_booked_waits_for_nothing(world: World):
    await with_alerts(world)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    await world.refunds.take_back(tip.id, world.alice)
    refund = str((await row(world, tip)).id)
    about = {"their_id": "re_1", "charge": "ch_1", "minor": 500, "refund": refund}
    await world.deliver(EventKind.REFUND_FAILED, tip, "evt_f", **about)
    assert tip.payment is not None
    found = event(EventKind.REFUND_FAILED, tip.payment, "found_f", **about).decode()
    world.rail.found[tip.payment] = Found(PaymentState.PAID, events=(found,))
    world.time.passes(minutes=5)
    await world.refunds.sweep()
    assert (await row(world, tip)).state is RefundState.FAILED
    assert [n.kind for n in await world.outbox.claim() if n.kind is NoticeKind.REFUND_FAILED]
    alerts = AlertService(owners=[], wakes=world.wakes, now=world.time)
    world.time.passes(hours=3)
    async with world.unit() as work:
        assert await tell_of_waiting(work, alerts, world.time()) == 0, "it waits for nothing that will ever come"
