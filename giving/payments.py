"""What a provider's event means for the books; decided here, event by event, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from giving.accounts import Account, rail_clearing
from giving.converting import Share
from giving.ledger import (
    Entry,
)
from giving.money import Money
from giving.quick import quick
from giving.rails import Holder
from giving.tips import Tip


class PaymentState(StrEnum):
    """What we know of a payment; UNKNOWN is a state: a time-out says nothing about the money."""

    CREATED = "created"
    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class EventKind(StrEnum):
    """What a provider tells us.

    FEE: what it charged, told apart from what it charged for. DISPUTED: it took the money back until the donor's bank
    has decided; INQUIRY: the bank only asks yet, and no money moved. TRANSFERRED: it went on to the organisation (or
    came back from there: a negative amount). PAYOUT: what it held for the operator went to the operator's bank (a
    negative amount: came from there); PAYOUT_FAILED: and is back. SAVED: the donor saved a method to be charged later;
    NOT_SAVED: the one they tried was declined. ACCOUNT: how far an organisation's account is.
    """

    PAID = "paid"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    FEE = "fee"
    INQUIRY = "inquiry"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    TRANSFERRED = "transferred"
    PAYOUT = "payout"
    PAYOUT_FAILED = "payout_failed"
    SAVED = "saved"
    NOT_SAVED = "not_saved"
    ACCOUNT = "account"
    OTHER = "other"


class Outcome(StrEnum):
    """What became of an event: kept WAITING until what it speaks of is known; ODD ones are for a person to look at."""

    BOOKED = "booked"
    REPLAYED = "replayed"
    NOTED = "noted"
    IGNORED = "ignored"
    WAITING = "waiting"
    ODD = "odd"


FINAL: Final = frozenset({PaymentState.PAID, PaymentState.CANCELLED})  # a declined page can be paid all the same
FIRST_LOOK: Final = timedelta(minutes=10)
_LEAST_WAIT, MOST_WAIT = timedelta(minutes=4), timedelta(days=1)
TOO_LONG: Final = timedelta(days=7)


def next_look(age: timedelta) -> timedelta:
    """How long to wait before a payment that was not final at this age is looked up again.

    What is paid in the first hour, without our being told, is so found within 15 minutes; later within a quarter of its
    age, and at least once a day.
    """
    return min(max(age / 4, _LEAST_WAIT), MOST_WAIT)


def alarm_of(age: timedelta) -> int:
    """Which alarm it is that something is open at this age: the first after a week, the next after two, four, eight.

    0 before the first.
    """
    return (age // TOO_LONG).bit_length() if age >= TOO_LONG else 0


@quick
@dataclass(frozen=True, slots=True)
class Payment:
    """One payment we asked a rail for; it pays one tip or (a tab) many. `account`: the organisation's at the rail."""

    id: UUID
    donor: UUID
    rail: str
    amount: Money
    state: PaymentState
    created_at: datetime
    their_id: str | None = None
    url: str | None = None
    account: str | None = None

    def now(self, state: PaymentState) -> "Payment":
        """The same payment in another state."""
        return Payment(
            self.id, self.donor, self.rail, self.amount, state, self.created_at, self.their_id, self.url, self.account
        )


@dataclass(frozen=True, slots=True)
class PaymentWish:
    """The words a rail was asked with, kept before it is asked: the same key must come with the same words.

    `lines`: what it is for, title and minor units each, where it is for more than one thing. `several`: it is for
    several organisations.
    """

    description: str
    return_url: str
    language: str
    lines: tuple[tuple[str, int], ...] = ()
    several: bool = False


