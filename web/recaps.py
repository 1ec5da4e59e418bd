"""`/recap/2026`: a year looked back at: all of us, a project (`/p/<slug>/recap/…`), a creator (`/c/…`), or a donor by
a link that only they give away; as a page and as a picture (.png).
"""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from giving.errors import ProjectUnknown, RecapUnknown, SlotUnknown
from giving.money import Money
from giving.names import clean
from giving.recaps import RecapOf
from services.recaps import Recap, RecapService
from web.pages import TITLE_GRAPHEMES, Pages
from web.parts import WebParts

MOST_SLUG: Final = 64
KEEP_S: Final = 300
Look = Callable[[web.Request], Awaitable[Recap]]


class RecapPages:
    """Public ones may be some minutes old; a donor's is as it is, and gone when they take it down."""

    def __init__(self, parts: WebParts, pages: Pages, recaps: RecapService) -> None:
        """Keep what the pages are made from."""
        self._parts, self._pages, self._recaps = parts, pages, recaps

    def routes(self) -> list[web.RouteDef]:
        """Where the pages are; a year is four digits, so that nothing else is taken for one."""
        found: list[web.RouteDef] = []
        for path, look in (
            (r"/recap/{year:\d{4}}", self._service),
            (r"/p/{slug}/recap/{year:\d{4}}", self._project),
            (r"/c/{slug}/recap/{year:\d{4}}", self._slot),
            (r"/recap/{year:\d{4}}/{token:[A-Za-z0-9_-]{22}}", self._donor),
        ):
            found += [web.get(path, self._page(look)), web.get(f"{path}.png", self._picture(look))]
        return found

    def _page(self, look: Look) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def page(request: web.Request) -> web.Response:
            return self._shown(request, await look(request))

        return page

    def _picture(self, look: Look) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def picture(request: web.Request) -> web.Response:
            recap = await look(request)
            png = await self._recaps.picture(recap, self._pages.language(request))
            own = recap.of is RecapOf.DONOR
            headers = {"Cache-Control": "no-store" if own else f"public, max-age={KEEP_S}"}
            if own:
                headers["X-Robots-Tag"] = "noindex"
            return web.Response(body=png, content_type="image/png", headers=headers)

        return picture

    def _shown(self, request: web.Request, recap: Recap) -> web.Response:
        language, looked = self._pages.language(request), recap.looked
        own = recap.of is RecapOf.DONOR
        name = recap.project.title(language) if recap.project is not None else recap.name
        most = max(looked.months, default=0)
        return self._pages.answer(
            request,
            "recap.html",
            title=self._title(request, recap, clean(name, most=TITLE_GRAPHEMES)),
            description=self._pages.say(request, "web-recap-description", given=looked.given, gifts=looked.gifts),
            cache="no-store" if own else "no-cache",
            indexed=not own,
            recap=recap,
            looked=looked,
            name=clean(name, most=TITLE_GRAPHEMES),
            own=own,
            bars=[1000 * max(0, minor) // most if most > 0 else 0 for minor in looked.months],
            month_sum=lambda minor: (Money(minor, looked.given[0].currency),),
            picture=self._recaps.page(recap, language, ".png"),
        )

    def _title(self, request: web.Request, recap: Recap, name: str) -> str:
        year = str(recap.year)
        if not name:
            return self._pages.say(request, "web-recap-title", year=year)
        return self._pages.say(request, "web-recap-title-of", year=year, name=name)

    async def _service(self, request: web.Request) -> Recap:
        return await self._recaps.of_service(_year(request))

    async def _project(self, request: web.Request) -> Recap:
        slug = request.match_info["slug"]
        if not slug.isprintable() or len(slug) > MOST_SLUG:
            raise ProjectUnknown
        return await self._recaps.of_project(slug, _year(request))

    async def _slot(self, request: web.Request) -> Recap:
        slug = request.match_info["slug"]
        if not slug.isprintable() or len(slug) > MOST_SLUG:
            raise SlotUnknown
        return await self._recaps.of_slot(slug, _year(request))

    async def _donor(self, request: web.Request) -> Recap:
        return await self._recaps.of_token(request.match_info["token"], _year(request))


def _year(request: web.Request) -> int:
    """`\\d` takes digits of any script; ours are those of everybody's keyboard."""
    typed = request.match_info["year"]
    if not typed.isascii():
        raise RecapUnknown
    return int(typed)
