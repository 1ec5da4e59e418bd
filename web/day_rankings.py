"""`/d/<slug>/ranking`: whose call brought how many people to give on one giving day; also as `.json`.

While the day is on it is counted anew now and then; once it has closed, it stays as it is.
"""

from typing import Final

from aiohttp import web

from giving.giving_days import DayState, GivingDay, turned
from giving.names import clean
from giving.rankings import Board
from services.clock import Clock, utc_now
from services.giving_days.live import LiveDays
from services.rankings import Ranking
from web.pages import TITLE_GRAPHEMES, Pages
from web.parts import WebParts
from web.ranking_rows import FORMULA, link_of, name_of, row_of

MOST_SLUG: Final = 64
COUNTED: Final = {name: points for name, points in FORMULA.items() if name != "again"}  # a day has none before it


class DayRankingPages:
    """Of days that are announced, with those creators who wish to be shown."""

    def __init__(self, parts: WebParts, pages: Pages, live: LiveDays, *, now: Clock = utc_now) -> None:
        """Keep what the pages are made from; `live` knows the days."""
        self._parts, self._pages, self._live, self._now = parts, pages, live, now

    def routes(self) -> list[web.RouteDef]:
        """Where the pages are."""
        return [web.get("/d/{slug}/ranking.json", self.as_json), web.get("/d/{slug}/ranking", self.page)]

    async def page(self, request: web.Request) -> web.Response:
        """Places, points, and how they come about. Raises: DayUnknown."""
        day, ranking = await self._found(request)
        language, state = self._pages.language(request), turned(day, self._now())
        title = clean(day.title(language), most=TITLE_GRAPHEMES)
        return self._pages.answer(
            request,
            "day_ranking.html",
            title=self._pages.say(request, "web-day-ranking-title", title=title),
            description=self._pages.say(request, "web-rankings-lead"),
            day_=day,
            ranking=ranking,
            soon=state is DayState.SCHEDULED,
            reported=state is DayState.REPORTED,
            formula=COUNTED,
            name_of=lambda line: name_of(line, language),
            link_of=lambda board, line: link_of(self._parts.links, board, line),
        )

    async def as_json(self, request: web.Request) -> web.Response:
        """The same for programs, with the formula. Raises: DayUnknown."""
        day, ranking = await self._found(request)
        counted, language = ranking.counted_at, self._pages.language(request)
        body = {
            "day": day.slug, "since": ranking.period.since.isoformat(), "until": ranking.period.until.isoformat(),
            "closed": ranking.closed, "counted_at": counted.isoformat() if counted else None, "points": COUNTED,
            "total": ranking.total, "rows": [row_of(ranking, line, language) for line in ranking.lines],
        }  # fmt: skip
        return web.json_response(body, headers={"Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"})

    async def _found(self, request: web.Request) -> tuple[GivingDay, Ranking]:
        slug = request.match_info["slug"]
        day = await self._live.by_slug(slug if slug.isprintable() and len(slug) <= MOST_SLUG else "")
        return day, await self._parts.rankings.on_day(Board.CREATORS, day)
