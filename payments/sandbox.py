"""The rail `sandbox`: test money from the payment provider in sandbox/ (docs/sandbox.md), over HTTP like any other."""

import hashlib
import hmac
import math
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

import aiohttp
import orjson

from giving.money import DECIMALS, Money
from giving.payments import EventKind, PaymentState, RailEvent
from payments.payer import payer_of
from payments.provider import (
    BadEvent,
    BadSignature,
    Capabilities,
    Found,
    PaymentIntent,
    PaymentLink,
    PaymentRef,
    RailDown,
    RailRefused,
    Record,
    RefundAsk,
)

TOLERANCE_S: Final = 300
RECORDS_AT_ONCE: Final = 500
_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_KINDS: Final = {
    "payment.paid": EventKind.PAID,
    "payment.declined": EventKind.DECLINED,
    "payment.cancelled": EventKind.CANCELLED,
    "refund.succeeded": EventKind.REFUNDED,
}
_RECORDS: Final = {"payment": EventKind.PAID, "fee": EventKind.FEE, "refund": EventKind.REFUNDED}
_CLOSED: Final = {"declined": "payment.declined", "cancelled": "payment.cancelled"}
_STATES: Final = {
    "open": PaymentState.CREATED,
    "processing": PaymentState.PENDING,
    "paid": PaymentState.PAID,
    "declined": PaymentState.FAILED,
    "cancelled": PaymentState.CANCELLED,
}


