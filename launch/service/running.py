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
PLEDGE_SWEEP_EVERY_S: Final = 60.0
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
    parts = [_once(name, work, bell, every_s=every_s) for name, (work, bell, every_s) in done_once(services).items()]
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
        asyncio.create_task(services.leadership.while_leading(stop, *parts)),
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


def done_once(services: Services) -> dict[str, tuple[Callable[[], Awaitable[object]], asyncio.Event, float]]:
    """What only the leader does, by name: the work, what wakes it, and after how many seconds it is done anyway."""
    wakes = services.wakes
    return {
        "refunds": (services.refunds.sweep, wakes.refunds, REFUND_SWEEP_EVERY_S),
        "transfers": (services.transfers.sweep, wakes.transfers, TRANSFER_SWEEP_EVERY_S),
        "tabs": (services.tab_charges.sweep, wakes.tabs, TAB_SWEEP_EVERY_S),
        "pledges": (services.pledge_steps.sweep, wakes.pledges, PLEDGE_SWEEP_EVERY_S),
        "days": (services.day_steps.sweep, wakes.days, DAYS_EVERY_S),
        "invitations": (services.invitations.sweep, asyncio.Event(), INVITATIONS_EVERY_S),
        "day_watch": (services.day_watch.sweep, asyncio.Event(), DAY_WATCH_EVERY_S),
        "pools": (services.pool_steps.settle, asyncio.Event(), POOL_SETTLE_EVERY_S),
        "reconcile": (services.reconcile.daily, asyncio.Event(), RECONCILE_EVERY_S),
        "methods": (services.methods.sweep, wakes.methods, METHOD_SWEEP_EVERY_S),
        "seen": (services.updates.forget_old, asyncio.Event(), FORGET_EVERY_S),
        "rankings": (services.ranking_steps.sweep, asyncio.Event(), RANKINGS_EVERY_S),
        "reports": (services.day_reports.sweep, asyncio.Event(), REPORT_SWEEP_EVERY_S),
        "digests": (services.outbox.queue_digests, wakes.digests, DIGEST_EVERY_S),
    }


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
