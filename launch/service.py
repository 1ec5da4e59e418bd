"""Puts the service together from settings, runs it, and takes it down in the order in which nothing is lost."""

import asyncio
import contextlib
import errno
import gc
import hashlib
import hmac
import importlib
import signal
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web
from sqlalchemy.exc import DBAPIError

from giving.creators import BotRights
from giving.money import Money
from giving.quiet import QuietHours
from giving.tips import Limits
from launch import collector
from launch.failures import StartFailed
from launch.stopping import WEB_S, Stopping
from payments.provider import Rail
from payments.sandbox import SandboxRail
from services.audit import AuditService
from services.carriers import CarrierService
from services.cleanups import CleanupService
from services.counters import CounterService
from services.creator_watch import CreatorWatch
from services.creators import ChatRights, CreatorService
from services.dialogs import DialogService
from services.groups import GroupService
from services.handover import HandoverService
from services.links import Links
from services.metrics import MetricsService
from services.operator import Operator
from services.outbox import OutboxService
from services.payments import PaymentService
from services.people import PeopleService
from services.privacy import PrivacyService
from services.projects import ProjectService
from services.refunds import RefundService
from services.settlement import Settler
from services.slots import SlotService
from services.thanks import ThanksService
from services.tips import TipService
from services.updates import UpdateService
from services.wake import Wakes, keep_doing
from settings import Settings
from storage import revision
from storage.engines import DatabaseUrlWrong, Engines, open_engines
from storage.work import UnitOfWork
from texts import Texts
from web.app import WebParts, create_app, create_runner
from web.metrics import create_metrics_app
from web.telegram import TelegramHook

if TYPE_CHECKING:
    from launch.telegram import Telegram

log = structlog.get_logger()
LOCALES: Final = Path(__file__).parent.parent / "locales"
SETTLE_EVERY_S: Final = 2.0
DIGEST_EVERY_S: Final = 2.0
REFUND_SWEEP_EVERY_S: Final = 60.0
FORGET_EVERY_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Services:
    """Every service of one process, on one database."""

    unit: UnitOfWork
    rails: dict[str, Rail]
    texts: Texts
    links: Links
    people: PeopleService
    audit: AuditService
    projects: ProjectService
    creators: CreatorService
    watch: CreatorWatch
    handovers: HandoverService
    slots: SlotService
    thanks: ThanksService
    tips: TipService
    refunds: RefundService
    privacy: PrivacyService
    payments: PaymentService
    outbox: OutboxService
    counters: CounterService
    dialogs: DialogService
    groups: GroupService
    carriers: CarrierService
    cleanups: CleanupService
    updates: UpdateService
    wakes: Wakes
    operator: Operator

    async def close(self) -> None:
        """Close the rails' connections."""
        for rail in self.rails.values():
            await rail.close()


def rails_of(settings: Settings) -> dict[str, Rail]:
    """The rails that are switched on by name."""
    rails: dict[str, Rail] = {}
    if "sandbox" in settings.rails.enabled:
        sandbox = settings.rails.sandbox
        rails["sandbox"] = SandboxRail(
            api_base=sandbox.api_base,
            key=sandbox.key.get_secret_value() if sandbox.key else "",
            webhook_secret=sandbox.webhook_secret.get_secret_value() if sandbox.webhook_secret else "",
        )
    return rails


