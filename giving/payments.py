"""What a provider's event means for the books; decided here, event by event, without a database."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from giving.accounts import Account, rail_clearing
from giving.ledger import (
    Entry,
    dispute_lost,
    dispute_withdrawn,
    dispute_won,
    fee_charged,
    payment_received,
    refund_failed,
    refund_made,
    transferred,
)
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
    """What a provider tells us.

    FEE: what it charged, told apart from what it charged for. DISPUTED: it took the money back until the donor's bank
    has decided. TRANSFERRED: it went on to the organisation (or came back from there: a negative amount). SAVED: the
    donor saved a method to be charged later. ACCOUNT: how far an organisation's account is.
    """

    PAID = "paid"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    FEE = "fee"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    TRANSFERRED = "transferred"
    SAVED = "saved"
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

    `lines`: what it is for, title and minor units each, where it is for more than one thing.
    """

    description: str
    return_url: str
    language: str
    lines: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SavedMethod:
    """A way to pay that a donor saved with a rail, in the rail's own words, never a number; `label`: "Visa …4242"."""

    customer: str
    method: str
    label: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class RailEvent:
    """A verified event. `reference` is our payment id, `their_id` the provider's id of what it tells of.

    `settled`: the amount as it arrived, where it was converted. `account`: the organisation's at the provider, `ready`
    whether it takes payments. `refund`: our id of the refund it tells of, if we asked for it. Of a SAVED one
    `reference` is our id of the request to save. `thin`: it happened, but not all that is to be booked with it is in it
    (a conversion, whose payment it is): the payment is looked up (`charge` names it where `reference` does not).
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
    method: SavedMethod | None = None
    ready: bool | None = None
    thin: bool = False


@dataclass(frozen=True, slots=True)
class Books:
    """Where money stands on a rail: with whom it is once it was paid, and what its fees come off.

    `received`: the organisation's own account, for what is transferred to it later.
    """

    held: Account
    fees_from: Account
    received: Account | None = None

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


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one event changes: entries to append, tips as they are after it, the payment's new state."""

    outcome: Outcome
    reason: str = ""
    entries: tuple[Entry, ...] = ()
    paid: tuple[Tip, ...] = ()
    extra: tuple[Tip, ...] = ()
    returned: tuple[Return, ...] = ()
    payment: Payment | None = None


def decide_settlement(
    event: RailEvent,
    payment: Payment | None,
    tips: Sequence[Tip],
    booked: Collection[str],
    fresh: Callable[[], Fresh],
    books: Books | None = None,
    shares: Mapping[UUID, Money] | None = None,
) -> Settlement:
    """What the event means, given its payment, the payment's tips and the entry keys that are booked already.

    `shares`: how much of which tip a refund is about, where that is known: asked for by tip, or booked before.
    """
    if event.kind is EventKind.OTHER:
        return Settlement(Outcome.IGNORED, "not a kind we use")
    if event.kind in (EventKind.SAVED, EventKind.ACCOUNT):
        return Settlement(Outcome.NOTED)  # not about money: services/connections.py, services/methods.py
    if event.reference is None:
        return Settlement(Outcome.IGNORED, "names no payment of ours")
    if payment is None:
        return Settlement(Outcome.WAITING, "payment not known yet")
    if payment.rail != event.rail:
        return Settlement(Outcome.ODD, "payment of another rail")
    where = books or Books.clearing(event.rail)
    match event.kind:
        case EventKind.PAID:
            return _paid(event, payment, tips, booked, fresh, where)
        case EventKind.DECLINED | EventKind.CANCELLED:
            return _closed(event, payment)
    if event.amount is None or event.their_id is None:
        return Settlement(Outcome.ODD, "names no amount, or not what it is about")
    if (key := key_of(event)) in booked:
        return Settlement(Outcome.REPLAYED)
    match event.kind:
        case EventKind.REFUNDED | EventKind.DISPUTE_LOST:
            return _returned(event, payment, tips, where, shares or {})
        case EventKind.REFUND_FAILED:
            return _put_back(event, tips, booked, where, shares or {})
        case _:
            return _moved(event, event.their_id, event.amount, key, where)


