"""/ranking in the chat: looked at by everybody, shown on by who taps, short in a group."""

from typing import Any

from aiogram.methods import SendMessage
from sqlalchemy import update

from giving.people import Visibility
from giving.rankings import Board
from services.groups import Tipped
from storage.tables import chats
from tests.handlers.chat import NOW, Chat, answers, buttons, texts_of, urls, user
from tests.services.test_rankings import gave
from tests.world import GROUP, World


def labels(method: Any) -> list[str]:
    return [text for text, _ in buttons(method)]


async def test_a_creator_looks_asks_to_be_shown_and_takes_it_back(chat: Chat, world: World):
    await gave(world, world.alice, "1")
    await world.ranking_steps.count()
    (card,) = await chat.says(1001, "/ranking")
    (text,) = texts_of([card])
    assert "榜上还没有人" in text
    assert "你有 15 分，上榜的话是第 1 名" in text
    assert "○ 让我和我的公开频道、群组上榜" in labels(card)
    assert urls(card) == ["http://127.0.0.1:8081/rankings/2026-W47?lang=zh-CN"]
    done = await chat.presses(1001, "让我和我的公开频道、群组上榜")
    assert "1. 林晓雯 · <b>15</b> 分 · 1 人 · 1 笔" in texts_of(done)[0]
    assert "从现在起你会上榜" in answers(done)[0].text
    done = await chat.presses(1001, "✓ 让我和我的公开频道、群组上榜")
    assert "榜上还没有人" in texts_of(done)[0]
    assert "撤下了" in answers(done)[0].text


async def test_boards_and_weeks_are_one_tap_apart(chat: Chat, world: World):
    await gave(world, world.alice, "1", visibility=Visibility.NAMED)
    await world.ranking_steps.count()
    (card,) = await chat.says(1002, "/ranking")
    assert "Show me and my public channels and groups" not in " ".join(labels(card)), "she runs no channel"
    done = await chat.presses(1002, "Projects")
    assert "1. library project · <b>15</b> · 1 person · 1 gift" in texts_of(done)[0]
    done = await chat.presses(1002, "Last week")
    assert "closed" in texts_of(done)[0]
    done = await chat.presses(1002, "This month")
    assert "Nov 1, 2026 – Nov 30, 2026" in texts_of(done)[0]
    done = await chat.presses(1002, "Donors")
    done = await chat.presses(1002, "Show me here")
    await world.ranking_steps.count()
    done = await chat.presses(1002, "✓ Donors")
    assert "1. Alice · <b>11</b> · 1 day · 1 gift" in texts_of(done)[0]
    assert await world.rankings.consents(world.alice) == {Board.DONORS}


async def in_group(chat: Chat, text: str) -> list[Any]:
    where = {"id": GROUP, "type": "supergroup", "title": "读书会"}
    return await chat.feed(message={"message_id": 50, "date": NOW, "chat": where, "from": user(1002), "text": text})


async def test_a_group_gets_a_short_answer(chat: Chat, world: World):
    await world.group()
    (none,) = [m for m in await in_group(chat, "/ranking") if isinstance(m, SendMessage)]
    assert "还没有人捐" in none.text
    async with world.unit.read() as work:
        assert len(await work.cleanups.due(world.time(), 10)) == 0
    world.time.passes(minutes=6)
    async with world.unit.read() as work:
        assert {cleanup.message_id for cleanup in await work.cleanups.due(world.time(), 10)} >= {50}


async def test_in_a_group_the_place_is_told_only_where_its_creator_is_shown(chat: Chat, world: World):
    await world.group()
    post = await world.groups.tipped(GROUP, Tipped(70, "读完了", world.time(), None), "读书会")
    await gave(world, world.alice, "1", post=post.id)
    await world.ranking_steps.count()
    (text,) = texts_of(await in_group(chat, "/ranking@yizan_bot"))
    assert "1 person · 1 gift · 1 giving for the first time · <b>15</b> points" in text
    assert "Place" not in text
    await world.rankings.choose(world.creator, Board.CREATORS, True)
    (text,) = texts_of(await in_group(chat, "/ranking@yizan_bot"))
    assert "Place" not in text, "it has no public name"
    async with world.unit() as work:
        await work.connection.execute(update(chats).where(chats.c.telegram_id == GROUP).values(username="readers"))
    (text,) = texts_of(await in_group(chat, "/ranking@yizan_bot"))
    assert "Place 1 of 1" in text


async def test_charity_leads_to_the_ranking(chat: Chat, world: World):
    await world.group()
    await chat.says(1001, "/charity")
    done = await chat.presses(1001, "V赞赏力榜")
    assert "V赞赏力" in texts_of(done)[0]
