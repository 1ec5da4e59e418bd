"""The port every rail implements; services know rails only through it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from giving.errors import RailUnavailable
from giving.money import Money
from giving.payments import PaymentState, RailEvent


class BadSignature(Exception):
    """The event was not signed by the provider, or too long ago."""


class BadEvent(Exception):
    """Signed, but not what the provider's documents describe."""


class UnknownRail(Exception):
    """No rail of this name is switched on."""


class RailRefused(Exception):
    """The provider understood and said no; trying the same again will not help. str() is its code."""


class RailDown(RailUnavailable):
    """No usable answer: it says nothing about the money, the same key may be asked again."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a rail carries: currencies with their least and most per payment; whether it moves real money."""

    limits: Mapping[str, tuple[Money, Money]]
    real_money: bool


@dataclass(frozen=True, slots=True)
class PaymentIntent:
    """What we ask a rail to collect; `reference` is our payment id, `return_url` leads back to the chat."""

    reference: UUID
    amount: Money
    description: str
    return_url: str
    language: str


@dataclass(frozen=True, slots=True)
class PaymentLink:
    """Where the donor pays, and the provider's id of the payment."""

    their_id: str
    url: str


@dataclass(frozen=True, slots=True)
class PaymentRef:
    """A payment to be looked up; `their_id` is not known where the call that made it got no answer."""

    reference: UUID
    their_id: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a rail knows of a payment. CREATED: nobody has begun to pay; PENDING: somebody has, and it is not decided.

    `events` are bodies for `event_of`, one for each thing that our webhook should have been told, with ids that are the
    same at the next look.
    """

    state: PaymentState
    their_id: str | None = None
    url: str | None = None
    events: tuple[str, ...] = ()


class Rail(Protocol):
    """A way to pay. Calls raise RailDown (no answer) or RailRefused (a definite no)."""

    name: str
    capabilities: Capabilities

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        """Ask for a pay page; the same key is the same payment."""
        ...

    async def cancel_payment(self, their_id: str) -> None:
        """Close the pay page; one that was paid stays paid (RailRefused)."""
        ...

    async def fetch(self, payment: PaymentRef) -> Found:
        """What became of a payment; CREATED without an id where the rail has none of this reference."""
        ...

    async def refund(self, charge: str, amount: Money, *, key: str) -> None:
        """Ask for money to go back to the donor; the event that follows is booked."""
        ...

    async def close(self) -> None:
        """Give back what the calls held open."""
        ...

    def read_event(self, body: bytes, headers: Mapping[str, str]) -> RailEvent:
        """Verify and decode what was sent to our webhook. Raises: BadSignature, BadEvent."""
        ...

    def event_of(self, body: str) -> RailEvent:
        """Decode an event that was verified when it was stored. Raises: BadEvent."""
        ...
