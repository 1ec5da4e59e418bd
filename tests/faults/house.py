"""The services as they are put together for real, in a process that may be killed; the rail and Telegram are outside.

What it is asked over its wire: `offer`, `link`, `event`, `take_back`, `tell`. What it asks: `create_payment`, `refund`,
`send`. An answer is given only when what was asked for is committed.
"""

import asyncio
import contextlib
import itertools
import json
import logging
import os
import socket
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from giving.matching import Fairness
from giving.money import Money
from giving.payments import SavedMethod
from giving.tabs import Terms
from giving.tips import Limits, OfferRequest
from payments.provider import PaymentIntent, PaymentLink, RefundAsk
from services.links import Links
from services.outbox import Notice, OutboxService
from services.payments import PaymentService
from services.pledges import Means, PledgeSteps
from services.rails import Rails
from services.refunds import RefundService
from services.settlement import Matcher, Settler
from services.tabs import TabCharges, TabService
from services.tips import TipService
from services.wake import Wakes, keep_doing
from storage.engines import Engines, open_engines
from storage.work import UnitOfWork
from tests.faults.points import Points
from tests.faults.wire import Gone, Wire
from tests.rails import PaperRail

TERMS = Terms(Money(100, "CNY"), Money(5_000_000, "CNY"))  # every promise is settled at once
LIMITS = Limits(Money(1, "CNY"), Money(5_000_000, "CNY"))
SIGNED = {"Signature": "paper"}


