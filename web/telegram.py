"""`POST /hooks/telegram`: updates that Telegram brings; 200 only after what an update did is committed."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import orjson
import structlog
from aiohttp import web

from services.wake import log_trouble
from web.bodies import BodyRefused, read_body

PATH: Final = "/hooks/telegram"
HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
MOST_BYTES: Final = 1024 * 1024
AGAIN_IN_S: Final = 2

log = structlog.get_logger()

Deliver = Callable[[Mapping[str, Any]], Awaitable[bool | bytes]]  # bytes: done, and a call for the response


class TelegramHook:
    """Takes updates from who knows the secret. Empty answers: whoever guesses learns nothing."""

    def __init__(self, secret: str) -> None:
        """Until `deliver` is there, and once it is gone again, Telegram is asked to come back."""
        self.path, self.secret = PATH, secret
        self.deliver: Deliver | None = None

    def routes(self) -> list[web.RouteDef]:
        """Where Telegram knocks."""
        return [web.post(self.path, self.receive)]

    async def receive(self, request: web.Request) -> web.Response:
        """200 handled (or handled before, or unreadable: it would be each time); 401 not Telegram; 503 come again.

        400 and 408: it did not arrive whole, which the next try may.
        """
        said = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(said, self.secret.encode()):
            return _refused(401, "bad_secret")
        try:
            update = _parsed(await read_body(request, MOST_BYTES))
        except BodyRefused as refusal:
            return _unreadable(refusal.reason) if refusal.status == 413 else _refused(refusal.status, refusal.reason)
        except (ValueError, RecursionError):
            return _unreadable("no_json")
        if not isinstance(update, dict):
            return _unreadable("no_update")
        done = await self._delivered(update)
        if isinstance(done, bytes):
            return web.Response(body=done, content_type="application/json")
        return web.Response(status=200) if done else _again()

    async def _delivered(self, update: Mapping[str, Any]) -> bool | bytes:
        if self.deliver is None:
            return False
        try:
            return await self.deliver(update)
        except TimeoutError:
            log.warning("update_not_taken", error="TimeoutError")
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is: an update not known to be done comes again
            log_trouble("update_not_taken", error)
            return False


def _parsed(body: bytes) -> Any:
    """JSON, with halves of characters too, as polling takes it: whoever sent them is told. Raises: ValueError."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.loads(body)


def _unreadable(reason: str) -> web.Response:
    """Refused, it would be brought again for a day, and all that its person sends after it would wait behind it."""
    log.error("update_undecodable", update_id=None, where=[reason])
    response = web.Response(status=200)
    response.force_close()  # what is still on its way is not read
    return response


def _again() -> web.Response:
    return web.Response(status=503, headers={"Retry-After": str(AGAIN_IN_S)})


def _refused(status: int, reason: str) -> web.Response:
    log.warning("telegram_hook_refused", status=status, reason=reason)
    response = web.Response(status=status)
    response.force_close()  # what is still on its way is not read
    return response
