"""Two senders on one database, each on connections of its own: one sends; a sleeper that wakes up sends nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError

from bot.build import build_bot
from bot.leading import LeaseGuard, LeaseOver
from bot.outbox import OutboxSender
from bot.sending import Limiter
from giving.leases import Lease
from services.leadership import Leadership
from services.links import Links
from services.outbox import Notice, NoticeKind, OutboxService
from services.wake import Wakes
from storage.engines import open_engines
from storage.work import UnitOfWork
from tests.bot.telegram import TOKEN, FakeTelegram
from tests.bot.test_outbox import Until, Words, queue, rows, states
from tests.services.test_leadership import Clocks
from tests.world import World

ANY: Any = None


class Sender:
    """What a process has that sends, on its own connections to the same database."""

    def __init__(self, name: str, url: str, world: World, telegram: FakeTelegram) -> None:
        self.engines, self.clock = open_engines(url), Clocks()
        unit = UnitOfWork(self.engines)
        self.leadership: Any = Leadership(
            unit, holder=name, clock=self.clock, on_taken=lambda work: work.outbox.release()
        )
        self.leadership.ready.set()
        self.outbox = OutboxService(
            unit, world.tips, wakes=Wakes(), quiet=None, language="zh-CN", currency="CNY",
            write=self.leadership.write, now=world.time,
        )  # fmt: skip
        self.bot: Bot = build_bot(TOKEN, telegram.url, Limiter())
        self.bot.session.middleware(LeaseGuard(self.leadership.may_act))
        self.stop, self.rendering, self.go_on = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.go_on.set()
        self.tasks: list[asyncio.Task[None]] = []

    async def render(self, notices: Sequence[Notice], *_: Any) -> Words:
        self.rendering.set()
        await self.go_on.wait()
        return Words(f"{self.leadership._holder} × {len(notices)}")

    def send(self) -> None:
        sender = OutboxSender(self.bot, self.outbox, ANY, Links("http://x"), self.render)
        self.tasks.append(asyncio.create_task(self.leadership.while_leading(self.stop, sender.run)))

    def lead(self) -> None:
        self.tasks.append(asyncio.create_task(self.leadership.run(self.stop)))

    async def close(self) -> None:
        self.stop.set()
        self.go_on.set()
        await asyncio.wait_for(asyncio.gather(*self.tasks), 10)
        await self.bot.session.close()
        await self.engines.close()


@pytest.fixture
async def two(database_url: str, world: World, telegram: FakeTelegram) -> AsyncIterator[list[Sender]]:
    senders = [Sender(name, database_url, world, telegram) for name in ("one", "two")]
    yield senders
    for sender in senders:
        await sender.close()


async def test_two_on_one_database_send_each_message_once(
    two: list[Sender], telegram: FakeTelegram, world: World, until: Until
) -> None:
    for sender in two:
        sender.lead()
        sender.send()
    for kind in (NoticeKind.RECEIPT, NoticeKind.DIGEST):
        await queue(world, world.alice, kind)
        await queue(world, world.bob, kind)

    async def done() -> bool:
        return await states(world)() == ["sent"] * 4

    await until(done)
    sent = telegram.of("sendMessage")
    assert len(sent) == 4
    assert len({call.params["text"].partition(" ")[0] for call in sent}) == 1, "one of them sent it all"


async def test_who_slept_between_claim_and_send_sends_nothing_and_leaves_it_to_the_next(
    two: list[Sender], telegram: FakeTelegram, world: World, until: Until
) -> None:
    sleeper, heir = two
    await sleeper.leadership._turn(sleeper.stop)  # takes the lease, and renews no more
    await queue(world, world.alice, NoticeKind.RECEIPT)
    await queue(world, world.bob, NoticeKind.THANKS)
    sleeper.go_on.clear()
    sleeper.send()
    await until(sleeper.rendering.is_set)
    heir.lead()
    await asyncio.sleep(0.7)
    heir.clock.passes(3)
    heir.send()

    async def done() -> bool:
        return await states(world)() == ["sent"] * 2

    await until(done)
    before = await rows(world)
    sleeper.clock.passes(3)
    sleeper.go_on.set()
    await until(lambda: sleeper.leadership._term is None)
    await asyncio.sleep(0.2)

    assert [call.params["text"][:3] for call in telegram.of("sendMessage")] == ["two", "two"]
    assert await rows(world) == before, "nothing that it marked was written"


async def test_a_lapsed_lease_that_nobody_took_delays_and_doubles_nothing(
    two: list[Sender], telegram: FakeTelegram, world: World, until: Until
) -> None:
    one = two[0]
    await one.leadership._turn(one.stop)
    await queue(world, world.alice, NoticeKind.RECEIPT)
    one.clock.passes(2.6)
    one.send()

    async def put_off() -> bool:
        return all(row.error for row in await rows(world))

    await until(put_off)
    assert telegram.of("sendMessage") == []
    await one.leadership._turn(one.stop)
    world.time.passes(seconds=5)

    async def done() -> bool:
        return await states(world)() == ["sent"]

    await until(done)
    assert len(telegram.of("sendMessage")) == 1
    async with world.unit.read() as work:
        held = await work.leases.find("leader")
    assert held is not None
    assert held.lease == Lease("leader", 1, "one", 1)


async def test_the_guard_lets_nothing_out_that_may_not_act(telegram: FakeTelegram) -> None:
    allowed = True
    bot = build_bot(TOKEN, telegram.url, Limiter())
    bot.session.middleware(LeaseGuard(lambda: allowed))
    await bot.send_message(1, "x")
    allowed = False
    with pytest.raises(LeaseOver):
        await bot.send_message(1, "y")
    await bot.session.close()
    assert len(telegram.of("sendMessage")) == 1


async def test_it_is_heard_whether_telegram_answers_a_refusal_being_an_answer(telegram: FakeTelegram) -> None:
    heard: list[bool] = []
    bot = build_bot(TOKEN, telegram.url, Limiter())
    bot.session.middleware(LeaseGuard(lambda: True, heard.append))
    telegram.plan("sendMessage", 502, "<html>Bad Gateway</html>")
    telegram.refuse("sendMessage", 400, "Bad Request: chat not found")
    for _ in range(2):
        with pytest.raises(TelegramAPIError):
            await bot.send_message(1, "x")
    await bot.send_message(1, "x")
    await bot.session.close()
    assert heard == [False, True, True]
