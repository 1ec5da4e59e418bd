"""`/rail` and `/card`: the API of the provider's two tills, for programs with its key."""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import orjson
from aiohttp import web

from sandbox.rail import events, records
from sandbox.rail.errors import RailError, invalid
from sandbox.rail.payments import Payments, read_amount, read_payment
from sandbox.state import State

Json = dict[str, Any]
Handler = Callable[[web.Request], Any]
MOST_DUPLICATES = 100


class Rail:
    """One till's API: checks the key and the parameters; what it answers is committed."""

    def __init__(self, state: State, payments: Payments, key: str) -> None:
        self._state = state
        self._payments = payments
        self._till = payments.till
        self._key = key

    def routes(self) -> list[web.RouteDef]:
        at = self._till.path
        return [
            web.post(f"{at}/payments", self.locked(self.create)),
            web.get(f"{at}/payments", self.locked(self.payments)),
            web.get(f"{at}/payments/{{id}}", self.locked(self.payment)),
            web.post(f"{at}/payments/{{id}}/cancel", self.locked(self.cancel)),
            web.put(f"{at}/payments/{{id}}/paid", self.locked(self.paid_then)),
            web.post(f"{at}/charges/{{id}}/refunds", self.locked(self.refund)),
            web.get(f"{at}/charges/{{id}}", self.locked(self.charge)),
            web.put(f"{at}/faults", self.locked(self.faults)),
            web.post(f"{at}/webhook", self.locked(self.webhook)),
            web.get(f"{at}/events", self.locked(self.events)),
            web.get(f"{at}/records", self.locked(self.records)),
            web.put(f"{at}/records/{{kind}}/{{id}}", self.locked(self.lie)),
        ]

    def locked(self, handler: Handler) -> Handler:
        """For whoever shows the key."""

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
            made = self._payments.once(key_of(request), asked_of(request, body), lambda: self._payments.create(new))
            if events.read_faults(self._state).charge_504:
                self._payments.charge_at_once(made["id"])
        return self._answered(made)

    async def payment(self, request: web.Request) -> Json:
        return self._payments.get(request.match_info["id"])

    async def payments(self, request: web.Request) -> Json:
        reference = request.query.get("reference", "")
        if not reference or set(request.query) != {"reference"}:
            raise invalid(f"Payments are listed by reference: {self._till.path}/payments?reference=…")
        return {"payments": self._payments.of_reference(reference)}

    async def cancel(self, request: web.Request) -> Json:
        with self._state.change():
            closed = self._payments.cancel(request.match_info["id"])
        return self._answered(closed)

    async def paid_then(self, request: web.Request) -> Json:
        """As if it had been paid at that time: for whoever needs a past."""
        body, payment_id = await read_json(request), request.match_info["id"]
        at = body.get("created_at")
        if type(at) is not int or set(body) != {"created_at"} or not 0 <= at <= self._state.now():
            raise invalid("created_at is when it was paid, in Unix seconds, and not to come.")
        with self._state.change():
            self._payments.charge_at_once(payment_id, at)
        return self._payments.get(payment_id)

    async def charge(self, request: web.Request) -> Json:
        return self._payments.charge(request.match_info["id"])

    async def refund(self, request: web.Request) -> Json:
        body = await read_json(request)
        amount_minor, words = read_amount(body), [body.get(name, "") for name in ("reason", "reference")]
        if not all(isinstance(word, str) for word in words) or set(body) - {"amount_minor", "reason", "reference"}:
            raise invalid("A refund takes amount_minor and two texts, reason and reference.")
        charge_id = request.match_info["id"]
        with self._state.change():
            made = self._payments.once(
                key_of(request), asked_of(request, body), lambda: self._payments.refund(charge_id, amount_minor, *words)
            )
        return self._answered(made)

    def _answered(self, made: Json) -> Json:
        """What was done, and is committed; or nothing but 504, if that is switched on. Raises: RailError."""
        if events.read_faults(self._state).charge_504:
            raise RailError(504, "gateway_timeout", "No answer came in time; nobody can say what was done.")
        return made

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
            events.set_webhook(self._state, events.Webhook(url, secret), self._till)
        return {"url": url}

    async def events(self, request: web.Request) -> Json:
        return {"events": events.listed(self._state, self._till)}

    async def records(self, request: web.Request) -> Json:
        return records.listed(self._state, dict(request.query), self._till)

    async def lie(self, request: web.Request) -> Json:
        body = await read_json(request)
        with self._state.change():
            return records.lie(self._state, request.match_info["kind"], request.match_info["id"], body, self._till)


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


def key_of(request: web.Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= 255:
        raise invalid("Send an Idempotency-Key of 1 to 255 characters, the same when you repeat the request.")
    return key


def asked_of(request: web.Request, body: Json) -> Json:
    return {"path": request.path, "body": body}


def _read_faults(body: Json) -> events.Faults:
    switches = ("shuffle", "hold", "charge_504", "never_charge")
    faults: Json = {"duplicates": 0, "delay_s": 0} | dict.fromkeys(switches, False) | body
    duplicates, delay_s = faults["duplicates"], faults["delay_s"]
    if len(faults) > 2 + len(switches):
        raise invalid(f"The faults are duplicates, delay_s, {', '.join(switches)}.")
    if type(duplicates) is not int or not 0 <= duplicates <= MOST_DUPLICATES:
        raise invalid(f"duplicates is a whole number, 0 to {MOST_DUPLICATES}.")
    if type(delay_s) not in (int, float) or not math.isfinite(delay_s) or not 0 <= delay_s <= 86400:
        raise invalid("delay_s is a number of seconds, at most a day.")
    if any(type(faults[name]) is not bool for name in switches):
        raise invalid(f"{', '.join(switches)} are true or false.")
    return events.Faults(**faults)
