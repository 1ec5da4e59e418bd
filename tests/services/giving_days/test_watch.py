"""Marks of a day are told once each; the day's amount stands on channels' newest posts while it is on."""

from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from giving.giving_days import DayState, GivingDay
from giving.money import Money
from giving.notices import NoticeKind
from giving.projects import Project, ProjectState
from giving.quiet import QuietHours
from services.giving_days import DaySteps
from services.giving_days import watch as watching
from services.giving_days.cards import CardTurn, DayCards
from services.giving_days.live import LiveDays
from services.giving_days.watch import DayWatch, MarkTold
from storage.live_days import DayCard
from storage.tables import day_marks, outbox, posts, projects
from tests.services.giving_days.town import HOUR, an_admin, on, seconds
from tests.world import CHANNEL, SHANGHAI, World, cny


def watch(world: World, quiet: QuietHours | None = None) -> DayWatch:
    """As a process that begins to lead has it."""
    live = LiveDays(world.unit, every_s=0, clock=lambda: world.time().timestamp())  # a look takes no time
    every = timedelta(seconds=60)
    return DayWatch(
        world.unit, world.people, live, wakes=world.wakes, quiet=quiet, button_every=every, now=world.time
    )  # fmt: skip


async def kinds(world: World) -> list[str]:
    """What was queued about days' marks, by kind, once for each reader."""
    async with world.unit.read() as work:
        rows = await work.connection.execute(select(outbox.c.kind).where(outbox.c.kind.like("day_%")))
        return sorted(rows.scalars())


async def target(world: World, project: Project, amount: Money) -> None:
    """The project asks for so much."""
    async with world.unit() as work:
        await work.connection.execute(
            projects.update().where(projects.c.id == project.id).values(target_minor=amount.minor)
        )


async def gives(world: World, amount: str, number: int) -> None:
    tip = await world.tip(world.alice, amount, key=f"k{number}")
    await world.pay(tip, world.alice, charge=f"ch_{number}", at=seconds(world.time()))


@pytest.fixture
async def day(world: World) -> GivingDay:
    """The library lacks 100 yuan and the meals nothing that counts here."""
    await target(world, world.library, cny("100"))
    return await on(world, projects=(world.library.id,))


async def test_each_mark_is_told_once_to_creators_and_admins(world, day):
    await gives(world, "9", 1)
    assert await watch(world).sweep() >= 0
    assert await kinds(world) == []
    await gives(world, "1", 2)
    await watch(world).sweep()
    readers = (await kinds(world)).count("day_tenth")
    assert readers >= 2  # the creator, and an admin
    await watch(world).sweep()
    await watch(world).sweep()
    assert await kinds(world) == ["day_tenth"] * readers


async def test_of_marks_passed_at_once_only_the_highest_is_told(world, day):
    await gives(world, "60", 1)
    await watch(world).sweep()
    assert set(await kinds(world)) == {"day_half"}
    async with world.unit.read() as work:
        kept = set((await work.connection.execute(select(day_marks.c.mark))).scalars())
    assert kept == {"tenth", "half"}


async def test_a_project_that_reaches_its_target_is_told_with_the_whole(world, day):
    await gives(world, "100", 1)
    await watch(world).sweep()
    assert set(await kinds(world)) == {"day_full", "day_target"}


async def test_a_refund_below_a_mark_does_not_tell_it_again(world, day):
    await gives(world, "10", 1)
    await watch(world).sweep()
    before = await kinds(world)
    async with world.unit.read() as work:
        assert await work.live_days.marks(day.id) == {"tenth"}
    await target(world, world.library, cny("1000"))
    await watch(world).sweep()
    await target(world, world.library, cny("100"))
    await watch(world).sweep()
    assert await kinds(world) == before


async def test_the_last_hour_is_told(world, day):
    world.time.now = day.ends_at - timedelta(minutes=61)
    await watch(world).sweep()
    assert await kinds(world) == []
    world.time.passes(minutes=1)
    await watch(world).sweep()
    assert set(await kinds(world)) == {"day_last_hour"}


