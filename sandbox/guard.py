"""What every request passes: only this machine's pages and programs get in; a refusal has the shape of its area."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from yarl import URL

from sandbox.people.errors import PeopleError
from sandbox.people.requests import answer as people_answer
from sandbox.rail.errors import RailError
from sandbox.rail.server import refusal as rail_refusal
from sandbox.telegram.errors import ApiError
from sandbox.telegram.server import LARGEST_UPLOAD
from sandbox.telegram.server import refusal as telegram_refusal

log = logging.getLogger(__name__)
HOSTS = frozenset({"127.0.0.1", "localhost"})
MOST_BYTES = 1024 * 1024
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser would send our own forms with Origin: null
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page from elsewhere must neither read us through a name of its own (DNS rebinding) nor post to us."""
    if _hostname(request) not in HOSTS:
        return refuse(request, 403, "forbidden", "The sandbox answers to 127.0.0.1 and localhost only.")
    origin = request.headers.get("Origin")
    if request.method not in ("GET", "HEAD") and origin is not None and origin != f"http://{request.host}":
        return refuse(request, 403, "forbidden", "This request came from a page of another site.")
    uploads = request.path.startswith("/bot") and request.content_type.startswith("multipart/")
    if (request.content_length or 0) > (LARGEST_UPLOAD if uploads else MOST_BYTES):  # also where nobody reads the body
        return refuse(request, 413, "invalid_request", "Request Entity Too Large")
    return await handler(request)


@web.middleware
async def answers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors become answers; one we did not expect is logged whole and told in one line."""
    try:
        return await handler(request)
    except ApiError as error:
        return telegram_refusal(error.code, error.description, error.parameters)
    except PeopleError as error:
        return people_answer({"error": error.text}, error.status)
    except RailError as error:
        return refuse(request, error.status, error.code, error.message)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return refuse(request, error.status, "invalid_request", error.reason)
    except ConnectionError:
        raise
    except OverflowError:
        return refuse(request, 400, "invalid_request", "A number does not fit into 64 bits.")
    except Exception:
        log.exception("%s %s failed", request.method, request.rel_url.path.partition(":")[0])
        return refuse(request, 500, "internal", "The sandbox failed; its log says why.")


def refuse(request: web.Request, status: int, code: str, text: str) -> web.Response:
    if request.path.startswith("/bot"):
        return telegram_refusal(status, f"Bad Request: {text}" if status == 400 else text)
    if request.path.startswith(("/rail", "/card")) or (
        request.path.startswith(("/pay", "/save")) and request.content_type == "application/json"
    ):
        return rail_refusal(status, code, text)
    if request.path.startswith("/api"):
        return people_answer({"error": text}, status)
    return web.Response(status=status, text=f"{text}\n")


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _hostname(request: web.Request) -> str | None:
    try:
        return URL(f"http://{request.headers.get('Host', '')}").host
    except ValueError:
        return None
