"""`/rankings`: the week it is; `/rankings/2026-W47`, `/rankings/2026-11`: any week or month, closed ones for good.

Also as `.csv` and `.json`, for whoever wants to count again.
"""

import csv
import io
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from giving.rankings import Board, Period, Span
from services.rankings import SPANS, Ranking
from web.pages import Pages
from web.parts import WebParts
from web.ranking_rows import COLUMNS, FORMULA, link_of, name_of, row_of

MOST_NAME: Final = 16


class RankingPages:
    """What everybody may see: projects, and those people who wish to be shown."""

    def __init__(self, parts: WebParts, pages: Pages) -> None:
        """Keep what the pages are made from."""
        self._parts, self._pages = parts, pages

    def routes(self) -> list[web.RouteDef]:
        """Where the pages are."""
        return [
            web.get("/rankings", self.now),
            web.get(r"/rankings/{name:[0-9W-]+}.csv", self.as_csv),
            web.get(r"/rankings/{name:[0-9W-]+}.json", self.as_json),
            web.get("/rankings/{name}", self.named),
        ]

    async def now(self, request: web.Request) -> web.Response:
        """This week."""
        return await self._page(request, self._parts.rankings.period(Span.WEEK).name)

    async def named(self, request: web.Request) -> web.Response:
        """A week or month. Raises: RankingUnknown."""
        return await self._page(request, request.match_info["name"])

    async def as_csv(self, request: web.Request) -> web.Response:
        """The rows of all boards. Raises: RankingUnknown."""
        file = io.StringIO()
        rows = csv.writer(file, lineterminator="\r\n")
        rows.writerow(COLUMNS)
        for ranking in await self._boards(request.match_info["name"]):
            for line in ranking.lines:
                row = row_of(ranking, line, self._pages.language(request))
                rows.writerow([_harmless(row[column]) for column in COLUMNS])
        return web.Response(text=file.getvalue(), content_type="text/csv", charset="utf-8")

    async def as_json(self, request: web.Request) -> web.Response:
        """The same, with the period and the formula. Raises: RankingUnknown."""
        boards = await self._boards(request.match_info["name"])
        period = boards[0].period
        counted, language = boards[0].counted_at, self._pages.language(request)
        return web.json_response(
            {
                "period": period.name, "since": period.since.isoformat(), "until": period.until.isoformat(),
                "closed": boards[0].closed, "counted_at": counted.isoformat() if counted else None,
                "points": FORMULA,
                "rows": [row_of(ranking, line, language) for ranking in boards for line in ranking.lines],
            }
        )  # fmt: skip

    async def _boards(self, name: str) -> list[Ranking]:
        return [await self._parts.rankings.named(board, name[:MOST_NAME]) for board in Board]

    async def _page(self, request: web.Request, name: str) -> web.Response:
        rankings, language = self._parts.rankings, self._pages.language(request)
        boards = await self._boards(name)
        period = boards[0].period
        days = {"since": self._first(period), "until": self._last(period)}
        every = [each for span in SPANS for each in (rankings.period(span), *await rankings.past(span))]
        others = [(each, self._first(each), self._last(each)) for each in every if each.name != period.name]
        return self._pages.answer(
            request,
            "rankings.html",
            title=self._pages.say(request, "web-rankings-title", **days),
            description=self._pages.say(request, "web-rankings-lead"),
            boards=boards,
            period=period,
            others=others,
            formula=FORMULA,
            name_of=lambda line: name_of(line, language),
            link_of=lambda board, line: link_of(self._parts.links, board, line),
        )

    def _first(self, period: Period) -> Any:
        return self._pages.local(period.since).date()

    def _last(self, period: Period) -> Any:
        return self._pages.local(period.until - timedelta(microseconds=1)).date()


def _harmless(value: Any) -> Any:
    """A name that a spreadsheet would take for a formula is text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
