"""A day as it stands: it adds up whichever way it is looked at, names who wishes it, and its percents don't jump."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from giving.converting import Share
from giving.giving_days import DayStanding, GivingDay
from giving.matching import Ratio, Remainder, Scope
from giving.money import Money, sum_of
from giving.payments import EventKind
from giving.people import Person, Visitor
from giving.rankings import Board
from giving.tips import OfferRequest, Tip
from services.giving_days.live import LiveDays
from services.settlement.batch import turns_of
from storage.live_days import LiveDayStore
from tests.services.giving_days.town import on, seconds
from tests.services.test_matching import a_pool, give
from tests.world import World, cny


def looking(world: World, clock: Callable[[], float] = lambda: 0.0) -> LiveDays:
    return LiveDays(world.unit, every_s=0, clock=clock, now=world.time)


async def standing(world: World, day: GivingDay) -> DayStanding:
    return await looking(world).now(day.id)


def percent(found: DayStanding) -> int | None:
    return found.goal.percent if found.goal is not None else None


async def ranked(world: World, *people: Person) -> None:
    """They wish to be named."""
    async with world.unit() as work:
        for person in people:
            await work.rankings.consent(person.id, Board.CREATORS, now=world.time())


async def test_projects_add_up_to_the_whole_with_refunds(world: World):
    day = await on(world)
    chance = random.Random(11)
    donors = [await world.people.meet(Visitor(3000 + n, f"Donor {n}", None, "en"), started=True) for n in range(4)]
    kept: list[Tip] = []
    for number in range(16):
        donor, amount = chance.choice(donors), Money(chance.choice([100, 500, 333]), "CNY")
        bare = OfferRequest(f"k{number}", donor.id, amount)
        tip = await world.tips.offer(
            chance.choice([replace(bare, post=world.post.id), replace(bare, project=world.meals.id)])
        )
        tip = await world.pay(tip, donor, charge=f"ch_{number}", at=seconds(world.time()))
        if number % 5 == 0:
            about = {"their_id": f"re_{number}", "charge": f"ch_{number}"}
            await world.deliver(EventKind.REFUNDED, tip, f"evt_b{number}", **about)
            await world.payments.settle_pending()
        else:
            kept.append(tip)
    found = await standing(world, day)
    assert found.raised.given == sum_of([tip.amount for tip in kept], "CNY")
    for share in found.projects:
        mine = [tip.amount for tip in kept if tip.project == share.card.project.id]
        assert share.given == sum_of(mine, "CNY")


async def test_projects_add_up_to_the_whole_once_a_gift_was_turned_into_other_money(world: World):
    """Past the program, with the tallies moved by the same rule."""
    day = await on(world)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=seconds(world.time()))
    share = Share(tip, sold=cny("2"), bought=Money(30, "EUR"))
    async with world.unit() as work:
        await work.conversions.add_many("test:turned", [share])
        await work.tallies.apply(turns_of(share))
    found = await standing(world, day)
    assert (found.raised.given, found.raised.apart) == (cny("3"), (Money(30, "EUR"),))
    assert sum_of([share.given for share in found.projects], "CNY") == cny("3")
    async with world.unit() as work:  # the books were not moved for it: take it back
        await work.tallies.apply([gift._replace(amount=-gift.amount) for gift in turns_of(share)])
        await work.connection.execute(text("DELETE FROM conversions"))


async def test_gifts_are_walked_over_only_if_they_changed(world: World, monkeypatch: pytest.MonkeyPatch):
    day = await on(world)
    walks, walk = [], LiveDayStore.parts

    async def counted(self: LiveDayStore, day: GivingDay) -> Any:
        walks.append(day.id)
        return await walk(self, day)

    monkeypatch.setattr(LiveDayStore, "parts", counted)
    live = looking(world)
    for _ in range(3):
        await live.now(day.id)
    assert len(walks) == 1
    await world.pay(await world.tip(world.alice, "1"), world.alice, at=seconds(world.time()))
    assert (await live.now(day.id)).projects[0].given == cny("1")
    assert len(walks) == 2


# --- Who is named ----------------------------------------------------------------------------------------------------


async def test_creators_are_named_who_wish_it_by_donors_and_then_by_gifts(world: World):
    day = await on(world)
    bob = await world.slots.open(world.bob, world.meals.id, "Bob")
    await world.slots.open(world.creator, world.library.id, "书店")
    number = 0

    async def gift(donor: Person, amount: str, **where: Any) -> None:
        nonlocal number
        number += 1
        tip = await world.tips.offer(OfferRequest(f"k{number}", donor.id, cny(amount), **where))
        await world.pay(tip, donor, charge=f"ch_{number}", at=seconds(world.time()))

    await gift(world.alice, "50", post=world.post.id)
    await gift(world.alice, "1", slot=bob.slot.id)
    carol = await world.people.meet(Visitor(3001, "Carol", None, "en"), started=True)
    await gift(carol, "1", slot=bob.slot.id)
    live = looking(world)
    assert (await live.now(day.id)).creators == ()

    await ranked(world, world.creator, world.bob)
    live = looking(world)
    assert [share.creator for share in (await live.now(day.id)).creators] == [world.bob.id, world.creator.id]
    called = (await live.now(day.id)).creators
    assert [(share.donors, share.given) for share in called] == [(2, cny("2")), (1, cny("50"))]
    await gift(carol, "1", post=world.post.id)  # as many donors each, and as many gifts
    await gift(carol, "1", post=world.post.id)
    assert [share.creator for share in (await live.now(day.id)).creators] == [world.creator.id, world.bob.id]
    async with world.unit() as work:  # no gift comes after that
        await work.rankings.withdraw(world.creator.id, Board.CREATORS)
    assert [share.creator for share in (await live.now(day.id)).creators] == [world.bob.id]


# --- Pools -----------------------------------------------------------------------------------------------------------


async def test_percents_do_not_jump_when_a_sponsor_withdraws(world: World):
    world.time.passes(days=30)
    day = await on(world)
    pool = await a_pool(world, Ratio(1, 1), "10", scope=Scope(days=frozenset([day.id])))
    await give(world, "3", 1)
    before = await standing(world, day)
    assert (percent(before), before.pool_left) == (30, cny("7"))
    world.time.passes(hours=1)
    await world.pools.withdraw(pool.id)
    after = await standing(world, day)
    assert (percent(after), after.pool_left, after.matched) == (30, cny("0"), cny("3"))


async def test_a_pool_withdrawn_before_the_day_is_none_of_it(world: World):
    world.time.passes(days=30)
    pool = await a_pool(world, Ratio(1, 1), ends=False)
    await world.pools.withdraw(pool.id)
    world.time.passes(hours=1)
    day = await on(world)
    found = await standing(world, day)
    assert (found.pool_unused, found.pool_left) == (cny("0"), cny("0"))


@pytest.mark.parametrize(
    ("remainder", "left"),
    [(Remainder.BACK, ("27", "20", "10", "0")), (Remainder.CARRY, ("27", "27", "27", "0"))],
)
async def test_what_no_gift_can_get_any_more_is_not_left_to_match(
    world: World, remainder: Remainder, left: tuple[str, ...]
):
    """Hour by hour; whether or not anybody has closed the windows yet."""
    world.time.passes(days=30)
    day = await on(world)
    only = Scope(days=frozenset([day.id]))
    await a_pool(world, Ratio(1, 1), parts=("10", "10", "10"), remainder=remainder, scope=only)
    await give(world, "3", 1)
    for amount in left:
        found = await standing(world, day)
        assert (percent(found), found.pool_left) == (10, cny(amount))
        world.time.passes(hours=1)
    world.time.passes(minutes=1)
