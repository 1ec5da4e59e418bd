"""Where the money is booked, by rail and account: with us, or at the organisation at once; fees are the operator's."""

from datetime import timedelta
from typing import Final

import pytest

from giving.accounts import fees, operator_payable, organisation_received, project_credited, rail_clearing
from giving.errors import GivingElsewhere
from giving.payments import EventKind
from giving.rails import Holder
from giving.tips import Limits, OfferRequest
from payments.provider import Capabilities
from services.links import Links
from services.payments import PaymentService
from services.rails import Rails
from services.settlement import Settler
from services.tips import TipService
from storage.methods import RailAccount
from tests.rails import PaperRail, event
from tests.world import World, cny

LIMITS: Final = {"CNY": (cny("1"), cny("50000"))}


class DirectRail(PaperRail):
    """An organisation needs an account; its money is there at once, or (account "late") passed on later."""

    capabilities = Capabilities(limits=LIMITS, real_money=True, needs_account=True, holder=Holder.ORGANISATION)

    def holder_of(self, account: str | None) -> Holder:
        return Holder.OPERATOR if account == "late" else Holder.ORGANISATION

    def bills_fees(self, account: str | None) -> bool:
        return account == "direct"


@pytest.mark.parametrize("account", ["direct", "destination", "late"])
async def test_the_money_of_a_payment_stands_where_its_account_says(world: World, account: str):
    rail, organisation = DirectRail(), world.library.organisation.id
    rails = Rails([rail])
    links = Links("http://127.0.0.1:8081", "yizan_bot")
    limits = Limits(cny("1"), cny("50000"))
    tips = TipService(world.unit, rails, links, limits=limits, presets=(cny("1"),), language="zh-CN", now=world.time)
    settler = Settler(world.unit, rails, wakes=world.wakes, digest_every=timedelta(minutes=10), now=world.time)
    payments = PaymentService(world.unit, rails.values(), settler)
    async with world.unit() as work:
        await work.accounts.keep(RailAccount(organisation, "paper", account, ready=True), now=world.time())

    tip = await tips.offer(OfferRequest("q", world.alice.id, cny("5"), post=world.post.id))
    await tips.payment_link(tip.id, world.alice)
    ((_, intent),) = rail.asked
    assert intent.account == account

    async def told(kind: EventKind, number: int, **values: object) -> None:
        body = event(kind, tip.payment, f"evt_{number}", **values)
        await payments.receive("paper", body, {"Signature": "paper"})

    await told(EventKind.PAID, 1, their_id="ch_1", minor=500)
    await told(EventKind.FEE, 2, their_id="ch_1", minor=20)
    received = organisation_received(organisation, "paper")
    expected = {
        "direct": {received: 500, operator_payable("paper"): -20, rail_clearing("paper"): 0},
        "destination": {received: 500, rail_clearing("paper"): -20},
        "late": {received: 0, rail_clearing("paper"): 480},
    }[account]
    for name, minor in expected.items():
        assert (await world.balance(name)).minor == minor, name
    assert (await world.balance(fees("paper"))).minor == 20
    assert (await world.balance(project_credited(tip.project))).minor == -500
    if account == "late":
        await told(EventKind.TRANSFERRED, 3, their_id="tr_1", minor=500)
        assert ((await world.balance(received)).minor, (await world.balance(rail_clearing("paper"))).minor) == (
            500,
            -20,
        )
    await told(EventKind.REFUNDED, 4, their_id="re_1", charge="ch_1", minor=200)
    assert (await world.balance(project_credited(tip.project))).minor == -300
    assert (await world.fresh(tip)).kept == cny("3")


async def test_an_organisation_without_an_account_is_led_to_its_own_page(world: World):
    rails = Rails([DirectRail()])
    limits = Limits(cny("1"), cny("50000"))
    tips = TipService(
        world.unit, rails, Links("http://127.0.0.1:8081"), limits=limits, presets=(cny("1"),), language="zh-CN"
    )
    with pytest.raises(GivingElsewhere):
        await tips.offer(OfferRequest("q", world.alice.id, cny("5"), post=world.post.id))
