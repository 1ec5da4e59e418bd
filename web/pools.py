"""`/pools/<id>`: a matching fund for anyone: its rule, what is used and left, and every gift it was added to."""

import csv
import io
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from aiohttp import web

from giving.errors import PoolUnknown
from giving.matching import Lottery
from giving.money import Money
from giving.names import clean
from giving.projects import Project
from services.matching import Entry, PoolCard, PoolViews
from texts.pools import rule_lines
from web.pages import TITLE_GRAPHEMES, Pages
from web.parts import WebParts

PAGE_SIZE: Final = 50
MOST_PAGES: Final = 100_000
COLUMNS: Final = ("receipt_end", "project", "paid_at", "matched_minor", "currency")


class PoolPages:
    """Funds that were signed; a draft can't be found."""

    def __init__(self, parts: WebParts, pages: Pages, pools: PoolViews) -> None:
        """Keep what the pages are made from."""
        self._parts, self._pages, self._pools = parts, pages, pools

    def routes(self) -> list[web.RouteDef]:
        """Where the pages are."""
        return [web.get("/pools/{id}.csv", self.table), web.get("/pools/{id}", self.pool)]

    async def pool(self, request: web.Request) -> web.Response:
        """One fund, its matched gifts a page at a time. Raises: PoolUnknown."""
        card = await self._pools.card(_id(request))
        pool, language = card.pool, self._pages.language(request)
        sponsor = card.sponsor or self._pages.say(request, "pool-sponsor-unnamed")
        return self._pages.answer(
            request,
            "pool.html",
            title=self._pages.say(request, "web-pool-title", title=clean(pool.title(language), most=TITLE_GRAPHEMES)),
            description=self._pages.say(request, "web-pool-description"),
            heading=pool.title(language),
            card=card,
            pool=pool,
            sponsor=sponsor,
            rules=rule_lines(self._parts.texts, language, pool),
            percent=100 * pool.used.minor // pool.committed.minor,
            lottery=pool.rule if isinstance(pool.rule, Lottery) else None,
            span=_span(pool.rule) if isinstance(pool.rule, Lottery) else 0,
            windows=[
                (window, Money(window.part_minor, pool.currency), Money(window.used_minor, pool.currency))
                for window in pool.windows
            ],
            by_project=_by_project(card),
            entries=await self._pools.entries(pool.id, page=_page_number(request), size=PAGE_SIZE),
            here=f"/pools/{pool.id}",
        )

    async def table(self, request: web.Request) -> web.StreamResponse:
        """Every matched gift as CSV, however many there are. Raises: PoolUnknown."""
        card = await self._pools.card(_id(request))
        name = f"pool-{card.pool.id}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Robots-Tag": "noindex"}
        response = web.StreamResponse(headers=headers)
        response.content_type, response.charset = "text/csv", "utf-8"
        await response.prepare(request)
        await response.write(_csv([COLUMNS]))
        async for some in self._pools.every_entry(card.pool.id):
            await response.write(_csv([self._row(card, entry) for entry in some]))
        await response.write_eof()
        return response

    @staticmethod
    def _row(card: PoolCard, entry: Entry) -> tuple[str, ...]:
        minor = "" if entry.amount is None else str(entry.amount.minor)
        paid_at = entry.paid_at.isoformat(timespec="minutes")
        return entry.receipt_end, entry.project.slug, paid_at, minor, card.pool.currency


def _id(request: web.Request) -> UUID:
    """In its one form. Raises: PoolUnknown."""
    text = request.match_info["id"]
    try:
        found = UUID(text)
    except ValueError:
        raise PoolUnknown from None
    if str(found) != text:
        raise PoolUnknown
    return found


def _span(rule: Lottery) -> int:
    return rule.most_minor - rule.least_minor + 1


def _by_project(card: PoolCard) -> list[tuple[Project, Money, Money]]:
    """The largest first."""
    found = [(card.names[project], *sums) for project, sums in card.by_project.items() if project in card.names]
    return sorted(found, key=lambda row: (-row[1].minor - row[2].minor, row[0].slug))


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _page_number(request: web.Request) -> int:
    """From 0; what can't be a page is the first. In addresses pages count from 1."""
    typed = request.query.get("page", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 6):
        return 0
    return min(max(int(typed), 1), MOST_PAGES) - 1
