"""Answers of Stripe that nobody foresaw keep nothing else waiting, and nothing that was told is lost."""

import pytest

from giving.alerts import AlertKind
from giving.payments import Payment, PaymentState
from giving.tips import TipState
from payments.stripe_rail import Mode
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.passing import Town
from tests.payments.stripe.stage import On
from tests.world import World


@pytest.fixture
async def town(world: World, our: OurStripe, on: On) -> Town:
    made = Town(world, our, on(Mode.DIRECT))
    await made.settle_in()
    return made


async def state(town: Town, payment: Payment) -> PaymentState:
    async with town.world.unit.read() as work:
        return (await work.payments.by_ids([payment.id]))[payment.id].state


async def kept(town: Town, payment: Payment) -> list[TipState]:
    async with town.world.unit.read() as work:
        return [tip.state for tip in (await work.tips.of_payments([payment.id]))[payment.id]]


async def test_an_odd_answer_about_one_payment_keeps_no_other_waiting(town: Town):
    odd, other = await town.ask((town.well, 3000)), await town.ask((town.well, 2000), donor=town.world.bob)
    for payment in (odd, other):
        town.pay(payment)
    del town.our.books.things[town.intents[odd.id]["id"]]["status"]
    for _ in range(3):
        await town.hear()
        town.passes(minutes=3)
    assert await state(town, other) is PaymentState.PAID
    assert await state(town, odd) is not PaymentState.PAID


async def test_what_was_told_is_looked_up_until_the_rail_says_what_it_is(town: Town):
    payment = await town.give((town.well, 3000))
    town.our.books.refund(town.intents[payment.id], 3000)
    (told,) = [event for event in town.our.take_told() if event["type"] == "refund.created"]
    await town.payments.receive("stripe", *town.our.delivered(told))
    town.our.faults.append(403)  # a key that may not do all it should, until somebody mends that
    await town.looks.sweep()
    assert not town.our.faults
    for _ in range(2):
        town.passes(days=1)
        await town.hear()
    assert await kept(town, payment) == [TipState.REFUNDED]


async def test_paid_and_not_in_the_balance_for_a_week_is_told(town: Town):
    town.our.books.late = True
    payment = await town.give((town.well, 3000))
    assert await state(town, payment) is not PaymentState.PAID
    town.passes(days=6)
    await town.hear()
    assert await town.alerted() == []
    town.passes(days=2)
    await town.hear()
    assert [kind for kind, _ in await town.alerted()] == [AlertKind.PAYMENT_OPEN]