class DistantRail(PaperRail):
    """The paper rail, whose books are kept outside; asking it is a point of the way."""

    def __init__(self, wire: Wire, points: Points) -> None:
        super().__init__()
        self._wire, self._points = wire, points

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        self._points.reached("rail asked for a link")
        their_id, url = await self._wire.ask("create_payment", key=key, reference=intent.reference)
        return PaymentLink(their_id, url)

    async def save_method(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        raise NotImplementedError  # saved before, by the test

    async def forget_method(self, method: SavedMethod) -> None:
        raise NotImplementedError

    async def charge_saved(self, intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        self._points.reached("rail asked for a charge")
        minor = intent.amount.minor
        their_id = await self._wire.ask("charge_saved", key=key, reference=intent.reference, minor=minor)
        self._points.reached("charged, not kept")
        return PaymentLink(their_id, "")

    async def refund(self, ask: RefundAsk, *, key: str) -> None:
        self._points.reached("rail asked for a refund")
        await self._wire.ask("refund", charge=ask.charge, minor=ask.amount.minor, key=key)


class House:
    """What is asked of it, by name."""

    def __init__(self, engines: Engines, wire: Wire, points: Points, *, ahead_s: float, acks: str | None) -> None:
        """On this database; its clock is that far ahead. `acks`: a file to note each answer in before it is given."""
        self.unit = UnitOfWork(engines)
        self._wire, self._points, wakes = wire, points, Wakes()
        self._ahead = timedelta(seconds=ahead_s)
        self._acks = os.open(acks, os.O_WRONLY | os.O_APPEND | os.O_CREAT) if acks else None
        now = self._now
        rail = DistantRail(wire, points)
        links = Links("http://127.0.0.1:8081", "yizan_bot")
        rails = Rails([rail])
        self.tips = TipService(self.unit, rails, links, limits=LIMITS, presets=(), language="zh-CN", now=now)
        self.tabs = TabService(self.unit, rails, wakes=wakes, zone=ZoneInfo("Asia/Shanghai"), terms=TERMS, now=now)
        self.charges = TabCharges(self.unit, rails, self.tabs, self.tips.pay, wakes=wakes, now=now)
        lenient = Fairness(new_days=0, gifts_per_donor=0, ring_gifts=0, payer_people=0)
        matcher = Matcher(zone=ZoneInfo("Asia/Shanghai"), fairness=lenient)
        ten_minutes = timedelta(minutes=10)
        settler = Settler(
            self.unit, {rail.name: rail}, wakes=wakes, digest_every=ten_minutes, matcher=matcher, now=now
        )  # fmt: skip
        self.payments = PaymentService(self.unit, [rail], settler)
        self.refunds = RefundService(self.unit, rails, self.tips, now=now)
        self.outbox = OutboxService(
            self.unit, self.tips, wakes=wakes, quiet=None, language="zh-CN", currency="CNY", now=now
        )
        self.wakes = wakes
        means = Means(self.unit, self.unit, rails, links, wakes, ZoneInfo("Asia/Shanghai"), None, "zh-CN", now)
        self.pledge_steps = PledgeSteps(means, self.tips.pay, self.tabs)

    def _now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    async def answer(self, what: str, arguments: dict[str, Any]) -> Any:
        """Do it; the answer leaves only after the commit."""
        doing: Callable[..., Awaitable[Any]] = getattr(self, f"do_{what}")
        answer = await doing(**arguments)
        if what in ("arm", "counted"):
            return answer
        if self._acks is not None:
            os.write(self._acks, json.dumps([what, arguments, answer]).encode() + b"\n")
        self._points.reached(f"{what} done, not answered")
        return answer

    async def do_arm(self, at: int) -> None:
        """Die at the `at`-th point from here."""
        self._points.arm(at)

    async def do_counted(self) -> int:
        """How many points there were since arming."""
        return self._points.count

    async def do_wait(self, seconds: float) -> None:
        """That much later by its clock."""
        self._ahead += timedelta(seconds=seconds)

    async def do_wait_until(self, at: float) -> None:
        """Not earlier than that by its clock."""
        self._ahead = max(self._ahead, datetime.fromtimestamp(at, UTC) - datetime.now(UTC))

    async def do_promise(self, tip: str, donor: str) -> None:
        async with self.unit.read() as work:
            person = (await work.people.by_ids([UUID(donor)]))[UUID(donor)]
        await self.tabs.promise(UUID(tip), person)

    async def do_tabs(self) -> int:
        return await self.charges.sweep()

    async def do_pledges(self) -> int:
        return await self.pledge_steps.sweep()

    async def do_checkpoint(self, path: str, mode: str) -> None:
        """Move SQLite's log into the database; if that fails it is moved later."""
        with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA wal_checkpoint({mode})")

    async def do_offer(self, key: str, donor: str, post: str, minor: int) -> str:
        tip = await self.tips.offer(OfferRequest(key, UUID(donor), Money(minor, "CNY"), post=UUID(post)))
        return str(tip.id)

    async def do_link(self, tip: str, donor: str) -> str:
        async with self.unit.read() as work:
            person = (await work.people.by_ids([UUID(donor)]))[UUID(donor)]
        return await self.tips.payment_link(UUID(tip), person)

    async def do_event(self, body: str) -> str:
        return await self.payments.receive("paper", body.encode(), SIGNED)

    async def do_settle(self) -> int:
        return await self.payments.settle_pending()

    async def do_take_back(self, tip: str, donor: str) -> None:
        async with self.unit.read() as work:
            person = (await work.people.by_ids([UUID(donor)]))[UUID(donor)]
        await self.refunds.take_back(UUID(tip), person)

    async def do_sweep(self) -> int:
        return await self.refunds.sweep()

    async def do_tell(self) -> int:
        """Claim what is due and send it, as the bot's sender does; how many messages."""
        claimed = await self.outbox.claim()
        told = 0
        try:
            for _, several in itertools.groupby(claimed, key=lambda n: (n.recipient, n.kind)):
                told += await self._send(list(several))
        finally:
            self.outbox.let_go(claimed)
        return told

    async def _send(self, notices: list[Notice]) -> int:
        if not await self.outbox.begin(notices):
            return 0
        self._points.reached("claimed, not sent")
        about = [[notice.kind, str(notice.subject)] for notice in notices]
        message = await self._wire.ask("send", to=notices[0].recipient, about=about)
        self._points.reached("sent, not marked")
        await self.outbox.sent(notices, message)
        return len(notices)


async def serve(
    end: socket.socket, *, url: str, ahead_s: float = 0, loops: bool = True, acks: str | None = None
) -> None:
    """Serve until the wire closes. `loops`: it settles and sends by itself; the others as for House."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    engines, points = open_engines(url), Points()
    points.watch(engines)
    house: House

    async def answer(what: str, arguments: dict[str, Any]) -> Any:
        return await house.answer(what, arguments)

    wire = Wire(answer)
    house = House(engines, wire, points, ahead_s=ahead_s, acks=acks)
    tasks = []
    if loops:
        tasks += [
            asyncio.create_task(keep_doing("settle", house.do_settle, house.payments.pending, every_s=0.05)),
            asyncio.create_task(keep_doing("send", house.do_tell, house.wakes.outbox, every_s=0.05)),
            asyncio.create_task(keep_doing("sweep", house.do_sweep, asyncio.Event(), every_s=0.2)),
        ]
    with contextlib.suppress(Gone):
        await wire.open(end)
        await wire.run()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await engines.close()
