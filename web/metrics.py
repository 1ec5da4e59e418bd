"""`/metrics`, and health in figures, on a port of its own that is not for the public."""

import structlog
from aiohttp import web

from services.health import HealthService
from services.metrics import MetricsService
from web.health import HealthPages
from web.security import SecurityHeaders

log = structlog.get_logger()


def create_metrics_app(metrics: MetricsService, health: HealthService | None = None) -> web.Application:
    """/metrics: 200 in Prometheus' text format, 503 while the database does not answer; /healthz and /readyz."""

    async def show(_request: web.Request) -> web.Response:
        try:
            body = await metrics.render()
        except Exception:
            log.exception("metrics_not_read")
            return web.Response(status=503)
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    app = web.Application(client_max_size=0)
    app.on_response_prepare.append(SecurityHeaders(""))
    app.add_routes([web.get("/metrics", show), *HealthPages(health, detailed=True).routes()])
    return app
