"""What creators are told of a giving day counts towards their week, all of it as one message."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from giving.giving_days import GivingDay
from giving.notices import NoticeKind
from giving.subscriptions import Often, SubscriptionKind
from services.outbox import Notice
from storage.ids import new_id
from storage.tables import outbox, told_lately
from tests.services.giving_days.test_watch import gives, target, watch
from tests.services.giving_days.town import on
from tests.world import World, cny

DAYS, NEWS = SubscriptionKind.GIVING_DAYS, SubscriptionKind.PROJECT_NEWS


@pytest.fixture
async def day(world: World) -> GivingDay:
    await target(world, world.library, cny("100"))
    return await on(world, projects=(world.library.id,))


async def counted(world: World, person: UUID) -> list[tuple[str, UUID]]:
    """What counts for their week."""
    async with world.unit.read() as work:
        mine = select(told_lately.c.kind, told_lately.c.subject_id).where(told_lately.c.person_id == person)
        return [(row.kind, row.subject_id) for row in await work.connection.execute(mine)]


async def told_of_other_things(world: World, person: UUID, times: int, kind: SubscriptionKind = NEWS) -> None:
    async with world.unit() as work:
        for _ in range(times):
            await work.subscriptions.told([person], kind, new_id(), now=world.time())


async def call(world: World) -> Notice:
    await world.day_steps.sweep()
    (notice,) = [n for n in await world.outbox.claim() if n.kind is NoticeKind.DAY_CALL]
    return notice


async def marked(world: World) -> dict[UUID, list[str]]:
    """The marks that were queued, by reader."""
    readers: dict[UUID, list[str]] = {}
    kinds = ("day_tenth", "day_half", "day_full", "day_target", "day_last_hour")
    async with world.unit.read() as work:
        rows: Any = await work.connection.execute(select(outbox).where(outbox.c.kind.in_(kinds)))
        for row in rows:
            readers.setdefault(row.person_id, []).append(row.kind)
    return readers


async def test_the_call_and_all_marks_of_a_day_are_one_message_of_the_week(world: World, day: GivingDay):
    notice, creator = await call(world), world.creator.id
    assert await world.outbox.day_call(notice) is not None
    assert await counted(world, creator) == [], "it counts from the moment it is sent"
    assert await world.outbox.begin([notice])
    await world.outbox.sent([notice], 1)
    assert await counted(world, creator) == [("giving_days", day.id)]
    await told_of_other_things(world, creator, 1)  # the week is full now
    await gives(world, "60", 1)
    await watch(world).sweep()
    await gives(world, "40", 2)
    await watch(world).sweep()
    assert sorted((await marked(world))[creator]) == ["day_full", "day_half", "day_target"]
    assert len(await counted(world, creator)) == 2


async def test_a_mark_counts_too_where_there_was_no_call(world: World, day: GivingDay):
    await gives(world, "60", 1)
    await watch(world).sweep()
    assert await counted(world, world.creator.id) == [("giving_days", day.id)]


async def test_a_call_that_certainly_did_not_arrive_does_not_count(world: World, day: GivingDay):
    notice = await call(world)
    await world.outbox.begin([notice])
    await world.outbox.retry([notice], 1, "told to wait", not_sent=True)
    assert await counted(world, world.creator.id) == []


async def test_who_was_told_enough_hears_neither_the_call_nor_the_marks_and_admins_hear_all(
    world: World, day: GivingDay
):
    creator = world.creator.id
    await told_of_other_things(world, creator, 2)
    assert await world.outbox.day_call(await call(world)) is None
    await gives(world, "60", 1)
    await watch(world).sweep()
    readers = await marked(world)
    assert creator not in readers
    assert readers, "whoever runs the day is told"
    for admin in readers:
        assert await counted(world, admin) == [], "it is their work, and no message of their week"
    world.time.passes(days=7)
    async with world.unit.read() as work:
        assert await work.subscriptions.may_be_called([creator], day.id, now=world.time(), per_week=2) == {creator}


async def test_who_asked_for_fewer_about_giving_days_gets_one_in_a_week(world: World, day: GivingDay):
    await world.subscriptions.choose(world.creator, DAYS, Often.FEWER)
    await told_of_other_things(world, world.creator.id, 1, DAYS)
    assert await world.outbox.day_call(await call(world)) is None
