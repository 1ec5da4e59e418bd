"""What the sender has in hand: sent by nobody else however long it takes, and let go of however it ends."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from aiogram import Bot

from bot import outbox as sender
from bot.leading import LeaseGuard
from bot.outbox import OutboxSender
from services.leadership import NotLeading
from services.links import Links
from services.outbox import Notice, NoticeKind
from tests.bot.telegram import FakeTelegram, refusal
from tests.bot.test_outbox import ANY, Until, Words, queue, render, rows, sending, settled, states
from tests.world import World


async def test_a_send_that_outlives_its_lease_is_not_sent_beside_itself(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, answer = telegram.result, asyncio.Event()

    async def late(method: str, params: dict[str, str]) -> Any:
        await answer.wait()
        return await result(method, params)

    monkeypatch.setattr(telegram, "result", late)
    await queue(world, world.alice, NoticeKind.RECEIPT)
    async with sending(bot, world):
        await until(lambda: telegram.calls)
        world.time.passes(seconds=31)
        world.wakes.outbox.set()
        await asyncio.sleep(0.5)
        assert [row.attempts for row in await rows(world)] == [2], "it was claimed anew"
        answer.set()
        await settled(world, until)
    assert len(telegram.calls) == 1
    assert await states(world)() == ["sent"]
    assert world.outbox._held == set()


async def test_apart_is_begun_only_what_the_claim_still_holds(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "_FRESH_S", 0.5)
    telegram.by_chat[1002] = 400, refusal(400, "Bad Request: can't parse entities")

    async def slow(notices: Sequence[Notice], *_: Any) -> Words:
        await asyncio.sleep(0.3)
        return Words("x")

    await queue(world, world.alice, NoticeKind.RECEIPT, 4)
    async with sending(bot, world, slow):
        await until(lambda: world.outbox._held)
        await until(lambda: not world.outbox._held)
    assert await states(world)() == ["failed", "queued", "queued", "queued"]
    assert len(telegram.calls) == 2


@pytest.mark.parametrize("how", ["rendering", "begin", "lease over", "not leading", "marking"])
async def test_however_it_ends_nothing_stays_in_hand(
    bot: Bot, telegram: FakeTelegram, world: World, until: Until, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    tried = asyncio.Event()

    async def ends(*_: Any, **__: Any) -> Any:
        tried.set()
        match how:
            case "begin":
                return False
            case "not leading":
                raise NotLeading
        raise LookupError(how)

    def refuses() -> bool:
        tried.set()
        return False

    if how == "lease over":
        bot.session.middleware(LeaseGuard(refuses))
    elif how == "marking":
        monkeypatch.setattr(world.outbox, "sent", ends)
        monkeypatch.setattr(sender, "_MARK_AGAIN_S", (0.01,))
    elif how != "rendering":
        monkeypatch.setattr(world.outbox, "begin", ends)
    await queue(world, world.alice, NoticeKind.RECEIPT, 2)
    await queue(world, world.bob, NoticeKind.THANKS)
    async with sending(bot, world, ends if how == "rendering" else render):
        await until(tried.is_set)
        await until(lambda: not world.outbox._held)


@pytest.mark.parametrize("when", ["sending", "not yet begun", "waiting for a slot"])
async def test_cancelled_it_keeps_nothing_in_hand(
    bot: Bot, world: World, until: Until, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    if when == "waiting for a slot":
        monkeypatch.setattr(sender, "AT_ONCE", 1)
    held: list[int] = []

    async def never(*_: Any) -> Words:
        await asyncio.Event().wait()
        return Words("x")

    one = OutboxSender(bot, world.outbox, ANY, Links("http://x"), never)
    claim = world.outbox.claim

    async def cancelled(**which: Any) -> list[Notice]:
        notices = await claim(**which)
        held.append(len(world.outbox._held))
        if when == "not yet begun" and notices:
            asyncio.get_running_loop().call_soon(task.cancel)
        return notices

    monkeypatch.setattr(world.outbox, "claim", cancelled)
    for person in (world.alice, world.bob, world.creator):
        await queue(world, person, NoticeKind.RECEIPT)
    task = asyncio.create_task(one.run(asyncio.Event()))
    await until(lambda: any(held))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert max(held) == 3
    assert world.outbox._held == set()
