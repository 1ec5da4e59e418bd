"""Puts the pages, the hooks and the rules they share into one aiohttp application."""

import logging
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from web.about import AboutPages
from web.addresses import Addresses
from web.assets import Assets
from web.certificates import CertificatePages
from web.circles import CirclePages
from web.connections import Runner
from web.day_rankings import DayRankingPages
from web.day_reports import DayReportPages
from web.errors import ErrorPages
from web.health import HealthPages
from web.live import LivePages
from web.pages import Pages
from web.parts import WebParts
from web.pay import PayPage
from web.payments import PaymentHooks
from web.pools import PoolPages
from web.projects import ProjectPages
from web.rankings import RankingPages
from web.recaps import RecapPages
from web.receipts import ReceiptPages
from web.security import SecurityHeaders
from web.slots import SlotPages
from web.timing import timed

MOST_BYTES: Final = 256 * 1024
KEEPALIVE_S: Final = 30
SHUTDOWN_S: Final = 5
LINGERING_S: Final = 2


class _OurMistakes(logging.Filter):
    """Lets aiohttp log what went wrong here, not that somebody sent what is no HTTP."""

    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        return kind is None or not issubclass(kind, HttpProcessingError)


_OUR_MISTAKES: Final = _OurMistakes()


def create_app(parts: WebParts) -> web.Application:
    """The whole public site; it starts nothing and holds nothing that needs closing."""
    assets = Assets()
    pages = Pages(parts, assets)
    app = web.Application(
        client_max_size=MOST_BYTES,
        middlewares=[timed, ErrorPages(pages).middleware(), Addresses(parts.addresses).middleware()],
    )
    app.on_response_prepare.append(SecurityHeaders(parts.links.public_url))
    live = LivePages(parts, pages, parts.live) if parts.live is not None else None
    if live is not None:
        app.on_shutdown.append(live.close)
    app.add_routes(
        [
            *ProjectPages(parts, pages).routes(),
            *SlotPages(parts, pages).routes(),
            *(CirclePages(parts, pages, parts.circles).routes() if parts.circles else ()),
            *RankingPages(parts, pages).routes(),
            *ReceiptPages(parts, pages).routes(),
            *(PoolPages(parts, pages, parts.pools).routes() if parts.pools else ()),
            *AboutPages(parts, pages).routes(),
            *(CertificatePages(parts, pages, parts.certificates).routes() if parts.certificates else ()),
            *(RecapPages(parts, pages, parts.recaps).routes() if parts.recaps else ()),
            *(DayReportPages(parts, pages, parts.day_reports).routes() if parts.day_reports else ()),
            *(DayRankingPages(parts, pages, parts.live).routes() if parts.live else ()),
            *(live.routes() if live is not None else ()),
            *(PayPage(parts, pages, parts.pay).routes() if parts.pay else ()),
            *(parts.telegram.routes() if parts.telegram else ()),
            *PaymentHooks(parts.payments).routes(),
            *assets.routes(),
            *HealthPages(parts.health).routes(),
        ]
    )
    return app


def create_runner(app: web.Application) -> web.AppRunner:
    """The runner with the limits we want: idle and slow connections end, a shutdown waits a few seconds for answers,
    and bodies stay as they were signed (and as small). Signals are main.py's.
    """
    logger = logging.getLogger("web.server")
    logger.addFilter(_OUR_MISTAKES)
    return Runner(
        app,
        handle_signals=False,
        access_log=None,
        logger=logger,
        auto_decompress=False,
        keepalive_timeout=KEEPALIVE_S,
        lingering_time=LINGERING_S,
        shutdown_timeout=SHUTDOWN_S,
    )


__all__ = ["WebParts", "create_app", "create_runner"]
