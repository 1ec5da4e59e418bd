"""Creators: who may switch, what changes and what stays, what they are told."""

import pytest

from giving.creators import BotRights, ChatState
from giving.errors import BotLacksRights, ChatUnknown, NotAdministrator, ProjectClosed, ProjectUnknown
from giving.people import Visibility, Visitor
from services.creators import ChatSeen
from storage.ids import new_id
from tests.services.test_tips import close
from tests.world import CHANNEL, World, cny


async def test_only_who_administers_the_chat_right_now_may_switch(world: World):
    chat = world.chat.chat.id
    world.rights.administrators.clear()
    with pytest.raises(NotAdministrator):
        await world.creators.switch_off(chat, world.creator)
    with pytest.raises(NotAdministrator):
        await world.creators.switch_on(chat, world.creator, world.meals.id)
    card = await world.creators.chat(chat, world.creator)
    assert (card.chat.state, card.chat.project) == (ChatState.ON, world.library.id), "nothing changed"


async def test_somebody_elses_chat_is_unknown_to_everyone_else(world: World):
    for call in (world.creators.chat, world.creators.switch_off, world.creators.stats):
        with pytest.raises(ChatUnknown):
            await call(world.chat.chat.id, world.alice)
    assert await world.creators.mine(world.alice) == ()


async def test_without_the_right_to_edit_posts_tipping_is_not_switched_on(world: World):
    world.rights.bot = BotRights(present=True, can_post=True, can_edit=False)
    with pytest.raises(BotLacksRights):
        await world.creators.switch_on(world.chat.chat.id, world.creator, world.meals.id)


async def test_later_posts_go_to_the_new_project_and_earlier_ones_stay(world: World):
    await world.creators.switch_on(world.chat.chat.id, world.creator, world.meals.id)
    later = await world.creators.posted(CHANNEL, 8, "第二篇", world.time())
    assert later is not None
    assert (await world.tip(world.alice, "5", key="old")).project == world.library.id
    assert (await world.tip(world.alice, "5", key="new", post=later)).project == world.meals.id


async def test_a_post_is_kept_once_and_only_while_tipping_is_on(world: World):
    again = await world.creators.posted(CHANNEL, 7, "今天读《小王子》", world.time())
    assert again == world.post
    await world.creators.switch_off(world.chat.chat.id, world.creator)
    assert await world.creators.posted(CHANNEL, 9, "安静的一天", world.time()) is None
    assert await world.creators.posted(-100999, 1, "别的频道", world.time()) is None


async def test_closed_and_unknown_projects_can_not_be_chosen(world: World):
    await close(world)
    with pytest.raises(ProjectClosed):
        await world.creators.switch_on(world.chat.chat.id, world.creator, world.library.id)
    with pytest.raises(ProjectUnknown):
        await world.creators.switch_on(world.chat.chat.id, world.creator, new_id())


async def test_settings_survive_the_bot_being_removed_and_added_again(world: World):
    seen = ChatSeen(CHANNEL, "channel", "晓雯的新名字", None)
    gone = await world.creators.bot_changed(seen, BotRights(), world.alice)
    assert not gone.chat.rights.present
    back = await world.creators.bot_changed(seen, BotRights(present=True, can_post=True, can_edit=True), world.creator)
    assert (back.chat.title, back.chat.state, back.chat.project) == ("晓雯的新名字", ChatState.ON, world.library.id)
    assert await world.creators.mine(world.alice) == (), "who removes the bot does not get the chat"


async def test_figures_by_day_week_and_month_with_the_best_posts(world: World):
    await world.pay(await world.tip(world.alice, "5", key="1"), world.alice, charge="ch_1")
    other = await world.creators.posted(CHANNEL, 8, "第二篇", world.time())
    assert other is not None
    await world.pay(await world.tip(world.bob, "10", key="2", post=other), world.bob, charge="ch_2")
    world.time.passes(days=400)
    stats = await world.creators.stats(world.chat.chat.id, world.creator)
    assert (stats.today.gifts, stats.month.gifts) == (0, 0)
    assert (stats.ever.given, stats.ever.donors, stats.ever.gifts) == (cny("15"), 2, 2)
    assert [(top.post.id, top.raised.given) for top in stats.top_posts] == [
        (other.id, cny("10")), (world.post.id, cny("5")),
    ]  # fmt: skip


async def test_the_creator_is_told_at_once_and_then_at_most_every_ten_minutes(world: World):
    async def digests() -> int:
        world.time.passes(seconds=2)
        await world.outbox.queue_digests()
        notices = [n for n in await world.outbox.claim() if n.kind == "digest"]
        for notice in notices:
            await world.outbox.sent([notice], 1)
        return len(notices)

    # events of the paper rail carry the machine's time; the digest counts by time of payment
    await world.pay(await world.tip(world.alice, "5", key="1"), world.alice, charge="ch_1")
    assert await digests() == 1
    await world.pay(await world.tip(world.alice, "5", key="2"), world.alice, charge="ch_2")
    world.time.passes(minutes=9)
    assert await digests() == 0
    world.time.passes(minutes=1)
    assert await digests() == 1
    assert await digests() == 0


async def test_a_digest_names_only_those_who_show_their_name(world: World):
    for n, (donor, visibility) in enumerate([(world.alice, Visibility.NAMED), (world.bob, Visibility.ANONYMOUS)]):
        tip = await world.tip(donor, "5", key=str(n))
        await world.tips.choose_visibility(tip.id, donor, visibility)
        await world.pay(tip, donor, charge=f"ch_{n}")
    world.time.passes(seconds=2)
    await world.outbox.queue_digests()
    (notice,) = [n for n in await world.outbox.claim() if n.kind == "digest"]
    digest = await world.outbox.digest(notice)
    assert digest is not None
    assert notice.recipient == 1001
    assert (digest.tally.donors, digest.tally.given) == (2, cny("10"))
    assert [gift.name for gift in digest.named] == ["Alice"]


async def test_names_of_chats_are_cut_and_harmless(world: World):
    seen = ChatSeen(-1009, "channel", "\u202e<b>" + "长" * 300, None)
    card = await world.creators.bot_changed(seen, BotRights(present=True), world.creator)
    assert card.chat.title.startswith("<b>长")
    assert len(card.chat.title) <= 64


async def test_buttons_speak_the_creators_language(world: World):
    assert await world.creators.language(world.post.id) == "zh-CN"
    await world.people.meet(Visitor(1001, "林晓雯", "xiaowen", "en-GB"))
    assert await world.creators.language(world.post.id) == "en"
    assert await world.creators.language(new_id()) == "zh-CN"
