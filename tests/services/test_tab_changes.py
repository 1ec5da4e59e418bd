"""Tabs that change while they are asked for: taken off, pressed again, skipped, carried on for months."""

from datetime import UTC, datetime
from typing import Any

import pytest

from giving.errors import TabBelow, TabBusy, TabChanged, TipNotOpen
from giving.tabs import ChargeState
from giving.tips import TipState
from payments.provider import PaymentLink, RailRefused
from tests.services.test_tabs import Tabs, house_of
from tests.world import World, cny


@pytest.fixture
async def house(world: World) -> Tabs:
    return house_of(world)


async def test_what_is_taken_off_after_the_notice_is_not_charged(house: Tabs):
    world = house.world
    wrong, right = await house.announced(world.alice, "10", "20")
    await house.tabs.take_off(wrong.id, world.alice)
    (card,) = (await house.tabs.view(world.alice)).cards
    assert card.charge is not None
    assert (card.charge.amount, card.whole.free) == (cny("20"), cny("20"))
    world.time.passes(days=3)
    await house.charges.sweep()
    ((_, intent, _),) = house.card.charged
    assert intent.amount == cny("20")
    with pytest.raises(TabBusy):
        await house.tabs.take_off(right.id, world.alice)
    ((charge),) = await house.open()
    await house.paid(charge.payment, 2_000, charge="pi_1")
    assert [(await world.fresh(tip)).state for tip in (wrong, right)] == [TipState.CANCELLED, TipState.PAID]


async def test_less_than_its_rail_carries_is_not_charged_but_stands_again(house: Tabs):
    world = house.world
    most, rest = await house.announced(world.alice, "28", "2")
    await house.tabs.take_off(most.id, world.alice)
    world.time.passes(days=3)
    await house.charges.sweep()
    assert (await house.open(), house.card.charged) == ([], [])
    assert (await world.fresh(rest)).state is TipState.ON_TAB
    await house.tabs.take_off(rest.id, world.alice)
    assert (await house.tabs.view(world.alice)).cards == ()


async def test_taken_off_from_what_was_asked_for_its_page_is_closed_and_the_rest_stands(house: Tabs):
    world = house.world
    off, rest = [await house.promise(world.alice, "15") for _ in range(2)]
    await house.charges.sweep()
    ((asked),) = await house.open()
    await house.charges.settle(asked.charge.tab, world.alice)
    await house.tabs.take_off(off.id, world.alice)
    assert (await house.open(), len(house.card.cancelled)) == ([], 1)
    (card,) = (await house.tabs.view(world.alice)).cards
    assert (card.whole.free, card.payable, [tip.id for tip, _ in card.tips]) == (cny("15"), True, [rest.id])


async def test_below_the_rails_least_nothing_is_begun_whatever_is_pressed(house: Tabs):
    world = house.world
    keep, off = [await house.promise(world.alice, "3") for _ in range(2)]
    (card,) = (await house.tabs.view(world.alice)).cards
    assert card.payable
    await house.tabs.take_off(off.id, world.alice)
    with pytest.raises(TabBelow) as refusal:
        await house.charges.settle(card.tab.id, world.alice)
    assert refusal.value.args_for_message["least"] == cny("4")
    assert await house.open() == []
    world.time.passes(days=61)
    await house.charges.sweep()
    assert (await world.fresh(keep)).state is TipState.ON_TAB


async def test_another_sum_than_the_button_said_is_not_charged(house: Tabs):
    world = house.world
    await house.save(world.alice)
    await house.promise(world.alice, "6")
    (card,) = (await house.tabs.view(world.alice)).cards
    await house.promise(world.alice, "5")
    with pytest.raises(TabChanged):
        await house.charges.settle(card.tab.id, world.alice, cny("6"))
    assert await house.open() == []
    assert await house.charges.settle(card.tab.id, world.alice, cny("11")) == (cny("11"), None)


