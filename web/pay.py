"""`/pay/<rail>/<payment>`: the step before a rail's own page, for rails that must be reached from a page of ours."""

import re
from typing import Final
from uuid import UUID

from aiohttp import web

from giving.payments import PaymentState
from services.rails.pay_pages import PayPages
from web.addresses import sender_of
from web.pages import Pages
from web.parts import WebParts
from web.security import REFERRER

_NUMBER: Final = re.compile("[0-9a-f]{32}")


class PayPage:
    """What is paid, and a button that leads on."""

    def __init__(self, parts: WebParts, pages: Pages, pay: PayPages) -> None:
        """Keep what the pages are made from."""
        self._parts, self._pages, self._pay = parts, pages, pay

    def routes(self) -> list[web.RouteDef]:
        """Where the pages are."""
        return [
            web.get("/pay/{rail}/{number}", self.look),
            web.get("/pay/{rail}/{number}/go", self.go, allow_head=False),
        ]

    async def look(self, request: web.Request) -> web.Response:
        """What is paid. The rail's page wants to hear which site one comes from: of this page that is said."""
        rail, payment = _named(request)
        page = await self._pay.look(rail, payment)
        if page is None:
            raise web.HTTPNotFound
        response = self._pages.answer(
            request,
            "pay.html",
            title=self._pages.say(request, "web-pay-title"),
            cache="no-store",
            indexed=False,
            page=page,
            paid=page.state is PaymentState.PAID,
            go=f"{request.path}/go",
        )
        response.headers[REFERRER] = "origin"
        return response

    async def go(self, request: web.Request) -> web.Response:
        """On to the rail's page. Raises: RailUnavailable."""
        rail, payment = _named(request)
        try:
            sender = sender_of(request, self._parts.addresses.proxies)
        except ValueError:
            sender = None
        address = await self._pay.lead_on(rail, payment, str(sender)) if sender else None
        to = address or f"/pay/{rail}/{payment.hex}"
        return web.Response(status=303, headers={"Location": to, REFERRER: "origin", "Cache-Control": "no-store"})


def _named(request: web.Request) -> tuple[str, UUID]:
    number = request.match_info["number"]
    if not _NUMBER.fullmatch(number):
        raise web.HTTPNotFound
    return request.match_info["rail"], UUID(hex=number)
