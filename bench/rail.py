"""A rail without a network: it says what a provider would, and moves nothing."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from uuid import UUID

import orjson

from giving.money import Money
from giving.payments import EventKind, PaymentState, RailEvent
from payments.provider import (
    BadSignature,
    Capabilities,
    Found,
    PaymentIntent,
    PaymentLink,
    PaymentRef,
    Record,
    RefundAsk,
)

HEADERS = {"Signature": "paper"}


class PaperRail:
    """Answers at once; takes a fee of 0.6 %, as the sandbox does."""

    name = "paper"
    capabilities = Capabilities(limits={"CNY": (Money(1, "CNY"), Money(10**9, "CNY"))}, real_money=True)

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        """A pay page that nobody opens."""
        return PaymentLink(f"pay_{intent.reference.hex}", f"https://pay.example/{intent.reference.hex}")

    async def cancel_payment(self, payment: PaymentRef) -> None:
        """Nothing to close."""

    async def fetch(self, payment: PaymentRef) -> Found:
        """Nobody knows."""
        return Found(PaymentState.UNKNOWN)

    async def refund(self, ask: RefundAsk, *, key: str) -> None:
        """Nothing to give back."""

    async def records(self, since: datetime, until: datetime) -> AsyncIterator[Record]:
        """It keeps no books."""
        none: tuple[Record, ...] = ()
        for record in none:
            yield record

    async def close(self) -> None:
        """Nothing is held open."""

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> RailEvent:
        """Verify and decode."""
        if headers.get("Signature") != HEADERS["Signature"]:
            raise BadSignature
        return self.event_of(body.decode())

    def event_of(self, body: str) -> RailEvent:
        """Decode."""
        said = orjson.loads(body)
        return RailEvent(
            rail=self.name,
            event_id=said["id"],
            kind=EventKind(said["kind"]),
            occurred_at=datetime.fromtimestamp(said["at"], UTC),
            reference=UUID(said["reference"]),
            their_id=said["charge"],
            charge=said["charge"],
            amount=Money(said["minor"], "CNY"),
            fee=Money(said["fee"], "CNY"),
            payer=said.get("payer"),
        )


def paid_event(reference: str, minor: int, *, payer: str | None = None) -> bytes:
    """What the provider would send once somebody paid.

    `reference`: our payment id in hex; `payer`: a keyed hash of whose card it was.
    """
    return orjson.dumps(
        ({"payer": payer} if payer is not None else {})
        | {
            "id": f"evt_{reference}",
            "kind": EventKind.PAID,
            "at": int(datetime.now(UTC).timestamp()),
            "reference": reference,
            "charge": f"ch_{reference}",
            "minor": minor,
            "fee": (minor * 6 + 500) // 1000,
        }
    )
