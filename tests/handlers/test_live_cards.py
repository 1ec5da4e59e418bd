"""A giving day's cards as chats get them: one for each, edited, over restarts, refusals and lost rights."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramNetworkError, TelegramRetryAfter
from aiogram.methods import EditMessageText, SendMessage
from sqlalchemy import select

from bot import live_cards, live_editor
from bot.live_editor import LiveCards
from giving.giving_days import Audience, GivingDay
from giving.rankings import Board
from services.giving_days.cards import CardTurn, DayCards
from services.giving_days.live import LiveDays
from services.leadership import NotLeading
from services.links import Links
from storage.tables import day_cards, outbox
from tests.handlers.chat import Chat
from tests.services.giving_days.town import on, seconds
from tests.texts.words import TEXTS
from tests.world import CHANNEL, GROUP, World

METHOD: Any = SendMessage(chat_id=GROUP, text="x")


def editor(chat: Chat, world: World) -> LiveCards:
    """One who begins to lead, with nothing remembered but what the database has."""
    live = LiveDays(world.unit, every_s=0, clock=lambda: world.time().timestamp())  # a look takes no time
    every = timedelta(seconds=15)
    cards = DayCards(world.unit, live, wakes=world.wakes, every=every, language="zh-CN", now=world.time)
    links = Links("http://127.0.0.1:8081", "yizan_bot")
    return LiveCards(chat.bot, cards, TEXTS, links, test_money=True, now=world.time)


async def rows(world: World, table: Any) -> list[Any]:
    async with world.unit.read() as work:
        return list(await work.connection.execute(select(table)))


async def gives(world: World, amount: str, number: int) -> None:
    """Alice gives under the post."""
    tip = await world.tip(world.alice, amount, key=f"k{number}")
    await world.pay(tip, world.alice, charge=f"ch_{number}", at=seconds(world.time()))


@pytest.fixture
async def day(world: World) -> GivingDay:
    """A day that is on, in a group with tipping on and a channel."""
    await world.group()
    return await on(world, audience=Audience.SUBSCRIBERS)


async def test_a_group_gets_one_card_and_a_channel_only_where_it_was_switched_on(chat, world, day):
    assert await editor(chat, world).turn() == 1
    (card,) = chat.calls.made
    assert isinstance(card, SendMessage)
    assert (card.chat_id, card.disable_notification) == (GROUP, True)
    assert "🌡" in card.text
    await editor(chat, world).turn()
    assert len(chat.calls.made) == 1

    async with world.unit() as work:
        await work.creators.set_chat(world.chat.chat.id, day_card=True)
    await editor(chat, world).turn()
    assert [call.chat_id for call in chat.calls.made] == [GROUP, CHANNEL]


async def test_nobody_to_be_told_is_no_chat_either(chat, world):
    await world.group()
    await on(world, audience=Audience.NOBODY)
    await editor(chat, world).turn()
    assert chat.calls.made == []


async def test_it_is_edited_in_its_rhythm_by_whoever_leads_and_once_more_at_the_end(chat, world, day):
    await editor(chat, world).turn()
    first = editor(chat, world)
    await first.turn()
    await gives(world, "5", 1)
    await first.turn()
    assert len(chat.calls.made) == 1  # it rests
    world.time.passes(seconds=16)
    await editor(chat, world).turn()  # another process by now
    (edit,) = [call for call in chat.calls.made if isinstance(call, EditMessageText)]
    assert (edit.chat_id, edit.message_id) == (GROUP, 1000)
    assert "¥5" in str(edit.text)

    world.time.now = day.ends_at
    await editor(chat, world).turn()
    assert "已经结束" in chat.calls.made[-1].text
    world.time.now = day.closes_at
    await editor(chat, world).turn()
    assert "圆满结束" in chat.calls.made[-1].text
    assert [row.state for row in await rows(world, day_cards)] == ["done"]
    made = len(chat.calls.made)
    await editor(chat, world).turn()
    assert len(chat.calls.made) == made


async def test_after_the_end_it_is_edited_in_the_same_rhythm(chat, world, day):
    early = await world.tip(world.alice, "5", key="early")
    late = await world.tip(world.bob, "5", key="late")
    leading = editor(chat, world)
    await leading.turn()
    world.time.now = day.ends_at
    await leading.turn()
    made = len(chat.calls.made)
    world.time.passes(seconds=2)
    for charge, tip, donor in (("ch_1", early, world.alice), ("ch_2", late, world.bob)):
        await world.pay(tip, donor, charge=charge, at=seconds(world.time()))
        await leading.turn()
    assert len(chat.calls.made) == made  # it rests
    world.time.passes(seconds=15)
    await leading.turn()
    assert "¥10" in chat.calls.made[-1].text
    assert len(chat.calls.made) == made + 1


async def test_a_quiet_while_costs_no_edits(chat, world, day):
    await editor(chat, world).turn()
    world.time.passes(minutes=4)
    await editor(chat, world).turn()
    assert len(chat.calls.made) == 1


async def test_no_card_is_drawn_again_for_the_same_figures(chat, world, day, monkeypatch):
    drawn: list[str] = []
    draw = live_cards.card

    def counted(texts: Any, links: Any, turn: CardTurn, now: Any) -> Any:
        rendered = draw(texts, links, turn, now)
        drawn.append(rendered.text)
        return rendered

    monkeypatch.setattr(live_cards, "card", counted)
    leading = editor(chat, world)
    await leading.turn()
    world.time.passes(seconds=16)
    for _ in range(5):
        await leading.turn()
        world.time.passes(seconds=2)
    assert len(drawn) == 2, "once to send it, once to see that it says the same"

    await gives(world, "5", 1)
    await leading.turn()
    assert len(drawn) == 3
    assert "¥5" in drawn[-1]
    assert "¥5" in chat.calls.made[-1].text

    world.time.passes(hours=2)  # time alone: the words change
    await leading.turn()
    assert len(drawn) == 4
    assert drawn[-1] != drawn[-2]
    world.time.now = day.closes_at
    await leading.turn()
    assert "圆满结束" in chat.calls.made[-1].text


@pytest.mark.parametrize(
    "refusal",
    [
        TelegramForbiddenError(METHOD, "Forbidden: bot was kicked from the supergroup chat"),
        TelegramBadRequest(METHOD, "Bad Request: not enough rights to send text messages to the chat"),
    ],
)
async def test_lost_rights_are_noted_told_once_and_the_others_go_on(chat, world, day, refusal):
    async with world.unit() as work:
        await work.creators.set_chat(world.chat.chat.id, day_card=True)
    await editor(chat, world).turn()
    world.time.passes(seconds=16)
    await gives(world, "5", 1)
    chat.calls.refuse["editMessageText"] = refusal
    await editor(chat, world).turn()
    del chat.calls.refuse["editMessageText"]
    for _ in range(2):
        world.time.passes(seconds=16)
        await editor(chat, world).turn()
    assert {row.state for row in await rows(world, day_cards)} == {"lost"}
    told = [row for row in await rows(world, outbox) if row.kind == "day_card_lost"]
    assert len(told) == 2  # one for each chat
    assert {row.person_id for row in told} == {world.creator.id}


async def test_a_card_somebody_removed_stays_removed_and_nobody_is_told(chat, world, day):
    await editor(chat, world).turn()
    world.time.passes(seconds=16)
    await gives(world, "5", 1)
    chat.calls.refuse["editMessageText"] = TelegramBadRequest(METHOD, "Bad Request: message to edit not found")
    await editor(chat, world).turn()
    assert [row.state for row in await rows(world, day_cards)] == ["gone"]
    assert [row for row in await rows(world, outbox) if row.kind == "day_card_lost"] == []


@pytest.mark.parametrize(
    "trouble", [TelegramNetworkError(METHOD, "away"), TelegramRetryAfter(METHOD, "flood", 5)]
)  # fmt: skip
async def test_cards_catch_up_when_telegram_was_away_at_the_end(chat, world, day, trouble):
    await editor(chat, world).turn()
    await gives(world, "5", 1)
    chat.calls.refuse["editMessageText"] = trouble
    world.time.now = day.ends_at
    await editor(chat, world).turn()
    world.time.passes(minutes=10)
    await editor(chat, world).turn()
    assert len(chat.calls.made) == 1
    del chat.calls.refuse["editMessageText"]
    await editor(chat, world).turn()
    assert "¥5" in chat.calls.made[-1].text
    assert "已经结束" in chat.calls.made[-1].text


async def test_a_card_nobody_knows_to_have_arrived_is_not_sent_twice(chat, world, day):
    async with world.unit() as work:
        await work.live_days.want_cards(day)
        (row,) = await work.live_days.cards(day.id)
        assert await work.live_days.begin_card(day.id, row.chat.id, GROUP)
        assert not await work.live_days.begin_card(day.id, row.chat.id, GROUP)
    await editor(chat, world).turn()  # after the crash
    assert chat.calls.made == []
    world.time.now = day.closes_at
    await editor(chat, world).turn()
    await editor(chat, world).turn()
    assert [row.state for row in await rows(world, day_cards)] == ["done"]


async def test_what_certainly_did_not_arrive_is_sent_again(chat, world, day):
    chat.calls.refuse["sendMessage"] = TelegramRetryAfter(METHOD, "flood", 5)
    await editor(chat, world).turn()
    del chat.calls.refuse["sendMessage"]
    await editor(chat, world).turn()
    assert [call.chat_id for call in chat.calls.made] == [GROUP]


async def test_a_card_that_can_not_be_drawn_leaves_the_others_alone(chat, world, day, monkeypatch):
    async with world.unit() as work:
        await work.creators.set_chat(world.chat.chat.id, day_card=True)
    await editor(chat, world).turn()
    await gives(world, "5", 1)
    world.time.passes(seconds=16)
    draw = live_cards.card

    def broken(texts: Any, links: Any, turn: CardTurn, now: Any) -> Any:
        if turn.card.chat.telegram_id == GROUP:
            raise ValueError
        return draw(texts, links, turn, now)

    monkeypatch.setattr(live_cards, "card", broken)
    await editor(chat, world).turn()
    assert [call.chat_id for call in chat.calls.made if isinstance(call, EditMessageText)] == [CHANNEL]


@pytest.mark.parametrize("trouble", [OSError, NotLeading])
async def test_a_card_nobody_can_give_up_now_comes_up_again(chat, world, day, monkeypatch, trouble):
    await editor(chat, world).turn()
    await gives(world, "5", 1)
    world.time.passes(seconds=16)

    async def lost(*_: Any, **__: Any) -> None:
        raise trouble

    with monkeypatch.context() as patch:
        patch.setattr(DayCards, "lost", lost)
        chat.calls.refuse["editMessageText"] = TelegramForbiddenError(METHOD, "Forbidden: bot was kicked")
        assert await editor(chat, world).turn() == 0
    await editor(chat, world).turn()
    assert [row.state for row in await rows(world, day_cards)] == ["lost"]


async def test_the_loop_outlives_a_turn_that_fails(chat, world, monkeypatch):
    stop, turns = asyncio.Event(), []

    async def turn(self: LiveCards, stop: asyncio.Event) -> int:
        turns.append(1)
        if len(turns) > 1:
            stop.set()
        raise OSError

    monkeypatch.setattr(LiveCards, "turn", turn)
    monkeypatch.setattr(live_editor, "EVERY_S", 0.01)
    await asyncio.wait_for(editor(chat, world).run(stop), 5)
    assert len(turns) == 2


async def test_who_called_is_named_with_the_people_they_reached(chat, world, day):
    await world.slots.open(world.creator, world.library.id, "书店")
    async with world.unit() as work:
        await work.rankings.consent(world.creator.id, Board.CREATORS, now=world.time())
    await gives(world, "5", 1)
    await editor(chat, world).turn()
    assert "书店 1 人 · ¥5" in chat.calls.made[0].text
