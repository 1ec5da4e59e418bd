"""Many at once: one tip each, and whoever is slow or hasty keeps nobody else waiting. How fast is for bench/."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import callbacks as cb
from bot.intake import Hurry
from bot.isolation import PersonIsolation
from bot.polling import MOST_WAITING, InHand
from payments.provider import PaymentIntent, PaymentLink
from storage.tables import people, tips
from tests.handlers.chat import NOW, Chat, answers, user
from tests.world import CHANNEL, World

Until = Callable[..., Awaitable[Any]]


class Crowd:
    """Updates as polling takes them: in order within a person, beside each other otherwise."""

    def __init__(self, chat: Chat, world: World) -> None:
        self.chat, self.world = chat, world
        self.turned_away = 0
        chat.dispatcher.fsm.events_isolation = PersonIsolation()
        self.in_hand = InHand(self.handle, self.turn_away)

    async def handle(self, raw: Mapping[str, Any], _hurry: Hurry) -> bool:
        await self.chat.dispatcher.feed_raw_update(self.chat.bot, dict(raw))
        return True

    def turn_away(self, raw: Mapping[str, Any], first: bool) -> None:
        self.turned_away += 1

    def taps(self, person: int, first: int, count: int) -> list[dict[str, Any]]:
        where = {"id": CHANNEL, "type": "channel", "title": "C"}
        under = {"message_id": self.world.post.message_id, "date": NOW, "chat": where, "text": "x"}
        data = cb.TipTap(post=self.world.post.id, minor=100, currency="CNY").pack()
        return [
            {
                "update_id": number,
                "callback_query": {
                    "id": f"q{number}", "from": user(person), "chat_instance": "1", "data": data, "message": under,
                },
            }
            for number in range(first, first + count)
        ]  # fmt: skip

    def answered(self) -> set[str]:
        return {answer.callback_query_id for answer in answers(self.chat.calls.made)}

    async def tips(self) -> list[tuple[int, int]]:
        """(person, how many tips)"""
        async with self.world.unit.read() as work:
            whose = people.c.telegram_id
            given = select(whose, func.count()).join(tips, tips.c.donor_id == people.c.id)
            rows = await work.connection.execute(given.group_by(whose).order_by(whose))
            return [(int(row[0]), int(row[1])) for row in rows]


@pytest.fixture
def crowd(chat: Chat, world: World) -> Crowd:
    return Crowd(chat, world)


@pytest.fixture
def slow_rail(world: World, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """A provider that answers nobody until the event is set."""
    gate, create = asyncio.Event(), world.rail.create_payment

    async def waits(intent: PaymentIntent, *, key: str) -> PaymentLink:
        await gate.wait()
        return await create(intent, key=key)

    monkeypatch.setattr(world.rail, "create_payment", waits)
    return gate


async def test_fifty_taps_of_one_person_are_one_tip_and_nobody_waits_for_them(
    crowd: Crowd, slow_rail: asyncio.Event, until: Until
) -> None:
    crowd.in_hand.take(crowd.taps(1002, 1, 50))  # Alice is reachable: her card waits for the provider
    crowd.in_hand.take(crowd.taps(1004, 51, 1))  # Bob is answered with a link
    await until(lambda: "q51" in crowd.answered())
    assert crowd.answered() <= {"q1", "q51"}, "hers are still in hand"
    assert crowd.turned_away == 49 - MOST_WAITING

    slow_rail.set()
    await until(crowd.in_hand.all_done.is_set)
    assert await crowd.tips() == [(1002, 1), (1004, 1)]
    assert crowd.answered() == {f"q{n}" for n in (*range(1, 2 + MOST_WAITING), 51)}
    assert len(crowd.world.rail.asked) == 1


async def test_a_thousand_people_in_one_moment_give_once_each_whoever_else_is_slow(
    crowd: Crowd, slow_rail: asyncio.Event, until: Until
) -> None:
    crowd.in_hand.take(crowd.taps(1002, 1, 1))
    newcomers = range(500_000, 501_000)
    crowd.in_hand.take([tap for n, person in enumerate(newcomers, 2) for tap in crowd.taps(person, n, 1)])
    await until(lambda: len(crowd.answered() - {"q1"}) == len(newcomers), seconds=60)
    assert crowd.in_hand.offset == 1, "the slow one is not confirmed before it is done"

    slow_rail.set()
    await until(crowd.in_hand.all_done.is_set)
    assert await crowd.tips() == [(person, 1) for person in (1002, *newcomers)]
