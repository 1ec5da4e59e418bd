"""Chats change hands: found by their administrators, given away, and taken over when their creator goes."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from giving.creators import BotRights, ChatCard, ChatState
from giving.errors import (
    ChatNotYours,
    ChatUnknown,
    HandoverOver,
    NotAdministrator,
    NotCreator,
    TippingPaused,
)
from giving.notices import NoticeKind
from giving.people import Person, Visitor
from services.creators import ChatSeen
from services.handover import news
from tests.world import CHANNEL, World


@pytest.fixture
async def other_admin(world: World) -> Person:
    """Another administrator of the channel, who has started the bot."""
    world.rights.administrators.add((CHANNEL, 1005))
    return await world.people.meet(Visitor(1005, "何帮", None, "zh-hans"), started=True)


async def told(world: World) -> list[tuple[str, int]]:
    """What is on its way, to whom."""
    world.time.passes(seconds=2)
    notices = await world.outbox.claim()
    for notice in notices:
        await world.outbox.sent([notice], 1)
    return sorted((str(n.kind), n.recipient) for n in notices)


async def test_an_administrator_finds_the_chat_by_number_or_name_and_keeps_it(world: World, other_admin: Person):
    assert await world.creators.mine(other_admin) == ()
    card = await world.handovers.find(other_admin, telegram_id=CHANNEL)
    assert card.run_by == "林晓雯"
    assert [c.chat.id for c in await world.creators.mine(other_admin)] == [world.chat.chat.id]
    world.rights.names["xiaowen_reads"] = CHANNEL
    assert (await world.handovers.find(other_admin, username="Xiaowen_Reads")).chat == card.chat


async def test_nobody_else_finds_it_and_is_not_told_whether_it_is_there(world: World):
    for where in ({"telegram_id": CHANNEL}, {"telegram_id": -1009}, {"username": "nobody"}):
        with pytest.raises(ChatNotYours) as refusal:
            await world.handovers.find(world.alice, **where)
        assert refusal.value.args_for_message == {}
    seen = ChatSeen(CHANNEL, "channel", "晓雯的阅读时光", None)
    await world.creators.bot_changed(seen, BotRights(), world.creator)
    with pytest.raises(ChatNotYours):
        await world.handovers.find(world.creator, telegram_id=CHANNEL)


async def test_every_act_of_a_co_administrator_asks_telegram_again_and_leaves_the_creator_in_place(
    world: World, other_admin: Person
):
    chat = (await world.handovers.find(other_admin, telegram_id=CHANNEL)).chat.id
    card = await world.creators.switch_on(chat, other_admin, world.meals.id)
    assert (card.chat.creator, card.chat.project) == (world.creator.id, world.meals.id)
    world.rights.administrators.discard((CHANNEL, 1005))
    with pytest.raises(NotAdministrator):
        await world.creators.card(chat, other_admin)
    assert await world.creators.mine(other_admin) == (), "who administers it no longer, sees it no longer"
    with pytest.raises(ChatUnknown):
        await world.creators.switch_off(chat, other_admin)


async def test_the_creator_gives_it_away_and_earlier_tips_keep_theirs(world: World, other_admin: Person):
    chat = world.chat.chat.id
    early = await world.tip(world.alice, "5")
    found = await world.handovers.successors(chat, world.creator)
    assert [person.id for person in found.people] == [other_admin.id]
    await world.handovers.ask(chat, world.creator, other_admin.id)
    assert (await world.creators.chat(chat, world.creator)).chat.creator == world.creator.id, "not before they say yes"
    assert await told(world) == [("handover", 1005)]
    card = await world.handovers.accept(chat, other_admin)
    assert (card.chat.creator, card.chat.handover_to, card.chat.state) == (other_admin.id, None, ChatState.ON)
    assert await told(world) == [("handed", 1001)]
    assert (await world.fresh(early)).creator == world.creator.id
    assert (await world.tip(world.bob, "5", key="later")).creator == other_admin.id
    with pytest.raises(HandoverOver):
        await world.handovers.accept(chat, other_admin)


async def test_only_who_was_asked_last_can_say_yes_and_only_as_an_administrator(world: World, other_admin: Person):
    chat = world.chat.chat.id
    world.rights.administrators.add((CHANNEL, 1002))
    await world.handovers.ask(chat, world.creator, other_admin.id)
    await world.handovers.ask(chat, world.creator, world.alice.id)
    for person in (other_admin, world.bob, world.creator):
        with pytest.raises(HandoverOver):
            await world.handovers.accept(chat, person)
    world.rights.administrators.discard((CHANNEL, 1002))
    with pytest.raises(NotAdministrator):
        await world.handovers.accept(chat, world.alice)
    assert (await world.creators.chat(chat, world.creator)).chat.creator == world.creator.id


async def test_who_declines_is_not_asked_again_and_the_creator_hears_of_it(world: World, other_admin: Person):
    chat = world.chat.chat.id
    await world.handovers.ask(chat, world.creator, other_admin.id)
    await world.handovers.decline(chat, other_admin)
    assert ("declined", 1001) in await told(world)
    with pytest.raises(HandoverOver):
        await world.handovers.decline(chat, other_admin)


async def acts(world: World) -> list[tuple[str, Mapping[str, Any] | None, Mapping[str, Any] | None]]:
    """What the audit log holds about the channel, the oldest first."""
    async with world.unit.read() as work:
        found = [act.record for act in await work.audit.list(limit=50)]
    return [(r.action, r.before, r.after) for r in reversed(found) if r.subject_id == str(world.chat.chat.id)]


async def test_the_audit_log_tells_of_a_chat_that_changed_hands_and_not_of_one_that_did_not(
    world: World, other_admin: Person
):
    chat, first, second = world.chat.chat.id, str(world.creator.id), str(other_admin.id)
    await world.handovers.ask(chat, world.creator, other_admin.id)
    await world.handovers.decline(chat, other_admin)
    assert await acts(world) == []
    await world.handovers.ask(chat, world.creator, other_admin.id)
    await world.handovers.accept(chat, other_admin)
    accepted = ("chat.handed-over", {"creator": first}, {"creator": second})
    assert await acts(world) == [accepted]
    world.rights.administrators.discard((CHANNEL, 1005))
    await world.watch.somebody_went(CHANNEL, 1005)
    await world.handovers.take_over(chat, world.creator)
    assert await acts(world) == [accepted, ("chat.handed-over", {"creator": second}, {"creator": first})]


async def test_giving_away_for_a_creator_who_is_gone_is_audited(world: World, other_admin: Person):
    chat = (await world.handovers.find(other_admin, telegram_id=CHANNEL)).chat.id
    world.rights.administrators.discard((CHANNEL, 1001))
    world.rights.administrators.add((CHANNEL, 1002))
    await world.handovers.ask(chat, other_admin, world.alice.id)
    assert await acts(world) == [("chat.changed", {"handover_to": None}, {"handover_to": str(world.alice.id)})]


async def test_an_offer_that_is_over_is_not_sent(world: World, other_admin: Person):
    chat = world.chat.chat.id
    await world.handovers.ask(chat, world.creator, other_admin.id)
    (notice,) = [n for n in await world.outbox.claim() if n.kind == "handover"]
    assert await world.outbox.chat_news(notice) is not None
    await world.handovers.decline(chat, other_admin)
    assert await world.outbox.chat_news(notice) is None


async def test_a_co_administrator_can_not_give_away_what_is_not_theirs(world: World, other_admin: Person):
    chat = (await world.handovers.find(other_admin, telegram_id=CHANNEL)).chat.id
    with pytest.raises(NotCreator):
        await world.handovers.successors(chat, other_admin)
    with pytest.raises(HandoverOver):
        await world.handovers.take_over(chat, other_admin)
    with pytest.raises(ChatUnknown):
        await world.handovers.take_over(chat, world.bob)
    with pytest.raises(HandoverOver):
        await world.handovers.ask(chat, world.creator, world.bob.id)


async def test_a_creator_who_lost_the_right_is_noticed_at_a_new_post_and_everybody_concerned_is_asked_once(
    world: World, other_admin: Person
):
    world.rights.administrators.discard((CHANNEL, 1001))
    assert await world.creators.posted(CHANNEL, 8, "新帖", world.time()) is not None, "looked an hour ago at most"
    world.time.passes(hours=1)
    assert await world.creators.posted(CHANNEL, 9, "新帖", world.time()) is None
    async with world.unit.read() as work:
        chat = (await work.creators.chats_by_ids([world.chat.chat.id]))[world.chat.chat.id]
    assert (chat.state, chat.paused_reason) == (ChatState.PAUSED, "rights_lost")
    with pytest.raises(TippingPaused):
        await world.tip(world.alice, "5")
    assert await told(world) == [("paused", 1001), ("take_over", 1005)]
    world.time.passes(hours=2)
    assert await world.creators.posted(CHANNEL, 10, "新帖", world.time()) is None
    assert await told(world) == []


async def test_an_administrator_takes_over_and_it_goes_on(world: World, other_admin: Person):
    world.rights.administrators.discard((CHANNEL, 1001))
    await world.watch.somebody_went(CHANNEL, 1001)
    await told(world)
    card = await world.handovers.take_over(world.chat.chat.id, other_admin)
    assert (card.chat.creator, card.chat.state, card.chat.paused_reason) == (other_admin.id, ChatState.ON, None)
    assert await told(world) == [("handed", 1001)]
    assert (await world.tip(world.alice, "5")).creator == other_admin.id
    with pytest.raises(HandoverOver):
        await world.handovers.take_over(world.chat.chat.id, other_admin)


async def test_a_creator_whose_right_came_back_resumes_and_nobody_can_take_it_then(world: World, other_admin: Person):
    world.rights.administrators.discard((CHANNEL, 1001))
    await world.watch.somebody_went(CHANNEL, 1001)
    world.rights.administrators.add((CHANNEL, 1001))
    with pytest.raises(HandoverOver):
        await world.handovers.take_over(world.chat.chat.id, other_admin)
    card = await world.creators.resume(world.chat.chat.id, world.creator)
    assert (card.chat.creator, card.chat.state) == (world.creator.id, ChatState.ON)


async def test_an_orphaned_chat_resumed_by_another_administrator_is_theirs(world: World, other_admin: Person):
    await world.handovers.find(other_admin, telegram_id=CHANNEL)
    world.rights.administrators.discard((CHANNEL, 1001))
    await world.watch.somebody_went(CHANNEL, 1001)
    card = await world.creators.resume(world.chat.chat.id, other_admin)
    assert (card.chat.creator, card.chat.state) == (other_admin.id, ChatState.ON)


async def test_an_offer_ends_with_the_creator_who_made_it(world: World, other_admin: Person):
    """Who was asked can't take the chat from whoever runs it next."""
    chat = world.chat.chat.id
    await world.handovers.ask(chat, world.creator, other_admin.id)
    world.rights.administrators.discard((CHANNEL, 1001))
    world.rights.administrators.add((CHANNEL, 1002))
    await world.watch.somebody_went(CHANNEL, 1001)
    await world.handovers.find(world.alice, telegram_id=CHANNEL)
    card = await world.creators.resume(chat, world.alice)
    assert (card.chat.creator, card.chat.handover_to) == (world.alice.id, None)
    with pytest.raises(HandoverOver):
        await world.handovers.accept(chat, other_admin)
    assert (await world.creators.chat(chat, world.alice)).chat.creator == world.alice.id


