"""An audience of more than the operator set needs the word of two admins, on the same preview."""

from dataclasses import replace
from datetime import timedelta

import pytest

from giving.errors import DaysOverlap, NobodyAsked, NobodyElse, PreviewStale, SecondIsYou, SecondNeeded
from giving.giving_days import Audience, DayAct, DayState, GivingDay
from giving.people import Person, Role, Visitor
from giving.subscriptions import Often, SubscriptionKind
from services.giving_days import GivingDayService, Preview
from tests.services.giving_days.town import HOUR, an_admin, plan, scheduled, state_of
from tests.world import SHANGHAI, World

Big = tuple[GivingDayService, GivingDay, Person, Person]


async def subscribers(world: World, number: int) -> list[Person]:
    """So many people who asked to be told of giving days."""
    found = []
    for one in range(number):
        person = await world.people.meet(Visitor(9000 + one, f"读者{one}", None, "zh-hans"), started=True)
        async with world.unit() as work:
            await work.subscriptions.choose(person.id, SubscriptionKind.GIVING_DAYS, Often.ALL, now=world.time())
        found.append(person)
    return found


@pytest.fixture
async def big(world: World) -> Big:
    """A draft for three people, where two are more than one admin may tell alone."""
    await subscribers(world, 3)
    days = world.giving_days
    days.terms = replace(days.terms, confirm_over=2)
    first, second = await an_admin(world), await an_admin(world, 2002, "另一位")
    return days, await days.draft(plan(world, audience=Audience.SUBSCRIBERS), first), first, second


async def seen(big: Big) -> Preview:
    return await big[0].preview(big[1].id)


async def told(world: World) -> dict[str, list[Person]]:
    async with world.unit() as work:
        queued = await work.outbox.claim(now=world.time(), lease=HOUR, limit=50)
        people = await work.people.by_ids({message.person for message in queued})
    return {kind: [people[m.person] for m in queued if m.kind == kind] for kind in {m.kind for m in queued}}


async def test_one_admin_alone_does_not_tell_so_many(world: World, big: Big):
    days, day, first, second = big
    preview = await seen(big)
    assert (preview.people, preview.second) == (3, True)
    for act in (days.schedule, days.go_live):
        with pytest.raises(SecondNeeded):
            await act(day.id, first, preview.digest)
    assert await state_of(world, day) is DayState.DRAFT

    asked = await days.ask(day.id, first, preview.digest)
    assert (asked.state, asked.asked_by, asked.asked_act) == (DayState.DRAFT, first.id, DayAct.SCHEDULE)
    assert [person.id for person in (await told(world))["day_asked"]] == [second.id], "the others hear of it"

    done = await days.confirm(day.id, second, (await seen(big)).digest)
    assert (done.state, done.asked_by) == (DayState.SCHEDULED, None)
    async with world.unit.read() as work:
        acts = [act.record for act in await work.audit.list(limit=10)]
    assert [(act.action, act.actor) for act in acts[:2]] == [
        ("giving_day.scheduled", second.id), ("giving_day.asked", first.id)
    ]  # fmt: skip


async def test_ones_own_word_does_not_count_twice(world: World, big: Big):
    days, day, first, second = big
    await days.ask(day.id, first, (await seen(big)).digest, DayAct.GO_LIVE)
    with pytest.raises(SecondIsYou):
        await days.confirm(day.id, first, (await seen(big)).digest)
    assert (await days.confirm(day.id, second, (await seen(big)).digest)).state is DayState.LIVE


async def test_what_was_changed_after_it_was_asked_for_must_be_asked_for_again(world: World, big: Big):
    days, day, first, second = big
    await days.ask(day.id, first, (await seen(big)).digest)
    before = (await seen(big)).digest
    await days.change(day.id, first, titles={"zh-CN": "换了名字"})
    with pytest.raises(NobodyAsked):
        await days.confirm(day.id, second, (await seen(big)).digest)
    await days.ask(day.id, first, (await seen(big)).digest)
    with pytest.raises(PreviewStale):
        await days.confirm(day.id, second, before)
    assert await state_of(world, day) is DayState.DRAFT


