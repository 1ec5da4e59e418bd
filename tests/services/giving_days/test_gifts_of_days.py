"""A tip is a day's by the time of the tap and of the payment, whenever we hear of it; books are verified after each."""

from datetime import timedelta

from giving.payments import EventKind
from giving.tips import TipState
from tests.services.giving_days.town import HOUR, given, on, plan, scheduled, seconds
from tests.world import World, cny

MOMENT = timedelta(microseconds=1)


async def test_a_tap_while_the_day_is_on_counts_for_it_and_only_paid(world: World):
    day = await on(world)
    tip = await world.tip(world.alice, "1")
    assert tip.day == day.id
    assert (await given(world, day)).gifts == 0

    paid = await world.pay(tip, world.alice, at=seconds(world.time()))
    assert (paid.state, paid.day) == (TipState.PAID, day.id)
    raised = await given(world, day)
    assert (raised.given, raised.donors, raised.gifts) == (cny("1"), 1, 1)


async def test_a_day_begins_and_ends_to_the_moment(world: World):
    day = await scheduled(world)
    world.time.now = day.starts_at - MOMENT
    assert (await world.tip(world.alice, "1", key="before")).day is None
    world.time.now = day.starts_at
    assert (await world.tip(world.bob, "1", key="first")).day == day.id
    world.time.now = day.ends_at - MOMENT
    assert (await world.tip(world.alice, "5", key="last")).day == day.id
    world.time.now = day.ends_at
    assert (await world.tip(world.bob, "5", key="after")).day is None


async def test_a_tap_for_a_project_that_is_not_of_the_day_is_no_gift_of_it(world: World):
    await on(world, projects=(world.meals.id,))
    assert (await world.tip(world.alice, "1")).day is None  # the post is the library's


async def test_a_wish_that_was_left_unpaid_before_is_the_days_when_it_is_tapped_again(world: World):
    before = await world.tip(world.alice, "1", key="yesterday")
    day = await on(world)
    again = await world.tip(world.alice, "1", key="today")
    assert (again.id, again.day, again.offered_at) == (before.id, day.id, world.time())
    assert await world.fresh(before) == again

    await world.pay(before, world.alice, at=seconds(world.time()))
    assert (await given(world, day)).given == cny("1")


async def test_what_was_paid_before_stays_what_it_was(world: World):
    before = await world.pay(await world.tip(world.alice, "1", key="yesterday"), world.alice)
    day = await on(world)
    assert (await world.tip(world.alice, "1", key="yesterday")).id == before.id
    assert (await world.fresh(before)).day is None
    assert (await given(world, day)).gifts == 0


async def test_a_payment_within_the_closing_time_counts_and_one_after_it_does_not(world: World):
    day = await on(world)
    early, late = await world.tip(world.alice, "1", key="a"), await world.tip(world.bob, "5", key="b")
    world.time.now = day.closes_at + HOUR  # both are heard of only when all is over
    await world.pay(early, world.alice, charge="ch_1", at=seconds(day.closes_at - timedelta(seconds=1)))
    tip = await world.pay(late, world.bob, charge="ch_2", at=seconds(day.closes_at))

    assert (tip.state, tip.day) == (TipState.PAID, None)
    raised = await given(world, day)
    assert (raised.given, raised.donors) == (cny("1"), 1)
    assert await world.balance(f"project:{world.library.id}:credited") == cny("-6")


async def test_a_refund_lowers_what_the_day_raised(world: World):
    day = await on(world)
    kept = await world.pay(await world.tip(world.alice, "5", key="a"), world.alice, at=seconds(world.time()))
    back = await world.pay(
        await world.tip(world.bob, "1", key="b"), world.bob, charge="ch_2", at=seconds(world.time())
    )  # fmt: skip
    assert (await given(world, day)).donors == 2
    await world.deliver(EventKind.REFUNDED, back, "evt_back", their_id="re_1", charge="ch_2")
    await world.payments.settle_pending()

    raised = await given(world, day)
    assert (raised.given, raised.donors, raised.gifts) == (kept.amount, 1, 1)


async def test_days_side_by_side_have_each_their_own_gifts(world: World):
    books = await scheduled(world, projects=(world.library.id,))
    meals = await scheduled(world, projects=(world.meals.id,), starts_at=world.time() + 2 * HOUR)
    world.time.now = meals.starts_at
    assert {day.id for day in await world.giving_days.on()} == {books.id, meals.id}
    assert (await world.tip(world.alice, "1")).day == books.id


async def test_what_the_day_asks_of_its_gifts_is_not_asked_of_taps_before_it(world: World):
    """A draft is no day yet, whatever its times say."""
    await world.giving_days.draft(plan(world, starts_at=world.time() - HOUR), None)
    assert (await world.tip(world.alice, "1")).day is None
