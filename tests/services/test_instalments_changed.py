"""What a donor changes while a debit is at the rail holds for whatever comes after it: never the old sum, the old card
or the old project, unsaid."""

from datetime import timedelta

import pytest

from giving.errors import PledgeChanged
from giving.notices import NoticeKind
from giving.payments import PaymentState
from giving.pledges import Instalment, InstalmentState, Month, Pledge, PledgeState, Way
from giving.tips import TipState
from payments.provider import Found
from tests.services.months import Monthly, monthly_of
from tests.world import World, cny

ANNOUNCED, ASKED, CHARGING = InstalmentState.ANNOUNCED, InstalmentState.ASKED, InstalmentState.CHARGING
RETRY, PAID, SKIPPED = InstalmentState.RETRY, InstalmentState.PAID, InstalmentState.SKIPPED


@pytest.fixture
async def monthly(world: World) -> Monthly:
    return monthly_of(world)


async def at_rail(monthly: Monthly, **values: object) -> Pledge:
    """Its debit of ¥20 was begun, and the rail did not answer."""
    pledge = await monthly.announced(monthly.world.alice, **values)
    monthly.card.down = True
    await monthly.turn()
    assert await monthly.states(pledge) == [CHARGING]
    return pledge


async def declines(monthly: Monthly, pledge: Pledge) -> list[NoticeKind]:
    """The rail is there again; what it was asked, it declined."""
    one = await monthly.last(pledge)
    assert one.payment is not None
    monthly.card.down, monthly.card.found[one.payment] = False, Found(PaymentState.FAILED)
    monthly.world.time.passes(hours=24)
    return await monthly.turn()


async def never_came(monthly: Monthly) -> list[NoticeKind]:
    """The rail is there again, a day later, and has nothing of it."""
    monthly.card.down = False
    monthly.world.time.passes(hours=24)
    return await monthly.turn()


async def lives(monthly: Monthly, days: int) -> list[NoticeKind]:
    told: list[NoticeKind] = []
    for _ in range(days * 4):
        monthly.world.time.passes(hours=6)
        told += await monthly.turn()
    return told


def charged(monthly: Monthly) -> list[int]:
    """The sums that a card was asked for."""
    return [intent.amount.minor for _, intent, _ in monthly.card.charged]


async def gift_of(monthly: Monthly, one: Instalment) -> tuple[TipState, int]:
    assert one.tip is not None
    async with monthly.world.unit.read() as work:
        gift = await work.tips.by_id(one.tip)
    assert gift is not None
    return gift.state, gift.amount.minor


async def test_what_was_changed_before_a_decline_is_what_is_tried_again(monthly: Monthly):
    world = monthly.world
    pledge = await at_rail(monthly)
    before = await monthly.last(pledge)
    await monthly.changes.change_amount(pledge.id, world.alice, cny("8"))
    assert await declines(monthly, pledge) == [NoticeKind.PLEDGE_DECLINED]
    one = await monthly.last(pledge)
    assert (one.state, one.amount, one.tries) == (RETRY, cny("8"), 1)
    await lives(monthly, 4)
    assert charged(monthly) == [800]
    assert (await gift_of(monthly, before))[0] is TipState.CANCELLED
    await monthly.pays(pledge)
    await monthly.turn()
    assert await monthly.states(pledge) == [PAID]
    assert await world.balance(f"project:{world.library.id}:credited") == -cny("8")


async def test_what_was_changed_while_nobody_knew_is_announced_anew_before_it_is_debited(monthly: Monthly):
    world = monthly.world
    pledge = await at_rail(monthly)
    await monthly.changes.change_amount(pledge.id, world.alice, cny("500"))
    assert await never_came(monthly) == [NoticeKind.PLEDGE_ANNOUNCED]
    one = await monthly.last(pledge)
    assert (one.state, one.amount) == (ANNOUNCED, cny("500"))
    assert one.due_at >= world.time() + timedelta(days=5) - timedelta(minutes=5)
    await lives(monthly, 4)
    assert charged(monthly) == [], "five days lie between that notice and the debit"
    await lives(monthly, 2)
    assert charged(monthly) == [50_000]


