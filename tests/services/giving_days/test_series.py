"""A day that repeats makes the next month's draft by itself, once, at the same local time, like the last one."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from giving.giving_days import ELEVENTH, LAST, DayOfMonth, DayState, GivingDay, NthWeekday
from giving.quiet import QuietHours
from services.giving_days import DaySteps
from tests.services.giving_days.town import HOUR, an_admin, plan
from tests.world import SHANGHAI, World

NOON = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)


async def the_eleventh(world: World, on: date = date(2026, 12, 11)) -> GivingDay:
    """A draft for the whole of that date."""
    start = datetime(on.year, on.month, on.day, tzinfo=world.giving_days.terms.zone)
    end = datetime(on.year, on.month, on.day, tzinfo=world.giving_days.terms.zone) + timedelta(days=1)
    return await world.giving_days.draft(plan(world, starts_at=start, ends_at=end, hashtag="一元公益日"), None)


async def drafts(world: World) -> list[GivingDay]:
    """All there are, the first to begin first."""
    return [day for day in list(await world.giving_days.list())[::-1] if day.state is DayState.DRAFT]


async def test_two_weeks_before_its_date_the_next_draft_is_there_and_admins_hear_of_it(world: World):
    admin = await an_admin(world)
    first = await the_eleventh(world)
    series = await world.giving_days.repeat(first.id, admin, ELEVENTH)
    assert series.next_on == date(2027, 1, 11)
    world.time.now = series.draft_at - timedelta(seconds=1)
    assert await world.day_steps.sweep() == 0
    world.time.now = series.draft_at
    assert await world.day_steps.sweep() == 1
    assert await world.day_steps.sweep() == 0

    second = (await drafts(world))[-1]
    assert second.starts_at == datetime(2027, 1, 11, tzinfo=SHANGHAI)
    assert (second.slug, second.series, second.series_on) == ("2027-01-11", series.id, date(2027, 1, 11))
    same = ("titles", "hashtag", "projects", "amounts", "texts", "audience")
    assert [getattr(second, name) for name in same] == [getattr(first, name) for name in same]
    assert second.closes_at - second.ends_at == timedelta(hours=24)
    async with world.unit() as work:
        queued = await work.outbox.claim(now=world.time(), lease=HOUR, limit=10)
    assert {(message.kind, message.subject) for message in queued} == {("day_drafted", second.id)}


async def test_a_draft_made_at_midnight_is_told_by_day_on_its_readers_clock(world: World):
    berliner, _ = await an_admin(world), await an_admin(world, 2002, "值班")
    async with world.unit() as work:
        await work.subscriptions.choose_timezone(berliner.id, "Europe/Berlin")
    series = await world.giving_days.repeat((await the_eleventh(world)).id, None, ELEVENTH)
    quiet = QuietHours(time(22), time(8), SHANGHAI)
    steps = DaySteps(world.unit, world.giving_days, world.people, world.days_on, quiet=quiet, now=world.time)
    world.time.now = series.draft_at.astimezone(SHANGHAI)
    assert quiet.holds(world.time.now)
    assert await steps.sweep() == 1
    async with world.unit() as work:
        queued = await work.outbox.claim(now=world.time(), lease=HOUR, limit=10)
    assert [message.person for message in queued] == [berliner.id], "late afternoon there"


async def test_two_replicas_make_one_draft(world: World):
    series = await world.giving_days.repeat((await the_eleventh(world)).id, None, ELEVENTH)
    world.time.now = series.draft_at
    other = DaySteps(world.unit, world.giving_days, world.people, world.days_on, now=world.time)
    done = await asyncio.gather(*(steps.sweep() for steps in (world.day_steps, other) for _ in range(2)))
    assert sum(done) == 1
    assert len(await drafts(world)) == 2


async def test_months_that_went_by_without_us_are_left_out(world: World):
    series = await world.giving_days.repeat((await the_eleventh(world)).id, None, ELEVENTH)
    world.time.now = series.draft_at + timedelta(days=120)
    while await world.day_steps.sweep():
        pass
    made = [day.series_on for day in await drafts(world)][1:]
    assert made == [date(2027, 5, 11)], "one is there, and it is still to come"


async def test_what_was_changed_on_the_last_day_is_taken_over_and_a_cancelled_one_is_no_model(world: World):
    first = await the_eleventh(world)
    series = await world.giving_days.repeat(first.id, None, ELEVENTH)
    await world.giving_days.change(first.id, None, titles={"zh-CN": "新名字"})
    world.time.now = series.draft_at
    await world.day_steps.sweep()
    second = (await drafts(world))[-1]
    assert second.titles == {"zh-CN": "新名字"}
    await world.giving_days.change(second.id, None, titles={"zh-CN": "不办了"})
    await world.giving_days.cancel(second.id, None)
    world.time.passes(days=31)
    await world.day_steps.sweep()
    assert (await drafts(world))[-1].titles == {"zh-CN": "新名字"}


async def test_a_series_that_ended_makes_no_more(world: World):
    first = await the_eleventh(world)
    series = await world.giving_days.repeat(first.id, None, ELEVENTH)
    repeated = await world.giving_days.one(first.id)
    assert await world.giving_days.series_of(repeated) == series
    await world.giving_days.end_series(first.id, None)
    await world.giving_days.end_series(first.id, None)
    assert await world.giving_days.series_of(repeated) is None
    world.time.now = series.draft_at + timedelta(days=60)
    await world.day_steps.sweep()
    assert len(await drafts(world)) == 1
    async with world.unit.read() as work:
        actions = [act.record.action for act in await work.audit.list(limit=20)]
    assert actions.count("giving_day.series_ended") == 1


@pytest.mark.parametrize(("rule", "dates"), [
    (DayOfMonth(31), [date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28)]),
    (NthWeekday(2, 5), [date(2026, 12, 12), date(2027, 1, 9), date(2027, 2, 13)]),
    (NthWeekday(LAST, 6), [date(2026, 12, 27), date(2027, 1, 31), date(2027, 2, 28)]),
    (NthWeekday(5, 0), [date(2026, 12, 28), date(2027, 1, 25), date(2027, 2, 22)]),
])  # fmt: skip
async def test_any_rule_by_the_month(world: World, rule: DayOfMonth | NthWeekday, dates: list[date]):
    series = await world.giving_days.repeat((await the_eleventh(world)).id, None, rule)
    assert series.next_on == dates[0]
    for expected in dates:
        world.time.now = datetime.combine(expected, datetime.min.time(), SHANGHAI) - timedelta(days=14)
        await world.day_steps.sweep()
        assert (await drafts(world))[-1].series_on == expected


async def test_another_rule_instead_of_the_one_before(world: World):
    first = await the_eleventh(world)
    series = await world.giving_days.repeat(first.id, None, ELEVENTH)
    changed = await world.giving_days.repeat(first.id, None, DayOfMonth(20))
    assert (changed.id, changed.next_on) == (series.id, date(2026, 12, 20))


async def test_the_local_time_stays_when_clocks_change(world: World):
    """In Berlin midnight of January is 23:00 in UTC, and of July 22:00."""
    world.giving_days.terms = replace(world.giving_days.terms, zone=ZoneInfo("Europe/Berlin"))
    series = await world.giving_days.repeat((await the_eleventh(world)).id, None, DayOfMonth(28))
    for _ in range(5):
        world.time.now = max(world.time.now, series.draft_at) + timedelta(days=30)
        await world.day_steps.sweep()
    made = (await drafts(world))[1:]
    assert {day.starts_at.hour for day in made} == {22, 23}
    for day in made:
        local = [at.astimezone(ZoneInfo("Europe/Berlin")) for at in (day.starts_at, day.ends_at)]
        assert [(at.hour, at.minute) for at in local] == [(0, 0), (0, 0)]
        assert local[1].date() - local[0].date() == timedelta(days=1)
    assert date(2027, 3, 28) in {day.series_on for day in made}
    change = next(day for day in made if day.series_on == date(2027, 3, 28))
    assert change.ends_at - change.starts_at == timedelta(hours=23)


async def test_from_the_last_one(world: World):
    first = await the_eleventh(world, date(2026, 12, 5))
    assert (await world.giving_days.from_last(None)).id == first.id, "a draft that is there is the one"
    world.time.now = first.ends_at
    second = await world.giving_days.from_last(None)
    assert second.starts_at == datetime(2026, 12, 11, tzinfo=SHANGHAI)
    assert (second.series, second.titles, second.projects) == (None, first.titles, first.projects)


async def test_from_the_last_one_of_a_series_is_its_next_and_the_clock_makes_it_no_second_time(world: World):
    admin = await an_admin(world)
    first = await the_eleventh(world)
    series = await world.giving_days.repeat(first.id, admin, DayOfMonth(20))
    world.time.now = first.starts_at
    seen = await world.giving_days.preview(first.id)
    await world.giving_days.go_live(first.id, admin, seen.digest)
    second = await world.giving_days.from_last(admin)
    assert (second.series, second.series_on) == (series.id, date(2026, 12, 20))
    world.time.now = series.draft_at + timedelta(days=1)
    await world.day_steps.sweep()
    assert [day.series_on for day in await drafts(world)] == [date(2026, 12, 20)]


async def test_a_day_that_began_early_went_on_longer_and_was_stopped_is_copied_as_it_was_planned(world: World):
    first = await the_eleventh(world)
    world.time.now = first.starts_at - timedelta(hours=2, minutes=7)
    await world.giving_days.go_live(first.id, None, (await world.giving_days.preview(first.id)).digest)
    longer = await world.giving_days.extend(first.id, None, first.ends_at + timedelta(hours=3))
    assert (longer.starts_at, longer.ends_at) == (world.time.now, first.ends_at + timedelta(hours=3))
    world.time.passes(hours=5)
    assert (await world.giving_days.stop(first.id, None)).ends_at == world.time()

    again = await world.giving_days.from_last(None)
    local = [at.astimezone(SHANGHAI) for at in (again.starts_at, again.ends_at)]
    assert local == [datetime(2027, 1, 11, tzinfo=SHANGHAI), datetime(2027, 1, 12, tzinfo=SHANGHAI)]
    assert again.window == (again.starts_at, again.ends_at)
    series = await world.giving_days.repeat(first.id, None, DayOfMonth(20))
    assert (series.starts, series.minutes, series.next_on) == (time(0), 24 * 60, date(2026, 12, 20))


async def test_what_is_changed_before_it_begins_is_what_was_planned(world: World):
    first = await the_eleventh(world)
    await world.giving_days.change(first.id, None, ends_at=first.starts_at + timedelta(hours=12))
    world.time.now = first.starts_at - timedelta(hours=1)
    await world.giving_days.go_live(first.id, None, (await world.giving_days.preview(first.id)).digest)
    assert (await world.giving_days.one(first.id)).window == (first.starts_at, first.starts_at + timedelta(hours=12))