async def test_beside_a_charge_that_goes_on_only_the_rest_can_be_settled(house: Tabs):
    world = house.world
    await house.announced(world.alice)
    world.time.passes(days=3)
    await house.charges.sweep()
    await house.promise(world.alice, "6")
    (card,) = (await house.tabs.view(world.alice)).cards
    assert (card.whole.sum, card.whole.free, card.whole.count) == (cny("36"), cny("6"), 2)
    assert ([one.amount for one in card.charging], card.charge) == ([cny("30")], None)
    assert (await house.charges.settle(card.tab.id, world.alice, cny("6")))[0] == cny("6")
    (card,) = (await house.tabs.view(world.alice)).cards
    assert [one.amount for one in card.charging] == [cny("30"), cny("6")]
    with pytest.raises(TabBusy):
        await house.charges.settle(card.tab.id, world.alice)


async def test_what_can_be_skipped_no_more_says_why(house: Tabs):
    world = house.world
    await house.announced(world.alice)
    ((charge),) = await house.open()
    world.time.passes(days=3)
    await house.charges.sweep()
    with pytest.raises(TabBusy):
        await house.charges.skip(charge.charge.id, world.alice)
    await house.paid(charge.payment, 3_000, charge="pi_1")
    with pytest.raises(TipNotOpen):
        await house.charges.skip(charge.charge.id, world.alice)


async def test_the_sixty_days_count_from_the_first_time_it_was_asked_for(house: Tabs):
    world = house.world
    first = await house.promise(world.alice, "30")
    await house.charges.sweep()
    later = []
    for _ in range(2):
        world.time.passes(days=30)
        later.append(await house.promise(world.alice, "5"))
        await house.charges.sweep()
    world.time.passes(days=1)
    await house.charges.sweep()
    assert (await world.fresh(first)).state is TipState.EXPIRED
    assert {(await world.fresh(tip)).state for tip in later} == {TipState.ON_TAB}, "each has its own 60 days"


@pytest.mark.parametrize("saved", [True, False])
async def test_skipped_again_and_again_it_ends_after_sixty_days(house: Tabs, saved: bool):
    world = house.world
    if saved:
        await house.save(world.alice)
    tip = await house.promise(world.alice, "30")
    for _ in range(3):
        await house.charges.sweep()
        await house.told()
        for row in await house.open():
            await house.charges.skip(row.charge.id, world.alice)
        world.time.passes(days=31)
    await house.charges.sweep()
    assert (await world.fresh(tip)).state is TipState.EXPIRED
    assert house.card.charged == []


async def test_a_sum_that_was_reached_can_still_be_put_higher(house: Tabs):
    world = house.world
    await house.promise(world.alice, "30")
    world.time.passes(seconds=5)
    await house.tabs.set_terms(world.alice, settle_at=cny("100"))
    await house.charges.sweep()
    assert await house.open() == []
    world.time.now = datetime(2026, 11, 30, 5, tzinfo=UTC)
    await house.charges.sweep()
    assert len(await house.open()) == 1


async def test_a_refusal_of_the_card_itself_is_no_reason_to_try_it_again(house: Tabs, monkeypatch: pytest.MonkeyPatch):
    tries: list[str] = []

    async def refuses(intent: Any, method: Any, *, key: str) -> PaymentLink:
        tries.append(key)
        raise RailRefused("authentication_required")

    monkeypatch.setattr(house.card, "charge_saved", refuses)
    await house.announced(house.world.alice)
    house.world.time.passes(days=3)
    for _ in range(3):
        await house.charges.sweep()
    assert len(tries) == 1


async def test_a_method_that_is_forgotten_after_the_notice_leads_to_a_link(house: Tabs):
    world = house.world
    await house.announced(world.alice)
    async with world.unit() as work:
        (kept,) = await work.methods.of(world.alice.id)
        await work.methods.forget(kept.id, now=world.time())
    world.time.passes(days=3)
    await house.charges.sweep()
    ((charge),) = await house.open()
    assert (house.card.charged, charge.charge.state) == ([], ChargeState.ASKED)


async def test_more_promises_than_are_shown_are_summed_up_whole(house: Tabs, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.tabs.view.MOST_SHOWN", 3)
    world = house.world
    for _ in range(7):
        await house.promise(world.alice, "1")
    (card,) = (await house.tabs.view(world.alice)).cards
    assert (len(card.tips), card.whole.count, card.whole.sum) == (3, 7, cny("7"))
    assert (await house.tabs.view(world.alice)).promised == cny("7")
    assert (await house.charges.settle(card.tab.id, world.alice, card.whole.free))[0] == cny("7")