async def test_nobody_is_asked_for_what_can_not_be(world: World, big: Big):
    days, day, first, _ = big
    await scheduled(world)
    with pytest.raises(DaysOverlap):
        await days.ask(day.id, first, (await seen(big)).digest)
    assert "day_asked" not in await told(world)


async def test_for_few_people_one_word_is_enough_even_when_asked(world: World, big: Big):
    days, day, first, _ = big
    days.terms = replace(days.terms, confirm_over=3)
    assert (await days.ask(day.id, first, (await seen(big)).digest)).state is DayState.SCHEDULED


async def test_what_two_confirmed_one_may_begin_earlier(world: World, big: Big):
    days, day, first, second = big
    await days.ask(day.id, first, (await seen(big)).digest)
    await days.confirm(day.id, second, (await seen(big)).digest)
    assert (await days.go_live(day.id, first, (await seen(big)).digest)).state is DayState.LIVE


async def test_who_asked_and_leaves_is_forgotten_and_their_question_with_them(world: World, big: Big):
    days, day, first, second = big
    await days.ask(day.id, first, (await seen(big)).digest)
    await world.privacy.leave(first)
    assert (await days.one(day.id)).asked_by is None
    with pytest.raises(NobodyAsked):
        await days.confirm(day.id, second, (await seen(big)).digest)


async def test_where_no_other_admin_can_be_reached_nobody_is_said_to_be_asked(world: World, big: Big):
    days, day, first, second = big
    async with world.unit() as work:
        await work.people.unreachable([second.telegram_id], world.time())
    with pytest.raises(NobodyElse):
        await days.ask(day.id, first, (await seen(big)).digest)
    assert (await days.one(day.id)).asked_by is None
    await world.people.revoke_from_command_line(second.telegram_id, Role.ADMIN)
    with pytest.raises(NobodyElse):
        await days.ask(day.id, first, (await seen(big)).digest)


async def test_the_word_of_one_who_is_no_admin_any_more_does_not_count_as_the_first_of_two(world: World, big: Big):
    days, day, first, second = big
    await days.ask(day.id, first, (await seen(big)).digest)
    await world.people.revoke_from_command_line(first.telegram_id, Role.ADMIN)
    with pytest.raises(NobodyAsked):
        await days.confirm(day.id, second, (await seen(big)).digest)
    left = await days.one(day.id)
    assert (left.state, left.asked_by) == (DayState.DRAFT, None), "somebody has to ask anew"
    await an_admin(world, 2003, "第三位")
    assert (await days.ask(day.id, second, (await seen(big)).digest)).asked_by == second.id


async def test_an_audience_is_only_who_asked_for_it_and_can_be_written_to(world: World):
    first, second, third = await subscribers(world, 3)
    async with world.unit() as work:
        await work.people.unreachable([third.telegram_id], world.time())
    await world.pay(await world.tip(first, "1"), first, at=int(world.time().timestamp()))
    await world.slots.open(second, world.library.id, "小读者")

    async def sizes() -> dict[Audience, int]:
        return await world.giving_days.sizes()

    assert (await sizes())[Audience.LAST_MONTH] == 0, "that is this month"
    month_after = world.time().astimezone(SHANGHAI).replace(day=28) + timedelta(days=4)
    world.time.now = month_after
    assert await sizes() == {
        Audience.NOBODY: 0, Audience.SUBSCRIBERS: 2, Audience.LAST_MONTH: 1, Audience.LAPSED: 0, Audience.CREATORS: 1
    }  # fmt: skip
    world.time.passes(days=61)
    assert await sizes() == {
        Audience.NOBODY: 0, Audience.SUBSCRIBERS: 2, Audience.LAST_MONTH: 0, Audience.LAPSED: 1, Audience.CREATORS: 1
    }  # fmt: skip
