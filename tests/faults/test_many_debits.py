"""Monthly gifts due as fast as 100,000 in an hour, a rail at 25 a second, one card in ten declined; simulated time.

The real steps, settlement and senders on a real database, against a provider and a Telegram of ours that keep their
limits: by the end of the day each is settled or waits to be tried again, none was charged twice, and receipts leave.

`YIZAN_DEBITS=100000` plays the whole hour, which takes hours on an engine; without it only its first minutes are due.
"""

import asyncio
import os
import random
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import Table, func, insert, select

from bot.build import build_bot
from bot.outbox import OutboxSender
from bot.sending import Limiter
from giving.notices import NoticeKind
from giving.payments import EventKind, SavedMethod
from giving.pledges import InstalmentState, Month, instalment_id
from payments.provider import Declined, PaymentIntent, PaymentLink, RailDown
from services.links import Links
from services.outbox import OutboxService
from services.payments import PaymentService
from services.pledges import Means, PledgeSteps
from services.pledges.telling import key_of_notice
from services.rails import Rails
from services.settlement import Settler
from services.tabs import TabService
from services.tips import TipService
from services.wake import Wakes
from storage.engines import open_engines
from storage.ids import new_id
from storage.tables import instalments, methods, outbox, people, pledges
from tests.bot.telegram import TOKEN
from tests.faults.books import verified
from tests.faults.fast import CountedUnit, FastLoop, run
from tests.faults.house import LIMITS, SIGNED, TERMS
from tests.faults.results import FULL, note
from tests.faults.test_receipts_first import LimitedTelegram, render
from tests.rails import event
from tests.services.test_tabs import CardRail
from tests.world import SHANGHAI, World, make_world

ROW: Final = "monthly gifts due as fast as 100,000 in an hour, one card in ten declined (simulated time)"
COUNT: Final = int(os.environ.get("YIZAN_DEBITS") or (4_000 if FULL else 400))
WITHIN_S: Final = COUNT * 3600 / 100_000
RAIL_PER_S: Final = 25
MINOR: Final = 2_000
SWEEP_EVERY_S: Final = 60.0  # as launch/service/running.py has it
MONTH: Final = Month(2026, 11)
MOST_WAIT_S: Final = 20.0
DAY_S: Final = 86_400.0