async def test_the_newest_post_shows_the_days_amount_while_it_is_on(world, day):
    async def shown() -> int | None:
        async with world.unit.read() as work:
            found = select(posts.c.day_minor).where(posts.c.id == world.post.id)
            minor: int | None = (await work.connection.execute(found)).scalar_one()
            return minor

    async def edited() -> list[Money | None]:
        """What the counters' loop would put there."""
        due = await world.counters.due()
        for counter in due:
            await world.counters.shown(counter.post.id, counter.raised, counter.chat, day=counter.day)
        return [counter.day for counter in due]

    world.time.passes(seconds=10)
    await edited()  # its keyboard
    await gives(world, "5", 1)
    world.time.passes(seconds=10)
    assert await edited() == [cny("5")]
    assert await shown() == 500
    await watch(world).sweep()
    assert await edited() == []  # nothing moved

    world.time.now = day.ends_at
    await watch(world).sweep()
    assert await edited() == [None]
    assert await shown() is None


async def test_a_post_that_is_gone_is_not_tried_again_and_the_one_before_it_shows_the_amount(world, day):
    newer = await world.creators.posted(CHANNEL, 8, "明天读《小王子》", world.time())
    assert newer is not None
    world.time.passes(seconds=10)
    for counter in await world.counters.due():
        await world.counters.shown(counter.post.id, counter.raised, counter.chat, day=counter.day)
    await gives(world, "5", 1)
    world.time.passes(seconds=10)
    for counter in await world.counters.due():
        await world.counters.shown(counter.post.id, counter.raised, counter.chat, day=counter.day)
    async with world.unit() as work:  # what it shows is from before a later gift elsewhere
        await work.live_days.button_shows(world.post.id, 100)
    world.time.passes(minutes=2)

    await watch(world).sweep()
    assert [counter.post.id for counter in await world.counters.due()] == [newer.id]
    await world.counters.failed(newer.id, gone=True)
    world.time.passes(minutes=2)
    await watch(world).sweep()
    assert [counter.post.id for counter in await world.counters.due()] == [world.post.id]
    await world.counters.failed(world.post.id, gone=True)
    for moment in (world.time() + timedelta(minutes=2), day.ends_at):
        world.time.now = moment
        await watch(world).sweep()
        assert await world.counters.due() == []


async def queued(world: World, kind: str) -> list[Any]:
    async with world.unit.read() as work:
        return list(await work.connection.execute(select(outbox).where(outbox.c.kind == kind)))


async def told(world: World, kind: NoticeKind, day: GivingDay) -> MarkTold | None:
    """What the sender would say now."""
    live = LiveDays(world.unit, every_s=0, now=world.time)
    return await watching.told(world.unit, live, kind, day.id, world.time())


async def test_of_marks_that_waited_for_the_morning_only_the_highest_percent_is_told(world, day):
    await gives(world, "10", 1)
    await watch(world).sweep()
    tenth = await told(world, NoticeKind.DAY_TENTH, day)
    assert tenth is not None
    assert tenth.standing.raised.given == cny("10")
    await gives(world, "40", 2)
    await watch(world).sweep()
    assert await told(world, NoticeKind.DAY_TENTH, day) is None
    assert await told(world, NoticeKind.DAY_HALF, day) is not None
    world.time.now = day.ends_at - timedelta(minutes=30)
    await watch(world).sweep()
    assert await told(world, NoticeKind.DAY_HALF, day) is not None
    assert await told(world, NoticeKind.DAY_LAST_HOUR, day) is not None


async def test_the_last_hour_does_not_wait_for_the_morning_when_it_is_over(world, day):
    night = QuietHours(time(0), time(23, 59, 59), SHANGHAI)
    world.time.now = day.ends_at - timedelta(minutes=30)
    await gives(world, "10", 1)
    await watch(world, night).sweep()
    assert {row.due_at for row in await queued(world, "day_last_hour")} == {world.time()}
    assert all(row.due_at > world.time() for row in await queued(world, "day_tenth"))