async def test_who_was_asked_can_still_say_yes_when_the_creator_has_stepped_down(world: World, other_admin: Person):
    chat = world.chat.chat.id
    await world.handovers.ask(chat, world.creator, other_admin.id)
    world.rights.administrators.discard((CHANNEL, 1001))
    await world.watch.somebody_went(CHANNEL, 1001)
    card = await world.handovers.accept(chat, other_admin)
    assert (card.chat.creator, card.chat.state) == (other_admin.id, ChatState.ON)


@pytest.mark.parametrize("deeds", [("resume", "resume"), ("take_over", "take_over"), ("resume", "take_over")])
async def test_of_two_who_take_an_orphaned_chat_at_once_one_has_it_and_the_other_is_told_so(
    world: World, other_admin: Person, monkeypatch: pytest.MonkeyPatch, deeds: tuple[str, str]
):
    chat, rivals = world.chat.chat.id, (other_admin, world.alice)
    world.rights.administrators.discard((CHANNEL, 1001))
    world.rights.administrators.add((CHANNEL, 1002))
    await world.watch.somebody_went(CHANNEL, 1001)
    for person in rivals:
        await world.handovers.find(person, telegram_id=CHANNEL)
    first, ask = asyncio.Barrier(2), world.rights.is_administrator
    here: set[int] = set()

    async def once_both_have_read_the_chat(number: int, user: int) -> bool:
        if user != 1001 and user not in here:
            here.add(user)
            await first.wait()
        return await ask(number, user)

    monkeypatch.setattr(world.rights, "is_administrator", once_both_have_read_the_chat)
    do = {"resume": world.creators.resume, "take_over": world.handovers.take_over}
    takes = (do[deed](chat, person) for deed, person in zip(deeds, rivals, strict=True))
    cards = await asyncio.gather(*takes, return_exceptions=True)
    assert sorted(type(card).__name__ for card in cards) == ["ChatCard", "HandoverOver"]
    (winner,) = [person for person, card in zip(rivals, cards, strict=True) if isinstance(card, ChatCard)]
    assert (await world.creators.chat(chat, winner)).chat.creator == winner.id
    assert len([act for act in await acts(world) if "creator" in (act[2] or {})]) == 1


