"""`/healthz` and `/readyz`: for whoever restarts this process, and for whoever sends people to it."""

import math
from typing import Final

from aiohttp import web

from services.health import HealthService

_UNREADABLE: Final = "outbox: a number of seconds, such as /readyz?outbox=600"


class HealthPages:
    """Says that the process is alive, and whether it can do its work; figures only where `detailed`."""

    def __init__(self, health: HealthService | None, *, detailed: bool = False) -> None:
        """Without a service it is only alive."""
        self._health, self._detailed = health, detailed

    def routes(self) -> list[web.RouteDef]:
        """Where they ask."""
        alive = web.get("/healthz", self.healthz)
        return [alive, web.get("/readyz", self.readyz)] if self._health is not None else [alive]

    async def healthz(self, _request: web.Request) -> web.Response:
        """The loop is alive; says nothing of the database."""
        return web.Response(text="ok")

    async def readyz(self, request: web.Request) -> web.Response:
        """200, or 503 with what is wrong; `?outbox=600`: also when a message has been waiting for ten minutes."""
        assert self._health is not None
        try:
            within = float(request.query["outbox"]) if "outbox" in request.query else None
        except ValueError:
            within = math.nan
        if within is not None and not 0 <= within < math.inf:
            return web.Response(status=400, text=_UNREADABLE)
        found = await self._health.readiness(within)
        status = 200 if found.ready else 503
        if self._detailed:
            return web.json_response(found.as_json(), status=status)
        return web.Response(status=status, text="ready" if found.ready else "not ready: " + ", ".join(found.problems))
