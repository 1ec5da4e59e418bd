"""`/d/<slug>`: a giving day as it goes; `/d/<slug>/live` tells browsers how it goes on, `/d/<slug>.json` programs.

The page says everything without a script. With one it moves: each event is the page's figures anew, as they would be
on a page that is loaded at this moment, in the reader's language.
"""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from aiohttp import web
from prometheus_client import Counter as Counted

from giving.giving_days import DayStanding, DayState, GivingDay, Left, PoolShare, left, turned
from giving.ids import token_of
from giving.money import Money
from giving.names import clean
from services.clock import Clock, utc_now
from services.giving_days.live import Listener, LiveDays
from texts.day_pools import how, sponsor_of
from web.addresses import address_of
from web.language import named_language
from web.pages import TITLE_GRAPHEMES, Pages
from web.parts import WebParts
from web.timing import STREAM

log = structlog.get_logger()
MOST_SLUG: Final = 64
DESCRIPTION_GRAPHEMES: Final = 160
HEARTBEAT_S: Final = 15.0
WRITE_S: Final = 10.0  # a reader that takes nothing for so long is gone
MOST_FROM_ONE: Final = 20  # of one address: a household, an office, a few phones behind one gateway
AGAIN_MS: Final = (1000, 4000)  # browsers come back after a while of their own, not all in one moment
OPEN: Final = frozenset({DayState.SCHEDULED, DayState.LIVE, DayState.CLOSING})
TURNED_AWAY: Final = Counted(
    "giving_day_listeners_turned_away_total", "Streams of giving days beyond what we keep open"
)


@dataclass(slots=True)
class _Drawn:
    """The figures of a day as HTML, by language; drawn once for all who look on."""

    standing: DayStanding
    left: Left
    html: dict[tuple[str, str | None], str] = field(default_factory=dict)


