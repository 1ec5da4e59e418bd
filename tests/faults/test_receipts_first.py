"""A receipt overtakes a broadcast, and the notices that were claimed before it: within two seconds, at 30 a second.

The real senders and the limiter against a server of ours that keeps Telegram's limit, in simulated time.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.broadcasts import BroadcastSender
from bot.build import build_bot
from bot.outbox import OutboxSender
from bot.sending import Limiter
from giving.broadcasts import Content, Segment
from giving.notices import URGENCY, NoticeKind
from giving.people import Person, Visitor
from giving.subscriptions import Often, SubscriptionKind
from services.broadcasts import BroadcastSending, BroadcastService
from services.links import Links
from services.outbox import Notice, OutboxService
from services.wake import Wakes
from storage.engines import open_engines
from storage.ids import new_id
from storage.outbox import NewMessage
from tests.bot.telegram import TOKEN, refusal
from tests.faults.broadcaster import rules_at
from tests.faults.fast import CountedUnit, FastLoop, run
from tests.faults.results import note
from tests.faults.test_telegram import Ids, _json
from tests.world import World, make_world

ROW = "receipts while a broadcast and many notices go out (simulated time)"
NEWS = SubscriptionKind.PROJECT_NEWS
PER_SECOND = 30
NOTICES, RECEIPTS, READERS = 240, 6, 400
MOST_S = 2.0


@dataclass
class LimitedTelegram:
    """Answers within 50 ms; of more than 30 messages in any second it refuses the rest."""

    arrived: dict[str, float] = field(default_factory=dict)
    lately: deque[float] = field(default_factory=deque)
    broadcasts: list[float] = field(default_factory=list)
    refused: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await (request.json() if request.content_type == "application/json" else request.post())
        sent = {name: str(value) for name, value in body.items()}
        now = asyncio.get_running_loop().time()
        while self.lately and self.lately[0] <= now - 1:
            self.lately.popleft()
        if len(self.lately) >= PER_SECOND:
            self.refused += 1
            return _json(429, refusal(429, "Too Many Requests: retry after 1", retry_after=1))
        self.lately.append(now)
        if sent["text"] == "news":
            self.broadcasts.append(now)
        for name in sent["text"].split():
            self.arrived[name] = now
        await asyncio.sleep(0.05)
        chat = {"id": int(sent["chat_id"]), "type": "private"}
        return _json(200, {"ok": True, "result": {"message_id": 7, "date": 1, "chat": chat, "text": "x"}})


async def render(notices: Sequence[Notice], outbox: OutboxService, texts: Any, links: Any) -> Ids | None:
    return Ids(" ".join(str(notice.subject) for notice in notices))


async def queue(world: World, wakes: Wakes, kind: NoticeKind, people: Sequence[Person]) -> list[str]:
    """One for each of them; how they are found again."""
    now = cast(FastLoop, asyncio.get_running_loop()).wall()
    fresh = [NewMessage(str(new_id()), kind, URGENCY[kind], person.id, new_id(), now) for person in people]
    async with world.unit() as work:
        await work.outbox.add_many(fresh, now=now)
    wakes.outbox.set()
    return [str(message.subject) for message in fresh]


async def crowded(url: str) -> tuple[LimitedTelegram, dict[str, float], float]:
    """While a broadcast goes, many notices, and then now and then a receipt: when each of these was queued."""
    loop = cast(FastLoop, asyncio.get_running_loop())
    engines = open_engines(url)
    world, wakes, telegram = await make_world(CountedUnit(engines)), Wakes(), LimitedTelegram()
    people = [await world.people.meet(Visitor(7000 + n, f"P{n}"), started=True) for n in range(READERS)]
    for reader in people:
        await world.subscriptions.choose(reader, NEWS, Often.ALL)
    rules = rules_at(PER_SECOND)
    service = OutboxService(
        world.unit, world.tips, wakes=wakes, quiet=None, language="en", currency="CNY", now=loop.wall
    )  # fmt: skip
    sending = BroadcastSending(world.unit, rules, wakes=wakes, now=loop.wall)
    broadcasts = BroadcastService(world.unit, world.people, rules, wakes=wakes, now=loop.wall)
    draft = await broadcasts.draft(NEWS, Segment(), Content({"en": "news"}), None)
    await broadcasts.start(draft.id, draft.version, None)
    app = web.Application()
    app.router.add_post(f"/bot{TOKEN}/sendMessage", telegram.answer)
    stop, limiter = asyncio.Event(), Limiter()
    queued: dict[str, float] = {}
    async with TestServer(app) as server:
        bot = build_bot(TOKEN, str(server.make_url("")).rstrip("/"), limiter)
        outbox = OutboxSender(bot, service, cast(Any, None), Links("http://x"), render)
        many = BroadcastSender(bot, sending, limiter, now=loop.wall)
        senders = [asyncio.create_task(outbox.run(stop)), asyncio.create_task(many.run(stop))]
        while not telegram.broadcasts:
            await asyncio.sleep(0.1)
        notices = await queue(world, wakes, NoticeKind.DIGEST, people[:NOTICES])
        while not any(name in telegram.arrived for name in notices):
            await asyncio.sleep(0.01)
        for reader in people[-RECEIPTS:]:
            [name] = await queue(world, wakes, NoticeKind.RECEIPT, [reader])
            queued[name] = loop.time()
            await asyncio.sleep(0.9)
        while not (queued.keys() | set(notices)) <= telegram.arrived.keys():
            await asyncio.sleep(0.1)
        last_notice = max(telegram.arrived[name] for name in notices)
        stop.set()
        await asyncio.gather(*senders)
        await bot.session.close()
    await engines.close()
    return telegram, queued, last_notice


def test_a_receipt_waits_two_seconds_at_most_behind_a_broadcast_and_claimed_notices(
    database_url: str, dialect: str
) -> None:
    telegram, queued, last_notice = run(crowded(database_url))
    waited = [telegram.arrived[name] - at for name, at in queued.items()]
    note(
        ROW, engine=dialect, receipts=len(waited), longest_wait_s=round(max(waited), 2), notices=NOTICES,
        broadcast_messages=len(telegram.broadcasts), refused_by_telegram=telegram.refused,
    )  # fmt: skip
    assert min(queued.values()) + 5 < last_notice, "they were queued while many notices still waited"
    assert max(waited) <= MOST_S, f"waited {[round(s, 2) for s in waited]} s"
    assert telegram.refused == 0, "Telegram's limit is kept"
    assert telegram.broadcasts[0] < min(queued.values()), "a broadcast was running"
