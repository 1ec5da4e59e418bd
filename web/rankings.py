"""`/rankings`: the week it is; `/rankings/2026-W47`, `/rankings/2026-11`: any week or month, closed ones for good.

Also as `.csv` and `.json`, for whoever wants to count again.
"""

import csv
import io
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from giving.projects import in_language
from giving.rankings import (
    AGAIN,
    FIRST,
    FURTHER,
    MOST,
    MOST_GIFTS,
    NEW,
    Board,
    Period,
    Span,
)
from services.rankings import SPANS, Line, Ranking
from web.pages import Pages
from web.parts import WebParts

MOST_NAME: Final = 16
FORMULA: Final = {"first": FIRST, "further": FURTHER, "counted": MOST_GIFTS, "new": NEW, "again": AGAIN, "most": MOST}
COLUMNS: Final = (
    "board", "place", "name", "points", "donors", "gifts", "new_donors", "again_donors", "refunded_since",
)  # fmt: skip


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
                row = self._row(request, ranking, line)
                rows.writerow([_harmless(row[column]) for column in COLUMNS])
        return web.Response(text=file.getvalue(), content_type="text/csv", charset="utf-8")

    async def as_json(self, request: web.Request) -> web.Response:
        """The same, with the period and the formula. Raises: RankingUnknown."""
        boards = await self._boards(request.match_info["name"])
        period = boards[0].period
        counted = boards[0].counted_at
        return web.json_response(
            {
                "period": period.name, "since": period.since.isoformat(), "until": period.until.isoformat(),
                "closed": boards[0].closed, "counted_at": counted.isoformat() if counted else None,
                "points": FORMULA,
                "rows": [self._row(request, ranking, line) for ranking in boards for line in ranking.lines],
            }
        )  # fmt: skip

    async def _boards(self, name: str) -> list[Ranking]:
        return [await self._parts.rankings.named(board, name[:MOST_NAME]) for board in Board]

    async def _page(self, request: web.Request, name: str) -> web.Response:
        rankings = self._parts.rankings
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
            closed=boards[0].closed,
            counted_at=boards[0].counted_at,
            others=others,
            formula=FORMULA,
            donors=Board.DONORS,
            name_of=lambda line: self._name(request, line),
            link_of=self._link,
        )

    def _first(self, period: Period) -> Any:
        return self._pages.local(period.since).date()

    def _last(self, period: Period) -> Any:
        return self._pages.local(period.until - timedelta(microseconds=1)).date()

    def _name(self, request: web.Request, line: Line) -> str:
        titles = line.shown.titles
        return in_language(titles, self._pages.language(request)) if titles else line.shown.name or ""

    def _link(self, board: Board, line: Line) -> str:
        """Where the name leads, if anywhere: a slot, a project, a public channel."""
        slug = line.shown.slug
        if not slug:
            return ""
        match board:
            case Board.CREATORS:
                return self._parts.links.slot(slug)
            case Board.PROJECTS:
                return self._parts.links.project(slug)
            case Board.CHATS:
                return f"https://t.me/{slug}"
            case Board.DONORS:
                return ""

    def _row(self, request: web.Request, ranking: Ranking, line: Line) -> dict[str, Any]:
        reach = line.shown.standing.reach
        return {
            "board": ranking.board.value, "place": line.place, "name": self._name(request, line),
            "points": reach.points, "donors": reach.donors, "gifts": reach.gifts, "new_donors": reach.new,
            "again_donors": reach.again, "refunded_since": line.refunded,
        }  # fmt: skip


def _harmless(value: Any) -> Any:
    """A name that a spreadsheet would take for a formula is text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