async def test_what_nobody_changed_is_debited_at_once_when_it_never_came_there(monthly: Monthly):
    pledge = await at_rail(monthly)
    assert await never_came(monthly) == []
    await monthly.turn()
    assert (await monthly.states(pledge), charged(monthly)) == ([CHARGING], [2_000])


async def test_the_old_sum_is_not_asked_for_again_once_it_was_changed(monthly: Monthly):
    """By the same key it would be what charges it, hours after the change."""
    world = monthly.world
    pledge = await at_rail(monthly)
    await monthly.changes.change_amount(pledge.id, world.alice, cny("8"))
    monthly.card.down = False
    for _ in range(20):
        world.time.passes(hours=1)
        assert await monthly.turn() == []
    assert (charged(monthly), await monthly.states(pledge)) == ([], [CHARGING]), "it may be found there yet"
    await lives(monthly, 7)
    assert charged(monthly) == [800]


async def test_changed_and_changed_back_it_is_asked_for_as_before(monthly: Monthly):
    world = monthly.world
    pledge = await at_rail(monthly)
    await monthly.changes.change_amount(pledge.id, world.alice, cny("8"))
    await monthly.changes.change_amount(pledge.id, world.alice, cny("20"))
    monthly.card.down = False
    world.time.passes(hours=2)
    await monthly.turn()
    assert charged(monthly) == [2_000]


