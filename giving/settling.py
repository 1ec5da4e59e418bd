"""Settling: what a provider's event means for the books; decided event by event, without a database."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from giving.converting import Share, turned_back, turned_back_entry
from giving.ledger import (
    dispute_lost,
    dispute_withdrawn,
    dispute_won,
    fee_charged,
    payment_received,
    payout_failed,
    payout_sent,
    refund_failed,
    refund_made,
    transferred,
)
from giving.money import Money, sum_of
from giving.payments import (
    FINAL,
    Books,
    EventKind,
    Outcome,
    Payment,
    PaymentState,
    RailEvent,
    Return,
    Settlement,
    key_of,
)
from giving.tips import Fresh, Tip, TipState, extra

NOT_KNOWN: Final = "payment not known yet"  # looked at again by the sweep
NO_REFUND: Final = "its refund is not booked yet"  # and never will be, where it failed before it had gone out


def decide_settlement(
    event: RailEvent,
    payment: Payment | None,
    tips: Sequence[Tip],
    booked: Collection[str],
    fresh: Callable[[], Fresh],
    books: Books | None = None,
    shares: Mapping[UUID, Money] | None = None,
    went_out_at: datetime | None = None,
    converted: Mapping[UUID, Share] | None = None,
) -> Settlement:
    """What the event means, given its payment, the payment's tips and the entry keys that are booked already.

    `shares`: how much of which tip a refund is about, where that is known: asked for by tip, or booked before.
    `went_out_at`: when the refund that a REFUND_FAILED is about went out, if it is booked.
    `converted`: what was turned into another currency of these tips, in all.
    """
    if (early := _of_no_payment(event, booked, books)) is not None:
        return early
    if payment is None:
        return Settlement(Outcome.WAITING, NOT_KNOWN)
    if payment.rail != event.rail:
        return Settlement(Outcome.ODD, "payment of another rail")
    if event.thin:
        known = key_of(event) in booked
        return Settlement(Outcome.REPLAYED) if known else Settlement(Outcome.NOTED, "to be looked up", look_up=True)
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
            return _returned(event, payment, tips, where, shares or {}, converted or {})
        case EventKind.REFUND_FAILED if went_out_at is not None and event.occurred_at < went_out_at:
            return Settlement(Outcome.NOTED, "it was tried again since, and went out")
        case EventKind.REFUND_FAILED:
            return _put_back(event, tips, booked, where, shares or {})
        case _:
            return _moved(event, event.their_id, event.amount, key, where)


def _of_no_payment(event: RailEvent, booked: Collection[str], books: Books | None) -> Settlement | None:
    """What is decided without a payment; None for what is about one."""
    if event.kind is EventKind.OTHER:
        return Settlement(Outcome.IGNORED, "not a kind we use")
    if event.kind is EventKind.INQUIRY:
        return Settlement(Outcome.NOTED, "a bank asks")
    if event.kind in (EventKind.SAVED, EventKind.NOT_SAVED, EventKind.ACCOUNT):
        return Settlement(Outcome.NOTED)  # not about money: services/rails/connections.py, services/rails/methods.py
    if event.kind is EventKind.FEE and event.reference is None and not event.thin:
        return _fee_of_the_rail(event, booked, books or Books.clearing(event.rail))
    if event.kind in (EventKind.PAYOUT, EventKind.PAYOUT_FAILED):
        return _to_the_bank(event, booked)
    if event.reference is None:
        return Settlement(Outcome.IGNORED, "names no payment of ours")
    return None


def _to_the_bank(event: RailEvent, booked: Collection[str]) -> Settlement:
    """What went from the provider to the operator's bank, and what did not arrive: that was sent off as well."""
    if event.amount is None or event.their_id is None:
        return Settlement(Outcome.ODD, "names no amount, or not what it is about")
    if key_of(event) in booked:
        return Settlement(Outcome.REPLAYED)
    about: dict[str, Any] = {"rail": event.rail, "their_id": event.their_id, "amount": event.amount}
    sent = payout_sent(**about, at=event.began_at or event.occurred_at)
    entries = [] if sent.key in booked else [sent]
    if event.kind is EventKind.PAYOUT_FAILED:
        entries.append(payout_failed(**about, at=event.occurred_at))
    return Settlement(Outcome.BOOKED, entries=tuple(entries))


def _fee_of_the_rail(event: RailEvent, booked: Collection[str], books: Books) -> Settlement:
    """A fee that is billed for itself, and not taken off a payment."""
    if event.amount is None or event.their_id is None:
        return Settlement(Outcome.ODD, "names no amount, or not what it is about")
    if key_of(event) in booked:
        return Settlement(Outcome.REPLAYED)
    return _moved(event, event.their_id, event.amount, key_of(event), books)