@dataclass
class BusyRail(CardRail):
    """Takes 0.4 s for a charge, and 25 a second at most; a card in ten is declined, always the same ones."""

    books: dict[str, UUID] = field(default_factory=dict)  # by key
    lately: deque[float] = field(default_factory=deque)
    over: int = 0
    declined: set[str] = field(default_factory=set)
    told: list["asyncio.Task[None]"] = field(default_factory=list)
    payments: PaymentService | None = None

    def __post_init__(self) -> None:
        super().__init__()

    async def charge_saved(self, intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        now = asyncio.get_running_loop().time()
        while self.lately and self.lately[0] <= now - 1:
            self.lately.popleft()
        if len(self.lately) >= RAIL_PER_S:
            self.over += 1
            raise RailDown
        self.lately.append(now)
        await asyncio.sleep(0.4)
        if method.method.endswith("0"):
            self.declined.add(key)
            raise Declined("card_declined")
        if key not in self.books:
            self.books[key] = intent.reference
            self.told.append(asyncio.create_task(self._tell(intent)))
        return PaymentLink(f"pi_{intent.reference.hex}", "")

    async def _tell(self, intent: PaymentIntent) -> None:
        """Its event comes after a moment, and again after another."""
        charge = f"pi_{intent.reference.hex}"
        body = event(EventKind.PAID, intent.reference, f"evt_{charge}", their_id=charge, minor=MINOR, fee=3)
        for pause in (1.5, 4.0):
            await asyncio.sleep(pause)
            assert self.payments is not None
            await self.payments.receive(self.name, body, SIGNED)


async def sown(world: World, due_at: Sequence[datetime], now: datetime) -> None:
    """So many donors with a card each, and a month that is announced and due."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("people", "methods", "pledges", "months", "told")}
    for number, due in enumerate(due_at):
        donor, pledge = new_id(), new_id()
        month = instalment_id(pledge, MONTH)
        rows["people"].append(
            {"id": donor, "telegram_id": 10_000 + number, "name": "P", "visibility": "anonymous", "met_at": now,
             "started_at": now, "language_code": "en", "asked_at": now}
        )  # fmt: skip
        rows["methods"].append(
            {"id": new_id(), "donor_id": donor, "organisation_id": world.library.organisation.id, "rail": "card",
             "customer": "cus", "method": f"pm_{number}", "label": "Visa", "asked_at": now, "saved_at": now}
        )  # fmt: skip
        rows["pledges"].append(
            {"id": pledge, "donor_id": donor, "amount_minor": MINOR, "currency": "CNY", "day": 30, "way": "saved",
             "rail": "card", "visibility": "anonymous", "every": 1, "project_id": world.library.id, "state": "active",
             "first": str(MONTH), "began_at": now, "due_at": None, "key": str(pledge)}
        )  # fmt: skip
        rows["months"].append(
            {"id": month, "pledge_id": pledge, "donor_id": donor, "project_id": world.library.id, "month": str(MONTH),
             "amount_minor": MINOR, "currency": "CNY", "way": "saved", "state": "announced", "tries": 0, "debits": 0,
             "due_at": due, "step_at": due}
        )  # fmt: skip
        sent = now - timedelta(days=7)
        kind = NoticeKind.PLEDGE_ANNOUNCED
        rows["told"].append(
            {"id": new_id(), "dedupe_key": key_of_notice(kind, month), "kind": kind, "priority": 2,
             "person_id": donor, "subject_id": month, "state": "sent", "due_at": sent, "attempts": 1,
             "queued_at": sent, "sent_at": sent}
        )  # fmt: skip
    tables: Iterable[tuple[str, Table]] = (
        ("people", people), ("methods", methods), ("pledges", pledges), ("months", instalments), ("told", outbox),
    )  # fmt: skip
    for name, table in tables:
        for first in range(0, len(rows[name]), 1000):
            async with world.unit() as work:
                await work.connection.execute(insert(table), rows[name][first : first + 1000])


@dataclass
class Morning:
    """What came of it."""

    rail: BusyRail
    states: Counter[str]
    took_s: float
    waits_s: list[float]
    refused: int
    credited: int


async def morning(url: str) -> Morning:
    """All of them fall due; until nothing is at the rail any more and every message has left."""
    loop = cast(FastLoop, asyncio.get_running_loop())
    engines = open_engines(url)
    unit = CountedUnit(engines)
    world, wakes, rail, telegram = await make_world(unit), Wakes(), BusyRail(), LimitedTelegram()
    start = loop.wall()
    chance = random.Random(7)
    await sown(world, [start + timedelta(seconds=chance.uniform(0, WITHIN_S)) for _ in range(COUNT)], start)
    rails, links, now = Rails([rail]), Links("http://127.0.0.1:8081", "yizan_bot"), loop.wall
    tabs = TabService(unit, rails, wakes=wakes, zone=SHANGHAI, terms=TERMS, now=now)
    tips = TipService(unit, rails, links, limits=LIMITS, presets=(), language="en", tabs=tabs, now=now)
    settler = Settler(unit, rails, wakes=wakes, digest_every=timedelta(minutes=10), now=now)
    rail.payments = PaymentService(unit, [rail], settler)
    service = OutboxService(unit, tips, wakes=wakes, quiet=None, language="en", currency="CNY", now=now)
    means = Means(unit, unit, rails, links, wakes, SHANGHAI, None, "en", now)
    steps = PledgeSteps(means, tips.pay, tabs)
    app = web.Application()
    app.router.add_post(f"/bot{TOKEN}/sendMessage", telegram.answer)
    stop, began = asyncio.Event(), loop.time()
    async with TestServer(app) as server:
        bot = build_bot(TOKEN, str(server.make_url("")).rstrip("/"), Limiter())
        sender = asyncio.create_task(OutboxSender(bot, service, cast(Any, None), links, render).run(stop))
        while await left(world) and loop.time() - began < DAY_S:
            await steps.sweep()
            await asyncio.sleep(SWEEP_EVERY_S)
        took_s = loop.time() - began
        await asyncio.gather(*rail.told)
        await steps.sweep()
        while await unsent(world):
            await asyncio.sleep(1)
        stop.set()
        await sender
        await bot.session.close()
    waits = await receipts(world, telegram, loop)
    async with unit.read() as work:
        found = await work.connection.execute(
            select(instalments.c.state, func.count().label("n")).group_by(instalments.c.state)
        )
        states = Counter({row.state: row.n for row in found})
        credited = -(await work.ledger.balance(f"project:{world.library.id}:credited")).minor
    await verified(unit)
    await engines.close()
    return Morning(rail, states, took_s, waits, telegram.refused, credited)


async def left(world: World) -> bool:
    open_ = (InstalmentState.ANNOUNCED, InstalmentState.CHARGING)
    async with world.unit.read() as work:
        some = select(instalments.c.id).where(instalments.c.state.in_(open_)).limit(1)
        return await work.connection.scalar(some) is not None


async def unsent(world: World) -> bool:
    async with world.unit.read() as work:
        return bool(await work.connection.scalar(select(outbox.c.id).where(outbox.c.state == "queued").limit(1)))


async def receipts(world: World, telegram: LimitedTelegram, loop: FastLoop) -> list[float]:
    """How long each waited between its commit and Telegram."""
    kind = outbox.c.kind == NoticeKind.RECEIPT
    async with world.unit.read() as work:
        rows = (await work.connection.execute(select(outbox.c.subject_id, outbox.c.queued_at).where(kind))).all()
    offset = loop.wall().timestamp() - loop.time()
    return [telegram.arrived[str(row.subject_id)] - (row.queued_at.timestamp() - offset) for row in rows]


def test_all_are_settled_or_tried_again_by_the_end_of_the_day_none_twice_and_receipts_leave(
    database_url: str, dialect: str
) -> None:
    found = run(morning(database_url))
    rail, states = found.rail, found.states
    paid, again = states[InstalmentState.PAID], states[InstalmentState.RETRY]
    note(
        ROW, engine=dialect, instalments=COUNT, paid=paid, tried_again_later=again, minutes=round(found.took_s / 60, 1),
        charged_twice=len(rail.books) - len(set(rail.books.values())), over_the_rails_limit=rail.over,
        longest_wait_of_a_receipt_s=round(max(found.waits_s), 1),
    )  # fmt: skip
    assert paid + again == COUNT, f"left: {states}"
    assert again == COUNT // 10
    assert len(rail.books) == len(set(rail.books.values())) == paid, "one charge each"
    assert found.credited == paid * MINOR
    assert rail.over == 0, "the rail's limit is kept"
    assert found.refused == 0, "Telegram's too"
    assert found.took_s < DAY_S
    assert len(found.waits_s) == paid
    assert max(found.waits_s) <= MOST_WAIT_S, "receipts do not starve"
