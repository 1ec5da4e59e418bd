"""Refunds in the dashboard and disputes of what was paid on a page that was replaced by then: booked all the same.

The tips name the newer page; Stripe names the charge only.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from giving.notices import NoticeKind
from giving.tabs import Terms
from giving.tips import OfferRequest, Tip, TipState
from services.rails import Rails
from services.tabs import TabCharges, TabService
from tests.payments.stripe.our_books import OurBooks, Thing
from tests.payments.test_bad_events import ALICE, FINANCE, AtStripe, Shop, open_shop
from tests.world import SHANGHAI, World, cny


@pytest.fixture
async def shop(world: World) -> AsyncIterator[Shop]:
    async with open_shop("stripe", world) as made:
        yield made


async def alone(shop: Shop) -> tuple[list[Tip], Thing]:
    """One tip, paid on its first page after a second one was made."""
    tip, first = await shop.asked()
    assert first.their_id is not None
    at(shop).expire(first.their_id)
    await shop.hears(stripe(shop).told())
    await shop.tips.payment_link(tip.id, shop.world.alice)
    assert (await shop.payment_of(tip)).id != first.id
    await shop.hears(shop.donor.pays(first))
    return [tip], paid_by(shop, first.id)


async def by_tab(shop: Shop) -> tuple[list[Tip], Thing]:
    """Three tips of a tab; of the first page two, of the second, which is never paid, all of them."""
    world, rails = shop.world, Rails([shop.rail])
    tabs = TabService(
        world.unit, rails, wakes=world.wakes, zone=SHANGHAI, terms=Terms(cny("30"), cny("100")), now=shop.now
    )  # fmt: skip
    world.tips._tabs = tabs
    charges = TabCharges(world.unit, rails, tabs, world.tips.pay, wakes=world.wakes, now=shop.now)
    tips: list[Tip] = []

    async def promise(amount: str) -> None:
        wish = OfferRequest(f"t{len(tips)}", world.alice.id, cny(amount), post=world.post.id, rail="stripe")
        tips.append((await tabs.promise((await shop.tips.offer(wish)).id, world.alice)).tip)

    await promise("2")
    await promise("3")
    tab = (await tabs.view(world.alice)).cards[0].tab.id
    await charges.settle(tab, world.alice)
    first = await shop.payment_of(tips[0])
    await promise("1")
    await charges.settle(tab, world.alice)
    assert len({(await shop.payment_of(tip)).id for tip in tips} - {first.id}) == 1
    await shop.hears(shop.donor.pays(first))
    return tips[:2], paid_by(shop, first.id)


def stripe(shop: Shop) -> AtStripe:
    assert isinstance(shop.donor, AtStripe)
    return shop.donor


def at(shop: Shop) -> OurBooks:
    return stripe(shop).our.books


def paid_by(shop: Shop, payment: object) -> Thing:
    intents = [one for one in at(shop).things.values() if one["object"] == "payment_intent"]
    return next(one for one in intents if one["metadata"].get("yizan_payment") == str(payment))


WAYS = pytest.mark.parametrize("given", [alone, by_tab])


@WAYS
async def test_a_refund_in_the_dashboard_is_booked_and_told(shop: Shop, given: Any):
    tips, intent = await given(shop)
    assert await shop.credited() == cny("5")
    await shop.words()
    at(shop).refund(intent, 500)
    await shop.hears(stripe(shop).told())
    assert {(await shop.world.fresh(tip)).state for tip in tips} == {TipState.REFUNDED}
    assert (await shop.booked("refund:%"), await shop.credited()) == (1, cny("0"))
    assert {(to, kind) for to, kind, _ in await shop.words()} == {(ALICE, NoticeKind.REFUNDED)}


@WAYS
async def test_a_dispute_is_held_and_lost_and_told(shop: Shop, given: Any):
    tips, intent = await given(shop)
    await shop.words()
    dispute = at(shop).dispute(intent)
    await shop.hears(stripe(shop).told())
    assert (await shop.booked("dispute:%"), await shop.credited()) == (1, cny("5"))
    said = {(to, kind) for to, kind, _ in await shop.words()}
    assert {(ALICE, NoticeKind.GIFT_DISPUTED), (FINANCE, NoticeKind.ALERT)} <= said
    at(shop).dispute_ends(dispute, won=False)
    await shop.hears(stripe(shop).told())
    assert {(await shop.world.fresh(tip)).state for tip in tips} == {TipState.REFUNDED}
    assert await shop.credited() == cny("0")


@WAYS
async def test_a_banks_question_is_told_to_finance(shop: Shop, given: Any):
    tips, intent = await given(shop)
    await shop.words()
    dispute = at(shop).dispute(intent) | {"status": "warning_needs_response"}
    at(shop).told.clear()
    at(shop).tell("charge.dispute.created", dispute, at(shop).places[dispute["id"]])
    await shop.hears(stripe(shop).told())
    assert [(to, kind) for to, kind, _ in await shop.words()] == [(FINANCE, NoticeKind.ALERT)]
    assert (await shop.booked("dispute:%"), await shop.credited()) == (0, cny("5"))
    assert {(await shop.world.fresh(tip)).state for tip in tips} == {TipState.PAID}


@pytest.mark.parametrize("paid_first", ["the former page", "the newer page"])
async def test_both_pages_were_paid_and_each_refund_is_of_its_own(shop: Shop, paid_first: str):
    tip, first = await shop.asked()
    assert first.their_id is not None
    at(shop).expire(first.their_id)
    await shop.hears(stripe(shop).told())
    await shop.tips.payment_link(tip.id, shop.world.alice)
    second = await shop.payment_of(tip)
    pages = [first, second] if paid_first == "the former page" else [second, first]
    for page in pages:
        await shop.hears(shop.donor.pays(page))
    at(shop).refund(paid_by(shop, pages[0].id), 200)
    await shop.hears(stripe(shop).told())
    for _ in range(2):
        shop.later(timedelta(minutes=20))
        await shop.settles()
    assert (await shop.world.fresh(tip)).kept == cny("3"), "off the gift, not off the second payment for it"
