"""Taking back what was paid twice: recorded first, asked until answered, given back once."""

from dataclasses import replace

import pytest

from giving.errors import AlreadyReturned, RefundDelayed, RefundTooLate, UndoOver
from giving.notices import NoticeKind
from giving.payments import EventKind
from giving.refunds import Taking
from giving.tips import Tip, TipState
from tests.world import World, cny


async def extra(world: World) -> tuple[Tip, Tip]:
    """A tip that was paid twice, and the second gift it made."""
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    for n in (1, 2):
        await world.deliver(EventKind.PAID, tip, f"evt_{n}", their_id=f"ch_{n}")
    await world.payments.settle_pending()
    gifts = [card.tip for card in (await world.tips.gifts(world.alice)).items]
    return tip, next(gift for gift in gifts if gift.extra_of == tip.id)


async def test_a_rail_that_does_not_answer_is_asked_again_with_the_same_key(world: World):
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    world.rail.down = True
    with pytest.raises(RefundDelayed):
        await world.refunds.take_back(tip.id, world.alice)
    world.rail.down = False
    assert await world.refunds.sweep() == 0, "not within the first minute"
    world.time.passes(minutes=2)
    assert await world.refunds.sweep() == 1
    assert await world.refunds.sweep() == 0
    ((charge, amount, _),) = world.rail.refunds
    assert (charge, amount) == ("ch_1", cny("5"))


async def test_what_was_returned_is_said_to_be_returned(world: World):
    tip, again = await extra(world)
    await world.refunds.take_back(again.id, world.alice)
    await world.deliver(EventKind.REFUNDED, tip, "evt_r", their_id="re_1", charge="ch_2")
    await world.payments.settle_pending()
    with pytest.raises(AlreadyReturned):
        await world.refunds.take_back(again.id, world.alice)
    assert (await world.fresh(again)).state is TipState.REFUNDED


async def test_an_ordinary_gift_is_taken_back_alone_for_half_an_hour(world: World):
    tip = await world.tip(world.alice, "5")
    await world.pay(tip, world.alice, at=int(world.time().timestamp()))
    world.time.passes(minutes=31)
    with pytest.raises(UndoOver):
        await world.refunds.take_back(tip.id, world.alice)
    world.time.passes(minutes=-2)
    await world.refunds.take_back(tip.id, world.alice)
    assert [charge for charge, _, _ in world.rail.refunds] == ["ch_1"]


async def test_the_second_payment_goes_back_by_itself(world: World):
    tip, again = await extra(world)
    assert world.wakes.refunds.is_set()
    assert await world.refunds.sweep() == 1
    assert [(charge, amount) for charge, amount, _ in world.rail.refunds] == [("ch_2", cny("5"))]
    await world.deliver(EventKind.REFUNDED, tip, "evt_r", their_id="re_1", charge="ch_2")
    assert ((await world.fresh(again)).state, (await world.fresh(tip)).state) == (TipState.REFUNDED, TipState.PAID)
    assert await world.balance(f"project:{tip.project}:credited") == -cny("5")


@pytest.mark.parametrize("together", [False, True])
async def test_a_failure_of_before_says_nothing_of_a_refund_that_went_out_since(world: World, together: bool):
    """A provider may try again by hand what it said had failed; the two may be told in any order."""
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    early, late = (int(world.time().timestamp()) + seconds for seconds in (60, 3600))
    deliver = world.keep if together else world.deliver
    await deliver(EventKind.REFUND_FAILED, tip, "evt_f", their_id="re_1", charge="ch_1", at=early)
    await deliver(EventKind.REFUNDED, tip, "evt_r", their_id="re_1", charge="ch_1", at=late)
    for _ in range(2):
        await world.payments.settle_pending()
    assert (await world.fresh(tip)).state is TipState.REFUNDED
    assert await world.balance(f"project:{tip.project}:credited") == cny("0")


async def test_a_refund_that_failed_puts_the_gift_back_and_may_be_asked_for_again(world: World):
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    await world.refunds.take_back(tip.id, world.alice)
    await world.deliver(EventKind.REFUNDED, tip, "evt_r", their_id="re_1", charge="ch_1")
    await world.deliver(EventKind.REFUND_FAILED, tip, "evt_f", their_id="re_1", charge="ch_1")
    assert (await world.fresh(tip)).state is TipState.PAID
    assert await world.balance(f"project:{tip.project}:credited") == -cny("5")
    await world.refunds.take_back(tip.id, world.alice)
    keys = [key for _, _, key in world.rail.refunds]
    assert len(set(keys)) == 2, "a key that failed is not asked with again"


async def test_the_half_hour_counts_from_when_it_was_told(world: World):
    """The webhook came forty minutes late, and the receipt twenty after that."""
    tip = await world.tip(world.alice, "5")
    tip = await world.pay(tip, world.alice, at=int(world.time().timestamp()) - 40 * 60)
    world.time.passes(minutes=20)
    receipts = [notice for notice in await world.outbox.claim() if notice.kind is NoticeKind.RECEIPT]
    await world.outbox.sent(receipts, message_id=7)
    world.time.passes(minutes=29)
    (offer,) = (await world.refunds.offers.page(world.alice)).items
    assert offer.taking is Taking.ALONE
    world.time.passes(minutes=2)
    (offer,) = (await world.refunds.offers.page(world.alice)).items
    assert offer.taking is Taking.ASK
    with pytest.raises(UndoOver):
        await world.refunds.take_back(tip.id, world.alice)


async def test_what_its_rail_gives_back_no_more_is_not_offered(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(world.rail, "capabilities", replace(world.rail.capabilities, refund_days=180))
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    world.time.passes(days=180)
    (offer,) = (await world.refunds.offers.page(world.alice)).items
    assert offer.taking is Taking.ASK
    world.time.passes(hours=1)
    (offer,) = (await world.refunds.offers.page(world.alice)).items
    assert offer.taking is Taking.LATE
    for ask in (world.refunds.take_back, world.refunds.wish):
        with pytest.raises(RefundTooLate) as late:
            await ask(tip.id, world.alice)
        assert late.value.args_for_message == {"days": 180}
    assert world.rail.refunds == []


async def test_nobody_sees_what_another_ones_payment_paid(world: World):
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    assert (await world.refunds.offers.page(world.alice, tip.payment)).total == 1
    assert (await world.refunds.offers.page(world.bob, tip.payment)).total == 0
