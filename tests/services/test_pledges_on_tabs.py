"""Months that stand on a tab, while the tab is being charged: what is said of them is so, on both databases."""

import pytest

from giving.errors import PledgeBusy
from giving.pledges import InstalmentState, Pledge, PledgeState, Way
from giving.tips import TipState
from services.pledges import PledgeChanges
from tests.services.months import Monthly, monthly_of
from tests.world import World, cny

ON_TAB, PAID, SKIPPED = InstalmentState.ON_TAB, InstalmentState.PAID, InstalmentState.SKIPPED


@pytest.fixture
async def monthly(world: World) -> Monthly:
    return monthly_of(world)


@pytest.fixture
def changes(monthly: Monthly) -> PledgeChanges:
    return monthly.changes


async def at_the_rail(monthly: Monthly) -> Pledge:
    """A month of ¥1 on a tab of ¥31, which is charged to a saved card; the rail does not answer."""
    house, alice = monthly.house, monthly.world.alice
    pledge = await monthly.pledge(alice, way=Way.TAB, amount="1")
    await monthly.until(11, 30)
    await monthly.turn()
    assert await monthly.states(pledge) == [ON_TAB]
    await house.save(alice)
    await house.promise(alice, "30")
    await house.charges.sweep()
    await monthly.told()
    monthly.world.time.passes(days=3)
    monthly.card.silent = True
    await house.charges.sweep()
    assert [intent.amount for _, intent, _ in monthly.card.charged] == [cny("31")]
    return pledge


async def test_what_is_charged_with_its_tab_is_not_said_to_be_skipped(monthly: Monthly, changes: PledgeChanges):
    pledge = await at_the_rail(monthly)
    month = (await monthly.last(pledge)).month
    for which in (month, None):
        with pytest.raises(PledgeBusy):
            await changes.skip(pledge.id, monthly.world.alice, which)
    assert await monthly.states(pledge) == [ON_TAB]


@pytest.mark.parametrize("ends", [True, False])
async def test_what_is_charged_with_its_tab_stays_when_its_pledge_ends_or_rests_and_is_paid(
    monthly: Monthly, changes: PledgeChanges, ends: bool
):
    pledge, alice = await at_the_rail(monthly), monthly.world.alice
    card = await (changes.cancel(pledge.id, alice) if ends else changes.pause(pledge.id, alice, 2))
    assert [each.state for each in card.under_way] == [ON_TAB], "it says so"
    (charge,) = await monthly.house.open()
    await monthly.house.paid(charge.payment, 3_100, charge="ch_1")
    await monthly.turn()
    assert await monthly.states(pledge) == [PAID]
    assert (await monthly.now(pledge)).state is (PledgeState.CANCELLED if ends else PledgeState.PAUSED)


async def test_what_was_not_charged_with_its_tab_after_all_is_not_charged_later(
    monthly: Monthly, changes: PledgeChanges
):
    pledge = await at_the_rail(monthly)
    await changes.cancel(pledge.id, monthly.world.alice)
    monthly.world.time.passes(hours=1)
    await monthly.turn()
    assert await monthly.states(pledge) == [ON_TAB], "nobody knows yet"
    monthly.card.silent, monthly.card.code = False, "card_declined"
    await monthly.house.charges.sweep()
    monthly.world.time.passes(hours=1)
    await monthly.turn()
    assert await monthly.states(pledge) == [SKIPPED]
    one = await monthly.last(pledge)
    assert one.tip is not None
    async with monthly.world.unit.read() as work:
        gift = await work.tips.by_id(one.tip)
    assert gift is not None
    assert gift.state is TipState.CANCELLED
    (left,) = (await monthly.house.tabs.view(monthly.world.alice)).cards
    assert left.whole.sum == cny("30")


@pytest.mark.parametrize("what", ["skip", "pause", "cancel"])
async def test_what_is_announced_with_its_tab_is_taken_off_at_once_and_less_is_charged(
    monthly: Monthly, changes: PledgeChanges, what: str
):
    house, alice = monthly.house, monthly.world.alice
    pledge = await monthly.pledge(alice, way=Way.TAB, amount="1")
    await monthly.until(11, 30)
    await monthly.turn()
    await house.save(alice)
    await house.promise(alice, "30")
    await house.charges.sweep()
    await monthly.told()
    if what == "skip":
        await changes.skip(pledge.id, alice)
    elif what == "pause":
        await changes.pause(pledge.id, alice, 1)
    else:
        await changes.cancel(pledge.id, alice)
    assert await monthly.states(pledge) == [SKIPPED]
    monthly.world.time.passes(days=3)
    await house.charges.sweep()  # before the sweep of pledges had a turn
    assert [intent.amount for _, intent, _ in monthly.card.charged] == [cny("30")]


async def test_what_stands_unpaid_on_the_tab_of_who_blocked_the_bot_is_missed_and_nothing_is_charged(monthly: Monthly):
    """The simulation leaves this out (tests/monthly/script.py): when it ends is the tab's affair."""
    world, house, alice = monthly.world, monthly.house, monthly.world.alice
    pledge = await monthly.pledge(alice, way=Way.TAB, amount="1")
    await monthly.until(11, 30)
    await monthly.turn()
    assert alice.telegram_id is not None
    await world.people.blocked(alice.telegram_id)
    await house.promise(alice, "30")
    await house.charges.sweep()
    world.time.passes(days=59)
    await house.charges.sweep()
    await monthly.turn()
    assert (await monthly.states(pledge))[0] is ON_TAB

    world.time.passes(days=2)
    await house.charges.sweep()
    await monthly.turn()
    assert (await monthly.states(pledge))[0] is InstalmentState.MISSED
    assert monthly.card.charged == []
