"""What a provider's event means for the books; decided here, event by event, without a database."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from giving.accounts import rail_clearing
from giving.ledger import Entry, fee_charged, payment_received, refund_made
from giving.money import Money, sum_of
from giving.tips import Fresh, Tip, TipState, extra


class PaymentState(StrEnum):
    """What we know of a payment; UNKNOWN is a state: a time-out says nothing about the money."""

    CREATED = "created"
    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class EventKind(StrEnum):
    """What a provider tells us."""

    PAID = "paid"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
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


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment we asked a rail for; it pays one tip or (a tab) many."""

    id: UUID
    donor: UUID
    rail: str
    amount: Money
    state: PaymentState
    created_at: datetime
    their_id: str | None = None
    url: str | None = None

    def now(self, state: PaymentState) -> "Payment":
        """The same payment in another state."""
        return Payment(
            self.id, self.donor, self.rail, self.amount, state, self.created_at, self.their_id, self.url
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PaymentWish:
    """The words a rail was asked with, kept before it is asked: the same key must come with the same words."""

    description: str
    return_url: str
    language: str


@dataclass(frozen=True, slots=True)
class RailEvent:
    """A verified event. `reference` is our payment id, `their_id` the provider's id of the charge or refund."""

    rail: str
    event_id: str
    kind: EventKind
    occurred_at: datetime
    reference: UUID | None = None
    their_id: str | None = None
    charge: str | None = None
    amount: Money | None = None
    fee: Money | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one event changes: entries to append, tips as they are after it, the payment's new state."""

    outcome: Outcome
    reason: str = ""
    entries: tuple[Entry, ...] = ()
    paid: tuple[Tip, ...] = ()
    extra: tuple[Tip, ...] = ()
    refunded: tuple[Tip, ...] = ()
    payment: Payment | None = None


def decide_settlement(
    event: RailEvent,
    payment: Payment | None,
    tips: Sequence[Tip],
    booked: Collection[str],
    fresh: Callable[[], Fresh],
) -> Settlement:
    """What the event means, given its payment, the payment's tips and the entry keys that are booked already."""
    if event.kind is EventKind.OTHER:
        return Settlement(Outcome.IGNORED, "not a kind we use")
    if event.reference is None:
        return Settlement(Outcome.IGNORED, "names no payment of ours")
    if payment is None:
        return Settlement(Outcome.WAITING, "payment not known yet")
    if payment.rail != event.rail:
        return Settlement(Outcome.ODD, "payment of another rail")
    match event.kind:
        case EventKind.PAID:
            return _paid(event, payment, tips, booked, fresh)
        case EventKind.REFUNDED:
            return _refunded(event, payment, tips, booked)
        case _:
            return _closed(event, payment)


def _paid(
    event: RailEvent, payment: Payment, tips: Sequence[Tip], booked: Collection[str], fresh: Callable[[], Fresh]
) -> Settlement:
    if event.amount is None or event.their_id is None or event.amount != payment.amount:
        return Settlement(Outcome.ODD, "amount differs from the payment's")
    originals = [tip for tip in tips if tip.extra_of is None]
    if not originals or sum_of((t.amount for t in originals), payment.amount.currency) != payment.amount:
        return Settlement(Outcome.ODD, "tips do not add up to the payment")
    held = rail_clearing(event.rail)
    by_project = _by_project(originals)
    entry = payment_received(
        rail=event.rail,
        their_id=event.their_id,
        at=event.occurred_at,
        held=held,
        amount=event.amount,
        by_project=by_project,
    )
    if entry.key in booked:
        return Settlement(Outcome.REPLAYED)
    second = any(tip.charge is not None for tip in originals)
    due = [extra(tip, fresh()) for tip in originals] if second else originals
    paid = tuple(tip.paid(charge=event.their_id, entry_key=entry.key, at=event.occurred_at) for tip in due)
    entries = [entry]
    if event.fee:
        entries.append(
            fee_charged(rail=event.rail, their_id=event.their_id, at=event.occurred_at, held=held, fee=event.fee)
        )
    return Settlement(
        Outcome.BOOKED,
        entries=tuple(entries),
        paid=() if second else paid,
        extra=paid if second else (),
        payment=payment.now(PaymentState.PAID),
    )


def _refunded(event: RailEvent, payment: Payment, tips: Sequence[Tip], booked: Collection[str]) -> Settlement:
    if event.amount is None or event.their_id is None or event.charge is None:
        return Settlement(Outcome.ODD, "refund without amount or charge")
    if f"refund:{event.rail}:{event.their_id}" in booked:
        return Settlement(Outcome.REPLAYED)
    of_charge = [tip for tip in tips if tip.charge == event.charge]
    if not of_charge:
        return Settlement(Outcome.WAITING, "its charge is not booked yet")
    paid = [tip for tip in of_charge if tip.state is TipState.PAID]
    if sum_of((t.amount for t in paid), payment.amount.currency) != event.amount:
        return Settlement(Outcome.ODD, "refund is not the whole of what the charge still pays")
    entry = refund_made(
        rail=event.rail,
        their_id=event.their_id,
        at=event.occurred_at,
        held=rail_clearing(event.rail),
        amount=event.amount,
        by_project=_by_project(paid),
    )
    back = tuple(replace(tip, state=TipState.REFUNDED, refunded_at=event.occurred_at) for tip in paid)
    return Settlement(Outcome.BOOKED, entries=(entry,), refunded=back)


def _closed(event: RailEvent, payment: Payment) -> Settlement:
    """A decline or a cancelled link: no money moved, and one that paid before stays paid."""
    if payment.state in FINAL:
        return Settlement(Outcome.NOTED)
    state = PaymentState.CANCELLED if event.kind is EventKind.CANCELLED else PaymentState.FAILED
    return Settlement(Outcome.NOTED, payment=payment.now(state))


def _by_project(tips: Sequence[Tip]) -> dict[UUID, Money]:
    if len(tips) == 1:
        return {tips[0].project: tips[0].amount}
    sums: dict[UUID, list[Money]] = defaultdict(list)
    for tip in tips:
        sums[tip.project].append(tip.amount)
    return {project: sum_of(amounts, amounts[0].currency) for project, amounts in sums.items()}
