"""What the service serves over HTTP: pages, webhooks, and metrics on a port of their own."""

import asyncio
import contextlib
import errno
import hashlib
import hmac
import socket
from collections.abc import AsyncIterator

from aiohttp import web

import logs
from launch.failures import StartFailed
from launch.service.building import Services
from launch.service.limits import address_rules
from launch.stopping import WEB_S, Stopping
from launch.version import VERSION, commit
from services.metrics import LOG_LINES_LEFT_OUT, YIZAN, MetricsService
from services.rails.pay_pages import PayPages
from settings import Settings
from storage import revision
from web.app import WebParts, create_app, create_runner
from web.metrics import create_metrics_app
from web.telegram import TelegramHook


def hook_of(settings: Settings) -> TelegramHook | None:
    """Where Telegram brings updates, if it does; known by the operator's own secret, or by one made from the token."""
    if not settings.webhook or settings.telegram.token is None:
        return None
    if settings.telegram.secret_token is not None:
        return TelegramHook(settings.telegram.secret_token.get_secret_value())
    token = settings.telegram.token.get_secret_value().encode()
    return TelegramHook(hmac.new(token, b"yizan telegram webhook", hashlib.sha256).hexdigest())


@contextlib.asynccontextmanager
async def pages(
    services: Services, settings: Settings, listening: socket.socket | None, hook: TelegramHook | None,
    stopping: Stopping,
) -> AsyncIterator[None]:  # fmt: skip
    """Pages and webhooks, at whatever port they found; open requests get what is left of the time to stop.

    Raises: StartFailed (the port is taken).
    """
    runner = await start_web(services, settings, listening, hook)
    if not settings.web.public_url:
        port = runner.addresses[0][1]  # web.port 0 took a free one
        services.links.public_url = settings.web.link_base.rpartition(":")[0] + f":{port}"
    try:
        yield
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(stopping.left(WEB_S)):
                await runner.cleanup()


async def start_web(
    services: Services, settings: Settings, listening: socket.socket | None, hook: TelegramHook | None
) -> web.AppRunner:
    """Serve pages and webhooks. Raises: StartFailed (the port is taken)."""
    parts = WebParts(
        projects=services.projects,
        slots=services.slots,
        rankings=services.rankings,
        tips=services.tips,
        payments=services.payments,
        pools=services.pool_views,
        texts=services.texts,
        links=services.links,
        default_language=settings.language,
        test_money=services.tips.test_money,
        legal_basis=services.operator.basis,
        contact=services.operator.contact,
        operator=services.operator.name,
        telegram=hook,
        health=services.health,
        pay=PayPages(services.unit, services.rails),
        day_reports=services.day_reports,
        circles=services.circles,
        whys=services.whys,
        news=services.news,
        certificates=services.certificates,
        recaps=services.recaps,
        live=services.live_days,
        most_listeners=settings.giving_days.live_listeners,
        addresses=address_rules(settings),
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
    """Serve /metrics, /healthz and /readyz on their own port, where one is set. Raises: StartFailed (it is taken)."""
    if not settings.web.metrics_port:
        yield
        return
    YIZAN.labels(VERSION, commit()[:12], revision.HEAD).set(1)
    LOG_LINES_LEFT_OUT.set_function(logs.left_out)
    runner = create_runner(create_metrics_app(MetricsService(services.unit, rails=services.rails), services.health))
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.web.metrics_host, settings.web.metrics_port).start()
        except OSError as error:
            raise StartFailed(f"web.metrics_port: {settings.web.metrics_port}: {error.strerror}") from None
        yield
    finally:
        await runner.cleanup()