def _paid(
    event: RailEvent, payment: Payment, tips: Sequence[Tip], booked: Collection[str], fresh: Callable[[], Fresh],
    books: Books,
) -> Settlement:  # fmt: skip
    """Each of its tips is paid by it; one that was paid before makes an extra gift, which is given back.

    A single tip may be paid in another currency, by a rail with a rate: it is what was paid from then on.
    """
    if event.amount is None or event.their_id is None or event.amount != payment.amount:
        return Settlement(Outcome.ODD, "amount differs from the payment's")
    if key_of(event) in booked:
        return Settlement(Outcome.REPLAYED)
    originals, priced = _as_paid([tip for tip in tips if tip.extra_of is None], payment.amount)
    if not originals or sum_of((t.amount for t in originals), payment.amount.currency) != payment.amount:
        return Settlement(Outcome.ODD, "tips do not add up to the payment")
    charge, at = event.their_id, event.occurred_at
    entry = payment_received(
        rail=event.rail, their_id=charge, at=at, held=books.held, amount=event.amount,
        by_project=_by_project([(tip, tip.amount) for tip in originals]), settled=event.settled,
    )  # fmt: skip
    entries = [entry]
    if event.fee and f"fee:{event.rail}:{charge}" not in booked:
        entries.append(fee_charged(rail=event.rail, their_id=charge, at=at, held=books.fees_from, fee=event.fee))
    paid = tuple(tip.paid(charge=charge, entry_key=entry.key, at=at) for tip in originals if tip.charge is None)
    return Settlement(
        Outcome.BOOKED,
        entries=tuple(entries),
        paid=paid,
        priced=paid if priced else (),
        extra=tuple(
            extra(tip, fresh(), payment.id).paid(charge=charge, entry_key=entry.key, at=at)
            for tip in originals
            if tip.charge is not None
        ),
        payment=payment.now(PaymentState.PAID),
    )


def _as_paid(tips: list[Tip], amount: Money) -> tuple[list[Tip], bool]:
    """The tips of a payment, and whether it is one that is paid in another currency. None, if they are of several."""
    if len(tips) == 1 and tips[0].amount.currency != amount.currency:
        return [replace(tips[0], amount=amount)], True
    return (tips if all(tip.amount.currency == amount.currency for tip in tips) else []), False


def _returned(
    event: RailEvent, payment: Payment, tips: Sequence[Tip], books: Books, shares: Mapping[UUID, Money],
    converted: Mapping[UUID, Share],
) -> Settlement:  # fmt: skip
    """A refund, whole or in part, or a dispute that was lost."""
    if event.amount is None or event.their_id is None or event.charge is None:
        return Settlement(Outcome.ODD, "names no charge")
    of_charge = [tip for tip in tips if tip.charge == event.charge]
    if not of_charge:
        return Settlement(Outcome.WAITING, "its charge is not booked yet")
    lost = event.kind is EventKind.DISPUTE_LOST
    most = at_most(of_charge, event.amount) if lost else event.amount
    found = spread(of_charge, most, shares)
    if found is None:
        return Settlement(Outcome.ODD, "more than the charge still pays")
    by_project, rail, at = _by_project(found), event.rail, event.occurred_at
    if lost:
        entry = dispute_lost(
            rail=rail, their_id=event.their_id, at=at, amount=event.amount, by_project=by_project
        )  # fmt: skip
    else:
        entry = refund_made(
            rail=rail, their_id=event.their_id, at=at, held=books.held, amount=event.amount, by_project=by_project,
            settled=event.settled,
        )  # fmt: skip
    turned = turned_back(found, converted)
    entries = (entry, turned_back_entry(rail, event.their_id, at, turned)) if turned else (entry,)
    returned = tuple(_less(tip, amount, at) for tip, amount in found)
    return Settlement(Outcome.BOOKED, entries=entries, returned=returned, turned=turned)


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


def at_most(tips: Sequence[Tip], amount: Money) -> Money:
    """As much of what a bank took as the tips still have: it may take the whole of what went back in part before."""
    left = sum(tip.kept.minor for tip in tips if counts(tip) and tip.amount.currency == amount.currency)
    return Money(min(amount.minor, left), amount.currency)


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
        return Settlement(Outcome.WAITING, NO_REFUND)
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
        case EventKind.TRANSFERRED if (to := books.received_by.get(event.account or "", books.received)) is not None:
            entry = transferred(**about, held=books.held, received=to, amount=amount)
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