class LivePages:
    """Giving days that are announced; drafts and what was cancelled can't be found."""

    def __init__(self, parts: WebParts, pages: Pages, live: LiveDays, *, now: Clock = utc_now) -> None:
        """Keep what the pages are made from."""
        self._parts, self._pages, self._live, self._now = parts, pages, live, now
        self._drawn: dict[UUID, _Drawn] = {}
        self._from: Counter[str] = Counter()

    def routes(self) -> list[web.RouteDef]:
        """Where the pages are."""
        return [
            web.get("/d/{slug}.json", self.figures),
            web.get("/d/{slug}/live", self.stream, name=STREAM),
            web.get("/d/{slug}", self.page),
        ]

    async def close(self, _app: web.Application) -> None:
        """For `Application.on_shutdown`: open streams end, so that nobody waits for them."""
        await self._live.close()

    # -- the page --

    async def page(self, request: web.Request) -> web.Response:
        """A day, before, while and after it is on. Raises: DayUnknown."""
        day = await self._day(request)
        standing = await self._live.now(day.id)
        language = self._pages.language(request)
        return self._pages.answer(
            request,
            "day.html",
            title=clean(day.title(language), most=TITLE_GRAPHEMES),
            description=clean(day.text(language), most=DESCRIPTION_GRAPHEMES)
            or self._pages.say(request, "web-day-description", least=day.amounts[0]),
            scripted=True,
            moves=turned(day, self._now()) in OPEN,
            **self._values(standing, language, self._now()),
        )

    async def _day(self, request: web.Request) -> GivingDay:
        slug = request.match_info["slug"]
        return await self._live.by_slug(slug if slug.isprintable() and len(slug) <= MOST_SLUG else "")

    def _funds(self, standing: DayStanding, language: str) -> list[tuple[PoolShare, str, str]]:
        """The day's matching pools, each with whose it is and its rule in words."""
        texts, day = self._parts.texts, standing.day
        projects = {share.card.project.id: share.card.project for share in standing.projects}
        return [
            (each, sponsor_of(texts, language, each.sponsor), how(texts, language, day, each.pool, projects))
            for each in standing.pools
        ]

    def _values(self, standing: DayStanding, language: str, now: datetime) -> dict[str, Any]:
        """What the page and each event say: figures first of those that still need help."""
        day, give = standing.day, self._parts.links.chat
        state = turned(day, now)
        shares = [*standing.needing, *(share for share in standing.projects if not share.needs)]
        return {
            "day_": day,
            "standing": standing,
            "shares": shares,
            "funds": self._funds(standing, language),
            "state": state.value,
            "left": _left(day, now),
            "give": {share.card.project.id: give(f"g_{token_of(share.card.project.id)}") for share in shares},
        }

    # -- events --

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events; 204, so that browsers ask no more, once nothing can change. Raises: DayUnknown."""
        day = await self._day(request)
        if request.method == "HEAD" or turned(day, self._now()) not in OPEN:
            return web.Response(status=204)
        with self._place(request) as granted:
            if not granted:
                TURNED_AWAY.inc()
                return web.Response(status=503, headers={"Retry-After": "30"})
            async with self._live.listening(day.id) as listener:
                return await self._tell(request, listener)

    @contextlib.contextmanager
    def _place(self, request: web.Request) -> Iterator[bool]:
        """Whether there is room for one more, here and from this address."""
        address = address_of(request, self._parts.addresses.proxies) or ""
        full = self._live.listeners >= self._parts.most_listeners
        if full or (address and self._from[address] >= MOST_FROM_ONE):
            yield False
            return
        self._from[address] += 1
        try:
            yield True
        finally:
            self._from[address] -= 1
            if not self._from[address]:
                del self._from[address]

    async def _tell(self, request: web.Request, listener: Listener) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        await response.prepare(request)
        with contextlib.suppress(ConnectionError, TimeoutError):  # they went away
            await _write(response, f"retry: {random.randint(*AGAIN_MS)}\n\n")  # noqa: S311 - nobody need not guess it
            standing, told, beaten = None, "", asyncio.get_running_loop().time()
            while not listener.over:
                standing = await listener.next(HEARTBEAT_S) or standing
                html = self._figures(request, standing) if standing is not None else told
                time = asyncio.get_running_loop().time()
                if html != told:
                    await _write(response, f"data: {html}\n\n")
                    told, beaten = html, time
                elif time - beaten >= HEARTBEAT_S:
                    await _write(response, ":\n\n")
                    beaten = time
                if standing is not None and turned(standing.day, self._now()) not in OPEN:
                    break  # asked again, we answer that nothing will come
            await asyncio.wait_for(response.write_eof(), WRITE_S)
        return response

    def _figures(self, request: web.Request, standing: DayStanding) -> str:
        """One line of HTML, drawn once for each language, however many look on."""
        now, day = self._now(), standing.day
        drawn = self._drawn.get(day.id)
        if drawn is None or drawn.standing is not standing or drawn.left != _left(day, now):
            if len(self._drawn) > 16:
                self._drawn.clear()
            drawn = self._drawn[day.id] = _Drawn(standing, _left(day, now))
        key = (self._pages.language(request), named_language(request))
        if key not in drawn.html:
            values = self._values(standing, key[0], now)
            drawn.html[key] = " ".join(self._pages.part(request, "day_figures.html", **values).split())
        return drawn.html[key]

    # -- figures --

    async def figures(self, request: web.Request) -> web.Response:
        """The same for programs: amounts in minor units. Raises: DayUnknown."""
        day = await self._day(request)
        standing = await self._live.now(day.id)
        goal = standing.goal
        body = {
            "slug": day.slug,
            "titles": dict(day.titles),
            "state": turned(day, self._now()).value,
            "starts_at": day.starts_at.isoformat(),
            "ends_at": day.ends_at.isoformat(),
            "currency": day.currency,
            "raised_minor": standing.raised.given.minor,
            "apart": [_money(amount) for amount in standing.raised.apart],
            "matched_minor": standing.matched.minor,
            "pool_left_minor": standing.pool_left.minor,
            "donors": standing.raised.donors,
            "gifts": standing.raised.gifts,
            "percent": goal.percent if goal is not None else None,
            "percent_of": goal.basis.value if goal is not None else None,
            "projects": [
                {
                    "slug": share.card.project.slug,
                    "given_minor": share.given.minor,
                    "raised_minor": share.card.raised.given.minor,
                    "target": _money(share.card.project.target),
                    "open": share.card.project.open,
                }
                for share in standing.projects
            ],
            "pools": [{"id": str(share.pool.id), "left_minor": share.left.minor} for share in standing.pools],
        }
        return web.json_response(body, headers={"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"})


def _left(day: GivingDay, now: datetime) -> Left:
    """Until it begins, or ends."""
    return left(day.starts_at if turned(day, now) is DayState.SCHEDULED else day.ends_at, now)


def _money(amount: Money) -> dict[str, object]:
    return {"minor": amount.minor, "currency": amount.currency}


async def _write(response: web.StreamResponse, text: str) -> None:
    """Raises: ConnectionError, TimeoutError."""
    await asyncio.wait_for(response.write(text.encode()), WRITE_S)
