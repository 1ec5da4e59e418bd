"""The port every rail implements; services know rails only through it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, runtime_checkable
from uuid import UUID

from giving.errors import RailUnavailable
from giving.money import Money
from giving.payments import EventKind, PaymentState, RailEvent, SavedMethod
from giving.rails import Capabilities, Holder

__all__ = ["Capabilities"]

# What `refund` is refused with, in whatever words the provider says it, where more is asked for than it has left.
NOTHING_LEFT: Final = "amount_too_large"
# What anything is refused with on an account that is not ours to ask about (any more).
NOT_OURS: Final = frozenset({"account_invalid", "not_permitted", "api_key_refused"})
# An account that was there, and is not (for us) any more; and what is asked of one that no form can make ready.
ACCOUNT_LOST: Final = frozenset({"account_invalid", "resource_missing"})
NEVER_READY: Final = "controller.fees.payer"
# What is refused because the rail carries more at the least than it was said to, or by a rate that moved.
TOO_SMALL: Final = "amount_too_small"
# What anything is refused with that was asked by the same key before, in other words: that one may have been done.
KEY_TAKEN: Final = "idempotency_error"
# What a saved method may be refused with that says nothing of what was asked by the same key before, and not answered.
NOT_OF_BEFORE: Final = NOT_OURS | {KEY_TAKEN, "method_of_another_account"}


class BadSignature(Exception):
    """The event was not signed by the provider, or too long ago."""


class BadEvent(Exception):
    """Signed, but not what the provider's documents describe."""


class UnknownRail(Exception):
    """No rail of this name is switched on."""


class RailRefused(Exception):
    """The provider understood and said no; trying the same again will not help. str() is its code."""


class Declined(RailRefused):
    """What was to be charged is refused by whoever stands behind it (the donor's bank): the rail itself is well."""


class RailDown(RailUnavailable):
    """No usable answer: it says nothing about the money, the same key may be asked again."""


class RailOdd(RailDown):
    """It answers, but not as its documents say: of this nothing is known, and others may be asked about."""


@dataclass(frozen=True, slots=True)
class Line:
    """One tip of a payment, in the donor's words."""

    title: str
    amount: Money


@dataclass(frozen=True, slots=True)
class PaymentIntent:
    """What we ask a rail to collect; `reference` is our payment id, `return_url` leads back to the chat.

    `lines` say what it is for and add up to `amount` (none: the description says it). `account` is the organisation's
    at the provider, where it has one. `address`: the donor's on the network, where they ask from a page of ours.
    `several`: it is for several organisations, and of no account.
    """

    reference: UUID
    amount: Money
    description: str
    return_url: str
    language: str
    lines: tuple[Line, ...] = ()
    account: str | None = None
    address: str | None = None
    several: bool = False


@dataclass(frozen=True, slots=True)
class PaymentLink:
    """Where the donor pays, and the provider's id of the payment. `url` is what a QR code says, where one is shown."""

    their_id: str
    url: str


@dataclass(frozen=True, slots=True)
class PaymentRef:
    """A payment to be looked up; `their_id` is not known where the call that made it got no answer.

    `refunds`: our ids of what was asked to go back of it and is not booked, to be looked up with it. `told`: the rail's
    own ids of refunds that it told of without saying all.
    """

    reference: UUID
    their_id: str | None
    account: str | None = None
    refunds: tuple[UUID, ...] = ()
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What a rail knows of a payment. CREATED: nobody has begun to pay; PENDING: somebody has, and it is not decided.

    `events` are bodies for `event_of`, one for each thing that our webhook should have been told, with ids that are the
    same at the next look. `refunds`: our ids of those it has and that are not decided yet, so that no event tells them.
    """

    state: PaymentState
    their_id: str | None = None
    url: str | None = None
    events: tuple[str, ...] = ()
    refunds: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundAsk:
    """Money that is to go back: of which charge, and our id of the refund, which its event names again."""

    refund: UUID
    charge: str
    amount: Money
    whole: Money
    reference: UUID
    account: str | None = None


@dataclass(frozen=True, slots=True)
class TransferAsk:
    """Part of a charge that goes on to an organisation's account, and our id of it, which its event names again.

    `amount`: above zero, in the currency it arrived in. `reverses`: it comes back, out of this transfer. `again`: it is
    not the first of its charge, and comes out of what the operator has there. `reference`: our payment.
    """

    transfer: UUID
    reference: UUID
    charge: str
    account: str
    amount: Money
    reverses: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """An organisation's account at a rail: whether it can take payments, and what is still asked of it."""

    their_id: str
    ready: bool
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a provider's own books, as its reports list it; `kind` and `their_id` name the entry it should be.

    `amount`: what was paid, given back, taken or charged, positive but for a fee that came back with a refund.
    `reference`: our payment, where it is named.
    """

    kind: EventKind
    their_id: str
    amount: Money
    at: datetime
    reference: UUID | None = None
    account: str | None = None


class Rail(Protocol):
    """A way to pay. Calls raise RailDown (no answer) or RailRefused (a definite no)."""

    name: str
    capabilities: Capabilities

    async def create_payment(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        """Ask for a pay page; the same key is the same payment."""
        ...

    async def cancel_payment(self, payment: PaymentRef) -> None:
        """Close the pay page; one that was paid stays paid (RailRefused)."""
        ...

    async def fetch(self, payment: PaymentRef) -> Found:
        """What became of a payment; CREATED without an id where the rail has none of this reference."""
        ...

    async def refund(self, ask: RefundAsk, *, key: str) -> None:
        """Ask for money to go back to the donor; the event that follows is booked, or found by `fetch`.

        RailRefused(NOTHING_LEFT) where the provider's own words are that so much of it is not there any more.
        """
        ...

    def records(self, since: datetime, until: datetime) -> AsyncIterator[Record]:
        """The provider's own books of this time, half open, for `reconcile`. Raises: RailDown in the middle, too."""
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


