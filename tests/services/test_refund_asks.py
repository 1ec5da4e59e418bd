"""What a rail is asked to give back: one key, one amount, looked up before it is asked late, and never twice."""

import pytest

from giving.errors import AlreadyReturned, RailUnavailable, RefundDelayed
from giving.payments import EventKind, PaymentState
from giving.tips import Tip, TipState
from payments.provider import NOTHING_LEFT, Found, RailRefused, RefundAsk
from services.rails import Rails
from services.refunds import RefundService
from storage.ids import new_id
from storage.refunds import RefundState
from tests.rails import event
from tests.world import World, cny


class Asks:
    """What the world's rail was asked to give back; `says` is raised each time, whether it took it or not."""

    def __init__(self, world: World, says: Exception | None) -> None:
        self.seen: list[tuple[str, RefundAsk]] = []
        self.says = says
        world.rail.refund = self  # type: ignore[method-assign]

    async def __call__(self, ask: RefundAsk, *, key: str) -> None:
        self.seen.append((key, ask))
        if self.says is not None:
            raise self.says


async def delayed(world: World) -> tuple[Tip, Asks]:
    """A gift of ¥5 whose rail took the refund, for all we know: nothing was heard."""
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    asks = Asks(world, RailUnavailable())
    with pytest.raises(RefundDelayed):
        await world.refunds.take_back(tip.id, world.alice)
    return await world.fresh(tip), asks


async def state(world: World, tip: Tip) -> RefundState:
    async with world.unit.read() as work:
        return (await work.refunds.of([tip.id]))[tip.id].state


async def outside(world: World, tip: Tip, minor: int = 100) -> None:
    await world.deliver(EventKind.REFUNDED, tip, "evt_out", their_id="re_out", charge="ch_1", minor=minor)


async def test_the_same_key_comes_with_the_same_amount_whatever_went_back_meanwhile(world: World):
    tip, asks = await delayed(world)
    await outside(world, tip)
    world.time.passes(minutes=2)
    await world.refunds.sweep()
    assert len(asks.seen) == 2
    assert asks.seen[0] == asks.seen[1]
    assert asks.seen[0][1].amount == cny("5")


async def test_where_less_is_left_by_now_the_rest_is_asked_for_by_another_key(world: World):
    tip, asks = await delayed(world)
    await outside(world, tip)
    asks.says = RailRefused(NOTHING_LEFT)
    world.time.passes(minutes=2)
    await world.refunds.sweep()
    asks.says = None
    world.time.passes(minutes=2)
    await world.refunds.sweep()
    assert [ask.amount for _, ask in asks.seen] == [cny("5"), cny("5"), cny("4")]
    assert asks.seen[1][0] != asks.seen[2][0]
    assert await state(world, tip) is RefundState.ASKED
    world.time.passes(minutes=2)
    await world.refunds.sweep()
    assert len(asks.seen) == 3


async def test_a_key_of_yesterday_is_looked_up_before_it_is_asked_again(world: World):
    tip, asks = await delayed(world)
    assert tip.payment is not None
    world.time.passes(hours=30)
    asks.says = None
    world.rail.fetched.clear()
    await world.refunds.sweep()
    assert (len(asks.seen), len(world.rail.fetched)) == (1, 1), "nobody knows: not asked"
    world.rail.found[tip.payment] = Found(PaymentState.PAID)
    world.time.passes(minutes=2)
    await world.refunds.sweep()
    assert len(asks.seen) == 2, "the rail has none of it"
    assert asks.seen[0] == asks.seen[1]
    assert await state(world, tip) is RefundState.ASKED


async def test_what_the_rail_has_by_then_is_not_asked_for_a_second_time(world: World):
    tip, asks = await delayed(world)
    assert tip.payment is not None
    (refund,) = [ask.refund for _, ask in asks.seen]
    body = event(EventKind.REFUNDED, tip.payment, "f", their_id="re_1", charge="ch_1", minor=500, refund=str(refund))
    world.rail.found[tip.payment] = Found(PaymentState.PAID, events=(body.decode(),))
    world.time.passes(hours=30)
    await world.refunds.sweep()
    assert (await world.fresh(tip)).state is TipState.REFUNDED
    assert (len(asks.seen), await state(world, tip)) == (1, RefundState.DONE)


