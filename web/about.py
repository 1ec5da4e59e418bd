"""`/terms` and `/privacy`: the rules, and what becomes of people's data, in words of the locales."""

from typing import Final

from aiohttp import web

from web.pages import Pages
from web.parts import WebParts

TERMS: Final = ("money", "gift", "refund", "project", "receipt", "fair")
PRIVACY: Final = ("held", "not", "seen", "choice", "leave", "backup", "others")


class AboutPages:
    """Pages about the service itself."""

    def __init__(self, parts: WebParts, pages: Pages) -> None:
        """Keep what the pages are made from."""
        self._parts = parts
        self._pages = pages

    def routes(self) -> list[web.RouteDef]:
        """Where the pages are."""
        return [web.get("/terms", self.terms), web.get("/privacy", self.privacy)]

    async def terms(self, request: web.Request) -> web.Response:
        """The rules, and who makes them."""
        return self._page(request, "terms", TERMS)

    async def privacy(self, request: web.Request) -> web.Response:
        """What is kept and for how long, with the way to one's own settings."""
        return self._page(request, "privacy", PRIVACY, open_url=self._parts.links.chat("privacy"))

    def _page(self, request: web.Request, name: str, sections: tuple[str, ...], *, open_url: str = "") -> web.Response:
        return self._pages.answer(
            request,
            "about.html",
            title=self._pages.say(request, f"web-{name}-title"),
            description=self._pages.say(request, f"web-{name}-lead"),
            name=name,
            sections=sections,
            open_url=open_url,
        )
