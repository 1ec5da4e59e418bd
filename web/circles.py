"""`/o/<token>`: an organisation's monthly donors, for the member whose address it is; charts, each with its table."""

import re
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from giving.circles import Circle, Cohort
from giving.errors import NotYours
from giving.names import clean
from giving.pledges import PledgeState, Why
from services.circles import CircleService
from web.pages import TITLE_GRAPHEMES, Pages
from web.parts import WebParts

TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{16,32}")
SOLID: Final = 78  # of a hundred: from here on a cell is dark enough for light figures


class CirclePages:
    """What nobody else finds: no page leads there, and none may keep it."""

    def __init__(self, parts: WebParts, pages: Pages, circles: CircleService) -> None:
        """Keep what the pages are made from."""
        self._parts, self._pages, self._circles = parts, pages, circles

    def routes(self) -> list[web.RouteDef]:
        """Where the page is."""
        return [web.get("/o/{token}", self.page)]

    async def page(self, request: web.Request) -> web.Response:
        """Every figure. Raises: NotYours, for an address of nobody's."""
        token = request.match_info["token"]
        if not TOKEN.fullmatch(token):
            raise NotYours
        organisation, circle = await self._circles.page(token)
        language = self._pages.language(request)
        name = clean(organisation.name(language), most=TITLE_GRAPHEMES)
        return self._pages.answer(
            request,
            "circle.html",
            title=self._pages.say(request, "web-circle-title", organisation=name),
            cache="private, no-store",
            indexed=False,
            organisation=organisation,
            circle=circle,
            standing=circle.standing,
            states=_states(circle),
            bars=bars(circle),
            cohorts=[_row(cohort) for cohort in circle.cohorts],
            after=range(max((len(cohort.left) for cohort in circle.cohorts), default=0)),  # months that are there
            reasons=[(why.value if why else "none", circle.standing.ended[why]) for why in _said(circle)],
        )


def _states(circle: Circle) -> list[tuple[str, int]]:
    """How many there are of each kind; of those whose donors have to choose anew only where there are any."""
    count = circle.standing.count
    shown = [PledgeState.ACTIVE, PledgeState.PAUSED, *([PledgeState.WAITING] if count(PledgeState.WAITING) else [])]
    return [(state.value, count(state)) for state in shown]


def bars(circle: Circle) -> list[int]:
    """How tall the bar of each month is, of a thousand."""
    most = max((stand.open for stand in circle.trend), default=0)
    return [1000 * stand.open // most if most else 0 for stand in circle.trend]


def _row(cohort: Cohort) -> tuple[Cohort, Sequence[tuple[int, int, bool]]]:
    """Each month after: how many are left, their share of a hundred, and whether the cell is dark."""
    shares = [cohort.percent(after) for after in range(len(cohort.left))]
    return cohort, [(left, share, share >= SOLID) for left, share in zip(cohort.left, shares, strict=True)]


def _said(circle: Circle) -> list[Why | None]:
    """Reasons, the most frequent first."""
    ended = circle.standing.ended
    return sorted(ended, key=lambda why: (-ended[why], why.value if why else "~"))