def build_services(settings: Settings, engines: Engines, rights: ChatRights) -> Services:
    """The services, wired; nothing is started and no network is touched."""
    unit, wakes, zone = UnitOfWork(engines), Wakes(), ZoneInfo(settings.timezone)
    language, currency = settings.language, settings.tips.currency
    links = Links(settings.web.link_base)
    rails = rails_of(settings)
    rail = next(iter(rails.values()), None)
    digest_every = timedelta(seconds=settings.notices.digest_every_s)
    limits = Limits(Money(settings.tips.least_minor, currency), Money(settings.tips.most_minor, currency))
    presets = [Money(minor, currency) for minor in settings.tips.presets_minor]
    tips = TipService(unit, rail, links, limits=limits, presets=presets, language=language)
    people = PeopleService(unit, owners=settings.owners)
    quiet = QuietHours(*settings.quiet, zone) if settings.quiet else None
    watch = CreatorWatch(unit, rights, wakes=wakes, quiet=quiet)
    creators = CreatorService(unit, rights, zone=zone, currency=currency, language=language, watch=watch)
    return Services(
        unit=unit,
        rails=rails,
        texts=Texts.load(LOCALES, default=language, zone=zone),
        links=links,
        people=people,
        audit=AuditService(unit, people),
        projects=ProjectService(unit),
        creators=creators,
        watch=watch,
        handovers=HandoverService(unit, rights, creators, watch, wakes=wakes, quiet=quiet),
        slots=SlotService(unit, language=language),
        thanks=ThanksService(unit, creators, wakes=wakes, quiet=quiet),
        tips=tips,
        refunds=RefundService(unit, rail, tips),
        privacy=PrivacyService(unit, rail),
        payments=PaymentService(unit, rails.values(), Settler(unit, rails, wakes=wakes, digest_every=digest_every)),
        outbox=OutboxService(unit, tips, wakes=wakes, quiet=quiet, language=language, currency=currency),
        counters=CounterService(unit, wakes=wakes, every=timedelta(seconds=settings.notices.counter_every_s)),
        dialogs=DialogService(unit),
        groups=GroupService(unit, rights, creators, watch=watch),
        carriers=CarrierService(unit, wakes=wakes, quiet=quiet),
        cleanups=CleanupService(unit),
        updates=UpdateService(unit),
        wakes=wakes,
        operator=Operator(settings.legal.operator, settings.legal.basis, settings.legal.contact),
    )