def key_of(event: RailEvent) -> str | None:
    """The key of the entry that the event would make."""
    rail, id_ = event.rail, event.their_id
    match event.kind:
        case EventKind.PAID:
            return f"payment:{rail}:{id_}:paid"
        case EventKind.REFUNDED:
            return f"refund:{rail}:{id_}"
        case EventKind.REFUND_FAILED:
            return f"refund:{rail}:{id_}:failed"
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
    return None


def _paid(
    event: RailEvent, payment: Payment, tips: Sequence[Tip], booked: Collection[str], fresh: Callable[[], Fresh],
    books: Books,
) -> Settlement:  # fmt: skip
    """Each of its tips is paid by it; one that was paid before makes an extra gift, which is given back."""
    if event.amount is None or event.their_id is None or event.amount != payment.amount:
        return Settlement(Outcome.ODD, "amount differs from the payment's")
    originals = [tip for tip in tips if tip.extra_of is None]
    if not originals or sum_of((t.amount for t in originals), payment.amount.currency) != payment.amount:
        return Settlement(Outcome.ODD, "tips do not add up to the payment")
    charge, at = event.their_id, event.occurred_at
    entry = payment_received(
        rail=event.rail, their_id=charge, at=at, held=books.held, amount=event.amount,
        by_project=_by_project([(tip, tip.amount) for tip in originals]), settled=event.settled,
    )  # fmt: skip
    if entry.key in booked:
        return Settlement(Outcome.REPLAYED)
    entries = [entry]
    if event.fee and f"fee:{event.rail}:{charge}" not in booked:
        entries.append(fee_charged(rail=event.rail, their_id=charge, at=at, held=books.fees_from, fee=event.fee))
    return Settlement(
        Outcome.BOOKED,
        entries=tuple(entries),
        paid=tuple(tip.paid(charge=charge, entry_key=entry.key, at=at) for tip in originals if tip.charge is None),
        extra=tuple(
            extra(tip, fresh()).paid(charge=charge, entry_key=entry.key, at=at)
            for tip in originals
            if tip.charge is not None
        ),
        payment=payment.now(PaymentState.PAID),
    )


def _returned(
    event: RailEvent, payment: Payment, tips: Sequence[Tip], books: Books, shares: Mapping[UUID, Money]
) -> Settlement:
    """A refund, whole or in part, or a dispute that was lost."""
    if event.amount is None or event.their_id is None or event.charge is None:
        return Settlement(Outcome.ODD, "names no charge")
    of_charge = [tip for tip in tips if tip.charge == event.charge]
    if not of_charge:
        return Settlement(Outcome.WAITING, "its charge is not booked yet")
    found = spread(of_charge, event.amount, shares)
    if found is None:
        return Settlement(Outcome.ODD, "more than the charge still pays")
    by_project, rail, at = _by_project(found), event.rail, event.occurred_at
    lost = event.kind is EventKind.DISPUTE_LOST
    if lost:
        entry = dispute_lost(
            rail=rail, their_id=event.their_id, at=at, amount=event.amount, by_project=by_project
        )  # fmt: skip
    else:
        entry = refund_made(
            rail=rail, their_id=event.their_id, at=at, held=books.held, amount=event.amount, by_project=by_project,
            settled=event.settled,
        )  # fmt: skip
    return Settlement(
        Outcome.BOOKED, entries=(entry,), returned=tuple(_less(tip, amount, at) for tip, amount in found)
    )  # fmt: skip


def spread(
    tips: Sequence[Tip], amount: Money, shares: Mapping[UUID, Money]
) -> list[tuple[Tip, Money]] | None:  # fmt: skip
    """Off which tips of one charge an amount comes: those that were asked for, then the newest first.

    None if they have not so much left.
    """
    taken: dict[UUID, int] = {}
    left = amount.minor
    for tip in tips:
        if (share := shares.get(tip.id)) is not None:
            taken[tip.id] = min(share.minor, tip.kept.minor if counts(tip) else 0, left)
            left -= taken[tip.id]
    for tip in sorted(tips, key=lambda tip: (tip.offered_at, tip.id), reverse=True):
        more = min(left, (tip.kept.minor if counts(tip) else 0) - taken.get(tip.id, 0))
        if more > 0:
            taken[tip.id] = taken.get(tip.id, 0) + more
            left -= more
    if left:
        return None
    return [(tip, Money(taken[tip.id], amount.currency)) for tip in tips if taken.get(tip.id)]


