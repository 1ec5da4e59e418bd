"""The charge mode of an organisation is changed in the settings: a payment stays what it was made as."""

import pytest

from giving.payments import PaymentState
from payments.provider import RefundAsk
from payments.stripe_rail import Mode
from services.ledger import LedgerService
from storage.ids import new_id
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.passing import Town
from tests.payments.stripe.stage import On
from tests.world import World

CHANGES = [(before, after) for before in Mode for after in Mode if before is not after]


@pytest.mark.parametrize(("before", "after"), CHANGES)
async def test_a_page_that_is_paid_after_the_mode_was_changed_is_booked_where_its_money_is(
    world: World, our: OurStripe, on: On, before: Mode, after: Mode
):
    town = Town(world, our, on(before))
    await town.settle_in()
    payment = await town.ask((town.well, 3000))
    town.work_with(on(after))
    town.pay(payment)
    await town.hear()
    async with world.unit.read() as work:
        assert (await work.payments.by_ids([payment.id]))[payment.id].state is PaymentState.PAID
    await town.transfers.sweep()
    await town.hear()

    passed_on = [(payment.account, 417)] if before is Mode.TRANSFERS else []
    made = [(one["destination"], one["amount"]) for one in our.books.all_of("transfer", None) if one["metadata"]]
    assert made == passed_on, "what Stripe moves by itself names nothing of ours"
    assert await town.alerted() == []
    assert await town.with_them(town.well) == 417
    fee = 0 if before is Mode.DIRECT else 42
    assert await town.here() == -fee, "only the fee is the operator's"
    assert (await LedgerService(world.unit).verify()).clean


@pytest.mark.parametrize(("before", "after"), CHANGES)
async def test_what_goes_back_after_the_mode_was_changed_comes_from_where_its_money_is(
    world: World, our: OurStripe, on: On, before: Mode, after: Mode
):
    town = Town(world, our, on(before))
    await town.settle_in()
    payment = await town.give((town.well, 3000))
    await town.transfers.sweep()
    await town.hear()
    town.work_with(on(after))
    intent = town.intents[payment.id]
    ask = RefundAsk(new_id(), intent["id"], payment.amount, payment.amount, payment.id, payment.account)
    await town.rail.refund(ask, key="r")
    assert (our.asked[-1][2].get("reverse_transfer") == "true") is (before is Mode.DESTINATION)
    await town.hear()
    await town.transfers.sweep()
    await town.hear()
    assert await town.with_them(town.well) == 0
    fee = 0 if before is Mode.DIRECT else 42
    assert await town.here() == -fee
    assert (await LedgerService(world.unit).verify()).clean
