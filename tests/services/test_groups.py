"""Groups on both databases: what two do at once is done once, and what moves takes everything along."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from giving.creators import Carried, Post
from giving.errors import ChatUnknown, NotAdministrator, ProjectClosed, TippingNotOn
from giving.people import Visitor
from services.carriers import Forward
from services.creators import ChatSeen
from services.groups import Tipped
from storage.ids import new_id
from storage.tables import outbox, posts, tips
from tests.services.test_tips import close
from tests.world import CHANNEL, GROUP, World, cny

DISCUSSION = -1001000000077


def tipped(world: World, number: int = 70) -> Tipped:
    return Tipped(number, "读完了第三章", world.time(), Visitor(1004, "Bob", None, "en"))


async def placed(world: World, number: int = 70) -> Post:
    return await world.groups.tipped(GROUP, tipped(world, number), "读书会")


def forward(world: World, number: int | None, copy: int = 5, text: str = "早安") -> Forward:
    return Forward(CHANNEL, number, DISCUSSION, copy, text, world.time())


async def fresh(world: World, post: Post) -> Post:
    async with world.unit.read() as work:
        return (await work.creators.posts_by_ids([post.id]))[post.id]


async def test_a_tipped_message_is_kept_once_whoever_comes_at_once(world: World):
    await world.group()
    found = await asyncio.gather(*(placed(world) for _ in range(8)))
    assert len({post.id for post in found}) == 1
    assert (found[0].carried, found[0].carrier_chat, found[0].reply_to) == (Carried.REPLY, GROUP, 70)
    assert found[0].author == world.bob.id


async def test_exactly_one_of_many_sends_the_carrier(world: World):
    await world.group()
    post = await placed(world)
    claims = await asyncio.gather(*(world.carriers.claim(post.id, asked=True) for _ in range(8)))
    assert sorted(claims) == [False] * 7 + [True]
    assert (await fresh(world, post)).keyboard_at is None
    await world.carriers.sent(901, await world.carriers.card(post.id))
    assert (await fresh(world, post)).keyboard_at == (GROUP, 901)
    assert not await world.carriers.claim(post.id, asked=True)


async def test_who_died_while_sending_is_followed_only_by_who_asks_and_only_after_a_while(world: World):
    await world.group()
    post = await placed(world)
    assert await world.carriers.claim(post.id, asked=True)
    assert not await world.carriers.claim(post.id, asked=True)
    world.time.passes(seconds=120)
    assert not await world.carriers.claim(post.id, asked=False), "nobody knows whether it stands there"
    assert [c.post.id for c in await world.counters.due() if c.post.id == post.id] == []
    assert await world.carriers.claim(post.id, asked=True)


async def test_a_refused_carrier_is_due_again_and_a_crash_before_sending_too(world: World):
    await world.group()
    post = await placed(world)
    world.time.passes(seconds=6)
    assert post.id in {c.post.id for c in await world.counters.due()}, "kept, but nobody came to send it"
    assert await world.carriers.claim(post.id, asked=False)
    await world.carriers.not_sent(post.id, for_good=False)
    world.time.passes(seconds=16)
    assert post.id in {c.post.id for c in await world.counters.due()}
    assert await world.carriers.claim(post.id, asked=False)
    await world.carriers.not_sent(post.id, for_good=True)
    world.time.passes(hours=1)
    assert post.id not in {c.post.id for c in await world.counters.due()}


async def test_what_was_given_while_the_carrier_was_sent_is_shown_next(world: World):
    await world.group()
    post = await placed(world)
    assert await world.carriers.claim(post.id, asked=True)
    shown = await world.carriers.card(post.id)
    await world.pay(await world.tip(world.alice, "5", post=post), world.alice)
    await world.carriers.sent(901, shown)
    world.time.passes(seconds=5)
    (due,) = [c for c in await world.counters.due() if c.post.id == post.id]
    assert due.raised.given == cny("5")


async def test_groups_that_are_off_or_unknown_and_closed_projects_refuse(world: World):
    with pytest.raises(TippingNotOn):
        await placed(world)
    card = await world.group()
    await world.creators.switch_on(card.chat.id, world.creator, world.library.id)
    await close(world)
    with pytest.raises(ProjectClosed):
        await placed(world)
    await world.creators.switch_off(card.chat.id, world.creator)
    with pytest.raises(TippingNotOn):
        await placed(world)


async def test_the_card_is_for_who_administers_the_group_now(world: World):
    card = await world.group()
    with pytest.raises(ChatUnknown):  # a stranger is not told that it is there
        await world.groups.card(card.chat.id, world.alice)
    world.rights.administrators.add((GROUP, 1002))
    assert (await world.groups.card(card.chat.id, world.alice)).chat.id == card.chat.id
    world.rights.administrators.remove((GROUP, 1002))
    with pytest.raises(NotAdministrator):
        await world.groups.card(card.chat.id, world.alice)
    with pytest.raises(ChatUnknown):
        await world.groups.card(new_id(), world.creator)


async def test_an_author_is_named_only_while_they_wish_it(world: World):
    await world.group()
    post = await placed(world)
    assert (await world.carriers.card(post.id)).author is None
    async with world.unit() as work:
        await work.people.set(world.bob.id, thanked_by_name=True)
    assert (await world.carriers.card(post.id)).author == "Bob"
    async with world.unit() as work:  # they left
        await work.people.set(world.bob.id, telegram_id=None, name="", left_at=world.time())
    assert (await world.carriers.card(post.id)).author is None


async def stands(world: World, post: Post) -> None:
    """Its carrier is sent, and nothing about it has changed since."""
    assert await world.carriers.claim(post.id, asked=False)
    await world.carriers.sent(500, await world.carriers.card(post.id))
    world.time.passes(minutes=1)
    assert post.id not in await due(world)


async def due(world: World) -> set[UUID]:
    return {counter.post.id for counter in await world.counters.due()}


async def test_a_name_switched_off_while_the_carrier_is_edited_is_taken_back_with_the_next_edit(world: World):
    await world.group()
    post = await placed(world)
    await world.privacy.thank_by_name(world.bob, on=True)
    assert await world.carriers.claim(post.id, asked=False)
    sent = await world.carriers.card(post.id)
    assert sent.author == "Bob"
    await world.privacy.thank_by_name(world.bob, on=False)  # while it is on its way
    await world.carriers.sent(500, sent)
    world.time.passes(minutes=1)
    assert post.id in await due(world)

    await world.privacy.thank_by_name(world.bob, on=True)
    edited = await world.carriers.card(post.id)
    await world.privacy.thank_by_name(world.bob, on=False)
    await world.counters.shown(post.id, edited.raised, edited.chat, edited.author)
    world.time.passes(minutes=1)
    assert post.id in await due(world)
    now = await world.carriers.card(post.id)
    await world.counters.shown(post.id, now.raised, now.chat, now.author)
    world.time.passes(minutes=1)
    assert post.id not in await due(world)


async def test_a_name_is_taken_back_from_messages_that_stand_when_it_is_switched_off(world: World):
    await world.group()
    await world.privacy.thank_by_name(world.bob, True)
    post = await placed(world)
    await stands(world, post)
    world.wakes.counters.clear()
    await world.privacy.thank_by_name(world.bob, False)
    assert world.wakes.counters.is_set()
    assert post.id in await due(world)
    assert (await world.carriers.card(post.id)).author is None


async def test_who_leaves_is_no_longer_named_by_messages_that_stand(world: World):
    await world.group()
    await world.privacy.thank_by_name(world.bob, True)
    post = await placed(world)
    await stands(world, post)
    world.wakes.counters.clear()
    await world.privacy.leave(world.bob)
    assert world.wakes.counters.is_set()
    assert post.id in await due(world)
    assert (await world.carriers.card(post.id)).author is None


async def test_when_a_creator_leaves_their_posts_stop_offering_amounts(world: World):
    await world.creators.keyboard_shown(world.post.id)
    world.time.passes(minutes=1)
    assert await due(world) == set()
    await world.privacy.leave(world.creator)
    (counter,) = await world.counters.due()
    assert (counter.post.id, counter.chat.offered([cny("1")]) if counter.chat else None) == (world.post.id, ())


# --- Discussion groups -----------------------------------------------------------------------------------------------


async def album(world: World, number: int, name: str = "a") -> Post | None:
    return await world.creators.posted(CHANNEL, number, "早安", world.time(), carried=Carried.REPLY, album=name)


async def test_an_album_is_one_post_whichever_of_its_messages_comes_first(world: World):
    first, second, again = await album(world, 20), await album(world, 21), await album(world, 20)
    assert first is not None
    assert {p.id for p in (first, second, again) if p} == {first.id}
    assert first.message_id == 20
    other = await album(world, 22, "b")
    assert other is not None
    assert other.id != first.id


async def test_the_post_and_its_copy_find_each_other_in_any_order(world: World):
    async def post(number: int) -> None:
        found = await album(world, number, f"a{number}")
        assert found is not None
        if await world.carriers.waits_for_carrier(found.id) and await world.carriers.claim(found.id, asked=False):
            sent.append(number)

    async def copy(number: int) -> None:
        found = await world.carriers.forwarded(forward(world, number, 100 + number))
        assert found is not None
        if await world.carriers.waits_for_carrier(found) and await world.carriers.claim(found, asked=False):
            sent.append(number)

    sent: list[int] = []
    for number in range(30, 42):
        await asyncio.gather(*((post(number), copy(number)) if number % 2 else (copy(number), post(number))))
    assert sorted(sent) == list(range(30, 42))


async def test_a_post_that_was_foreseen_is_still_due_if_its_handler_dies(world: World):
    await world.carriers.forwarded(forward(world, 20))
    world.time.passes(seconds=6)
    assert 20 not in {c.post.message_id for c in await world.counters.due()}, "nothing is known of the post yet"
    await world.creators.posted(CHANNEL, 20, "早安", world.time())
    world.time.passes(seconds=6)
    assert 20 in {c.post.message_id for c in await world.counters.due()}


async def test_a_post_from_elsewhere_is_known_by_its_words(world: World):
    post = await world.creators.posted(CHANNEL, 20, "早安", world.time(), carried=Carried.REPLY)
    assert post is not None
    assert await world.carriers.forwarded(forward(world, None, text="晚安")) is None
    assert await world.carriers.forwarded(forward(world, None)) == post.id
    assert await world.carriers.forwarded(forward(world, None, 6)) is None, "each copy has its own post"


async def test_copies_of_channels_that_are_off_or_not_ours_are_nothing_to_us(world: World):
    await world.creators.switch_off(world.chat.chat.id, world.creator)
    assert await world.carriers.forwarded(forward(world, 20)) is None
    unknown = Forward(-100999, 1, DISCUSSION, 5, "x", world.time())
    assert await world.carriers.forwarded(unknown) is None


# --- A group becomes a supergroup ------------------------------------------------------------------------------------


async def count(world: World, table: Any) -> int:
    async with world.unit.read() as work:
        return await work.connection.scalar(select(func.count()).select_from(table)) or 0


async def test_settings_totals_and_project_follow_and_the_creator_is_told_once(world: World):
    card = await world.group()
    post = await placed(world)
    await world.carriers.claim(post.id, asked=True)
    await world.carriers.sent(901, await world.carriers.card(post.id))
    await world.pay(await world.tip(world.alice, "5", post=post), world.alice)
    await world.cleanups.later(GROUP, 1, 2)

    new = GROUP - 5
    moved = await asyncio.gather(*(world.carriers.moved(GROUP, new) for _ in range(4)))
    assert sorted(moved) == [False, False, False, True]
    world.rights.administrators.add((new, 1001))
    stats = await world.creators.stats(card.chat.id, world.creator)
    assert (stats.chat.telegram_id, stats.chat.kind, stats.ever.given) == (new, "supergroup", cny("5"))
    assert stats.chat.project == world.meals.id
    old = await fresh(world, post)
    assert (old.message_id, old.keyboard_at) == (-70, None)
    world.time.passes(minutes=2)
    assert post.id not in {c.post.id for c in await world.counters.due()}
    assert await world.cleanups.due() == []
    told = [n for n in await world.outbox.claim() if n.kind == "upgraded"]
    assert [(n.person, n.subject) for n in told] == [(world.creator.id, card.chat.id)]

    again = await world.groups.tipped(new, tipped(world), "读书会")
    assert again.id != post.id, "numbers begin anew in the supergroup"
    assert (again.chat, again.project) == (card.chat.id, world.meals.id)


async def test_a_discussion_group_that_moves_takes_the_link_along(world: World):
    post = await album(world, 20)
    assert post is not None
    await world.carriers.forwarded(forward(world, 20))
    seen, new = (await world.group()), DISCUSSION - 5
    async with world.unit() as work:
        await work.creators.set_chat(seen.chat.id, telegram_id=DISCUSSION)
    await world.carriers.moved(DISCUSSION, new)
    assert (await fresh(world, post)).reply_to is None, "the copy stands in a group that is no more"
    assert await world.carriers.forwarded(Forward(CHANNEL, 21, new, 1, "x", world.time())) is not None


async def test_a_supergroup_that_is_in_use_already_is_not_overrun(world: World):
    await world.group()
    other = await world.people.meet(Visitor(1500, "Other", None, "en"), started=True)
    new = GROUP - 5
    world.rights.administrators.add((new, 1500))
    card, _ = await world.groups.bot_changed(ChatSeen(new, "supergroup", "别的群", None), world.rights.bot, other)
    await world.creators.switch_on(card.chat.id, other, world.library.id)
    assert not await world.carriers.moved(GROUP, new)


# --- Cleaning up -----------------------------------------------------------------------------------------------------


async def test_what_is_to_be_deleted_is_due_after_ten_seconds_and_kept_once(world: World):
    await world.cleanups.later(GROUP, 1, 2)
    await world.cleanups.later(GROUP, 2, 3)
    world.time.passes(seconds=9)
    assert await world.cleanups.due() == []
    world.time.passes(seconds=1)
    due = await world.cleanups.due()
    assert sorted(c.message_id for c in due) == [1, 2, 3]
    await world.cleanups.done([c.id for c in due if c.message_id < 3])
    (left,) = await world.cleanups.due()
    await world.cleanups.failed(left)
    assert await world.cleanups.due() == []
    world.time.passes(seconds=15)
    assert [c.message_id for c in await world.cleanups.due()] == [3]


async def test_what_telegram_would_not_delete_any_more_is_given_up(world: World):
    await world.cleanups.later(GROUP, 1)
    world.time.now += timedelta(hours=49)
    (late,) = await world.cleanups.due()
    await world.cleanups.failed(late)
    world.time.passes(minutes=1)
    assert await world.cleanups.due() == []


async def test_tables_hold_nothing_twice_after_all_this(world: World):
    await world.group()
    await asyncio.gather(*(placed(world) for _ in range(4)))
    assert await count(world, posts) == 2, "the channel's and the group's"
    assert await count(world, tips) == 0
    assert await count(world, outbox) == 0
