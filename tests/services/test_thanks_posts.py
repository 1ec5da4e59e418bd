"""A published thank-you: whom it names, that it goes out once, and that names taken back are gone from a late tap."""

import asyncio
from dataclasses import replace

import pytest

from giving.errors import ChatUnknown, MayNotPost, NobodyToThankHere, NotAdministrator, ThanksPostOver
from giving.people import Visibility, Visitor
from services.thanks_posts import ThanksPostDraft
from tests.services.test_rankings import gave, gave_back
from tests.world import CHANNEL, World


@pytest.fixture
async def thanked_world(world: World) -> World:
    """Alice gave by name, Bob with his amount hidden, Carol without her name, and the creator herself."""
    carol = await world.people.meet(Visitor(1006, "Carol", None, "en"), started=True)
    world.extras["alices"] = await gave(world, world.alice, "1", visibility=Visibility.NAMED)
    await gave(world, world.bob, "2", visibility=Visibility.AMOUNT_HIDDEN)
    await gave(world, carol, "3", visibility=Visibility.ANONYMOUS)
    await gave(world, world.creator, "4", visibility=Visibility.NAMED)
    return world


async def draft(world: World, words: str = "") -> ThanksPostDraft:
    return await world.thanks_posts.draft(world.chat.chat.id, world.creator, words)


async def test_only_allowed_names_stand_in_it_and_everybody_is_counted(thanked_world: World):
    made = await draft(thanked_world, "谢谢\n大家")
    assert set(made.thanked.names) == {"Alice", "Bob"}
    assert (made.thanked.more, made.thanked.quiet, made.thanked.donors) == (0, 1, 3)
    assert made.words == "谢谢 大家"
    assert [project.slug for project in made.projects] == ["library"]
    assert not made.changed


async def test_only_its_creator_may_and_only_as_long_as_they_run_it(thanked_world: World):
    world, chat = thanked_world, thanked_world.chat.chat.id
    with pytest.raises(ChatUnknown):
        await world.thanks_posts.draft(chat, world.alice)
    made = await draft(world)
    with pytest.raises(ThanksPostOver):
        await world.thanks_posts.begin(made.id, world.alice)
    world.rights.administrators.discard((CHANNEL, world.creator.telegram_id))
    for refused in (draft(world), world.thanks_posts.begin(made.id, world.creator)):
        with pytest.raises(NotAdministrator):
            await refused


async def test_it_goes_out_once_whoever_taps_twice(thanked_world: World):
    world = thanked_world
    made = await draft(world)
    taps = [world.thanks_posts.begin(made.id, world.creator) for _ in range(5)]
    done = await asyncio.gather(*taps, return_exceptions=True)
    assert sum(isinstance(one, ThanksPostDraft) for one in done) == 1
    assert sum(isinstance(one, ThanksPostOver) for one in done) == 4
    await world.thanks_posts.sent(made.id, 77)
    with pytest.raises(ThanksPostOver):
        await world.thanks_posts.begin(made.id, world.creator)
    with pytest.raises(NobodyToThankHere):
        await draft(world)
    world.time.passes(minutes=1)
    await gave(world, world.bob, "5")
    assert (await draft(world)).thanked.donors == 1, "each is thanked for what came since"


async def test_names_taken_back_are_gone_from_a_late_tap_which_shows_it_anew(thanked_world: World):
    world = thanked_world
    made = await draft(world, "谢谢")
    await world.privacy.choose_visibility(world.alice, Visibility.ANONYMOUS)
    again = await world.thanks_posts.begin(made.id, world.creator)
    assert (again.changed, again.thanked.names, again.thanked.quiet, again.words) == (True, ("Bob",), 2, "谢谢")
    with pytest.raises(ThanksPostOver):
        await world.thanks_posts.begin(made.id, world.creator)
    await world.privacy.leave(world.bob)
    third = await world.thanks_posts.begin(again.id, world.creator)
    assert (third.changed, third.thanked.names, third.thanked.quiet) == (True, (), 3)
    last = await world.thanks_posts.begin(third.id, world.creator)
    assert not last.changed


async def test_a_gift_taken_back_changes_it_and_a_new_one_does_not(thanked_world: World):
    world = thanked_world
    made = await draft(world)
    world.time.passes(seconds=5)
    dan = await world.people.meet(Visitor(1007, "Dan"), started=True)
    await gave(world, dan, "6")
    await gave_back(world, world.extras["alices"], "1")
    again = await world.thanks_posts.begin(made.id, world.creator)
    assert again.changed
    assert set(again.thanked.names) == {"Bob", "Dan"}
    world.time.passes(seconds=5)
    await gave(world, world.alice, "7")
    assert not (await world.thanks_posts.begin(again.id, world.creator)).changed


async def test_what_nobody_answered_is_told_and_not_sent_again(thanked_world: World):
    world = thanked_world
    made = await draft(world)
    await world.thanks_posts.begin(made.id, world.creator)  # and the process dies
    assert not (await draft(world)).unknown, "it may still be on its way"
    world.time.passes(minutes=3)
    shown = await draft(world)
    assert shown.unknown
    with pytest.raises(ThanksPostOver):
        await world.thanks_posts.begin(made.id, world.creator)
    await world.thanks_posts.begin(shown.id, world.creator)
    await world.thanks_posts.unanswered(shown.id)
    once_more = await draft(world)
    assert once_more.unknown
    await world.thanks_posts.begin(once_more.id, world.creator)
    await world.thanks_posts.sent(once_more.id, 78)
    world.time.passes(minutes=1)
    await gave(world, world.bob, "8")
    assert not (await draft(world)).unknown


async def test_where_the_bot_may_not_post_nothing_begins(thanked_world: World):
    world = thanked_world
    made = await draft(world)
    world.rights.bot = replace(world.rights.bot, can_post=False)
    with pytest.raises(MayNotPost):
        await world.thanks_posts.begin(made.id, world.creator)
    world.rights.bot = replace(world.rights.bot, can_post=True)
    assert not (await world.thanks_posts.begin(made.id, world.creator)).changed


async def test_a_new_preview_is_the_only_one_that_waits(thanked_world: World):
    world = thanked_world
    first, second = await draft(world), await draft(world, "别的话")
    with pytest.raises(ThanksPostOver):
        await world.thanks_posts.begin(first.id, world.creator)
    assert (await world.thanks_posts.begin(second.id, world.creator)).words == "别的话"


async def test_nobody_is_thanked_for_what_is_long_ago(thanked_world: World):
    thanked_world.time.passes(days=31)
    with pytest.raises(NobodyToThankHere):
        await draft(thanked_world)


async def test_the_words_go_with_whoever_wrote_them(thanked_world: World):
    world = thanked_world
    made = await draft(world, "晓雯谢谢大家")
    await world.privacy.leave(world.creator)
    async with world.unit.read() as work:
        post = await work.thanks_posts.by_id(made.id)
    assert post is not None
    assert post.words == ""
