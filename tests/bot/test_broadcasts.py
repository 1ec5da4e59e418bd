"""Broadcasts over a real HTTP server: each once, what is not known stays so, and whoever waits overtakes them."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import InlineKeyboardButton

from bot import alert_cards
from bot import broadcast_cards as cards
from bot.broadcasts import BroadcastSender, hand
from bot.build import build_bot
from bot.sending import Limiter, Limits, Priority, sending_as
from giving.alerts import Alert, AlertKind
from giving.broadcasts import PHOTO_UNREADABLE, Broadcast, BroadcastState, Content, Photo, Segment, UrlButton
from giving.people import Visitor
from giving.subscriptions import Often, SubscriptionKind
from services.broadcasts import BroadcastRules, BroadcastSending
from tests.bot.telegram import TOKEN, FakeTelegram, refusal
from tests.processes import free_port
from tests.texts.words import TEXTS
from tests.world import SHANGHAI, World

Until = Callable[..., Awaitable[Any]]
NEWS = SubscriptionKind.PROJECT_NEWS
HELLO = Content(
    {"zh-CN": "<b>大家好</b>", "en": "<b>Hello</b>"},
    buttons=(UrlButton({"zh-CN": "去看看", "en": "Look"}, "https://example.org/"),),
)
FAST = Limits(messages_per_second=1000)


def less(language: str, kind: SubscriptionKind) -> list[InlineKeyboardButton]:
    return [InlineKeyboardButton(text=f"fewer {kind} {language}", callback_data="x")]


async def start(world: World, number: int, content: Content = HELLO) -> Broadcast:
    """A broadcast to that many readers."""
    for i in range(number):
        person = await world.people.meet(Visitor(5000 + i, f"R{i}", None, "en" if i % 2 else "zh"), started=True)
        await world.subscriptions.choose(person, NEWS, Often.ALL)
    draft = await world.broadcasts.draft(NEWS, Segment(), content, None)
    return await world.broadcasts.start(draft.id, draft.version, None)


@asynccontextmanager
async def sender(
    world: World, telegram: FakeTelegram, limits: Limits = FAST, may_act: Callable[[], bool] = lambda: True
) -> AsyncIterator[Bot]:
    """The sender as it runs in the service; the bot it shares its limiter with."""
    limiter = Limiter(limits)
    bot = build_bot(TOKEN, telegram.url, limiter)
    stop = asyncio.Event()
    sends = BroadcastSender(bot, world.sending, limiter, less, may_act=may_act, now=world.time)
    task = asyncio.create_task(sends.run(stop))
    try:
        yield bot
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)
        await bot.session.close()


def state(world: World, broadcast: Broadcast, wanted: BroadcastState = BroadcastState.DONE) -> Any:
    async def read() -> bool:
        return (await world.broadcasts.one(broadcast.id, None)).state is wanted

    return read


async def tallies(world: World, broadcast: Broadcast) -> dict[str, int]:
    return {name: n for name, n in (await world.broadcasts.one(broadcast.id, None)).tallies.items() if n}


async def test_everybody_gets_it_once_in_their_language_with_its_buttons(
    world: World, telegram: FakeTelegram, until: Until
) -> None:
    broadcast = await start(world, 60)
    async with sender(world, telegram):
        await until(state(world, broadcast))
    calls = telegram.of("sendMessage")
    assert Counter(call.chat for call in calls) == dict.fromkeys(range(5000, 5060), 1)
    assert await tallies(world, broadcast) == {"sent": 60}
    for call in calls:
        language = "en" if call.chat % 2 else "zh-CN"
        assert call.params["text"] == HELLO.text(language)
        assert call.params["parse_mode"] == "HTML"
        assert "allow_paid_broadcast" not in call.params
        labels = [
            row[0]["text"] for row in json.loads(call.params["reply_markup"].replace("'", '"'))["inline_keyboard"]
        ]
        assert labels == [HELLO.buttons[0].text(language), f"fewer project_news {language}"]


async def test_who_can_not_be_reached_is_marked_and_the_others_are_told(
    world: World, telegram: FakeTelegram, until: Until
) -> None:
    telegram.by_chat[5000] = (403, refusal(403, "Forbidden: bot was blocked by the user"))
    telegram.by_chat[5001] = (400, refusal(400, "Bad Request: chat not found"))
    telegram.by_chat[5002] = (500, refusal(500, "Internal Server Error"))
    telegram.by_chat[5003] = (502, "<html>Bad Gateway</html>")
    telegram.by_chat[5004] = (400, refusal(400, "Bad Request: something about this one"))
    broadcast = await start(world, 9)
    async with sender(world, telegram):
        await until(state(world, broadcast))
        await asyncio.sleep(0.2)
    assert Counter(call.chat for call in telegram.calls) == dict.fromkeys(range(5000, 5009), 1), "nobody twice"
    assert await tallies(world, broadcast) == {"sent": 4, "blocked": 2, "unknown": 2, "failed": 1}
    assert await world.broadcasts.count(NEWS, Segment()) == 7


async def test_a_message_telegram_refuses_to_everybody_is_stopped(
    world: World, telegram: FakeTelegram, until: Until
) -> None:
    for chat in range(5000, 5060):
        telegram.by_chat[chat] = (400, refusal(400, "Bad Request: can't parse entities"))
    broadcast = await start(world, 60)
    async with sender(world, telegram, Limits()):
        await until(state(world, broadcast, BroadcastState.PAUSED))

        async def home() -> bool:
            async with world.unit.read() as work:
                return await work.broadcasts.going(broadcast.id) == 0

        await until(home)
        tried = len(telegram.calls)
        assert tried < 40, "a third of a second is written down ahead, and what goes while the pause is committed"
        paused = await world.broadcasts.one(broadcast.id, None)
        assert paused.stopped_by == "Bad Request: can't parse entities"
        assert await tallies(world, broadcast) == {"failed": tried}
        telegram.by_chat.clear()
        await world.broadcasts.edit(broadcast.id, paused.version, Content({"en": "plain"}), None)
        await world.broadcasts.resume(broadcast.id, None)
        await until(state(world, broadcast), seconds=20)
    assert await tallies(world, broadcast) == {"sent": 60}
    assert {call.params["text"] for call in telegram.calls[tried:]} == {"plain"}


async def test_a_refused_message_is_stopped_though_the_database_was_away_when_it_was_first_seen(
    world: World, telegram: FakeTelegram, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram.by_chat = dict.fromkeys(range(5000, 5060), (400, refusal(400, "Bad Request: can't parse entities")))
    broadcast = await start(world, 60)
    stop_for, tried = world.sending.stop_for, 0

    async def away_once(stopped: Broadcast, said: str) -> None:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise OSError("away")
        await stop_for(stopped, said)

    monkeypatch.setattr(world.sending, "stop_for", away_once)
    async with sender(world, telegram, Limits()):
        await until(state(world, broadcast, BroadcastState.PAUSED))
    assert len(telegram.calls) < 30


async def test_where_telegram_fails_few_are_tried_and_the_others_are_told_when_it_is_back(
    world: World, telegram: FakeTelegram, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand, "REST_S", 0.4)
    telegram.by_chat = dict.fromkeys(range(5000, 5060), (502, "<html>Bad Gateway</html>"))
    broadcast = await start(world, 60)
    async with sender(world, telegram):
        await until(lambda: len(telegram.calls) > hand.FAILURES)
        await asyncio.sleep(3.0)
        tried = len(telegram.calls)
        assert hand.FAILURES < tried < 25
        telegram.by_chat.clear()
        await until(state(world, broadcast), seconds=20)
    assert Counter(call.chat for call in telegram.calls) == dict.fromkeys(range(5000, 5060), 1), "nobody twice"
    told = await tallies(world, broadcast)
    assert told["unknown"] < 25
    assert told["sent"] == 60 - told["unknown"] >= 60 - tried - 3


def test_each_try_that_fails_doubles_the_rest_and_any_answer_ends_it() -> None:
    held, rests, at = hand.Hand(), [], 0.0
    for _ in range(hand.FAILURES - 1):
        assert not held.failed(at)
    for _ in range(6):
        assert held.failed(at)
        assert not held.failed(at), "what was on its way is no try"
        rests.append(held.rest_s)
        at += held.rest_s
        assert not held.braking(at)
    assert rests == [5, 10, 20, 40, 60, 60]
    held.answered()
    assert not held.tries
    assert not held.failed(at)


@pytest.mark.parametrize("switched_on", [True, False])
async def test_where_the_paid_rate_is_switched_off_nothing_is_paid(
    world: World, telegram: FakeTelegram, until: Until, switched_on: bool
) -> None:
    broadcast = await start(world, 3)
    async with world.unit() as work:
        await work.broadcasts.set(broadcast.id, paid=True)
    rules = BroadcastRules(zone=SHANGHAI, language="zh-CN", paid=switched_on)
    world.sending = BroadcastSending(world.unit, rules, wakes=world.wakes, now=world.time)
    async with sender(world, telegram):
        await until(state(world, broadcast))
    assert ["allow_paid_broadcast" in call.params for call in telegram.calls] == [switched_on] * 3


async def test_a_commit_whose_answer_was_lost_leaves_nothing_behind(
    world: World, telegram: FakeTelegram, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    broadcast = await start(world, 20)
    begin, begun = world.sending.begin, 0

    async def cut_off_once(*asked: Any) -> Any:
        nonlocal begun
        batch = await begin(*asked)
        begun += 1
        if begun == 2:
            raise OSError("the connection is gone")
        return batch

    monkeypatch.setattr(world.sending, "begin", cut_off_once)
    async with sender(world, telegram):
        await until(state(world, broadcast), seconds=10)
    assert Counter(Counter(call.chat for call in telegram.calls).values()).keys() == {1}, "nobody twice"
    told = await tallies(world, broadcast)
    assert told["sent"] == len(telegram.calls)
    assert told["sent"] + told["unknown"] == 20


async def test_who_is_told_to_wait_is_told_later(world: World, telegram: FakeTelegram, until: Until) -> None:
    telegram.refuse("sendMessage", 429, "Too Many Requests: retry after 1", retry_after=1)
    broadcast = await start(world, 3)
    async with sender(world, telegram):
        await until(lambda: len(telegram.calls) == 3)
        await asyncio.sleep(0.5)
        assert not await state(world, broadcast)()
        world.time.passes(seconds=2)
        await until(state(world, broadcast))
    assert await tallies(world, broadcast) == {"sent": 3}
    assert sorted(Counter(call.chat for call in telegram.calls).values()) == [1, 1, 2]


async def test_where_nobody_answers_the_door_nothing_is_unknown(
    world: World, telegram: FakeTelegram, until: Until
) -> None:
    broadcast = await start(world, 3)
    nowhere = FakeTelegram(url=f"http://127.0.0.1:{free_port()}")
    async with sender(world, nowhere):
        await asyncio.sleep(0.5)
    assert await tallies(world, broadcast) == {}
    world.time.passes(seconds=10)
    async with sender(world, telegram):
        await until(state(world, broadcast))
    assert await tallies(world, broadcast) == {"sent": 3}


async def test_who_may_not_be_leading_any_more_sends_nothing_and_everybody_waits(
    world: World, telegram: FakeTelegram, until: Until
) -> None:
    asked, leads = 0, False

    def may_act() -> bool:
        nonlocal asked
        asked += 1
        return leads

    broadcast = await start(world, 3)
    async with sender(world, telegram, may_act=may_act):
        await until(lambda: asked >= 3)
    assert telegram.calls == []
    assert await tallies(world, broadcast) == {}, "of nobody it is said that nobody knows"
    async with world.unit.read() as work:
        assert await work.broadcasts.waiting(broadcast.id) == 3
    leads = True
    async with sender(world, telegram, may_act=may_act):
        await until(state(world, broadcast))
    assert await tallies(world, broadcast) == {"sent": 3}


async def test_stopped_in_the_middle_it_goes_on_with_the_next_start_and_nothing_is_unknown(
    world: World, telegram: FakeTelegram, until: Until
) -> None:
    broadcast = await start(world, 90)
    for _ in range(3):
        told = len(telegram.calls)
        async with sender(world, telegram, Limits(messages_per_second=40)):
            await until(lambda told=told: len(telegram.calls) > told + 5)
    async with sender(world, telegram):
        await until(state(world, broadcast))
    assert Counter(call.chat for call in telegram.calls) == dict.fromkeys(range(5000, 5090), 1)
    assert await tallies(world, broadcast) == {"sent": 90}


async def test_paused_it_stops_within_a_moment(world: World, telegram: FakeTelegram, until: Until) -> None:
    broadcast = await start(world, 90)
    async with sender(world, telegram, Limits()):
        await until(lambda: len(telegram.calls) > 10)
        await world.broadcasts.pause(broadcast.id, None)
        await asyncio.sleep(0.5)
        told = len(telegram.calls)
        await asyncio.sleep(0.5)
        assert len(telegram.calls) == told < 60
        await world.broadcasts.cancel(broadcast.id, None)
    assert (await tallies(world, broadcast))["sent"] == told


async def test_a_photo_is_uploaded_once(world: World, telegram: FakeTelegram, until: Until, tmp_path: Path) -> None:
    (tmp_path / "card.png").write_bytes(b"\x89PNG")
    broadcast = await start(world, 12, Content(HELLO.texts, Photo(path=str(tmp_path / "card.png"))))
    async with sender(world, telegram):
        await until(state(world, broadcast))
    uploads = [call for call in telegram.of("sendPhoto") if call.params["photo"] != "AgAC"]
    assert (len(uploads), len(telegram.of("sendPhoto"))) == (1, 12)
    assert await tallies(world, broadcast) == {"sent": 12}


async def test_a_photo_that_is_not_there_stops_it(world: World, telegram: FakeTelegram, until: Until) -> None:
    broadcast = await start(world, 2, Content(HELLO.texts, Photo(path="/nowhere/card.png")))
    async with sender(world, telegram):
        await until(state(world, broadcast, BroadcastState.PAUSED))
    assert telegram.calls == []
    stopped = await world.broadcasts.one(broadcast.id, None)
    assert stopped.stopped_by == PHOTO_UNREADABLE
    far = await world.broadcasts.progress(broadcast.id, None)
    for language, words in (("zh-CN", "配的图读不到了"), ("en", "photo can’t be read")):
        shown = cards.progress(TEXTS, language, far, None).text
        assert words in shown
        assert "Telegram" not in shown
        alert = Alert(AlertKind.BROADCAST_STOPPED, {"said": PHOTO_UNREADABLE})
        assert words in alert_cards.alert(TEXTS, language, alert).text


async def test_receipts_overtake(world: World, telegram: FakeTelegram, until: Until) -> None:
    await start(world, 120)
    async with sender(world, telegram, Limits()) as bot:
        await until(lambda: len(telegram.calls) > 40)
        waits = []
        for chat in range(9000, 9005):
            began = asyncio.get_running_loop().time()
            with sending_as(Priority.RECEIPT):
                await bot.send_message(chat, "receipt")
            waits.append(asyncio.get_running_loop().time() - began)
        assert max(waits) < 2


class Counted:
    """How often something was written."""

    def __init__(self, world: World) -> None:
        self.unit, self.number = world.unit, 0

    def __call__(self) -> Any:
        self.number += 1
        return self.unit()


@pytest.mark.parametrize("asleep", [False, True])
async def test_where_nothing_is_to_be_done_nothing_is(world: World, telegram: FakeTelegram, asleep: bool) -> None:
    """An idle process is idle: no writes, and a look now and then, though a broadcast waits for the morning."""
    rules = BroadcastRules(zone=SHANGHAI, language="zh-CN", quiet=world.broadcasts._rules.quiet)
    counted = Counted(world)
    world.sending = BroadcastSending(world.unit, rules, wakes=world.wakes, write=counted, now=world.time)
    if asleep:
        world.time.passes(hours=11)
        await start(world, 5)
    looked = 0
    running = world.sending.running

    async def looks() -> Any:
        nonlocal looked
        looked += 1
        return await running()

    world.sending.running = looks  # type: ignore[method-assign]
    async with sender(world, telegram):
        await asyncio.sleep(1.0)
        before = counted.number, looked
        await asyncio.sleep(3.0)
        assert counted.number == before[0] <= 3
        assert looked - before[1] <= 4
    assert telegram.calls == []