@dataclass(frozen=True, slots=True)
class SavedMethod:
    """A way to pay that a donor saved with a rail, in the rail's own words, never a number; `label`: "Visa …4242"."""

    customer: str
    method: str
    label: str
    account: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class RailEvent:
    """A verified event. `reference` is our payment id, `their_id` the provider's id of what it tells of.

    `settled`: the amount as it arrived, where it was converted. `account`: the organisation's at the provider, `ready`
    whether it takes payments, `asks` what is still asked of it. `refund`, `transfer`: our id of what it tells of, if we
    asked for it. Of one that is SAVED or NOT_SAVED `reference` is our id of the request to save. `thin`: it happened,
    but not all that is to be booked with it is in it (a conversion, whose payment it is): the payment is looked up
    (`charge` names it where `reference` does not). `began_at`: of a payout, when the money left the provider; it
    arrives days later. `holder`, `billed`: with whom the payment's money is, and whether its fees are billed to the
    operator, where its rail says so of each (None: as it usually is there). `payer`: of one that is PAID, a hash of
    what was paid with, by a key of the rail's own, where the rail tells it.
    """

    rail: str
    event_id: str
    kind: EventKind
    occurred_at: datetime
    reference: UUID | None = None
    their_id: str | None = None
    charge: str | None = None
    amount: Money | None = None
    fee: Money | None = None
    settled: Money | None = None
    account: str | None = None
    refund: UUID | None = None
    transfer: UUID | None = None
    method: SavedMethod | None = None
    ready: bool | None = None
    asks: tuple[str, ...] = ()
    thin: bool = False
    began_at: datetime | None = None
    holder: Holder | None = None
    billed: bool = False
    payer: str | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """Where money stands on a rail: with whom it is once it was paid, and what its fees come off.

    `received`: the organisation's own account, for what is transferred to it later; `received_by`, where a payment is
    of several organisations, by their accounts at the rail.
    """

    held: Account
    fees_from: Account
    received: Account | None = None
    received_by: Mapping[str, Account] = field(default_factory=dict)

    @classmethod
    def clearing(cls, rail: str) -> "Books":
        """With us, and the fees come off it."""
        return cls(rail_clearing(rail), rail_clearing(rail))


@dataclass(frozen=True, slots=True)
class Return:
    """A tip as it is after some (or all) of it was taken off again, or (a negative amount) put back.

    `gifts`: by how many the gifts of its donor change; a gift that was given back in part is still one.
    """

    tip: Tip
    amount: Money
    gifts: int = 0


@quick
@dataclass(frozen=True, slots=True)
class Settlement:
    """What one event changes: entries to append, tips as they are after it, the payment's new state.

    `look_up`: nothing is booked by the event itself; its payment is to be looked up now. `turned`: what is unmade of
    conversions, by the last of the entries. `priced`: those of `paid` that were paid in another currency.
    """

    outcome: Outcome
    reason: str = ""
    entries: tuple[Entry, ...] = ()
    paid: tuple[Tip, ...] = ()
    extra: tuple[Tip, ...] = ()
    returned: tuple[Return, ...] = ()
    payment: Payment | None = None
    look_up: bool = False
    turned: tuple[Share, ...] = ()
    priced: tuple[Tip, ...] = ()


def paid_key(rail: str, charge: str | None) -> str:
    """The key of the entry of what a charge paid."""
    return f"payment:{rail}:{charge}:paid"


def failed_key(event: RailEvent) -> str:
    """The key of the entry that puts back what a refund, which the event is about, took off."""
    return f"refund:{event.rail}:{event.their_id}:failed"


def key_of(event: RailEvent) -> str | None:
    """The key of the entry that the event would make."""
    rail, id_ = event.rail, event.their_id
    match event.kind:
        case EventKind.PAID:
            return paid_key(rail, id_)
        case EventKind.REFUNDED:
            return f"refund:{rail}:{id_}"
        case EventKind.REFUND_FAILED:
            return failed_key(event)
        case EventKind.FEE:
            return f"fee:{rail}:{id_}"
        case EventKind.DISPUTED:
            return f"dispute:{rail}:{id_}:held"
        case EventKind.DISPUTE_WON:
            return f"dispute:{rail}:{id_}:won"
        case EventKind.DISPUTE_LOST:
            return f"dispute:{rail}:{id_}:lost"
        case EventKind.TRANSFERRED:
            return f"transfer:{rail}:{id_}"
        case EventKind.PAYOUT:
            return f"payout:{rail}:{id_}:sent"
        case EventKind.PAYOUT_FAILED:
            return f"payout:{rail}:{id_}:failed"
    return None
