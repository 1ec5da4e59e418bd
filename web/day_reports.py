"""`/d/<slug>/report`: what a giving day came to; as a page, as a table (.csv) and as a picture (.png)."""

from functools import partial
from typing import Final

from aiohttp import web

from giving.day_reports import DayReport
from giving.errors import DayUnknown
from giving.money import Money
from giving.names import clean
from giving.projects import in_language
from services.giving_days.report import DayReports
from services.giving_days.report_table import called, csv_of
from services.giving_days.report_views import DayPage, Since
from web.pages import TITLE_GRAPHEMES, Pages
from web.parts import WebParts

MOST_SLUG: Final = 64
KEEP_S: Final = 300


class DayReportPages:
    """Of days that are reported; of others it says that it is not there yet."""

    def __init__(self, parts: WebParts, pages: Pages, reports: DayReports) -> None:
        """Keep what the pages are made from."""
        self._parts, self._pages, self._reports = parts, pages, reports

    def routes(self) -> list[web.RouteDef]:
        """Where the pages are."""
        return [
            web.get("/d/{slug}/report", self.page),
            web.get("/d/{slug}/report.csv", self.table),
            web.get("/d/{slug}/report.png", self.picture),
        ]

    async def page(self, request: web.Request) -> web.Response:
        """Every figure, and each chart with its table. Raises: DayUnknown, ReportNotYet."""
        found = await self._found(request)
        day, report, language = found.day, found.report, self._pages.language(request)
        return self._pages.answer(
            request,
            "day_report.html",
            title=self._pages.say(request, "web-report-title", title=clean(day.title(language), most=TITLE_GRAPHEMES)),
            description=self._described(request, report),
            page=found,
            it=day,
            report=report,
            since_key=_since_key(found.since),
            since=_bare(found.since.given),
            since_matched=found.since.matched,
            hour_bars=_bars([hour.given.minor for hour in report.hours]),
            project_bars=_bars([_in(report.currency, line.figures.given) for line in found.projects]),
            date_of=partial(self._parts.texts.day, language),
            title_in=partial(in_language, language=language),
            creator_names=[called(line, self._parts.texts, language) for line in found.creators],
            picture=self._parts.links.day_report(day.slug, language, ".png"),
            table=self._parts.links.day_report(day.slug, language, ".csv"),
        )

    def _described(self, request: web.Request, report: DayReport) -> str:
        if not report.whole.given:
            return self._pages.say(request, "web-report-none")
        whole = report.whole
        return self._pages.say(request, "web-report-description", donors=whole.donors, given=whole.given)

    async def table(self, request: web.Request) -> web.Response:
        """The same figures for a spreadsheet. Raises: as `page`."""
        found, language = await self._found(request), self._pages.language(request)
        text = csv_of(found, self._parts.texts, language)
        named = {"Content-Disposition": f'attachment; filename="report-{found.day.slug}.csv"'}
        kept = {"Cache-Control": "no-cache"}  # who takes their name back is gone from it at once
        # With a mark at its beginning, by which spreadsheets know that it is UTF-8.
        return web.Response(
            body=text.encode("utf-8-sig"), content_type="text/csv", charset="utf-8", headers=named | kept
        )

    async def picture(self, request: web.Request) -> web.Response:
        """For sharing. Raises: as `page`, PictureFailed."""
        found = await self._found(request)
        png = await self._reports.picture(found, self._pages.language(request))
        return web.Response(body=png, content_type="image/png", headers={"Cache-Control": f"public, max-age={KEEP_S}"})

    async def _found(self, request: web.Request) -> DayPage:
        slug = request.match_info["slug"]
        if not slug.isprintable() or len(slug) > MOST_SLUG:
            raise DayUnknown
        return await self._reports.page(slug)


def _since_key(since: Since) -> str:
    """In words of its own where all of it went one way."""
    if not since.given:
        return ""
    if not _one_way(since.given):
        return "web-report-since-changed"
    return "web-report-since-less" if since.given[0].minor < 0 else "web-report-since-more"


def _one_way(moved: tuple[Money, ...]) -> bool:
    return len({amount.minor < 0 for amount in moved}) == 1


def _bare(moved: tuple[Money, ...]) -> tuple[Money, ...]:
    """Without a sign, where the words say which way it went."""
    return tuple(-a if a.minor < 0 else a for a in moved) if _one_way(moved) else moved


def _in(currency: str, amounts: tuple[Money, ...]) -> int:
    return sum(amount.minor for amount in amounts if amount.currency == currency)


def _bars(minors: list[int]) -> list[int]:
    """How tall each bar is, of a thousand."""
    most = max(minors, default=0)
    return [1000 * max(0, minor) // most if most > 0 else 0 for minor in minors]
