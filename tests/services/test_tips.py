"""From a tap to the books: what is promised to donors, on both databases."""

import asyncio
from dataclasses import replace
from typing import cast

import pytest

from giving.errors import NotYours, ProjectClosed, RailUnavailable, TipNotOpen, TippingOff, TipTooSmall
from giving.payments import EventKind
from giving.people import Visibility
from giving.projects import ProjectCard, ProjectState
from giving.tips import OfferRequest, TipState
from services.payments import Received
from storage.ids import new_id
from tests.world import World, cny


async def test_every_cent_of_a_tip_is_credited_and_the_fee_is_the_operators(world: World):
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, fee=3)

    assert tip.state is TipState.PAID
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")
    assert await world.balance("expense:fees:paper") == cny("0.03")
    assert await world.balance("rail:paper:clearing") == cny("4.97")


async def test_the_same_event_five_times_is_booked_once(world: World):
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    outcomes = [await world.deliver(EventKind.PAID, tip, "evt_1", their_id="ch_1") for _ in range(5)]
    await world.payments.settle_pending()

    assert outcomes == [Received.STORED, *[Received.REPEATED] * 4]
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")


async def test_the_same_charge_under_two_event_ids_is_booked_once(world: World):
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    await world.deliver(EventKind.PAID, tip, "evt_1", their_id="ch_1")
    await world.deliver(EventKind.PAID, tip, "evt_2", their_id="ch_1")
    await world.payments.settle_pending()

    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")


async def test_paying_twice_makes_two_entries_and_the_second_can_be_taken_back(world: World):
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    await world.deliver(EventKind.PAID, tip, "evt_1", their_id="ch_1")
    await world.deliver(EventKind.PAID, tip, "evt_2", their_id="ch_2")
    await world.payments.settle_pending()

    assert await world.balance(f"project:{world.library.id}:credited") == cny("-10")
    gifts = (await world.tips.gifts(world.alice)).items
    (again,) = [card.tip for card in gifts if card.tip.extra_of == tip.id]
    assert again.returnable

    await world.refunds.take_back(again.id, world.alice)
    await world.refunds.take_back(again.id, world.alice)
    asked = [(charge, amount) for charge, amount, _ in world.rail.refunds]
    assert asked == [("ch_2", cny("5"))], "pressed twice, asked for once"
    await world.deliver(EventKind.REFUNDED, tip, "evt_3", their_id="re_1", charge="ch_2")
    await world.payments.settle_pending()

    assert (await world.fresh(again)).state is TipState.REFUNDED
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")


async def test_a_refund_that_arrives_before_its_payment_waits_for_it(world: World):
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    await world.deliver(EventKind.REFUNDED, tip, "evt_2", their_id="re_1", charge="ch_1")
    await world.payments.settle_pending()
    await world.deliver(EventKind.PAID, tip, "evt_1", their_id="ch_1")
    await world.payments.settle_pending()

    assert (await world.fresh(tip)).state is TipState.REFUNDED
    assert await world.balance(f"project:{world.library.id}:credited") == cny("0")


async def test_the_same_tap_and_the_same_unpaid_wish_are_one_tip_and_after_payment_a_new_tap_is_a_new_tip(world: World):
    first = await world.tip(world.alice, "5", key="q1")
    assert (await world.tip(world.alice, "5", key="q1")).id == first.id
    assert (await world.tip(world.alice, "5", key="q2")).id == first.id
    assert (await world.tip(world.alice, "1", key="q3")).id != first.id
    assert (await world.tip(world.bob, "5", key="q4")).id != first.id

    await world.pay(first, world.alice)
    assert (await world.tip(world.alice, "5", key="q2")).id == first.id, "a replayed update after the payment"
    assert (await world.tip(world.alice, "5", key="q5")).id != first.id


async def test_taps_at_the_same_moment_are_one_tip_each_donor(world: World):
    wishes = [world.tip(donor, "1", key=f"{donor.id}{i}") for i in range(20) for donor in (world.alice, world.bob)]
    tips = await asyncio.gather(*wishes)
    assert len({tip.id for tip in tips}) == 2


async def test_the_link_stays_the_same_until_it_is_paid(world: World):
    tip = await world.tip(world.alice, "5")
    link = await world.tips.payment_link(tip.id, world.alice)
    assert await world.tips.payment_link(tip.id, world.alice) == link
    assert len(world.rail.asked) == 1
    await world.pay(tip, world.alice)
    with pytest.raises(TipNotOpen):
        await world.tips.payment_link(tip.id, world.alice)


async def test_a_rail_that_does_not_answer_loses_nothing(world: World):
    tip = await world.tip(world.alice, "5")
    world.rail.down = True
    with pytest.raises(RailUnavailable):
        await world.tips.payment_link(tip.id, world.alice)
    world.rail.down = False
    assert (await world.tips.payment_link(tip.id, world.alice)).startswith("https://pay.example/")
    assert (await world.pay(tip, world.alice)).state is TipState.PAID


