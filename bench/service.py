"""The services as they are put together for real, on the paper rail, and an ear on what they log after a commit."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TextIO
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import event

import logs
from bench.rail import PaperRail
from bench.world import LIMITS, PRESETS
from giving.budgets import PaymentRules, Rate
from giving.matching import Fairness
from giving.money import Money
from giving.tabs import Terms
from services.alerts import AlertService
from services.giving_days import DaysOn
from services.guard_payments import PaymentGuard
from services.links import Links
from services.payments import PaymentService
from services.rails import Rails
from services.settlement import Matcher, Settler
from services.tabs import TabService
from services.tips import TipService
from services.wake import Wakes, keep_doing
from storage.engines import Engines
from storage.work import UnitOfWork

ZONE: Final = ZoneInfo("Asia/Shanghai")
TERMS: Final = Terms(Money(3_000, "CNY"), Money(10_000, "CNY"))
# Every budget is locked, decided and written as for real; the one of pay pages is never spent, as few donors here do
# what many do on a giving day.
RULES: Final = replace(PaymentRules(), links=Rate(1_000_000, timedelta(milliseconds=1)))
FAILURES: Final = frozenset(
    {"update_failed", "update_timed_out", "update_put_off", "update_given_up", "hook_not_stored"}
)  # fmt: skip


@dataclass(slots=True)
class Ear:
    """Hears `tips_offered` and `tips_paid`, logged after each commit: nothing inside is touched to measure."""

    waiting: dict[str, asyncio.Future[None]] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    batches: dict[str, int] = field(default_factory=dict)
    commits: int = 0
    failed: int = 0

    def hear(self, _logger: object, _method: str, said: Any) -> Any:
        """A structlog processor."""
        name = said.get("event")
        self.failed += name in FAILURES
        if name in ("tips_offered", "tips_paid"):
            self.items[name] = self.items.get(name, 0) + said["count"]
            self.batches[name] = self.batches.get(name, 0) + 1
            for tip in said["tips"] if name == "tips_paid" else ():
                if (future := self.waiting.pop(tip, None)) and not future.done():
                    future.set_result(None)
        return said

    def paid(self, tip: UUID) -> "asyncio.Future[None]":
        """Done once the tip is booked and committed."""
        return self.waiting.setdefault(str(tip), asyncio.get_running_loop().create_future())

    def batch(self, name: str) -> int:
        """How many were served by one commit, on average."""
        return max(1, round(self.items.get(name, 0) / max(1, self.batches.get(name, 0))))


@dataclass(frozen=True, slots=True)
class Service:
    """What a row drives."""

    unit: UnitOfWork
    tips: TipService
    payments: PaymentService
    ear: Ear


@contextlib.asynccontextmanager
async def service(engines: Engines) -> AsyncIterator[Service]:
    """Services on this database with the settling loop beside them, logging as in production, to nowhere."""
    ear = Ear()
    for engine in (engines.writer.sync_engine, engines.inline):
        if engine is not None:
            event.listen(engine, "commit", lambda _: setattr(ear, "commits", ear.commits + 1))
    unit = UnitOfWork(engines)
    payments, tips = paying(unit)
    before = structlog.get_config()
    with _nowhere() as nowhere:
        logs.configure("json", "info", nowhere)
        structlog.configure(processors=[ear.hear, *structlog.get_config()["processors"]])
        settling = asyncio.create_task(
            keep_doing("settle", payments.settle_pending, payments.pending, every_s=2.0), name="settle"
        )
        try:
            yield Service(unit, tips, payments, ear)
        finally:
            while not settling.done():  # up to Python 3.11 wait_for may swallow one cancellation
                settling.cancel()
                await asyncio.wait([settling], timeout=0.1)
            logs.configure("auto", "warning")
            structlog.configure(**before)


def paying(unit: UnitOfWork) -> tuple[PaymentService, TipService]:
    """As launch/service/building/paying.py has them, guard, alerts, tabs and giving days among them."""
    rails, wakes = Rails([PaperRail()], settle_at_minor=TERMS.settle_at.minor), Wakes()
    alerts = AlertService(owners=(), wakes=wakes)
    guard = PaymentGuard(unit, rails, rules=RULES, alerts=alerts)
    tabs = TabService(unit, rails, wakes=wakes, zone=ZONE, terms=TERMS)
    tips = TipService(
        unit, rails, Links("https://bench.example", "yizan_bot"), limits=LIMITS, presets=PRESETS, language="zh-CN",
        guard=guard, tabs=tabs, days=DaysOn(unit),
    )  # fmt: skip
    fairness = Fairness(usual=frozenset(preset.minor for preset in PRESETS))
    settler = Settler(
        unit, rails, wakes=wakes, digest_every=timedelta(minutes=10), guard=guard, alerts=alerts,
        matcher=Matcher(zone=ZONE, fairness=fairness, alerts=alerts),
    )  # fmt: skip
    return PaymentService(unit, rails.values(), settler), tips


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
