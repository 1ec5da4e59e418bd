"""Organisations' accounts are kept in the money of their country, whatever donors give in."""

from datetime import timedelta

import pytest

from giving.money import Money
from giving.payments import EventKind, PaymentState
from payments.stripe_rail import Mode
from services.ledger import LedgerService
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.passing import Town
from tests.payments.stripe.stage import On
from tests.world import World


@pytest.mark.parametrize("currency", ["pln", "aed", "mxn"])
async def test_an_account_in_the_money_of_its_country_is_paid_and_booked(
    world: World, our: OurStripe, on: On, currency: str
):
    our.books.settles, our.books.rate = currency, {"cny": 550, currency: 1000}
    town = Town(world, our, on(Mode.DIRECT))
    await town.settle_in()
    payment = await town.give((town.well, 3000))
    async with world.unit.read() as work:
        assert (await work.payments.by_ids([payment.id]))[payment.id].state is PaymentState.PAID
        held = [money for name, money in await work.ledger.balances() if name.endswith(":received:stripe")]
    assert held == [Money(1650, currency.upper())]
    assert (await LedgerService(world.unit).verify()).clean


async def test_what_an_account_in_money_we_do_not_know_got_is_a_difference_and_no_silence(
    world: World, our: OurStripe, on: On
):
    our.books.settles, our.books.rate = "isk", {"cny": 550, "isk": 1000}
    town = Town(world, our, on(Mode.DIRECT))
    await town.settle_in()
    payment = await town.give((town.well, 3000))
    at = town.now()
    records = [one async for one in town.rail.records(at - timedelta(days=1), at + timedelta(days=1))]
    assert [(one.kind, one.reference, one.amount) for one in records] == [
        (EventKind.PAID, payment.id, Money(3000, "CNY"))
    ]
