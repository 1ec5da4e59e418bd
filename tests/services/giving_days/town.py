"""What tests of giving days need at hand: plans, days that are on, gifts on them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from giving.giving_days import DayState, GivingDay, Plan
from giving.people import Person, Role, Visitor
from giving.projects import Tally
from tests.world import World, cny

HOUR = timedelta(hours=1)


def plan(world: World, **what: Any) -> Plan:
    """The library and the meals, from in an hour on for a day."""
    start = world.time() + HOUR
    return replace(
        Plan(
            titles={"zh-CN": "一元公益日", "en": "One yuan day"},
            projects=(world.library.id, world.meals.id),
            starts_at=start,
            ends_at=start + 24 * HOUR,
            amounts=(cny("1"),),
        ),
        **what,
    )


async def drafted_day(world: World, **what: Any) -> GivingDay:
    """A day that nobody has scheduled."""
    return await world.giving_days.draft(plan(world, **what), None)


async def scheduled(world: World, **what: Any) -> GivingDay:
    """A day that an admin drafted and scheduled."""
    admin = await an_admin(world)
    day = await world.giving_days.draft(plan(world, **what), admin)
    seen = await world.giving_days.preview(day.id)
    return await world.giving_days.schedule(day.id, admin, seen.digest)


async def on(world: World, **what: Any) -> GivingDay:
    """The same, and its time has come."""
    day = await scheduled(world, **what)
    world.time.now = day.starts_at
    return day


async def an_admin(world: World, number: int = 2001, name: str = "管理员") -> Person:
    """Somebody who may run giving days."""
    person = await world.people.meet(Visitor(number, name, None, "zh-hans"), started=True)
    await world.people.grant_from_command_line(number, Role.ADMIN)
    return person


async def given(world: World, day: GivingDay) -> Tally:
    """What counts for the day."""
    async with world.unit.read() as work:
        return (await work.tallies.of([day.id], "CNY"))[day.id]


async def state_of(world: World, day: GivingDay) -> DayState:
    """Where it stands in the database."""
    return (await world.giving_days.one(day.id)).state


def seconds(at: datetime) -> int:
    """As providers tell times."""
    return int(at.astimezone(UTC).timestamp())
