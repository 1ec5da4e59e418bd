"""Ten bad minutes of Telegram: 429, 5xx, timeouts, resets. Nothing is forgotten, and what it says to wait is waited.

The real sender, limiter and HTTP client against a server of ours, over the real outbox, in simulated time.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import pytest
from aiogram.types import InlineKeyboardMarkup
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.build import build_bot
from bot.outbox import OutboxSender
from bot.sending import Limiter
from giving.notices import RULES, URGENCY, NoticeKind
from giving.people import Person, Visitor
from giving.subscriptions import Often, SubscriptionKind
from services.links import Links
from services.outbox import Notice, OutboxService
from services.wake import Wakes
from storage.engines import open_engines
from storage.ids import new_id
from storage.outbox import NewMessage
from storage.tables import outbox
from tests.bot.telegram import TOKEN, refusal
from tests.faults.fast import CountedUnit, FastLoop, run
from tests.faults.results import FULL, note
from tests.world import World, make_world

ROW = "Telegram 429, 5xx, timeouts, resets for 10 minutes"
TROUBLE_S = 600.0
PEOPLE = 30
MESSAGES = 600 if FULL else 60
KINDS = (NoticeKind.RECEIPT, NoticeKind.RECEIPT, NoticeKind.REFUNDED, NoticeKind.DIGEST, NoticeKind.THANKS)
# What becomes of a call: done or not, and how the answer is lost.
FAULTS = ("429", "429", "500", "502", "hang", "reset", "done, then 500", "done, then reset", "done, then hang", "fine")


@dataclass
class BadTelegram:
    """Ends calls as its dice fall until `well_at`; knows what arrived, and who wrote before the time they were told."""

    well_at: float
    dice: random.Random
    arrived: Counter[str] = field(default_factory=Counter)
    lost_answers: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    until: dict[int, float] = field(default_factory=dict)
    too_early: list[tuple[int, float]] = field(default_factory=list)
    last_call: float = 0.0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        now = self.last_call = asyncio.get_running_loop().time()
        chat, notices = int(form["chat_id"]), form["text"].split()
        if now < self.until.get(chat, 0):
            self.too_early.append((chat, self.until[chat] - now))
        end = self.dice.choice(FAULTS) if now < self.well_at else "fine"
        self.ends[end] += 1
        if end.startswith(("done", "fine")):
            self.arrived.update(notices)
            if end != "fine":
                self.lost_answers.update(notices)
        if end == "429":
            wait_s = self.dice.randint(1, 60)
            self.until[chat] = now + wait_s
            return _json(429, refusal(429, f"Too Many Requests: retry after {wait_s}", retry_after=wait_s))
        return await self._end(end, request, form)

    async def _end(self, end: str, request: web.Request, form: dict[str, str]) -> web.StreamResponse:
        if end.endswith("hang"):
            await asyncio.sleep(30)
        if end.endswith(("hang", "reset")):
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if end.endswith("500"):
            return _json(500, refusal(500, "Internal Server Error"))
        if end == "502":
            return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
        chat = {"id": int(form["chat_id"]), "type": "private"}
        return _json(200, {"ok": True, "result": {"message_id": 7, "date": 1, "chat": chat, "text": form["text"]}})


@dataclass
class Ids:
    """A message that says which notices it is."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None
    photo: bytes | None = None
    tells: frozenset[UUID] | None = None


async def render(notices: Sequence[Notice], outbox: OutboxService, texts: Any, links: Any) -> Ids | None:
    return Ids(" ".join(str(notice.id) for notice in notices))


async def queue(world: World, wakes: Wakes, people: Sequence[Person], dice: random.Random) -> None:
    """Messages for everybody, now and then, all through the bad minutes."""
    loop = cast(FastLoop, asyncio.get_running_loop())
    for _ in range(MESSAGES):
        kind, person, now = dice.choice(KINDS), dice.choice(people), loop.wall()
        message = NewMessage(str(new_id()), kind, URGENCY[kind], person.id, new_id(), now)
        async with world.unit() as work:
            await work.outbox.add_many([message], now=now)
        wakes.outbox.set()
        await asyncio.sleep(dice.uniform(0, 2 * TROUBLE_S / MESSAGES))


