"""Inviting followers to give monthly: published by a tap alone, once, and found again by its link."""

import asyncio

import pytest

from giving.errors import (
    CallOver,
    ChatUnknown,
    MayNotPost,
    NotAdministrator,
    NothingToCallFor,
)
from services.monthly_calls import CallDraft
from services.pledges.goals import goal_of
from tests.world import CHANNEL, World


async def draft(world: World, words: str = "") -> CallDraft:
    return await world.monthly_calls.draft(world.chat.chat.id, world.creator, words)


async def target(world: World, call: CallDraft) -> tuple[str, str] | None:
    async with world.unit.read() as work:
        found = await work.monthly_calls.by_id(call.id)
    if found is None:
        return None
    return str(found.creator), str(found.project)


async def test_it_goes_out_once_whoever_taps_twice_and_its_link_tells_whose_it_is(world: World):
    made = await draft(world, "一起\n来")
    assert (made.words, made.project.slug, made.last, made.unknown) == ("一起 来", "library", None, False)
    assert await target(world, made) is None, "a preview is no invitation yet"
    taps = [world.monthly_calls.begin(made.id, world.creator) for _ in range(4)]
    done = await asyncio.gather(*taps, return_exceptions=True)
    assert sum(isinstance(one, CallDraft) for one in done) == 1
    assert sum(isinstance(one, CallOver) for one in done) == 3
    await world.monthly_calls.sent(made.id, 77)
    assert await target(world, made) == (str(world.creator.id), str(world.library.id))
    assert (await draft(world)).last == world.time()


async def test_a_new_preview_takes_the_place_of_the_last(world: World):
    first = await draft(world)
    second = await draft(world)
    with pytest.raises(CallOver):
        await world.monthly_calls.begin(first.id, world.creator)
    await world.monthly_calls.begin(second.id, world.creator)


async def test_only_its_creator_may_and_only_as_long_as_they_run_the_chat(world: World):
    with pytest.raises(ChatUnknown):
        await world.monthly_calls.draft(world.chat.chat.id, world.alice)
    made = await draft(world)
    with pytest.raises(CallOver):
        await world.monthly_calls.begin(made.id, world.alice)
    world.rights.administrators.discard((CHANNEL, world.creator.telegram_id))
    for refused in (draft(world), world.monthly_calls.begin(made.id, world.creator)):
        with pytest.raises(NotAdministrator):
            await refused


async def test_another_project_since_it_was_shown_needs_another_look(world: World):
    made = await draft(world)
    await world.creators.switch_on(world.chat.chat.id, world.creator, world.meals.id)
    with pytest.raises(CallOver):
        await world.monthly_calls.begin(made.id, world.creator)
    await world.monthly_calls.begin((await draft(world)).id, world.creator)


async def test_where_nothing_is_raised_for_nobody_is_invited(world: World):
    await world.creators.pause(world.chat.chat.id, world.creator)
    with pytest.raises(NothingToCallFor):
        await draft(world)
    assert await world.monthly_calls.chats(world.creator) == ()


async def test_where_the_bot_may_not_post_nothing_begins(world: World):
    made = await draft(world)
    world.rights.bot = type(world.rights.bot)(present=True, can_post=False, can_edit=True)
    with pytest.raises(MayNotPost):
        await world.monthly_calls.begin(made.id, world.creator)
    assert await target(world, made) is None


async def test_what_nobody_answered_is_told_and_may_lead_somewhere(world: World):
    made = await draft(world)
    await world.monthly_calls.begin(made.id, world.creator)
    await world.monthly_calls.unanswered(made.id)
    assert await target(world, made) is not None, "it may stand there"
    assert (await draft(world)).unknown
    again = await draft(world)
    await world.monthly_calls.begin(again.id, world.creator)
    await world.monthly_calls.refused(again.id)
    assert (await draft(world)).unknown, "the one before may still be there"


async def test_a_creator_who_left_is_credited_no_more(world: World):
    made = await draft(world, "一起来")
    await world.monthly_calls.begin(made.id, world.creator)
    await world.monthly_calls.sent(made.id, 77)
    await world.privacy.leave(world.creator)
    assert await target(world, made) is None
    async with world.unit.read() as work:
        kept = await work.monthly_calls.post(made.id)
    assert kept is not None
    assert kept.words == ""


async def test_whoever_follows_it_is_offered_its_project_and_counted_for_its_creator(world: World):
    made = await draft(world)
    await world.monthly_calls.begin(made.id, world.creator)
    await world.monthly_calls.sent(made.id, 77)
    await world.creators.switch_on(world.chat.chat.id, world.creator, world.meals.id)
    async with world.unit.read() as work:
        goal = await goal_of(work, made.id)
    assert goal.project is not None
    assert (goal.project.slug, goal.creator, goal.creator_name) == ("library", world.creator.id, "晓雯的阅读时光")
