"""Refunds made at the provider beside those that were asked of us: what fails there says nothing of ours."""

from giving.notices import NoticeKind
from giving.payments import EventKind, PaymentState
from giving.tips import TipState
from payments.provider import Found
from services.alerts import AlertService
from services.settlement.telling import tell_of_waiting
from storage.refunds import RefundState
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
