"""What a payment looked up at Stripe means: its state, and an event for each thing that is to be told; no I/O."""

from collections.abc import Sequence
from typing import Any, Final

from giving.payments import EventKind, PaymentState, RailEvent, SavedMethod
from payments.stripe_rail.events import (
    Head,
    balances,
    destination,
    dispute_told,
    fee_told,
    refund_told,
    reversals_told,
    transfer_told,
)
from payments.stripe_rail.modes import PAYMENT, REFUND, SAVING
from payments.stripe_rail.reading import Json, identity, moment, ours, positive, settled, uuid_or_none

# Of a PaymentIntent. Source: docs.stripe.com/payments/paymentintents/lifecycle
_STATES: Final = {
    "requires_payment_method": PaymentState.CREATED,
    "requires_confirmation": PaymentState.CREATED,
    "requires_action": PaymentState.PENDING,
    "requires_capture": PaymentState.PENDING,
    "processing": PaymentState.PENDING,
    "succeeded": PaymentState.PAID,
    "canceled": PaymentState.CANCELLED,
}


def state_of(session: Json | None, intent: Json | None) -> PaymentState:
    """How far a payment is, by its page and what was begun on it; of a page to save a method, PAID is saved."""
    on_page = session["status"] if session is not None else None
    if session is not None and session["mode"] == "setup":
        done = on_page == "complete"
        return PaymentState.PAID if done else _without_intent(on_page)
    if intent is None:
        return _without_intent(on_page)
    state = _STATES.get(intent["status"], PaymentState.UNKNOWN)
    if state is PaymentState.CREATED:
        if on_page in ("expired", "complete"):  # completed, and then declined by a slow bank: it takes nothing again
            return PaymentState.CANCELLED
        return PaymentState.FAILED if intent.get("last_payment_error") else state
    return state


def _without_intent(on_page: object) -> PaymentState:
    known = {"open": PaymentState.CREATED, "expired": PaymentState.CANCELLED, "complete": PaymentState.PENDING}
    return known.get(str(on_page), PaymentState.UNKNOWN)


def closed_events(
    session: Json | None, intent: Json | None, account: str | None
) -> list[RailEvent]:  # fmt: skip
    """That it was declined or closed; none where it may still be paid, or was."""
    state = state_of(session, intent)
    thing = session or intent
    kind = {PaymentState.FAILED: EventKind.DECLINED, PaymentState.CANCELLED: EventKind.CANCELLED}.get(state)
    if kind is None or thing is None or (session is not None and session["mode"] == "setup"):
        return []
    reference = ours(thing, PAYMENT) or uuid_or_none(thing.get("client_reference_id"))
    head = Head("", moment(thing["created"]), account)
    return [head.says(kind, reference=reference, their_id=identity(thing["id"]))] if reference else []


def saved_events(session: Json, account: str | None) -> list[RailEvent]:
    """That a method was saved: with what it is charged later, and how the donor knows it."""
    setup, reference = session.get("setup_intent"), ours(session, SAVING)
    if session["mode"] != "setup" or not isinstance(setup, dict) or reference is None or setup["status"] != "succeeded":
        return []
    method, head = setup["payment_method"], Head("", moment(setup["created"]), account)
    saved = SavedMethod(identity(setup["customer"]), identity(method), label_of(method), account)
    return [head.says(EventKind.SAVED, reference=reference, their_id=identity(setup["id"]), method=saved)]


def label_of(method: Any) -> str:
    """ "Visa …4242": the brand and the last four digits, which is all that the donor needs and all that we get."""
    card = method.get("card") if isinstance(method, dict) else None
    if not isinstance(card, dict):
        return str(method.get("type", "")) if isinstance(method, dict) else ""
    brand = str(card.get("display_brand") or card["brand"]).replace("_", " ").title()
    return f"{brand} …{card['last4']}"[:40]


def paid_with(intent: Json) -> str | None:
    """What Stripe calls the card, or the wallet's account: the same for the same one; None where it names none.

    Source: docs.stripe.com/api/charges/object#charge_object-payment_method_details-card-fingerprint
    """
    charge = intent["latest_charge"]
    details = charge.get("payment_method_details") if isinstance(charge, dict) else None
    of_its = details.get(details.get("type")) if isinstance(details, dict) else None
    if not isinstance(of_its, dict):
        return None
    named = of_its.get("fingerprint") or of_its.get("buyer_id")
    return named if isinstance(named, str) else None


def paid_events(
    intent: Json, account: str | None, refunds: Sequence[Json], disputes: Sequence[Json]
) -> list[RailEvent]:
    """All that happened to a payment that went through, as it is in the balance: the fee and a conversion with it."""
    charge = intent["latest_charge"]
    id_, reference = identity(intent["id"]), ours(intent, PAYMENT)
    if reference is None or not isinstance(charge, dict):
        return []
    account = account or destination(intent)
    head = Head("", moment(charge["created"]), account)
    amount = positive(intent["amount_received"], intent["currency"])
    balance = charge.get("balance_transaction")
    about = {"reference": reference, "charge": id_}
    events: list[RailEvent | None] = [
        head.says(
            EventKind.PAID,
            their_id=id_,
            amount=amount,
            settled=settled(amount, balance),
            thin=not isinstance(balance, dict),
            **about,
        )
    ]
    if isinstance(balance, dict):
        events.append(fee_told(head, balance, of=id_, **about))
    for refund in refunds:
        events += _refunded(refund, account, about)
    for dispute in disputes:
        events += _disputed(dispute, account, about)
    return [event for event in events if event is not None]


def transfer_events(transfer: Json) -> list[RailEvent]:
    """What was passed on, and what came back of it."""
    head = Head("", moment(transfer["created"]), None)
    told = transfer_told(head, transfer)
    return ([told] if told else []) + reversals_told(head, transfer)


def _refunded(refund: Json, account: str | None, about: dict[str, Any]) -> list[RailEvent | None]:
    """A refund; whoever made it, here it names our payment. One that failed left nothing behind."""
    head = Head("", moment(refund["created"]), account)
    told = refund_told(head, refund)
    if told is None:
        return []
    whole = head.says(
        told.kind, **about, their_id=told.their_id, amount=told.amount, settled=told.settled, thin=told.thin,
        refund=ours(refund, REFUND),
    )  # fmt: skip
    balance = refund.get("balance_transaction")
    # The fee is not given back; where Stripe takes one for the refund itself, it stands beside it.
    fee = fee_told(head, balance, of=identity(balance), **about) if isinstance(balance, dict) else None
    return [whole, fee]


def _disputed(dispute: Json, account: str | None, about: dict[str, Any]) -> list[RailEvent | None]:
    """What a bank took, gave back and keeps, and what Stripe took for it each time."""
    events: list[RailEvent | None] = []
    for balance in sorted(balances(dispute), key=lambda one: (one["created"], one["id"])):
        head = Head("", moment(balance["created"]), account)
        kind = EventKind.DISPUTE_WON if balance["amount"] > 0 else EventKind.DISPUTED
        if balance["amount"]:
            events.append(_whole(dispute_told(kind, head, dispute), head, about))
        events.append(fee_told(head, balance, of=identity(balance), **about))
    if dispute["status"] == "lost":
        head = Head("", moment(dispute["created"]), account)
        events.append(_whole(dispute_told(EventKind.DISPUTE_LOST, head, dispute), head, about))
    return events


def _whole(told: RailEvent | None, head: Head, about: dict[str, Any]) -> RailEvent | None:
    if told is None:
        return None
    return head.says(told.kind, **about, their_id=told.their_id, amount=told.amount, settled=told.settled)