async def bad_minutes(url: str, seed: int) -> tuple[BadTelegram, list[Any], float]:
    """Queue, send, wait until nothing is left; the server, the rows, how long it took after it was well again."""
    loop = cast(FastLoop, asyncio.get_running_loop())
    engines = open_engines(url)
    world, wakes = await make_world(CountedUnit(engines)), Wakes()
    service = OutboxService(
        world.unit,
        world.tips,
        wakes=wakes,
        quiet=None,
        language="en",
        currency="CNY",
        per_week=MESSAGES,  # what becomes of one that would be one too many is told elsewhere
        now=loop.wall,
    )
    people = [await world.people.meet(Visitor(7000 + n, f"P{n}"), started=True) for n in range(PEOPLE)]
    for person in people:
        await world.subscriptions.choose(person, SubscriptionKind.THANKS, Often.ALL)
    telegram = BadTelegram(loop.time() + TROUBLE_S, random.Random(seed))
    app = web.Application()
    app.router.add_post(f"/bot{TOKEN}/sendMessage", telegram.answer)
    stop = asyncio.Event()
    async with TestServer(app) as server:
        bot = build_bot(TOKEN, str(server.make_url("")).rstrip("/"), Limiter())
        sender = OutboxSender(bot, service, cast(Any, None), Links("http://x"), render)
        sending = asyncio.create_task(sender.run(stop))
        await queue(world, wakes, people, random.Random(seed))
        while await waiting(world) and loop.time() < telegram.well_at + 3600:
            await asyncio.sleep(5)
        took = telegram.last_call - telegram.well_at
        stop.set()
        await sending
        await bot.session.close()
    async with world.unit.read() as work:
        rows = list(await work.connection.execute(select(outbox)))
    await engines.close()
    return telegram, rows, took


async def waiting(world: World) -> bool:
    async with world.unit.read() as work:
        queued = select(outbox.c.id).where(outbox.c.state == "queued").limit(1)
        return (await work.connection.execute(queued)).first() is not None


def test_ten_bad_minutes_of_telegram_and_nothing_is_forgotten(
    database_url: str, dialect: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.outbox.IDLE_S", 5.0)  # an hour has fewer looks at an empty outbox then
    telegram, rows, took = run(bad_minutes(database_url, seed=20261122))
    assert set(FAULTS) <= telegram.ends.keys(), "each fault was met"
    asked = [row.person_id for row in rows if row.kind == NoticeKind.WISHES]
    assert len(asked) == len(set(asked)), "whoever got a receipt is asked once what else they want to be told"
    assert len(rows) == MESSAGES + len(asked)
    for row in rows:
        name, once = str(row.id), RULES[NoticeKind(row.kind)].once
        arrived = telegram.arrived[name]
        if once:
            assert arrived <= 1, f"{row.kind} came twice"
            assert row.state in ("sent", "unknown"), "better not at all than twice, and a person can see it"
        else:
            assert (row.state, arrived >= 1) == ("sent", True), f"forgotten: {row.kind} {row.state} {row.error}"
        if arrived > 1:
            assert telegram.lost_answers[name] >= arrived - 1, "sent again although it was known to have arrived"
    assert telegram.too_early == [], "retry_after is kept"
    again = sum(count - 1 for count in telegram.arrived.values() if count > 1)
    unknown = sum(row.state == "unknown" for row in rows)
    note(
        ROW,
        engine=dialect,
        messages=MESSAGES,
        calls=sum(telegram.ends.values()),
        ends=dict(telegram.ends),
        forgotten=0,
        again_after_a_lost_answer=again,
        thanks_unknown=unknown,
        too_early=0,
        done_s_after=round(took, 1),
    )


def _json(status: int, body: Any) -> web.Response:
    return web.Response(status=status, text=json.dumps(body), content_type="application/json")
