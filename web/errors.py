"""Whatever goes wrong becomes a friendly page in the reader's language; details go to the log, under a request id."""

import asyncio
import secrets
from datetime import datetime
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from giving.errors import (
    CertificateUnknown,
    DayUnknown,
    GivingError,
    NotAllowed,
    NotYours,
    PictureFailed,
    PoolUnknown,
    ProjectUnknown,
    RailUnavailable,
    RankingUnknown,
    RecapUnknown,
    ReportNotYet,
    SlotUnknown,
    YearUnknown,
)
from giving.money import Money
from giving.projects import Project
from services.wake import log_trouble
from web.pages import Pages
from web.timing import STREAM

TIMEOUT_S: Final = 10
HOOKS: Final = "/hooks/"
STATUSES: Final[dict[type[GivingError], int]] = {
    ProjectUnknown: 404,
    SlotUnknown: 404,
    RankingUnknown: 404,
    DayUnknown: 404,
    ReportNotYet: 404,
    PoolUnknown: 404,
    CertificateUnknown: 404,
    RecapUnknown: 404,
    YearUnknown: 404,
    NotYours: 404,
    NotAllowed: 403,
    RailUnavailable: 503,
    PictureFailed: 503,
}
# What can't be found and has a page of its own.
UNKNOWN: Final[dict[type[GivingError], str]] = {
    ProjectUnknown: "web-project-unknown",
    SlotUnknown: "web-slot-unknown",
    RankingUnknown: "web-ranking-unknown",
    DayUnknown: "web-day-unknown",
    ReportNotYet: "web-report-not-yet",
    CertificateUnknown: "web-certificate-unknown",
    RecapUnknown: "web-recap-unknown",
    YearUnknown: "web-recap-unknown",
}
# Statuses with words of their own in web.ftl; others read as 400 or 500.
WORDED: Final = frozenset({400, 404, 405, 413, 429, 500, 503})

log = structlog.get_logger()


class TooOften(web.HTTPTooManyRequests):
    """An address asks too often."""

    def __init__(self, seconds: int) -> None:
        """It may again in so many seconds."""
        super().__init__(headers={"Retry-After": str(seconds)})
        self.seconds = seconds


class ErrorPages:
    """The outermost middleware, and the page it shows."""

    def __init__(self, pages: Pages) -> None:
        """Show errors as one of these pages."""
        self._pages = pages

    def middleware(self) -> Middleware:
        """For `web.Application(middlewares=…)`."""

        @web.middleware
        async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.method == "POST" and request.path.startswith(HOOKS):
                return await self._of_hook(request, handler)
            request_id = secrets.token_hex(6)
            with structlog.contextvars.bound_contextvars(request_id=request_id):
                response = await self._guarded(request, handler, request_id)
            response.headers["X-Request-Id"] = request_id
            return response

        return errors

    async def _of_hook(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A hook has its own time limits and answers, and names events and updates in the log: no page, no request id.

        It may be asked some thousand times a second.
        """
        try:
            return await handler(request)
        except Exception as error:  # noqa: BLE001 - no such hook, or a mistake of ours
            return self._instead(request, error, secrets.token_hex(6))

    async def _guarded(self, request: web.Request, handler: Handler, request_id: str) -> web.StreamResponse:
        try:
            async with asyncio.timeout(None if request.match_info.route.name == STREAM else TIMEOUT_S):
                return await handler(request)
        except Exception as error:  # noqa: BLE001 - whatever it is becomes a page
            return self._instead(request, error, request_id)

    def _instead(self, request: web.Request, error: Exception, request_id: str) -> web.StreamResponse:
        """The page for what went wrong. Raises: the error where it is an answer (a redirect)."""
        match error:
            case TooOften():
                return self.page(request, error.status, wait_s=error.seconds)
            case web.HTTPException() if error.status < 400:
                raise error
            case web.HTTPException():
                return self.page(request, error.status, allow=error.headers.get("Allow", ""))
            case GivingError():
                return self.page(request, STATUSES.get(type(error), 400), error=error)
            case TimeoutError():
                log.warning("web_timed_out", route=_route(request), after_s=TIMEOUT_S)
                return self.page(request, 503, request_id=request_id)
            case _:
                log_trouble("web_failed", error, route=_route(request))
                return self.page(request, 500, request_id=request_id)

    def page(
        self,
        request: web.Request,
        status: int,
        *,
        error: GivingError | None = None,
        request_id: str = "",
        allow: str = "",
        wait_s: int = 0,
    ) -> web.Response:
        """The page for a status; a GivingError's own words where it has none of ours."""
        worded = status if status in WORDED else 500 if status >= 500 else 400
        unknown = UNKNOWN.get(type(error)) if error is not None else None
        key = unknown or f"web-error-{worded}"
        text = self._pages.say(request, f"{key}-text", **({"seconds": wait_s} if wait_s else {}))
        if error is not None and unknown is None:
            text = self._pages.say(request, error.message_key, **_wordable(error, self._pages.language(request)))
        response = self._pages.answer(
            request,
            "error.html",
            title=self._pages.say(request, f"{key}-title"),
            text=text,
            request_id=request_id,
            status=status,
            cache="no-store",
        )
        if allow:
            response.headers["Allow"] = allow
        if wait_s or status == 503:
            response.headers["Retry-After"] = str(wait_s or 10)
        return response


def _wordable(error: GivingError, language: str) -> dict[str, object]:
    """Of its arguments those a message can say, projects by their titles; alternatives are the chat's."""
    args = {
        name: value.title(language) if isinstance(value, Project) else value
        for name, value in error.args_for_message.items()
    }
    return {name: value for name, value in args.items() if isinstance(value, Money | str | int | datetime)}


def _route(request: web.Request) -> str:
    """The pattern, not the address: a receipt code is nobody's business, ours included."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""
