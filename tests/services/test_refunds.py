"""Taking back what was paid twice: recorded first, asked until answered, given back once."""

import pytest

from giving.errors import AlreadyReturned, NotRefundable, RefundDelayed
from giving.payments import EventKind
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
    _, again = await extra(world)
    world.rail.down = True
    with pytest.raises(RefundDelayed):
        await world.refunds.take_back(again.id, world.alice)
    world.rail.down = False
    assert await world.refunds.sweep() == 0, "not within the first minute"
    world.time.passes(minutes=2)
    assert await world.refunds.sweep() == 1
    assert await world.refunds.sweep() == 0
    ((charge, amount, _),) = world.rail.refunds
    assert (charge, amount) == ("ch_2", cny("5"))


async def test_what_was_returned_is_said_to_be_returned(world: World):
    tip, again = await extra(world)
    await world.refunds.take_back(again.id, world.alice)
    await world.deliver(EventKind.REFUNDED, tip, "evt_r", their_id="re_1", charge="ch_2")
    await world.payments.settle_pending()
    with pytest.raises(AlreadyReturned):
        await world.refunds.take_back(again.id, world.alice)
    assert (await world.fresh(again)).state is TipState.REFUNDED


async def test_an_ordinary_gift_is_not_taken_back_alone(world: World):
    tip, _ = await extra(world)
    with pytest.raises(NotRefundable):
        await world.refunds.take_back(tip.id, world.alice)