async def test_what_was_tapped_in_time_and_is_paid_after_the_end_passes_marks_too(world, day):
    tip = await world.tip(world.alice, "100")
    world.time.now = day.ends_at + timedelta(minutes=1)
    await watch(world).sweep()
    assert await kinds(world) == []
    await world.pay(tip, world.alice, at=seconds(world.time()))
    await watch(world).sweep()
    assert set(await kinds(world)) == {"day_full", "day_target"}
    assert await told(world, NoticeKind.DAY_FULL, day) is not None
    await world.day_steps.sweep()  # it is closing now, in the database too
    before = await kinds(world)
    await watch(world).sweep()
    assert await kinds(world) == before


async def test_a_day_that_goes_on_longer_has_another_last_hour(world, day):
    world.time.now = day.ends_at - timedelta(minutes=30)
    await watch(world).sweep()
    first = await queued(world, "day_last_hour")
    longer = await world.giving_days.extend(day.id, None, day.ends_at + timedelta(hours=3))
    await watch(world).sweep()
    assert await queued(world, "day_last_hour") == first
    assert await told(world, NoticeKind.DAY_LAST_HOUR, day) is None, "not sent yet, and no longer so"
    world.time.now = longer.ends_at - timedelta(minutes=59)
    for _ in range(2):
        await watch(world).sweep()
        assert len(await queued(world, "day_last_hour")) == 2 * len(first)
    assert await told(world, NoticeKind.DAY_LAST_HOUR, day) is not None


async def test_marks_wait_for_the_morning_of_the_readers_own_clock(world, day):
    async with world.unit() as work:
        await work.subscriptions.choose_timezone(world.creator.id, "Europe/Berlin")
    quiet = QuietHours(time(22), time(8), SHANGHAI)
    await an_admin(world)
    world.time.now = world.time().astimezone(SHANGHAI).replace(hour=23)  # late afternoon in Berlin
    await gives(world, "10", 1)
    await watch(world, quiet).sweep()
    due = {row.person_id: row.due_at for row in await queued(world, "day_tenth")}
    assert due.pop(world.creator.id) == world.time()
    assert due
    assert all(at > world.time() for at in due.values())
    world.time.passes(hours=6)  # night in both
    await gives(world, "40", 2)
    await watch(world, quiet).sweep()
    assert all(row.due_at > world.time() for row in await queued(world, "day_half"))


async def test_nobody_is_told_at_night_of_a_project_that_closed_or_of_a_card_that_was_lost(world):
    day = await on(world)
    await an_admin(world)
    quiet = QuietHours(time(22), time(8), SHANGHAI)
    world.time.now = world.time().astimezone(SHANGHAI).replace(hour=23)
    steps = DaySteps(world.unit, world.giving_days, world.people, world.days_on, quiet=quiet, now=world.time)
    await steps.sweep()
    async with world.unit() as work:
        await work.connection.execute(
            projects.update().where(projects.c.id == world.library.id).values(state=ProjectState.CLOSED)
        )
        chat = await work.creators.chat_by_telegram_id(CHANNEL)
    await steps.sweep()
    less = await queued(world, "day_less")
    assert less
    assert all(row.due_at > world.time() for row in less)

    live = LiveDays(world.unit, every_s=0, now=world.time)
    cards = DayCards(
        world.unit, live, wakes=world.wakes, every=HOUR, language="zh-CN", quiet=quiet, now=world.time
    )  # fmt: skip
    assert chat is not None
    card = DayCard(day.id, chat)
    await cards.lost(CardTurn(card, await live.now(day.id), DayState.LIVE, "zh-CN"), removed=False)
    (lost,) = await queued(world, "day_card_lost")
    assert lost.due_at > world.time()
