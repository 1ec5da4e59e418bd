"""Somebody's tabs paid at once on a page of Stripe's: to each organisation its part, and back from it alone."""

from typing import Final

import pytest

from giving.errors import TabChanged
from giving.joint import Joint
from giving.money import Money
from giving.payments import Payment
from giving.projects import Organisation, Project
from giving.tips import OfferRequest, TipState
from giving.transfers import TransferState
from payments.stripe_rail import Mode
from storage.ids import new_id
from storage.methods import RailAccount
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.passing import Town
from tests.payments.stripe.stage import On
from tests.world import World, cny, project

DONE: Final = TransferState.DONE


@pytest.fixture
async def town(world: World, our: OurStripe, on: On) -> Town:
    made = Town(world, our, on(Mode.TRANSFERS))
    await made.settle_in()
    return made


async def third(town: Town) -> Project:
    """One more organisation."""
    shoes = Organisation(new_id(), "shoes", {"zh-CN": "童鞋", "en": "Shoes"}, None, town.now())
    theirs = project("shoes", shoes, "一双鞋")
    account = (await town.rail.open_account("shoes", "US", key="shoes")).their_id
    town.accounts[shoes.id] = account
    async with town.world.unit() as work:
        await work.projects.put_organisation(shoes)
        await work.projects.put(theirs, town.now())
        await work.accounts.keep(RailAccount(shoes.id, "stripe", account, ready=True), now=town.now())
    return theirs


async def passed_on(town: Town) -> None:
    await town.transfers.sweep()
    await town.hear()


@pytest.mark.parametrize("count", [2, 3])
async def test_one_page_over_several_organisations_pays_every_tip_and_each_gets_its_part(town: Town, count: int):
    projects = [town.world.library, town.well, await third(town)][:count]
    payment = await town.ask(*((each, 200 + 100 * n) for n, each in enumerate(projects)))
    assert payment.account is None, "of no organisation alone"
    (page,) = town.our.books.all_of("checkout.session", None)
    plan = town.our.books.plans[page["id"]]
    names = [item["price_data"]["product_data"]["name"] for item in plan["line_items"].values()]
    assert [name.partition(" · ")[0] for name in names] == [each.organisation.name("en") for each in projects]
    assert plan["payment_intent_data"]["transfer_group"] == str(payment.id)
    assert "on_behalf_of" not in plan["payment_intent_data"]

    town.pay(payment)
    await town.hear(again=1.0)
    await passed_on(town)
    tips = [await town.world.fresh(tip) for tip in town.given[payment.id]]
    assert {tip.state for tip in tips} == {TipState.PAID}
    assert len({tip.entry_key for tip in tips}) == 1
    moved = await town.planned(payment)
    assert {(one.organisation, one.state) for one in moved} == {(each.organisation.id, DONE) for each in projects}
    arrived = town.our.books.things[town.intents[payment.id]["latest_charge"]]["balance_transaction"]
    assert sum(one.amount.minor for one in moved) == town.our.books.things[arrived]["amount"]
    assert sorted(town.made()) == sorted((town.accounts[one.organisation], one.amount.minor) for one in moved)
    async with town.world.unit.read() as work:
        assert await work.tabs.open_charges() == []
    assert (await town.tabs.view(town.world.alice)).cards == ()


async def test_a_tip_that_is_taken_back_comes_back_from_its_organisation_only(town: Town):
    payment = await town.give((town.world.library, 1000), (town.well, 2600))
    await passed_on(town)
    library, _ = town.given[payment.id]
    await town.refunds.take_back(library.id, town.world.alice)
    await town.hear()
    await passed_on(town)
    assert (await town.world.fresh(library)).state is TipState.REFUNDED
    assert await town.states(payment) == [(-139, DONE), (139, DONE), (361, DONE)]
    assert (await town.with_them(town.world.library), await town.with_them(town.well)) == (0, 361)
    assert await town.world.balance(f"project:{town.well.id}:credited") == -cny("26")


async def test_where_the_mode_is_another_only_those_that_pass_on_share_a_page(town: Town, on: On):
    """`direct` is usual here; two organisations are set to `transfers`."""
    shoes = await third(town)
    shared = [town.accounts[each.organisation.id] for each in (town.world.library, shoes)]
    town.work_with(on(Mode.DIRECT, dict.fromkeys(shared, Mode.TRANSFERS)))
    for each in (town.well, town.world.library, shoes):
        await promise(town, each, 300)
    view = await town.tabs.view(town.world.alice)
    assert [(len(one.parts), one.sum) for one in view.joints] == [(2, cny("6"))]
    payment = await all_at_once(town, view.joints[0])
    await town.hear()
    await passed_on(town)
    moved = await town.planned(payment)
    assert {(one.organisation, one.state) for one in moved} == {
        (each.organisation.id, DONE) for each in (town.world.library, shoes)
    }
    assert {cents > 0 for cents in (await town.with_them(town.world.library), await town.with_them(shoes))} == {True}
    assert await town.with_them(town.well) == 0
    (left,) = (await town.tabs.view(town.world.alice)).cards
    assert (left.organisation.id, left.whole.free) == (town.well.organisation.id, cny("3"))


@pytest.mark.parametrize("mode", [Mode.DIRECT, Mode.DESTINATION])
async def test_in_the_two_other_modes_there_is_no_such_thing(world: World, our: OurStripe, on: On, mode: Mode):
    town = Town(world, our, on(mode))
    await town.settle_in()
    for each in (world.library, town.well):
        await promise(town, each, 500)
    assert (await town.tabs.view(world.alice)).joints == ()
    with pytest.raises(TabChanged):
        await town.charges.settle_together(world.alice, "stripe", cny("10"))


async def test_a_page_that_is_closed_can_not_be_paid_and_each_tab_can(town: Town):
    payment = await town.ask((town.world.library, 500), (town.well, 600))
    for card in (await town.tabs.view(town.world.alice)).cards:
        if card.organisation.id == town.well.organisation.id:
            await town.charges.settle(card.tab.id, town.world.alice, cny("6"))
    (status,) = {
        one["status"] for one in town.our.books.all_of("checkout.session", None) if one["id"] == payment.their_id
    }  # fmt: skip
    assert status == "expired"
    cards = {card.organisation.id: card for card in (await town.tabs.view(town.world.alice)).cards}
    assert cards[town.world.library.organisation.id].charge is None
    asked = cards[town.well.organisation.id].charge
    assert asked is not None
    assert asked.amount == cny("6")


async def promise(town: Town, whom: Project, minor: int) -> None:
    request = OfferRequest(f"t{whom.slug}", town.world.alice.id, Money(minor, "CNY"), project=whom.id, rail="stripe")
    await town.tabs.promise((await town.tips.offer(request)).id, town.world.alice)


async def all_at_once(town: Town, whole: Joint) -> Payment:
    await town.charges.settle_together(town.world.alice, "stripe", whole.sum)
    async with town.world.unit.read() as work:
        (page,) = {one.payment for one in await work.tabs.open_charges()}
        payment = await work.payments.by_id(page)
    assert payment is not None
    town.pay(payment)
    return payment
