"""What people switched on, in SQL: the same rule as giving/subscriptions.py, for many at once."""

import itertools
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from giving.people import Visitor
from giving.subscriptions import WEEK, Lately, Often, SubscriptionKind, may_be_called, may_be_told
from storage.ids import new_id
from storage.tables import people, told_lately
from tests.world import World

DAYS, NEWS = SubscriptionKind.GIVING_DAYS, SubscriptionKind.PROJECT_NEWS


async def test_sql_and_the_rule_agree_for_every_reader(world: World):
    """Every way to want it, every number of messages of this kind and of others in the week, and older ones besides."""
    now, per_week = world.time(), 2
    expected: dict[UUID, bool] = {}
    async with world.unit() as work:
        for often in Often:
            for of_kind in range(4):
                for others in range(3):
                    number = 9000 + len(expected)
                    (reader,) = await work.people.meet_many([(Visitor(number, "R"), True)], now)
                    await work.subscriptions.choose(reader.id, DAYS, often, now=now)
                    await work.subscriptions.choose(reader.id, NEWS, Often.ALL, now=now)
                    for kind, count in ((DAYS, of_kind), (NEWS, others)):
                        for back in range(count):
                            at = now - timedelta(days=back)
                            await work.subscriptions.told([reader.id], kind, new_id(), now=at)
                    expected[reader.id] = may_be_told(often, Lately(of_kind, of_kind + others), per_week)
    async with world.unit.read() as work:
        found = await work.subscriptions.may_be_told(expected, DAYS, now=now, per_week=per_week)
        later = now + WEEK
        free = await work.subscriptions.may_be_told(expected, DAYS, now=later, per_week=per_week)
    assert found == {reader for reader, may in expected.items() if may}
    assert len(free) == len(expected) * 2 // 3, "in a week all who want them have room again"


async def test_sql_and_the_rule_agree_for_everybody_who_takes_part_in_a_day(world: World):
    """As above, with and without a message about that very day; who asked for none takes part all the same."""
    now, per_week, day = world.time(), 2, new_id()
    expected: dict[UUID, bool] = {}
    async with world.unit() as work:
        for often, of_it, of_kind, others in itertools.product(Often, (False, True), range(3), range(3)):
            (reader,) = await work.people.meet_many([(Visitor(9000 + len(expected), "R"), True)], now)
            await work.subscriptions.choose(reader.id, DAYS, often, now=now)
            for kind in [DAYS] * of_kind + [NEWS] * others:
                await work.subscriptions.told([reader.id], kind, new_id(), now=now)
            if of_it:
                await work.subscriptions.told([reader.id], DAYS, day, now=now)
            lately = Lately(of_kind + of_it, of_kind + of_it + others)
            expected[reader.id] = may_be_called(often is Often.FEWER, lately, per_week, told_of_it=of_it)
    async with world.unit.read() as work:
        found = await work.subscriptions.may_be_called(expected, day, now=now, per_week=per_week)
        later = await work.subscriptions.may_be_called(expected, day, now=now + WEEK, per_week=per_week)
    assert found == {reader for reader, may in expected.items() if may}
    assert later == set(expected)


async def test_the_same_choice_twice_is_one_and_none_forgets_it(world: World):
    for often in (Often.ALL, Often.FEWER, Often.FEWER, Often.ALL):
        async with world.unit() as work:
            await work.subscriptions.choose(world.bob.id, DAYS, often, now=world.time())
        async with world.unit.read() as work:
            assert await work.subscriptions.of(world.bob.id) == {DAYS: often}
    async with world.unit() as work:
        assert await work.subscriptions.fewer(world.bob.id, DAYS)
        assert not await work.subscriptions.fewer(world.bob.id, NEWS), "fewer of nothing is nothing"
        await work.subscriptions.choose(world.bob.id, DAYS, Often.NONE, now=world.time())
        await work.subscriptions.choose(world.bob.id, DAYS, Often.NONE, now=world.time())
    async with world.unit.read() as work:
        assert await work.subscriptions.of(world.bob.id) == {}


async def test_told_twice_of_one_thing_counts_once_and_what_was_not_sent_not_at_all(world: World):
    readers, subject = [world.alice.id, world.bob.id], new_id()
    async with world.unit() as work:
        for _ in range(2):
            await work.subscriptions.told(readers, DAYS, subject, now=world.time())
        await work.subscriptions.not_told([world.bob.id], subject)
    async with world.unit.read() as work:
        assert await work.connection.scalar(select(func.count()).select_from(told_lately)) == 1


async def test_what_is_older_than_a_week_goes_as_something_new_comes(world: World):
    for _ in range(4):
        async with world.unit() as work:
            await work.subscriptions.told([world.alice.id], DAYS, new_id(), now=world.time())
            await work.subscriptions.told([world.bob.id], NEWS, new_id(), now=world.time() - timedelta(minutes=1))
        world.time.passes(days=3, hours=12)
    async with world.unit.read() as work:
        per_person = select(told_lately.c.person_id, func.count()).group_by(told_lately.c.person_id)
        counts = {row[0]: row[1] for row in await work.connection.execute(per_person)}
    assert counts == {world.alice.id: 2, world.bob.id: 2}


async def test_everybody_is_asked_once_and_who_chose_by_themselves_never(world: World):
    async with world.unit() as work:
        await work.connection.execute(people.update().values(asked_at=None))
        await work.subscriptions.choose_timezone(world.alice.id, "Europe/Berlin")
        await work.subscriptions.choose(world.creator.id, NEWS, Often.ALL, now=world.time())
        everybody = [world.alice.id, world.bob.id, world.creator.id, new_id()]
        first = await work.subscriptions.ask(everybody, world.time())
    async with world.unit() as work:
        assert await work.subscriptions.timezones() in ([None, "Europe/Berlin"], ["Europe/Berlin", None])
        await work.subscriptions.choose(world.creator.id, NEWS, Often.NONE, now=world.time())
        assert await work.subscriptions.ask(everybody, world.time()) == {}
    assert first == {world.alice.id: "Europe/Berlin", world.bob.id: None}