async def test_where_telegram_does_not_answer_nothing_is_paused(world: World):
    world.time.passes(hours=2)
    world.rights.administrators.clear()
    world.rights.silent = True
    assert await world.creators.posted(CHANNEL, 9, "新帖", world.time()) is not None


async def test_somebody_else_who_goes_pauses_nothing(world: World, other_admin: Person):
    await world.watch.somebody_went(CHANNEL, 1005)
    await world.watch.somebody_went(CHANNEL, 999)
    await world.watch.somebody_went(-1, 1001)
    await world.watch.somebody_went(CHANNEL, 1001)  # still an administrator, when asked
    assert (await world.creators.chat(world.chat.chat.id, world.creator)).chat.tipping


async def test_a_creator_who_left_the_service_is_asked_for_once_at_the_next_post(world: World, other_admin: Person):
    """Their leaving pauses the chat; who administers it is asked when it goes on living."""
    async with world.unit() as work:
        await work.creators.set_chat(world.chat.chat.id, state=ChatState.PAUSED, paused_reason="creator_left")
        await work.people.set(world.creator.id, telegram_id=None, name="")
    world.time.passes(hours=1)
    world.rights.administrators.discard((CHANNEL, 1001))
    for message in (8, 9):
        assert await world.creators.posted(CHANNEL, message, "新帖", world.time()) is None
        world.time.passes(hours=2)
    assert await told(world) == [("take_over", 1005)]
    assert (await world.handovers.take_over(world.chat.chat.id, other_admin)).chat.creator == other_admin.id


async def test_who_blocked_the_bot_is_not_among_those_to_ask(world: World, other_admin: Person):
    await world.people.blocked(1005)
    assert (await world.handovers.successors(world.chat.chat.id, world.creator)).people == ()


async def test_messages_about_a_chat_say_only_what_is_still_so(world: World, other_admin: Person):
    async with world.unit.read() as work:
        for kind in (NoticeKind.HANDOVER, NoticeKind.TAKE_OVER, NoticeKind.PAUSED):
            assert await news(work, kind, world.chat.chat.id, other_admin.id) is None
        assert await news(work, NoticeKind.HANDED, world.library.id, other_admin.id) is None