async def test_what_was_charged_before_it_was_changed_is_found_and_booked_as_it_was(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    monthly.card.silent = True
    await monthly.turn()
    await monthly.changes.change_amount(pledge.id, world.alice, cny("8"))
    monthly.card.silent = False
    world.time.passes(hours=1)
    await monthly.turn()
    await monthly.pays(pledge)
    await lives(monthly, 9)
    assert charged(monthly) == [2_000]
    assert await monthly.states(pledge) == [PAID]
    assert await world.balance(f"project:{world.library.id}:credited") == -cny("20")


@pytest.mark.parametrize("answer", ["declined", "never came"])
async def test_whoever_went_over_to_a_link_is_sent_one_and_debited_no_more(monthly: Monthly, answer: str):
    world = monthly.world
    pledge = await at_rail(monthly)
    before = await monthly.last(pledge)
    await monthly.changes.change_way(pledge.id, world.alice, "card")
    assert (await monthly.now(pledge)).way is Way.LINK
    told = await (declines(monthly, pledge) if answer == "declined" else never_came(monthly))
    told += await monthly.turn()
    assert (told, await monthly.states(pledge)) == ([NoticeKind.PLEDGE_ASKED], [ASKED])
    assert await gift_of(monthly, before) == (TipState.CANCELLED, 2_000)
    await lives(monthly, 9)
    assert charged(monthly) == []


@pytest.mark.parametrize("answer", ["declined", "never came"])
async def test_it_goes_to_the_project_that_was_chosen_meanwhile(monthly: Monthly, answer: str):
    world = monthly.world
    pledge = await at_rail(monthly)
    await monthly.changes.move(pledge.id, world.alice, world.meals.id)
    told = await (declines(monthly, pledge) if answer == "declined" else never_came(monthly))
    assert told == [NoticeKind.PLEDGE_DECLINED if answer == "declined" else NoticeKind.PLEDGE_ANNOUNCED]
    await lives(monthly, 7)
    assert charged(monthly) == [2_000]
    await monthly.pays(pledge)
    assert await world.balance(f"project:{world.meals.id}:credited") == -cny("20")
    assert await world.balance(f"project:{world.library.id}:credited") == cny("0")


async def test_another_day_that_is_still_ahead_is_told_before_it_is_debited_then(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, day=10, first=Month(2026, 12))
    await monthly.until(12, 3)
    await monthly.turn()
    await monthly.until(12, 10)
    monthly.card.down = True
    await monthly.turn()
    await monthly.changes.change_day(pledge.id, world.alice, 28)
    assert await never_came(monthly) == [NoticeKind.PLEDGE_ANNOUNCED]
    await monthly.until(12, 27)
    await monthly.turn()
    assert charged(monthly) == []
    await monthly.until(12, 28)
    await monthly.turn()
    assert charged(monthly) == [2_000]


@pytest.mark.parametrize("answer", ["declined", "never came"])
@pytest.mark.parametrize("state", [PledgeState.PAUSED, PledgeState.CANCELLED])
async def test_after_an_end_or_a_pause_nothing_more_comes_of_it_not_even_once_it_goes_on(
    monthly: Monthly, state: PledgeState, answer: str
):
    world = monthly.world
    pledge = await at_rail(monthly)
    if state is PledgeState.PAUSED:
        await monthly.changes.pause(pledge.id, world.alice, 2)
    else:
        await monthly.changes.cancel(pledge.id, world.alice)
    told = await (declines(monthly, pledge) if answer == "declined" else never_came(monthly))
    assert (told, await monthly.states(pledge)) == ([], [SKIPPED])
    if state is PledgeState.PAUSED:
        await monthly.changes.resume(pledge.id, world.alice)
    assert await lives(monthly, 9) == []
    assert charged(monthly) == []


async def test_what_is_asked_for_by_a_link_after_all_is_the_new_sum(monthly: Monthly):
    """A week, and nobody knows: its donor decides, and what they said last holds."""
    world = monthly.world
    pledge = await at_rail(monthly)
    one = await monthly.last(pledge)
    assert one.payment is not None
    monthly.card.down, monthly.card.found[one.payment] = False, Found(PaymentState.UNKNOWN)
    await monthly.changes.change_amount(pledge.id, world.alice, cny("8"))
    assert await lives(monthly, 8) == [NoticeKind.PLEDGE_ASKED]
    asked = await monthly.last(pledge)
    assert (asked.state, asked.amount, await gift_of(monthly, asked)) == (ASKED, cny("8"), (TipState.ON_TAB, 800))


@pytest.mark.parametrize("every", [1, 3])
async def test_three_months_in_one_or_back_are_counted_from_what_was_declined(monthly: Monthly, every: int):
    """Had it been paid, the new rhythm would follow it."""
    world = monthly.world
    pledge = await at_rail(monthly, every=4 - every)
    sum_ = cny("60") if every == 3 else cny("7")
    card = await monthly.changes.change_way(pledge.id, world.alice, "saved", amount=sum_, every=every)
    assert card.month == Month(2026, 11).plus(4 - every)
    await declines(monthly, pledge)
    one = await monthly.last(pledge)
    assert (one.amount, one.every, one.state) == (sum_, every, RETRY)
    assert (await monthly.now(pledge)).next_month(one.month) == one.month.plus(every)
    await lives(monthly, 5)
    await monthly.pays(pledge)
    await lives(monthly, 100)
    assert {sum_.minor} == set(charged(monthly))
    months = [one.month for one in await monthly.of(pledge)]
    assert months == [Month(2026, 11).plus(n * every) for n in range(len(months))]
    assert len(months) >= (2 if every == 3 else 4)


async def test_a_pause_that_was_a_slip_takes_nothing_along(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    await monthly.changes.change_amount(pledge.id, world.alice, cny("25"))
    world.time.passes(minutes=-10)
    paused = await monthly.changes.pause(pledge.id, world.alice, 3)
    assert (paused.given_up, await monthly.states(pledge)) == (Month(2026, 11), [SKIPPED])
    await monthly.changes.change_amount(pledge.id, world.alice, cny("30"))
    back = await monthly.changes.resume(pledge.id, world.alice, Month(2026, 11))
    assert [(one.state, one.amount) for one in back.under_way] == [(ANNOUNCED, cny("30"))]
    world.time.passes(minutes=15)
    await monthly.turn()
    assert charged(monthly) == [3_000], "on the day that was told"


async def test_too_late_a_pause_is_not_taken_back(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    world.time.passes(minutes=-10)
    await monthly.changes.pause(pledge.id, world.alice, 3)
    world.time.passes(minutes=15)
    for month in (Month(2026, 11), Month(2026, 12)):
        with pytest.raises(PledgeChanged):
            await monthly.changes.resume(pledge.id, world.alice, month)
    assert (await monthly.now(pledge)).state is PledgeState.PAUSED
    assert await lives(monthly, 8) == []
    assert charged(monthly) == []


async def test_what_was_left_out_before_a_pause_is_not_taken_back_with_it(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.announced(world.alice)
    world.time.passes(days=-2)
    await monthly.changes.skip(pledge.id, world.alice, Month(2026, 11))
    paused = await monthly.changes.pause(pledge.id, world.alice, 3)
    assert paused.given_up is None
