"""An organisation has another account by now: links lead there, also those that were asked for before."""

from dataclasses import replace

import pytest

from giving.payments import PaymentState
from giving.tips import OfferRequest
from payments.provider import PaymentIntent, PaymentLink, PaymentRef, RailRefused
from services.rails import Rails
from services.tips.renewal import Renewal
from storage.methods import RailAccount
from tests.services.test_tabs import CardRail, Tabs, house_of
from tests.world import World, cny


class Connected(CardRail):
    """Organisations have accounts with it; those of `closed` are not ours to use any more."""

    capabilities = replace(CardRail.capabilities, needs_account=True)

    def __init__(self) -> None:
        super().__init__()
        self.closed: set[str | None] = set()

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        if intent.account in self.closed:
            raise RailRefused("account_invalid")
        return await super().create_payment(intent, key=key)

    async def cancel_payment(self, payment: PaymentRef) -> None:
        if payment.account in self.closed:
            raise RailRefused("account_invalid")
        await super().cancel_payment(payment)


@pytest.fixture
async def house(world: World) -> Tabs:
    card = Connected()
    made = house_of(world, card)
    rails = Rails([card])
    for service in (made.tabs, made.charges, made.charges._begin, made.tips, made.tips.pay, made.tips._offers):
        service._rails = rails
    made.tips.pay._renew = Renewal(world.unit, rails, world.time)
    await connect(made, "acct_1")
    return made


async def connect(house: Tabs, account: str) -> None:
    row = RailAccount(house.world.library.organisation.id, "card", account, ready=True)
    async with house.world.unit() as work:
        await work.accounts.keep(row, now=house.world.time())


@pytest.mark.parametrize("asked", [False, True])
async def test_a_link_leads_to_the_account_of_now(house: Tabs, asked: bool):
    world, card = house.world, house.card
    request = OfferRequest("q1", world.alice.id, cny("5"), post=world.post.id, rail="card")
    tip = await house.tips.offer(request)
    if asked:
        await house.tips.payment_link(tip.id, world.alice)
    assert isinstance(card, Connected)
    card.closed.add("acct_1")
    await connect(house, "acct_2")
    again = await house.tips.offer(replace(request, key="q2"))
    assert again.id == tip.id, "the same unpaid wish"
    link = await house.tips.payment_link(tip.id, world.alice)
    assert card.asked[-1][1].account == "acct_2"
    assert await house.tips.payment_link(tip.id, world.alice) == link, "the same link as long as it can be paid"
    async with world.unit.read() as work:
        payment = await work.payments.by_id((await world.fresh(tip)).payment or tip.id)
    assert payment is not None
    assert (payment.account, payment.state) == ("acct_2", PaymentState.PENDING)
