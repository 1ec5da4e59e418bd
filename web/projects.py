"""`/` lists the open projects; `/p/<slug>` shows one: its story, what it raised, and how to give."""

from typing import Final

from aiohttp import web

from giving.errors import ProjectUnknown
from giving.giving_days import left, turned
from giving.ids import token_of
from giving.money import Money
from giving.names import clean
from giving.projects import Project, ProjectState
from giving.recaps import RecapOf
from services.clock import Clock, utc_now
from web.pages import TITLE_GRAPHEMES, Pages
from web.parts import WebParts

PAGE_SIZE: Final = 12
MOST_PAGES: Final = 10_000
DESCRIPTION_GRAPHEMES: Final = 160
WHYS: Final = 6
NEWS: Final = 3


class ProjectPages:
    """The public side of projects."""

    def __init__(self, parts: WebParts, pages: Pages, *, now: Clock = utc_now) -> None:
        """Keep what the pages are made from."""
        self._parts, self._now = parts, now
        self._pages = pages

    def routes(self) -> list[web.RouteDef]:
        """Where the pages are."""
        return [web.get("/", self.home), web.get("/p/{slug}", self.project)]

    async def home(self, request: web.Request) -> web.Response:
        """The giving days that are on, and open projects, a page at a time."""
        found = await self._parts.projects.search(page=_page_number(request), size=PAGE_SIZE)
        now, days = self._now(), await self._parts.live.front() if self._parts.live else ()
        return self._pages.answer(
            request,
            "home.html",
            title=self._pages.say(request, "web-home-title"),
            description=self._pages.say(request, "web-home-lead"),
            found=found,
            year=await recaps.latest(RecapOf.SERVICE) if (recaps := self._parts.recaps) else None,
            days=[(day, turned(day, now).value, left(day.ends_at, now)) for day in days],
        )

    async def project(self, request: web.Request) -> web.Response:
        """One project, open or closed. Raises: ProjectUnknown."""
        slug = request.match_info["slug"]
        if not slug.isprintable() or len(slug) > 100:
            raise ProjectUnknown
        card = await self._parts.projects.by_slug(slug)
        matched = await self._parts.pools.added_for(card.project.id) if self._parts.pools else ()
        project, projects = card.project, self._parts.projects
        text = project.text(self._pages.language(request))
        return self._pages.answer(
            request,
            "project.html",
            title=clean(text.title, most=TITLE_GRAPHEMES),
            description=clean(text.summary, most=DESCRIPTION_GRAPHEMES),
            card=card,
            matched=matched,
            year=await recaps.latest(RecapOf.PROJECT, project.id) if (recaps := self._parts.recaps) else None,
            project=project,
            text=text,
            gifts=await projects.latest(project.id),
            whys=await self._parts.whys.shown(project.id, WHYS) if self._parts.whys else (),
            news=await self._parts.news.of_project(project.id, NEWS) if self._parts.news else (),
            others=() if project.open else await projects.alternatives(project.id),
            least=self._least(project),
            give_url=self._parts.links.chat(f"g_{token_of(project.id)}") if project.open else "",
            closed_key=_closed_key(project),
        )

    def _least(self, project: Project) -> Money | None:
        """The least one gives, where we know it in the project's currency."""
        least = self._parts.tips.limits.least
        return least if least.currency == project.target.currency else None


def _closed_key(project: Project) -> str:
    return "web-project-closed" if project.state is ProjectState.CLOSED else "web-project-not-verified"


def _page_number(request: web.Request) -> int:
    """From 0; what can't be a page is the first. In addresses pages count from 1."""
    typed = request.query.get("page", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 5):
        return 0
    return min(max(int(typed), 1), MOST_PAGES) - 1
