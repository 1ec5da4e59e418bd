"""Connections that are not waited for: headers that dawdle, too many at once, and what is no HTTP at all."""

import asyncio
from typing import Any, Final, cast

from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_server import Server

from web.security import HEADERS

HEADERS_S: Final = 10
MOST: Final = 2000
_NO_HTTP: Final = "看不懂这个请求。· We can't make sense of this.\n"


class Connection(RequestHandler):
    """One connection: its first request's headers come in time (later ones within the keep-alive), or it ends."""

    __slots__ = ("_first",)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take it, unless there are too many."""
        super().connection_made(transport)
        self._first = asyncio.get_running_loop().call_later(HEADERS_S, self._headers_due)
        if self._manager is not None and len(self._manager.connections) > MOST:
            cast(asyncio.Transport, transport).abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        """It ended."""
        self._first.cancel()
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What is no HTTP gets few words, nothing of what it sent, and the headers of every other answer."""
        super().handle_error(request, status, exc, message)
        response = web.Response(status=status, text=_NO_HTTP, headers={**HEADERS, "Cache-Control": "no-store"})
        response.force_close()
        return response

    def _headers_due(self) -> None:
        if self._request_count == 0:
            self.force_close()


class _Connections(Server):
    """Makes our connections instead of aiohttp's."""

    def __call__(self) -> RequestHandler:
        return Connection(self, loop=self._loop, **self._kwargs)


class Runner(web.AppRunner):
    """Runs an application on such connections."""

    __slots__ = ()

    async def _make_server(self) -> Server:
        made = await super()._make_server()
        options: dict[str, Any] = made._kwargs
        return _Connections(
            made.request_handler,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            loop=made._loop,
            **options,
        )