@runtime_checkable
class Holds(Protocol):
    """A rail where it depends on the organisation's account with whom the money is, and what its fees come off."""

    def holder_of(self, account: str | None) -> Holder:
        """With whom the money of a payment to this account is once it was paid."""
        ...

    def bills_fees(self, account: str | None) -> bool:
        """Whether its fees are billed to the operator, rather than taken off what the rail holds for us."""
        ...


@runtime_checkable
class Saves(Protocol):
    """A rail that keeps methods (`capabilities.saves`)."""

    async def save_method(self, intent: PaymentIntent, *, key: str) -> PaymentLink:
        """A page on which the donor saves a method; its amount is not charged. SAVED events bring the method."""
        ...

    async def charge_saved(self, intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        """Charge without the donor; the event that follows says what became of it. Raises besides: Declined at once."""
        ...

    async def forget_method(self, method: SavedMethod) -> None:
        """It is never charged again."""
        ...


@dataclass(frozen=True, slots=True)
class Renewal:
    """One payment of a subscription, as the rail lists it: its event, and who paid (their number at the rail)."""

    charge: str
    body: str
    payer: int | None


@runtime_checkable
class Renews(Protocol):
    """A rail that takes the same amount every 30 days by itself (`capabilities.renews`), until it is told to stop.

    A subscription is named by our id and the project it was made for, which come back with each of its payments.
    """

    async def begin_renewing(self, intent: PaymentIntent, project: UUID) -> PaymentLink:
        """Where it is begun, by paying for the first time; `intent.reference` is our id. Raises: RailRefused."""
        ...

    async def renewals(self, subscription: UUID, project: UUID) -> Sequence[Renewal]:
        """All that was paid by it so far, in order."""
        ...

    async def stop_renewing(self, subscription: UUID, project: UUID) -> None:
        """It takes nothing more; said again, nothing changes. Raises: RailRefused (it is none that could end)."""
        ...


@runtime_checkable
class Connects(Protocol):
    """A rail that organisations have accounts with (`capabilities.needs_account`)."""

    async def open_account(self, name: str, country: str, *, key: str, organisation: UUID | None = None) -> Account:
        """Make an account whose fees the platform pays; the same key is the same account.

        `organisation`: our id, by which `find_account` knows it again.
        """
        ...

    async def find_account(self, organisation: UUID, country: str) -> Account | None:
        """One that was made for it in this country, the newest; None if there is none."""
        ...

    async def account_link(self, account: str, *, return_url: str, again_url: str) -> str:
        """A page, good for minutes, on which the organisation tells the provider about itself."""
        ...

    async def account(self, account: str) -> Account:
        """How far it is."""
        ...


@runtime_checkable
class PassesOn(Protocol):
    """A rail on which what was paid is with us first, and organisations have accounts with it."""

    async def transfer(self, ask: TransferAsk, *, key: str) -> str:
        """Pass on part of a charge, or take it back; the rail's id of it. A TRANSFERRED event is booked."""
        ...


@runtime_checkable
class Joins(Protocol):
    """A rail that has accounts and on which some of them may share a charge (`capabilities.joins`).

    Such a charge has no account: it is of no organisation alone.
    """

    def joins(self, account: str) -> bool:
        """Whether a charge for this account may be for others, too."""
        ...


@runtime_checkable
class PagesByUs(Protocol):
    """A rail whose page opens only for who comes from a page of ours, which is what its payments' links lead to."""

    async def page(self, intent: PaymentIntent) -> str:
        """Where the donor at `intent.address` goes on to. Raises: RailDown, RailRefused."""
        ...


@runtime_checkable
class Answers(Protocol):
    """A rail whose provider believes only certain words that we have its event."""

    def answer(self) -> tuple[str, str]:
        """Content type and body for an event that was kept."""
        ...


@runtime_checkable
class KeepsLess(Protocol):
    """A rail whose provider tells more of the payer than anybody here needs."""

    def kept(self, body: str) -> str:
        """Of a body that `read_event` verified what is stored, for `event_of`: not who paid. Its signature is over."""
        ...


@runtime_checkable
class BooksByDay(Protocol):
    """A rail whose books are written day by day, and each day's some time after it."""

    def written_until(self, now: datetime) -> datetime:
        """Up to when `records` can be asked by now."""
        ...


@runtime_checkable
class FeesLater(Protocol):
    """A rail whose fees no event tells: they are first heard of in its own books."""

    def fee_event(self, record: Record) -> str | None:
        """A fee of one of our payments as a body for `event_of`; None for any other record."""
        ...
