"""What a day has come to adds up, whichever way it is looked at: by project, by creator, by hour, with refunds."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.converting import Share
from giving.money import Money, sum_of
from giving.payments import EventKind
from giving.people import Visitor
from giving.tips import OfferRequest, Tip
from services.giving_days import DayFigures, Figures
from services.settlement.batch import turns_of
from storage.day_figures import DayFigureStore
from tests.services.giving_days.town import HOUR, on, seconds
from tests.world import World, cny


def adds_up(figures: Figures) -> None:
    """Every sum is the day's."""
    for parts in (figures.by_project, figures.by_hour):
        tallies = [part.raised for part in parts]
        assert sum_of([tally.given for tally in tallies], "CNY") == figures.raised.given
        assert sum(tally.gifts for tally in tallies) == figures.gifts
    through = sum_of([one.raised.given for one in figures.by_creator], "CNY")
    assert through <= figures.raised.given


async def test_figures_of_many_gifts_refunds_and_hours_add_up(world: World):
    """By hand: every gift that was paid in time and kept, whoever gave it."""
    day = await on(world)
    chance = random.Random(11)
    slot = await world.slots.open(world.bob, world.meals.id, "Bob")
    donors = [await world.people.meet(Visitor(3000 + n, f"Donor {n}", None, "en"), started=True) for n in range(6)]
    kept: list[Tip] = []
    for number in range(40):
        donor, amount = chance.choice(donors), Money(chance.choice([100, 500, 1000, 333]), "CNY")
        bare = OfferRequest(f"k{number}", donor.id, amount)
        ways = (
            replace(bare, post=world.post.id), replace(bare, slot=slot.slot.id), replace(bare, project=world.library.id)
        )  # fmt: skip
        tip = await world.tips.offer(chance.choice(ways))
        tip = await world.pay(tip, donor, charge=f"ch_{number}", at=seconds(world.time()))
        if chance.random() < 0.2:
            await world.deliver(
                EventKind.REFUNDED, tip, f"evt_b{number}", their_id=f"re_{number}", charge=f"ch_{number}"
            )
            await world.payments.settle_pending()
        else:
            kept.append(tip)
        world.time.passes(minutes=chance.randint(0, 20))

    figures = await world.day_figures.exact(day)
    adds_up(figures)
    assert figures.raised.given == sum_of([tip.amount for tip in kept], "CNY")
    assert (figures.gifts, figures.donors) == (len(kept), len({tip.donor for tip in kept}))
    for part in figures.by_project:
        mine = [tip for tip in kept if tip.project == part.project.id]
        expected = (sum_of([tip.amount for tip in mine], "CNY"), len({tip.donor for tip in mine}), len(mine))
        assert (part.raised.given, part.raised.donors, part.raised.gifts) == expected
    creators = {one.creator: one.raised for one in figures.by_creator}
    assert creators.keys() == {world.creator.id, world.bob.id}
    for creator, raised in creators.items():
        mine = [tip for tip in kept if tip.creator == creator]
        assert (raised.given, raised.donors) == (sum_of([t.amount for t in mine], "CNY"), len({t.donor for t in mine}))
    for hour in figures.by_hour:
        mine = [tip for tip in kept if hour.starts_at <= tip.offered_at < hour.starts_at + HOUR]
        assert hour.raised.given == sum_of([tip.amount for tip in mine], "CNY")
    assert [part.starts_at for part in figures.by_hour] == [
        day.starts_at + n * HOUR for n in range(len(figures.by_hour))
    ]
    assert figures.by_hour[-1].starts_at < world.time() <= figures.by_hour[-1].starts_at + HOUR