class SandboxRail:
    """Test payments; every message and page that comes of them says so."""

    name = "sandbox"
    till = "/rail"  # where the provider's API is
    capabilities = Capabilities(
        limits={c: (Money(1, c), Money(100_000_000, c)) for c in DECIMALS if c != "XTR"}, real_money=False
    )

    def __init__(
        self, *, api_base: str, key: str, webhook_secret: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Talk to the provider at `api_base`; the session opens at the first call."""
        self._base, self._key, self._now = api_base.rstrip("/"), key, now
        self._secret = webhook_secret.encode()
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            await self._session.close()

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        """Ask for a pay page; the same key is the same payment."""
        answer = await self._call("POST", f"{self.till}/payments", body_of(intent), key=key)
        return PaymentLink(their_id=answer["id"], url=answer["url"])

    async def cancel_payment(self, payment: PaymentRef) -> None:
        """Close the pay page; RailRefused if it was paid."""
        await self._call("POST", f"{self.till}/payments/{payment.their_id}/cancel", {})

    async def fetch(self, payment: PaymentRef) -> Found:
        """What became of a payment, by its id or by our reference; with what should have been told of it."""
        if payment.their_id is not None:
            return _found(await self._call("GET", f"{self.till}/payments/{payment.their_id}"))
        answer = await self._call("GET", f"{self.till}/payments?reference={payment.reference}")
        # The same key is the same payment, so there is one at most; were there two, both would be booked.
        found = [_found(one) for one in answer["payments"]]
        if not found:
            return Found(PaymentState.CREATED)
        return replace(found[-1], events=tuple(event for one in found for event in one.events))

    async def refund(self, ask: RefundAsk, *, key: str) -> None:
        """Ask for money to go back; `refund.succeeded` follows."""
        body = {"amount_minor": ask.amount.minor, "reason": "requested_by_donor", "reference": str(ask.refund)}
        await self._call("POST", f"{self.till}/charges/{ask.charge}/refunds", body, key=key)

    async def records(self, since: datetime, until: datetime) -> AsyncIterator[Record]:
        """Payments, fees and refunds of this time, oldest first; the provider's times are whole seconds."""
        begin, end = (max(0, math.ceil(moment.timestamp())) for moment in (since, until))
        after: str | None = ""
        while after is not None:
            span = f"since={begin}&until={end}&limit={RECORDS_AT_ONCE}&after={after}"
            answer = await self._call("GET", f"{self.till}/records?{span}")
            records, after = _page(answer)
            for record in records:
                yield record

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> RailEvent:
        """Verify the signature (HMAC-SHA256 over `t.body`, at most 5 minutes off) and decode."""
        given = dict(part.partition("=")[::2] for part in headers.get("Sandbox-Signature", "").split(","))
        stamp, signature = given.get("t", ""), given.get("v1", "")
        expected = hmac.new(self._secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            raise BadSignature
        if not stamp.isdecimal() or abs(self._now().timestamp() - int(stamp)) > TOLERANCE_S:
            raise BadSignature
        return self.event_of(body.decode("utf-8", errors="replace"))

    def event_of(self, body: str) -> RailEvent:
        """Decode a verified event. Raises: BadEvent."""
        try:
            event = orjson.loads(body)
            if event.get("livemode") is not False:
                raise BadEvent("the sandbox has no live mode")
            return self._decoded(event)
        except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise BadEvent(f"not an event of the sandbox: {type(error).__name__}") from error

    def _decoded(self, event: dict[str, Any]) -> RailEvent:
        told = replace(_decoded(event), rail=self.name)
        if told.kind is not EventKind.PAID:
            return told
        return replace(told, payer=payer_of(self._secret.decode(), event["data"]["charge"].get("payer")))

    async def _call(self, method: str, path: str, body: object = None, *, key: str | None = None) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        headers = {"Authorization": f"Bearer {self._key}"} | ({"Idempotency-Key": key} if key else {})
        try:
            async with self._session.request(method, self._base + path, json=body, headers=headers) as response:
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise RailDown from error
        if response.status >= 500 or response.status == 429:
            raise RailDown
        if response.status >= 400:
            raise RailRefused(str((answer or {}).get("error", {}).get("code", response.status)))
        return answer


def body_of(intent: PaymentIntent) -> dict[str, Any]:
    """What the API is asked with."""
    return {
        "amount_minor": intent.amount.minor,
        "currency": intent.amount.currency,
        "reference": str(intent.reference),
        "description": intent.description,
        "return_url": intent.return_url,
        "language": intent.language,
    }


def _found(payment: dict[str, Any]) -> Found:
    """A payment as the API shows it, and the events that tell the same."""
    about = {name: payment[name] for name in ("id", "status", "reference")}
    told = [("payment.paid", charge["id"], charge["created_at"], {"charge": charge}) for charge in payment["charges"]]
    if payment["status"] in _CLOSED:
        told.append((_CLOSED[payment["status"]], f"{payment['id']}_{payment['status']}", payment["created_at"], {}))
    events = [
        {"id": f"found_{id_}", "type": kind, "created_at": at, "livemode": False, "data": {"payment": about} | more}
        for kind, id_, at, more in told
    ]
    state = _STATES.get(payment["status"], PaymentState.UNKNOWN)
    return Found(state, payment["id"], payment["url"], tuple(orjson.dumps(event).decode() for event in events))


def _page(answer: Any) -> tuple[list[Record], str | None]:
    """Records as the API lists them, and where to go on. Raises: BadEvent."""
    try:
        after = answer["next"]
        return [_record(line) for line in answer["records"]], None if after is None else quote(after)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadEvent(f"not a list of the sandbox: {type(error).__name__}") from error


def _record(line: dict[str, Any]) -> Record:
    return Record(
        kind=_RECORDS[line["kind"]],
        their_id=str(line["id"]),
        amount=Money(line["amount_minor"], line["currency"]),
        at=datetime.fromtimestamp(int(line["created_at"]), UTC),
        reference=reference_of(line["reference"]),
    )


def _decoded(event: dict[str, Any]) -> RailEvent:
    kind = _KINDS.get(event["type"], EventKind.OTHER)
    identity = str(event["id"])
    if not identity:
        raise BadEvent("an event without an id")
    at = datetime.fromtimestamp(int(event["created_at"]), UTC)
    if kind is EventKind.OTHER:
        return RailEvent("sandbox", identity, kind, at)
    data = event["data"]
    payment, charge, refund = data["payment"], data.get("charge"), data.get("refund")
    subject = refund if kind is EventKind.REFUNDED else charge
    return RailEvent(
        rail="sandbox",
        event_id=identity,
        kind=kind,
        occurred_at=at,
        reference=reference_of(payment.get("reference")),
        their_id=str(subject["id"]) if subject else None,
        charge=str(charge["id"]) if charge else None,
        amount=Money(subject["amount_minor"], subject["currency"]) if subject else None,
        fee=Money(charge["fee_minor"], charge["currency"]) if charge and kind is EventKind.PAID else None,
        refund=reference_of(refund.get("reference")) if refund else None,
    )


def reference_of(text: object) -> UUID | None:
    """Ours, or None for what is not."""
    try:
        return UUID(str(text))
    except ValueError:
        return None
