"""What is paid by hand is asked for, reminded of and paid only for what takes gifts still, on both databases."""

from dataclasses import replace

import pytest

from giving.errors import TipNotOpen
from giving.notices import NoticeKind
from giving.pledges import InstalmentState, PledgeState, Way
from tests.services.months import Monthly, monthly_of
from tests.world import World, cny

ASKED, PAID, RETRY, SKIPPED = (
    InstalmentState.ASKED, InstalmentState.PAID, InstalmentState.RETRY, InstalmentState.SKIPPED,
)  # fmt: skip


@pytest.fixture
async def monthly(world: World) -> Monthly:
    return monthly_of(world)


async def not_verified(monthly: Monthly) -> None:
    organisation = monthly.world.library.organisation
    async with monthly.world.unit() as work:
        await work.projects.put_organisation(replace(organisation, verified_at=None))


async def test_nobody_is_reminded_of_what_takes_no_gifts_and_its_page_is_closed(monthly: Monthly):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, way=Way.LINK)
    await monthly.until(11, 30)
    await monthly.turn()
    await monthly.steps.pages.page(pledge.id, world.alice)
    await not_verified(monthly)
    await monthly.until(12, 3, 11)
    assert await monthly.turn() == [NoticeKind.PLEDGE_WAITING]
    assert (await monthly.states(pledge), (await monthly.now(pledge)).state) == ([SKIPPED], PledgeState.WAITING)
    assert len(monthly.card.cancelled) == 1


@pytest.mark.parametrize("declined", [True, False])
async def test_a_tap_makes_no_page_for_what_takes_no_gifts(monthly: Monthly, declined: bool):
    world = monthly.world
    pledge = await monthly.pledge(world.alice, way=Way.SAVED if declined else Way.LINK)
    await monthly.until(11, 23)
    await monthly.turn()
    await monthly.until(11, 30)
    monthly.card.code = "card_declined"
    await monthly.turn()
    assert await monthly.states(pledge) == [RETRY if declined else ASKED]
    await not_verified(monthly)
    with pytest.raises(TipNotOpen):
        await monthly.steps.pages.page(pledge.id, world.alice)
    assert monthly.card.asked == []
    assert (await monthly.states(pledge), (await monthly.now(pledge)).state) == ([SKIPPED], PledgeState.WAITING)
    assert await monthly.turn() == [NoticeKind.PLEDGE_WAITING], "and they are asked where it goes on"


@pytest.mark.parametrize("by", ["reminder", "tap"])
async def test_what_may_go_elsewhere_is_asked_for_that(monthly: Monthly, by: str):
    world = monthly.world
    both = (world.library.id, world.meals.id)
    pledge = await monthly.pledge(world.alice, way=Way.LINK, project=None, choices=both)
    await monthly.until(11, 30)
    await monthly.turn()
    first = await monthly.last(pledge)
    await monthly.steps.pages.page(pledge.id, world.alice)
    await monthly.close_project(world.library if first.project == world.library.id else world.meals)
    await monthly.until(12, 3, 11)
    if by == "reminder":
        assert await monthly.turn() == [NoticeKind.PLEDGE_REMINDED]
    page = await monthly.steps.pages.page(pledge.id, world.alice)
    assert {first.project, page.instalment.project} == set(both)
    assert page.instalment.asked_at == first.asked_at, "its days go on"
    assert len(monthly.card.cancelled) == 1, "nobody pays for the other any more"
    await monthly.pays(pledge, "ch_1")
    await monthly.turn()
    assert await monthly.states(pledge) == [PAID]
    assert await world.balance(f"project:{page.instalment.project}:credited") == -cny("20")