async def prepare_database(engines: Engines) -> None:
    """A new database gets its schema; one of another version is refused. Raises: StartFailed."""
    try:
        at = await revision.current(engines)
        if at is None:
            from storage import migrate  # loads Alembic, for a new database only

            await migrate.upgrade(engines)
            log.info("database_made", revision=revision.HEAD)
        elif at not in revision.REVISIONS:
            raise StartFailed(f"the database is at {at}, made by a newer Yizan: start that one, or restore a backup")
        elif at != revision.HEAD:
            raise StartFailed(
                f"the database is at {at}, this Yizan needs {revision.HEAD}: run python main.py db upgrade"
            )
    except (DBAPIError, OSError, TimeoutError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()
        raise StartFailed(f"database.url: can't be used: {reason[0] if reason else type(error).__name__}") from None


def hook_of(settings: Settings) -> TelegramHook | None:
    """Where Telegram brings updates, if it does; known by the operator's own secret, or by one made from the token."""
    if not settings.webhook or settings.telegram.token is None:
        return None
    if settings.telegram.secret_token is not None:
        return TelegramHook(settings.telegram.secret_token.get_secret_value())
    token = settings.telegram.token.get_secret_value().encode()
    return TelegramHook(hmac.new(token, b"yizan telegram webhook", hashlib.sha256).hexdigest())


async def start_web(
    services: Services, settings: Settings, listening: socket.socket | None, hook: TelegramHook | None
) -> web.AppRunner:
    """Serve pages and webhooks. Raises: StartFailed (the port is taken)."""
    parts = WebParts(
        projects=services.projects,
        slots=services.slots,
        tips=services.tips,
        payments=services.payments,
        texts=services.texts,
        links=services.links,
        default_language=settings.language,
        test_money=services.tips.test_money,
        legal_basis=services.operator.basis,
        contact=services.operator.contact,
        operator=services.operator.name,
        telegram=hook,
    )
    runner = create_runner(create_app(parts))
    await runner.setup()
    try:
        if listening is not None:
            await web.SockSite(runner, listening).start()
        else:
            await web.TCPSite(runner, settings.web.host, settings.web.port).start()
    except OSError as error:
        await runner.cleanup()
        if error.errno == errno.EADDRINUSE:
            raise StartFailed(f"web.port: {settings.web.port} is in use: choose another (YIZAN_WEB__PORT=…)") from None
        raise StartFailed(f"web.host: {settings.web.host}: {error.strerror}") from None
    return runner


@contextlib.asynccontextmanager
async def metrics_site(services: Services, settings: Settings) -> AsyncIterator[None]:
    """Serve /metrics on its own port, where one is set. Raises: StartFailed (the port is taken)."""
    if not settings.web.metrics_port:
        yield
        return
    runner = create_runner(create_metrics_app(MetricsService(services.unit)))
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.web.metrics_host, settings.web.metrics_port).start()
        except OSError as error:
            raise StartFailed(f"web.metrics_port: {settings.web.metrics_port}: {error.strerror}") from None
        yield
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def loops(services: Services) -> AsyncIterator[None]:
    """What goes on beside the updates: settling what the inbox holds, queueing digests."""
    services.payments.pending.set()
    running = [
        asyncio.create_task(
            keep_doing("settle", services.payments.settle_pending, services.payments.pending, every_s=SETTLE_EVERY_S)
        ),
        asyncio.create_task(
            keep_doing("refunds", services.refunds.sweep, asyncio.Event(), every_s=REFUND_SWEEP_EVERY_S)
        ),
        asyncio.create_task(keep_doing("seen", services.updates.forget_old, asyncio.Event(), every_s=FORGET_EVERY_S)),
        asyncio.create_task(
            keep_doing("digests", services.outbox.queue_digests, services.wakes.digests, every_s=DIGEST_EVERY_S)
        ),
    ]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


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
    stopping = Stopping()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.ask)
    try:
        engines = open_engines(settings.database.url)
    except DatabaseUrlWrong as error:
        raise StartFailed(str(error)) from None
    try:
        await prepare_database(engines)
        rights = LateRights()
        services = build_services(settings, engines, rights)
        services.links.chat_page = chat_page
        hook = hook_of(settings)
        runner = await start_web(services, settings, listening, hook)
        if not settings.web.public_url:
            port = runner.addresses[0][1]  # web.port 0 took a free one
            services.links.public_url = settings.web.link_base.rpartition(":")[0] + f":{port}"
        try:
            async with metrics_site(services, settings), loops(services):
                telegram = await _telegram(settings, services, rights, hook)
                try:
                    await telegram.run(stopping, on_ready)
                finally:
                    await telegram.close()
                    log.info("stopping")
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(stopping.left(WEB_S)):
                    await runner.cleanup()
            await services.close()
    finally:
        # Last of all: whatever was in hand has been committed by now.
        await engines.close()
        gc.freeze()  # a heap of models is torn down a second faster when it is not searched for rubbish first


async def _telegram(
    settings: Settings, services: Services, rights: "LateRights", hook: TelegramHook | None
) -> "Telegram":
    """Importing aiogram takes seconds: in a thread, so that the pages answer meanwhile. Raises: StartFailed."""
    module = await asyncio.to_thread(importlib.import_module, "launch.telegram")
    collector.calm()
    built: Telegram = module.Telegram(settings, services, hook)
    rights.asks = built.rights
    return built


class LateRights:
    """Stands for the bot's rights until the bot is there; nobody can ask before it listens."""

    asks: ChatRights

    async def is_administrator(self, chat: int, user: int) -> bool:
        """Ask Telegram."""
        return await self.asks.is_administrator(chat, user)

    async def of_bot(self, chat: int) -> BotRights:
        """Ask Telegram."""
        return await self.asks.of_bot(chat)

    async def has_lost(self, chat: int, user: int) -> bool:
        """Ask Telegram."""
        return await self.asks.has_lost(chat, user)

    async def administrators_of(self, chat: int) -> tuple[int, ...]:
        """Ask Telegram."""
        return await self.asks.administrators_of(chat)

    async def chat_named(self, username: str) -> int | None:
        """Ask Telegram."""
        return await self.asks.chat_named(username)