async def test_nor_what_it_has_and_has_not_decided(world: World):
    tip, asks = await delayed(world)
    assert tip.payment is not None
    world.rail.found[tip.payment] = Found(PaymentState.PAID, refunds=(asks.seen[0][1].refund,))
    world.time.passes(hours=30)
    await world.refunds.sweep()
    assert (len(asks.seen), await state(world, tip)) == (1, RefundState.ASKED)


async def test_what_failed_there_meanwhile_is_told_and_not_asked_again(world: World):
    tip, asks = await delayed(world)
    assert tip.payment is not None
    refund = asks.seen[0][1].refund
    body = event(EventKind.REFUND_FAILED, tip.payment, "f", their_id="r", charge="ch_1", minor=500, refund=str(refund))
    world.rail.found[tip.payment] = Found(PaymentState.PAID, events=(body.decode(),))
    await world.outbox.claim()
    world.time.passes(hours=30)
    await world.refunds.sweep()
    assert (len(asks.seen), await state(world, tip)) == (1, RefundState.FAILED)
    assert [n.kind for n in await world.outbox.claim()] == ["refund_failed"]


async def test_one_odd_answer_keeps_no_other_refund_waiting(world: World):
    asks = Asks(world, RailUnavailable())
    for number in (1, 2):
        tip = await world.tip(world.alice, str(number), key=f"q{number}")
        tip = await world.pay(tip, world.alice, charge=f"ch_{number}", at=int(world.time().timestamp()))
        with pytest.raises(RefundDelayed):
            await world.refunds.take_back(tip.id, world.alice)
    asks.seen.clear()
    asks.says = KeyError("status")
    world.time.passes(minutes=2)
    await world.refunds.sweep()
    assert sorted(ask.amount for _, ask in asks.seen) == [cny("1"), cny("2")]


async def test_a_silent_rail_is_asked_once_a_sweep(world: World):
    _, asks = await delayed(world)
    tip = await world.tip(world.alice, "1", key="q2")
    tip = await world.pay(tip, world.alice, charge="ch_2", at=int(world.time().timestamp()))
    with pytest.raises(RefundDelayed):
        await world.refunds.take_back(tip.id, world.alice)
    asks.seen.clear()
    for amount in ("5", "1"):
        world.time.passes(minutes=2)
        await world.refunds.sweep()
        assert asks.seen.pop()[1].amount == cny(amount), "each in its turn"
        assert asks.seen == []


async def test_a_rail_that_is_switched_off_keeps_no_other_waiting(world: World):
    tip, asks = await delayed(world)
    asks.says = None
    async with world.unit() as work:
        gone = await work.refunds.requested("gone", before=world.time())
        there = await work.refunds.requested("paper", before=world.time())
    assert (gone, list(there.values())) == ({}, [tip.id])
    refunds = RefundService(world.unit, Rails([]), world.tips, now=world.time)
    world.time.passes(minutes=2)
    assert await refunds.sweep() == 0
    assert await world.refunds.sweep() == 1


async def test_those_tried_longest_ago_go_first(world: World):
    first, _ = await delayed(world)
    world.time.passes(minutes=2)
    second = await world.pay(
        await world.tip(world.alice, "1", key="q2"), world.alice, charge="ch_2", at=int(world.time().timestamp())
    )
    async with world.unit() as work:
        await work.refunds.request(refund=new_id(), tip=second.id, now=world.time())
    world.time.passes(minutes=2)
    async with world.unit() as work:
        waiting = await work.refunds.requested("paper", before=world.time())
        assert list(waiting.values()) == [first.id, second.id]
        await work.refunds.begin(next(iter(waiting)), 500, world.time())
        assert list((await work.refunds.requested("paper", before=world.time())).values()) == [second.id, first.id]


async def test_pressed_again_it_is_not_asked_again(world: World):
    tip, asks = await delayed(world)
    asks.says = None
    await world.refunds.take_back(tip.id, world.alice)
    await world.refunds.take_back(tip.id, world.alice)
    assert len(asks.seen) == 2, "once unheard, once taken"
    await world.deliver(EventKind.REFUNDED, tip, "evt", their_id="re_1", charge="ch_1")
    with pytest.raises(AlreadyReturned):
        await world.refunds.take_back(tip.id, world.alice)
