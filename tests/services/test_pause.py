"""Amounts of a chat's own, and a rest that is not the end."""

import pytest

from giving.creators import ChatState
from giving.errors import BotLacksRights, NotAdministrator, ProjectClosed, TippingPaused, TipTooLarge
from services.creators import ChatSeen
from tests.services.test_tips import close
from tests.world import CHANNEL, World, cny


async def due(world: World) -> list[tuple[int, ...]]:
    """The amounts that the counters' loop would draw now."""
    world.time.passes(seconds=10)
    found = await world.counters.due()
    assert all(counter.chat for counter in found)
    return [tuple(m.minor for m in c.chat.offered(world.tips.presets)) for c in found if c.chat]


async def test_a_chats_own_amounts_stand_on_new_posts_and_the_newest_ones_follow(world: World):
    chat = world.chat.chat.id
    await world.creators.keyboard_shown(world.post.id)
    assert await due(world) == []
    await world.creators.set_presets(chat, world.creator, [cny("6.66"), cny("66")])
    assert (await world.tips.post(world.post.id)).presets == (cny("6.66"), cny("66"))
    assert await due(world) == [(666, 6600)]
    await world.creators.set_presets(chat, world.creator, [])
    assert (await world.tips.post(world.post.id)).presets == world.tips.presets


async def test_an_amount_of_an_older_keyboard_still_works_and_one_out_of_bounds_never_does(world: World):
    await world.creators.set_presets(world.chat.chat.id, world.creator, [cny("20")])
    assert (await world.tip(world.alice, "5")).amount == cny("5")
    with pytest.raises(TipTooLarge):
        await world.tip(world.alice, "50001", key="q2")


async def test_paused_nobody_can_tip_new_posts_get_nothing_and_old_ones_keep_their_counter_alone(world: World):
    await world.creators.keyboard_shown(world.post.id)
    card = await world.creators.pause(world.chat.chat.id, world.creator)
    assert (card.chat.state, card.chat.paused_reason) == (ChatState.PAUSED, "creator")
    with pytest.raises(TippingPaused):
        await world.tip(world.alice, "5")
    post = await world.tips.post(world.post.id)
    assert (post.tipping, post.paused) == (False, True)
    assert await due(world) == [()]
    assert await world.creators.posted(CHANNEL, 8, "安静", world.time()) is None
    assert (await world.creators.pause(world.chat.chat.id, world.creator)).chat == card.chat, "twice is once"


async def test_resumed_it_is_as_it_was(world: World):
    chat = world.chat.chat.id
    await world.creators.set_presets(chat, world.creator, [cny("2")])
    await world.creators.pause(chat, world.creator)
    card = await world.creators.resume(chat, world.creator)
    assert (card.chat.state, card.chat.paused_reason, card.chat.project) == (ChatState.ON, None, world.library.id)
    assert await due(world) == [(200,)]
    assert (await world.tip(world.alice, "2")).creator == world.creator.id


async def test_a_payment_that_was_on_its_way_counts_through_the_pause(world: World):
    tip = await world.tip(world.alice, "5")
    await world.creators.pause(world.chat.chat.id, world.creator)
    await world.pay(tip, world.alice)
    assert (await world.tips.post(world.post.id)).raised.given == cny("5")


async def test_off_is_not_paused(world: World):
    chat = world.chat.chat.id
    await world.creators.switch_off(chat, world.creator)
    assert (await world.creators.pause(chat, world.creator)).chat.state is ChatState.OFF
    assert (await world.creators.resume(chat, world.creator)).chat.state is ChatState.OFF


async def test_resuming_asks_again_for_rights_and_an_open_project(world: World):
    chat = world.chat.chat.id
    await world.creators.pause(chat, world.creator)
    world.rights.bot = type(world.rights.bot)(present=True, can_post=True)
    with pytest.raises(BotLacksRights):
        await world.creators.resume(chat, world.creator)
    world.rights.bot = type(world.rights.bot)(present=True, can_post=True, can_edit=True)
    await close(world)
    with pytest.raises(ProjectClosed):
        await world.creators.resume(chat, world.creator)
    world.rights.administrators.clear()
    for act in (world.creators.resume, world.creators.pause):
        with pytest.raises(NotAdministrator):
            await act(chat, world.creator)
    with pytest.raises(NotAdministrator):
        await world.creators.set_presets(chat, world.creator, [cny("1")])


async def test_a_bot_that_comes_back_says_what_it_found(world: World):
    seen = ChatSeen(CHANNEL, "channel", "晓雯的阅读时光", "xiaowen_reads")
    assert not (await world.creators.bot_changed(seen, world.rights.bot, world.creator)).back, "it was not away"
    await world.creators.bot_changed(seen, type(world.rights.bot)(), world.creator)
    back = await world.creators.bot_changed(seen, world.rights.bot, world.creator)
    assert back.back
    assert back.project is not None
    assert back.project.project.id == world.library.id


async def test_the_list_tells_what_each_chat_was_given(world: World):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    (card,) = await world.creators.mine(world.creator)
    assert card.raised is not None
    assert (card.raised.given, card.raised.donors, card.run_by) == (cny("5"), 1, None)


async def test_a_pause_while_the_counter_is_being_drawn_is_drawn_after_it(world: World):
    await world.creators.keyboard_shown(world.post.id)
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    world.time.passes(seconds=10)
    (drawn,) = await world.counters.due()
    await world.creators.pause(world.chat.chat.id, world.creator)
    await world.counters.shown(drawn.post.id, drawn.raised, drawn.chat)
    assert await due(world) == [()]
