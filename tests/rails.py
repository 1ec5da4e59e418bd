"""A rail inside the test: it signs nothing and moves nothing, it only says what a provider would say.

The real way over HTTP, with signatures, is tested against sandbox/ in tests/way/ and tests/payments/.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from uuid import UUID

import orjson

from giving.errors import RailUnavailable
from giving.money import Money
from giving.payments import EventKind, PaymentState, RailEvent
from payments.provider import (
    BadEvent,
    BadSignature,
    Capabilities,
    Found,
    PaymentIntent,
    PaymentLink,
    PaymentRef,
    Record,
    RefundAsk,
)


class PaperRail:
    """Answers at once; `down` makes it unreachable."""

    name = "paper"
    capabilities = Capabilities(limits={"CNY": (Money(1, "CNY"), Money(10**9, "CNY"))}, real_money=True)

    def __init__(self) -> None:
        self.down = False
        self.asked: list[tuple[str, PaymentIntent]] = []
        self.cancelled: list[str] = []
        self.refunds: list[tuple[str, Money, str]] = []
        self.found: dict[UUID, Found] = {}
        self.fetched: list[PaymentRef] = []

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        if self.down:
            raise RailUnavailable
        self.asked.append((key, intent))
        return PaymentLink(f"pay_{intent.reference.hex}", f"https://pay.example/{intent.reference.hex}")

    async def cancel_payment(self, payment: PaymentRef) -> None:
        if self.down:
            raise RailUnavailable
        self.cancelled.append(payment.their_id or "")

    async def fetch(self, payment: PaymentRef) -> Found:
        if self.down:
            raise RailUnavailable
        self.fetched.append(payment)
        return self.found.get(payment.reference, Found(PaymentState.UNKNOWN))

    async def refund(self, ask: RefundAsk, *, key: str) -> None:
        if self.down:
            raise RailUnavailable
        self.refunds.append((ask.charge, ask.amount, key))

    async def records(self, since: datetime, until: datetime) -> AsyncIterator[Record]:
        """It keeps no books."""
        none: tuple[Record, ...] = ()
        for record in none:
            yield record

    async def close(self) -> None:
        """Nothing is held open."""

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> RailEvent:
        if headers.get("Signature") != "paper":
            raise BadSignature
        return self.event_of(body.decode())

    def event_of(self, body: str) -> RailEvent:
        try:
            e = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise BadEvent("not JSON") from error
        return RailEvent(
            rail=self.name,
            event_id=e["id"],
            kind=EventKind(e["kind"]),
            occurred_at=datetime.fromtimestamp(e["at"], UTC),
            reference=UUID(e["reference"]) if e.get("reference") else None,
            their_id=e.get("their_id"),
            charge=e.get("charge"),
            amount=Money(e["minor"], "CNY") if e.get("minor") is not None else None,
            fee=Money(e["fee"], "CNY") if e.get("fee") is not None else None,
            refund=UUID(e["refund"]) if e.get("refund") else None,
            thin=bool(e.get("thin")),
            payer=e.get("payer"),
        )


def event(kind: EventKind, reference: UUID | None, identity: str, **values: object) -> bytes:
    """What this rail would post to the webhook."""
    at = int(datetime.now(UTC).timestamp())
    return orjson.dumps(
        {"id": identity, "kind": kind, "at": at, "reference": str(reference) if reference else None} | values
    )