def counts(tip: Tip) -> bool:
    """Whether something of it is still given."""
    return tip.state is TipState.PAID


def _less(tip: Tip, amount: Money, at: datetime) -> Return:
    back = tip.refunded_minor + amount.minor
    if back < tip.amount.minor:
        return Return(replace(tip, refunded_minor=back), amount)
    return Return(replace(tip, state=TipState.REFUNDED, refunded_at=at, refunded_minor=back), amount, gifts=-1)


def _put_back(
    event: RailEvent, tips: Sequence[Tip], booked: Collection[str], books: Books, shares: Mapping[UUID, Money]
) -> Settlement:
    """A refund that did not reach the donor; `shares` is what it took off."""
    if event.amount is None or event.their_id is None or f"refund:{event.rail}:{event.their_id}" not in booked:
        return Settlement(Outcome.WAITING, "its refund is not booked yet")
    found = [(tip, shares[tip.id]) for tip in tips if tip.id in shares]
    if sum_of((amount for _, amount in found), event.amount.currency) != event.amount:
        return Settlement(Outcome.ODD, "amount differs from the refund's")
    entry = refund_failed(
        rail=event.rail, their_id=event.their_id, at=event.occurred_at, held=books.held, amount=event.amount,
        by_project=_by_project(found), settled=event.settled,
    )  # fmt: skip
    again = tuple(
        Return(
            replace(tip, state=TipState.PAID, refunded_at=None, refunded_minor=_back(tip) - amount.minor),
            -amount,
            gifts=0 if counts(tip) else 1,
        )
        for tip, amount in found
    )
    return Settlement(Outcome.BOOKED, entries=(entry,), returned=again)


def _back(tip: Tip) -> int:
    """What was given back of it; an older version, beside this one, writes no part of a tip that went back whole."""
    return tip.refunded_minor if counts(tip) else tip.amount.minor


def _moved(event: RailEvent, their_id: str, amount: Money, key: str | None, books: Books) -> Settlement:
    """What moves money between accounts and changes no tip."""
    about: dict[str, Any] = {"rail": event.rail, "their_id": their_id, "at": event.occurred_at}
    match event.kind:
        case EventKind.FEE:
            entry = fee_charged(**about, held=books.fees_from, fee=amount)
        case EventKind.DISPUTED:
            entry = dispute_withdrawn(**about, held=books.held, amount=amount, settled=event.settled)
        case EventKind.DISPUTE_WON:
            entry = dispute_won(**about, held=books.held, amount=amount, settled=event.settled)
        case EventKind.TRANSFERRED if books.received is not None:
            entry = transferred(**about, held=books.held, received=books.received, amount=amount)
        case _:
            return Settlement(Outcome.ODD, f"nothing is known of {key}")
    return Settlement(Outcome.BOOKED, entries=(entry,))


def _closed(event: RailEvent, payment: Payment) -> Settlement:
    """A decline or a cancelled link: no money moved, and one that paid before stays paid."""
    if payment.state in FINAL:
        return Settlement(Outcome.NOTED)
    state = PaymentState.CANCELLED if event.kind is EventKind.CANCELLED else PaymentState.FAILED
    return Settlement(Outcome.NOTED, payment=payment.now(state))


def _by_project(shares: Sequence[tuple[Tip, Money]]) -> dict[UUID, Money]:
    if len(shares) == 1:
        return {shares[0][0].project: shares[0][1]}
    sums: dict[UUID, list[Money]] = defaultdict(list)
    for tip, amount in shares:
        sums[tip.project].append(amount)
    return {project: sum_of(amounts, amounts[0].currency) for project, amounts in sums.items()}
