"""`/rail`: the provider's API for programs with its key."""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import orjson
from aiohttp import web

from sandbox.rail import events
from sandbox.rail.errors import RailError, invalid
from sandbox.rail.payments import Payments, read_amount, read_payment
from sandbox.state import State

Json = dict[str, Any]
Handler = Callable[[web.Request], Any]
MOST_DUPLICATES = 100


class Rail:
    """Checks the key and the parameters; what it answers is committed."""

    def __init__(self, state: State, payments: Payments, key: str) -> None:
        self._state = state
        self._payments = payments
        self._key = key

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/rail/payments", self._locked(self.create)),
            web.get("/rail/payments/{id}", self._locked(self.payment)),
            web.post("/rail/payments/{id}/cancel", self._locked(self.cancel)),
            web.post("/rail/charges/{id}/refunds", self._locked(self.refund)),
            web.get("/rail/charges/{id}", self._locked(self.charge)),
            web.put("/rail/faults", self._locked(self.faults)),
            web.post("/rail/webhook", self._locked(self.webhook)),
            web.get("/rail/events", self._locked(self.events)),
        ]

    def _locked(self, handler: Handler) -> Handler:
        async def check(request: web.Request) -> web.Response:
            given = request.headers.get("Authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {self._key}".encode()):
                raise RailError(401, "unauthorized", "Send the header Authorization: Bearer <rail key>.")
            return answer(await handler(request))

        return check

    async def create(self, request: web.Request) -> Json:
        body = await read_json(request)
        new = read_payment(body)
        with self._state.change():
            return self._payments.once(_key(request), _asked(request, body), lambda: self._payments.create(new))

    async def payment(self, request: web.Request) -> Json:
        return self._payments.get(request.match_info["id"])

    async def cancel(self, request: web.Request) -> Json:
        with self._state.change():
            return self._payments.cancel(request.match_info["id"])

    async def charge(self, request: web.Request) -> Json:
        return self._payments.charge(request.match_info["id"])

    async def refund(self, request: web.Request) -> Json:
        body = await read_json(request)
        amount_minor, reason = read_amount(body), body.get("reason", "")
        if not isinstance(reason, str) or set(body) - {"amount_minor", "reason"}:
            raise invalid("A refund takes amount_minor and reason, a text.")
        charge_id = request.match_info["id"]
        with self._state.change():
            return self._payments.once(
                _key(request), _asked(request, body), lambda: self._payments.refund(charge_id, amount_minor, reason)
            )

    async def faults(self, request: web.Request) -> Json:
        """All of them at once: what is left out is switched off."""
        body = await read_json(request)
        faults = _read_faults(body)
        with self._state.change():
            events.set_faults(self._state, faults)
        return asdict(faults)

    async def webhook(self, request: web.Request) -> Json:
        body = await read_json(request)
        url, secret = body.get("url"), body.get("secret")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise invalid("url is the http or https address events are sent to.")
        if not isinstance(secret, str) or not secret:
            raise invalid("secret is the text events are signed with.")
        with self._state.change():
            events.set_webhook(self._state, events.Webhook(url, secret))
        return {"url": url}

    async def events(self, request: web.Request) -> Json:
        return {"events": events.listed(self._state)}


def answer(body: Json, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")


def refusal(status: int, code: str, message: str) -> web.Response:
    return answer({"error": {"code": code, "message": message}}, status)


async def read_json(request: web.Request) -> Json:
    try:
        body = orjson.loads(await request.read())
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise invalid("Send a JSON object.")
    return body


def _key(request: web.Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= 255:
        raise invalid("Send an Idempotency-Key of 1 to 255 characters, the same when you repeat the request.")
    return key


def _asked(request: web.Request, body: Json) -> Json:
    return {"path": request.path, "body": body}


def _read_faults(body: Json) -> events.Faults:
    faults: Json = {"duplicates": 0, "shuffle": False, "delay_s": 0, "hold": False} | body
    duplicates, delay_s = faults["duplicates"], faults["delay_s"]
    if len(faults) > 4:
        raise invalid("The faults are duplicates, shuffle, delay_s and hold.")
    if type(duplicates) is not int or not 0 <= duplicates <= MOST_DUPLICATES:
        raise invalid(f"duplicates is a whole number, 0 to {MOST_DUPLICATES}.")
    if type(delay_s) not in (int, float) or not math.isfinite(delay_s) or not 0 <= delay_s <= 86400:
        raise invalid("delay_s is a number of seconds, at most a day.")
    if type(faults["shuffle"]) is not bool or type(faults["hold"]) is not bool:
        raise invalid("shuffle and hold are true or false.")
    return events.Faults(**faults)