async def test_what_was_turned_into_the_projects_money_counts_as_what_it_came_to(world: World):
    """Given in Stars, say; here past the program, with the tallies moved by the same rule."""
    day = await on(world)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=seconds(world.time()))
    share = Share(tip, sold=cny("2"), bought=Money(30, "EUR"))
    async with world.unit() as work:
        await work.conversions.add_many("test:turned", [share])
        await work.tallies.apply(turns_of(share))
    figures = await world.day_figures.exact(day)
    (library, meals) = figures.by_project
    assert (library.raised.given, library.raised.apart) == (cny("3"), (Money(30, "EUR"),))
    assert (figures.raised.given, figures.raised.apart) == (library.raised.given, library.raised.apart)
    assert meals.raised.gifts == 0
    async with world.unit() as work:  # the books were not moved for it: take it back
        await work.tallies.apply([gift._replace(amount=-gift.amount) for gift in turns_of(share)])
        await work.connection.execute(text("DELETE FROM conversions"))


async def test_a_day_without_gifts_has_all_its_projects_and_hours_with_nothing(world: World):
    day = await on(world)
    world.time.passes(minutes=90)
    figures = await world.day_figures.exact(day)
    assert [part.project.slug for part in figures.by_project] == ["library", "meals"]
    assert {part.raised.gifts for part in figures.by_project} == {0}
    assert len(figures.by_hour) == 2
    assert (figures.matched, figures.pool_left, figures.by_creator) == (cny("0"), cny("0"), ())
    assert figures.target == cny("600000")


async def test_before_it_begins_a_day_has_no_hours(world: World):
    day = await on(world)
    world.time.now = day.starts_at - HOUR
    assert (await world.day_figures.exact(day)).by_hour == ()


async def test_what_is_shown_often_is_looked_up_seldom_and_the_sum_alone_is_exact(world: World):
    day = await on(world)
    clock = [0.0]
    figures = DayFigures(world.unit, now=world.time, clock=lambda: clock[0])
    assert (await figures.of(day)).gifts == 0
    await world.pay(await world.tip(world.alice, "1"), world.alice, at=seconds(world.time()))
    assert (await figures.of(day)).gifts == 0
    assert (await figures.raised(day)).gifts == 1
    assert (await figures.exact(day)).gifts == 1
    clock[0] = 2.0
    assert (await figures.of(day)).gifts == 1


async def test_late_events_of_payments_in_time_count_and_late_payments_do_not(world: World):
    """Telegram, or the provider, is away for the last minutes: what counts is when it was tapped and paid."""
    day = await on(world)
    world.time.now = day.ends_at - timedelta(minutes=5)
    tips = [await world.tip(donor, "1", key=f"t{donor.telegram_id}") for donor in (world.alice, world.bob)]
    world.time.now = day.closes_at + timedelta(hours=5)
    await world.day_steps.sweep()
    await world.pay(tips[0], world.alice, charge="ch_1", at=seconds(day.ends_at + timedelta(minutes=1)))
    await world.pay(tips[1], world.bob, charge="ch_2", at=seconds(day.closes_at + timedelta(minutes=1)))
    figures = await world.day_figures.exact(day)
    adds_up(figures)
    assert (figures.raised.given, figures.gifts) == (cny("1"), 1)
    assert figures.by_hour[-1].raised.gifts == 1, "in the hour of the tap"
    assert len(figures.by_hour) == 24


class Explaining:
    """A connection that asks for the plan of whatever it runs."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection, self.dialect = connection, connection.dialect
        self.steps: list[str] = []

    async def execute(self, statement: Any) -> Any:
        compiled = statement.compile(dialect=self.dialect, compile_kwargs={"literal_binds": True})
        plan = await self._connection.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))
        self.steps += [str(row[-1]) for row in plan]
        return await self._connection.execute(statement)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)  # PostgreSQL walks a table this small, whatever there is
async def test_a_days_figures_are_read_through_its_index(world: World):
    day = await on(world)
    async with world.unit.read() as work:
        explaining = Explaining(work.connection)
        figures = DayFigureStore(cast(AsyncConnection, explaining))
        await figures.by_project(day.id, "CNY")
        await figures.by_creator(day.id, "CNY")
        await figures.by_hour(day.id, "CNY", day.starts_at, day.ends_at)
    walked = [step for step in explaining.steps if "tips" in step]
    assert walked
    assert all("ix_tips_day_id_paid_at" in step or "sqlite_autoindex_tips" in step for step in walked), walked
