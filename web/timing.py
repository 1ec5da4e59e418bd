"""How long answers take, by route: for `/metrics`."""

from functools import lru_cache
from time import perf_counter
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import Histogram

from services.metrics import HTTP_DURATION

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
STREAM: Final = "stream"  # the name of routes whose answers go on: nothing limits their time
BROKEN_OFF: Final = "499"  # whoever asked went away


@web.middleware
async def timed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Observe every answer under its route's pattern, never under an address with somebody's id in it."""
    began, status = perf_counter(), BROKEN_OFF
    try:
        response = await handler(request)
        status = str(response.status)
        return response
    except web.HTTPException as answer:
        status = str(answer.status)
        raise
    except Exception:
        status = "500"
        raise
    finally:
        if request.match_info.route.name != STREAM:  # as long as somebody looks on: that is no time to answer
            resource = request.match_info.route.resource
            route = resource.canonical if resource is not None else "none"
            method = request.method if request.method in _METHODS else "other"
            _durations(method, route, status).observe(perf_counter() - began)


@lru_cache(1024)
def _durations(method: str, route: str, status: str) -> Histogram:
    """The library looks its children up under a lock, and takes as long for it as for the observation."""
    return HTTP_DURATION.labels(method, route, status)