async def test_a_stranger_learns_nothing_of_a_tip(world: World):
    tip = await world.tip(world.alice, "5")
    for call in (world.tips.card, world.tips.payment_link, world.tips.cancel, world.refunds.take_back):
        with pytest.raises(NotYours):
            await call(tip.id, world.bob)
        with pytest.raises(NotYours):
            await call(new_id(), world.bob)


async def test_a_closed_project_takes_what_was_on_its_way_and_refuses_new_tips_with_others_to_choose(world: World):
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    await close(world)
    await world.deliver(EventKind.PAID, tip, "evt_1", their_id="ch_1")
    await world.payments.settle_pending()
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-5")

    with pytest.raises(ProjectClosed) as refused:
        await world.tip(world.alice, "5", key="q9")
    others = cast(tuple[ProjectCard, ...], refused.value.args_for_message["alternatives"])
    assert [card.project.slug for card in others] == ["meals"]


async def close(world: World) -> None:
    async with world.unit() as work:
        await work.projects.put(replace(world.library, state=ProjectState.CLOSED), world.time())


async def test_a_switched_off_chat_and_amounts_out_of_bounds_are_refused(world: World):
    with pytest.raises(TipTooSmall):
        await world.tip(world.alice, "0.5")
    await world.creators.switch_off(world.chat.chat.id, world.creator)
    with pytest.raises(TippingOff) as off:
        await world.tip(world.alice, "5")
    assert off.value.args_for_message == {"chat": "晓雯的阅读时光", "project": world.library}


async def test_one_refused_caller_does_not_trouble_its_neighbours(world: World):
    results = await asyncio.gather(
        world.tip(world.alice, "5", key="a"),
        world.tip(world.alice, "0.01", key="b"),
        world.tips.offer(OfferRequest("c", world.bob.id, cny("1"), project=world.meals.id)),
        world.tips.offer(OfferRequest("d", world.bob.id, cny("1"), project=new_id())),
        return_exceptions=True,
    )
    kinds = [type(result).__name__ for result in results]
    assert kinds == ["Tip", "TipTooSmall", "Tip", "ProjectUnknown"]


async def test_paid_after_it_was_cancelled_is_booked_and_can_be_taken_back(world: World):
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    await world.tips.cancel(tip.id, world.alice)
    await world.tips.cancel(tip.id, world.alice)
    assert world.rail.cancelled
    await world.deliver(EventKind.PAID, tip, "evt_1", their_id="ch_1")
    await world.payments.settle_pending()

    assert (await world.fresh(tip)).returnable
    with pytest.raises(TipNotOpen):
        await world.tips.cancel(tip.id, world.alice)


async def test_an_event_with_another_amount_books_nothing(world: World):
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    await world.deliver(EventKind.PAID, tip, "evt_1", their_id="ch_1", minor=499)
    await world.payments.settle_pending()
    assert (await world.fresh(tip)).state is TipState.OFFERED
    assert await world.balance(f"project:{world.library.id}:credited") == cny("0")


async def test_receipts_show_what_the_donor_chose(world: World):
    shown = {}
    for n, visibility in enumerate(Visibility):
        tip = await world.tip(world.alice, "5", key=f"v{n}")
        await world.tips.choose_visibility(tip.id, world.alice, visibility)
        await world.pay(tip, world.alice, charge=f"ch_{n}")
        receipt = await world.tips.receipt(tip.receipt_code)
        assert receipt is not None
        shown[visibility] = (receipt.name, receipt.amount, bool(receipt.postings))
    assert shown == {
        Visibility.NAMED: ("Alice", cny("5"), True),
        Visibility.ANONYMOUS: (None, cny("5"), True),
        Visibility.AMOUNT_HIDDEN: ("Alice", None, False),
    }
    latest = await world.projects.latest(world.library.id)
    assert [(g.name, g.amount) for g in latest] == [("Alice", None), (None, cny("5")), ("Alice", cny("5"))]
    assert (await world.projects.card(world.library.id)).raised.given == cny("15"), "hidden amounts count all the same"


async def test_a_donor_counts_once_and_no_longer_when_everything_went_back(world: World):
    first = await world.pay(await world.tip(world.alice, "5", key="1"), world.alice, charge="ch_1")
    await world.pay(await world.tip(world.alice, "1", key="2"), world.alice, charge="ch_2")
    await world.pay(await world.tip(world.bob, "1", key="3"), world.bob, charge="ch_3")
    raised = (await world.projects.card(world.library.id)).raised
    assert (raised.donors, raised.gifts, raised.given) == (2, 3, cny("7"))

    for n, charge in enumerate(("ch_1", "ch_2")):
        tip = first if charge == "ch_1" else (await world.tips.gifts(world.alice)).items[0].tip
        await world.deliver(EventKind.REFUNDED, tip, f"re{n}", their_id=f"re_{n}", charge=charge)
    await world.payments.settle_pending()
    raised = (await world.tips.post(world.post.id)).raised
    assert (raised.donors, raised.gifts, raised.given) == (1, 1, cny("1"))
