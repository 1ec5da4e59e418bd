"""`POST /hooks/<rail>`: a provider's event goes, as it came, into the inbox; the answer says only whether to retry."""

import asyncio
from typing import Final

import structlog
from aiohttp import web

from payments.provider import BadEvent, BadSignature, UnknownRail
from services.metrics import WEBHOOK_EVENTS
from services.payments import PaymentService
from services.wake import log_trouble
from web.bodies import BodyRefused, read_body

MOST_BYTES: Final = 64 * 1024
STORE_TIMEOUT_S: Final = 4

log = structlog.get_logger()


class PaymentHooks:
    """Takes what providers send. Answers are empty where no words are wanted: whoever guesses learns nothing."""

    def __init__(self, payments: PaymentService) -> None:
        """Hand events to this service."""
        self._payments = payments

    def routes(self) -> list[web.RouteDef]:
        """Where providers knock."""
        return [web.post("/hooks/{rail}", self.receive)]

    async def receive(self, request: web.Request) -> web.Response:
        """200 stored, repeated or ignored; 400 no event, 401 not theirs, 404 no such rail, 413, 503 come again."""
        rail = request.match_info["rail"]
        try:
            body = await read_body(request, MOST_BYTES)
        except BodyRefused as refusal:
            return _refused(rail, refusal.status, refusal.reason, close=True)
        return await self._store(rail, body, request)

    async def _store(self, rail: str, body: bytes, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(STORE_TIMEOUT_S):
                await self._payments.receive(rail, body, request.headers)
        except UnknownRail:
            return _refused("", 404, "unknown_rail")
        except BadSignature:
            WEBHOOK_EVENTS.labels(rail, "bad_signature").inc()
            return _refused(rail, 401, "bad_signature")
        except BadEvent as error:
            WEBHOOK_EVENTS.labels(rail, "bad_event").inc()
            return _refused(rail, 400, "bad_event", detail=str(error))
        except TimeoutError:
            log.warning("hook_not_stored", rail=rail, error="TimeoutError", after_s=STORE_TIMEOUT_S)
            return _again()
        except Exception as error:  # noqa: BLE001 - whatever it is: what is not stored has to come again
            log_trouble("hook_not_stored", error, rail=rail)
            return _again()
        if (answer := self._payments.answer(rail)) is None:
            return web.Response(status=200)
        return web.Response(status=200, content_type=answer[0], text=answer[1])


def _again() -> web.Response:
    return web.Response(status=503, headers={"Retry-After": "5"})


def _refused(rail: str, status: int, reason: str, *, detail: str = "", close: bool = False) -> web.Response:
    log.warning("hook_refused", rail=rail, status=status, reason=reason, **({"detail": detail} if detail else {}))
    response = web.Response(status=status)
    if close:
        response.force_close()  # what is still on its way is not read
    return response
