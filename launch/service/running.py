"""Runs the service, and takes it down in the order in which nothing is lost: bot, loops, pages, database."""

import asyncio
import contextlib
import gc
import importlib
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Final

import structlog

from launch import collector
from launch.service.building import LateRights, Services, build_services
from launch.service.database import database
from launch.service.pages import hook_of, metrics_site, pages
from launch.stopping import BOT_S, StoppedEarly, Stopping
from launch.supervisor import Supervisor, supervised
from services.clock_watch import WATCH_EVERY_S, ClockWatch
from services.leadership import NotLeading, Part
from services.wake import keep_doing
from settings import Settings
from web.telegram import TelegramHook

if TYPE_CHECKING:
    from launch.telegram import Telegram

log = structlog.get_logger()
SETTLE_EVERY_S: Final = 2.0
DIGEST_EVERY_S: Final = 2.0
REFUND_SWEEP_EVERY_S: Final = 60.0
TRANSFER_SWEEP_EVERY_S: Final = 60.0
PAYMENT_SWEEP_EVERY_S: Final = 60.0
TAB_SWEEP_EVERY_S: Final = 60.0
REPORT_SWEEP_EVERY_S: Final = 10.0
DAY_WATCH_EVERY_S: Final = 3.0
INVITATIONS_EVERY_S: Final = 5.0
POOL_SETTLE_EVERY_S: Final = 300.0
METHOD_SWEEP_EVERY_S: Final = 60.0
RECONCILE_EVERY_S: Final = 300.0  # whether it is due; it is done once a day
DAYS_EVERY_S: Final = 5.0
RANKINGS_EVERY_S: Final = 20.0  # a longer count is followed by a longer rest
FORGET_EVERY_S: Final = 3600.0
FORGET_BUDGETS_EVERY_S: Final = 600.0


async def serve(
    settings: Settings,
    *,
    listening: socket.socket | None = None,
    chat_page: str = "",
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Run until SIGTERM or SIGINT: pages first, then (once aiogram is loaded behind them) the bot.

    `listening`: an open socket instead of web.host and web.port. `chat_page`: where our pages lead instead of t.me.
    `on_ready` gets the bot's username once it listens. Raises: StartFailed.
    """
    stopping, supervisor = Stopping(settings.web.drain_s), Supervisor()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.ask)
    try:
        async with database(settings, stopping, supervisor) as engines:
            rights, hook = LateRights(), hook_of(settings)
            services = build_services(settings, engines, rights)
            services.links.chat_page = chat_page
            stopping.told.append(services.health.stop)
            async with (
                contextlib.aclosing(services),
                pages(services, settings, listening, hook, stopping),
                metrics_site(services, settings),
                supervised(stopping, supervisor),
                loops(services, stopping),
            ):
                telegram = await _telegram(settings, services, rights, hook)
                services.health.started()
                try:
                    await telegram.run(stopping, on_ready)
                finally:
                    await telegram.close()
                    log.info("stopping")
    except StoppedEarly:
        log.info("stopping")
    finally:
        gc.freeze()  # a heap of models is torn down a second faster when it is not searched for rubbish first


async def _telegram(
    settings: Settings, services: Services, rights: LateRights, hook: TelegramHook | None
) -> "Telegram":
    """Importing aiogram takes seconds: in a thread, so that the pages answer meanwhile. Raises: StartFailed."""
    module = await asyncio.to_thread(importlib.import_module, "launch.telegram")
    collector.calm()
    built: Telegram = module.Telegram(settings, services, hook)
    rights.asks = built.rights
    return built


@contextlib.asynccontextmanager
async def loops(services: Services, stopping: Stopping) -> AsyncIterator[None]:
    """What goes on beside the updates: leading, settling what the inbox holds, and what only the leader does.

    Every process settles: its own bell tells it what it left in the inbox, and another one's events are skipped.
    """
    services.payments.pending.set()
    stop = stopping.event
    leading = asyncio.create_task(services.leadership.run(stop))
    running = [
        asyncio.create_task(
            keep_doing("settle", services.payments.settle_pending, services.payments.pending, every_s=SETTLE_EVERY_S)
        ),
        asyncio.create_task(
            keep_doing("payments", services.sweep.sweep, services.wakes.look_ups, every_s=PAYMENT_SWEEP_EVERY_S)
        ),
        asyncio.create_task(keep_doing("clock", ClockWatch().look, asyncio.Event(), every_s=WATCH_EVERY_S)),
        asyncio.create_task(
            keep_doing("budgets", services.guard.forget_old, asyncio.Event(), every_s=FORGET_BUDGETS_EVERY_S)
        ),
        asyncio.create_task(
            services.leadership.while_leading(
                stop,
                _once("refunds", services.refunds.sweep, services.wakes.refunds, every_s=REFUND_SWEEP_EVERY_S),
                _once("transfers", services.transfers.sweep, services.wakes.transfers, every_s=TRANSFER_SWEEP_EVERY_S),
                _once("tabs", services.tab_charges.sweep, services.wakes.tabs, every_s=TAB_SWEEP_EVERY_S),
                _once("days", services.day_steps.sweep, services.wakes.days, every_s=DAYS_EVERY_S),
                _once("invitations", services.invitations.sweep, asyncio.Event(), every_s=INVITATIONS_EVERY_S),
                _once("day_watch", services.day_watch.sweep, asyncio.Event(), every_s=DAY_WATCH_EVERY_S),
                _once("pools", services.pool_steps.settle, asyncio.Event(), every_s=POOL_SETTLE_EVERY_S),
                _once("reconcile", services.reconcile.daily, asyncio.Event(), every_s=RECONCILE_EVERY_S),
                _once("methods", services.methods.sweep, services.wakes.methods, every_s=METHOD_SWEEP_EVERY_S),
                _once("seen", services.updates.forget_old, asyncio.Event(), every_s=FORGET_EVERY_S),
                _once("rankings", services.ranking_steps.sweep, asyncio.Event(), every_s=RANKINGS_EVERY_S),
                _once("reports", services.day_reports.sweep, asyncio.Event(), every_s=REPORT_SWEEP_EVERY_S),
                _once("digests", services.outbox.queue_digests, services.wakes.digests, every_s=DIGEST_EVERY_S),
            )
        ),
    ]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if stop.is_set():  # it is giving the lease back, or has: not in the middle of that
            await asyncio.wait((leading,), timeout=stopping.left(BOT_S))
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)


def _once(name: str, work: Callable[[], Awaitable[object]], bell: asyncio.Event, *, every_s: float) -> Part:
    """A loop that only the leader keeps: it is broken off when the term ends, all it writes being one commit."""

    async def quietly() -> None:
        with contextlib.suppress(NotLeading):  # it is told of where the lease is
            await work()

    async def part(ended: asyncio.Event) -> None:
        doing = asyncio.create_task(keep_doing(name, quietly, bell, every_s=every_s))
        try:
            await ended.wait()
        finally:
            doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)

    return part
