"""What Stripe's webhooks say, as events of the port; no I/O.

A payment is named by its PaymentIntent, whoever tells of it: told twice, or in any order, it is booked once. What a
webhook brings holds no fee and no conversion (only the ids of balance transactions), so what moves money is `thin`.
Source: docs.stripe.com/api/events/types
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from giving.payments import EventKind, RailEvent, SavedMethod
from payments.provider import NEVER_READY, BadEvent
from payments.stripe_rail.modes import PAYMENT, REFUND, SAVING, TRANSFER
from payments.stripe_rail.reading import (
    WRONG,
    Foreign,
    Json,
    identity,
    identity_or_none,
    moment,
    money,
    ours,
    positive,
    settled,
    uuid_or_none,
)

RAIL: Final = "stripe"
_LOST: Final = "lost"
_INQUIRY: Final = frozenset({"warning_needs_response", "warning_under_review"})


class OtherMode(BadEvent):
    """An event of test mode in live mode, or the other way round: the wrong endpoint, or the wrong key."""


@dataclass(frozen=True, slots=True)
class Head:
    """What every event has."""

    id: str
    at: datetime
    account: str | None

    def says(self, kind: EventKind, **about: Any) -> RailEvent:
        """An event of this kind."""
        return RailEvent(RAIL, self.id, kind, self.at, **{"account": self.account, **about})


Reader = Callable[[Head, Json], RailEvent | None]


def decode(event: Json, *, livemode: bool) -> RailEvent:
    """What an event means; OTHER for what we don't use. Raises: BadEvent."""
    try:
        if event["livemode"] is not livemode:
            raise OtherMode("test mode and live mode don't mix: livemode differs from rails.stripe.livemode")
        head = Head(identity(event["id"]), moment(event["created"]), identity_or_none(event.get("account")))
        read = _READERS.get(event["type"])
        try:
            found = read(head, event["data"]["object"]) if read is not None else None
        except Foreign:
            found = None
    except WRONG as error:
        raise BadEvent(f"not an event of Stripe: {type(error).__name__}") from error
    return found if found is not None else head.says(EventKind.OTHER)


def is_ready(account: Json) -> tuple[bool, tuple[str, ...]]:
    """Whether it can take payments and pay them out, with the fees ours, and what is still asked of it."""
    requirements = account.get("requirements") or {}
    asks = [str(ask) for ask in requirements.get("currently_due") or ()]
    if reason := requirements.get("disabled_reason"):
        asks.append(str(reason))
    payer = ((account.get("controller") or {}).get("fees") or {}).get("payer")
    if payer not in (None, "application"):
        asks.append(NEVER_READY)  # fixed when the account was made: it needs a new one
    able = account["charges_enabled"] is True and account["payouts_enabled"] is True
    return able and NEVER_READY not in asks, tuple(asks)


def _session_ended(head: Head, session: Json) -> RailEvent | None:
    """A page was completed, or the payment begun on it went through."""
    if session["mode"] == "setup":
        reference = ours(session, SAVING)
        setup = identity(session["setup_intent"])
        return head.says(EventKind.SAVED, reference=reference, their_id=setup, thin=True) if reference else None
    reference = ours(session, PAYMENT) or uuid_or_none(session.get("client_reference_id"))
    if session["mode"] != "payment" or session["payment_status"] != "paid" or reference is None:
        return None
    amount, intent = positive(session["amount_total"], session["currency"]), identity(session["payment_intent"])
    return head.says(EventKind.PAID, reference=reference, their_id=intent, charge=intent, amount=amount, thin=True)


def _session_closed(kind: EventKind, head: Head, session: Json) -> RailEvent | None:
    reference = ours(session, PAYMENT) or uuid_or_none(session.get("client_reference_id"))
    if session["mode"] != "payment" or reference is None:
        return None
    return head.says(kind, reference=reference, their_id=identity(session["id"]))


def _intent_paid(head: Head, intent: Json) -> RailEvent | None:
    reference, id_ = ours(intent, PAYMENT), identity(intent["id"])
    if reference is None:
        return None
    amount = positive(intent["amount_received"], intent["currency"])
    return head.says(
        EventKind.PAID, reference=reference, their_id=id_, charge=id_, amount=amount, thin=True,
        account=head.account or destination(intent),
    )  # fmt: skip


def _intent_closed(kind: EventKind, head: Head, intent: Json) -> RailEvent | None:
    reference = ours(intent, PAYMENT)
    return head.says(kind, reference=reference, their_id=identity(intent["id"])) if reference else None


def _charge_updated(head: Head, charge: Json) -> RailEvent | None:
    """Its balance transaction has come: now the fee can be looked up."""
    reference, intent = ours(charge, PAYMENT), identity_or_none(charge.get("payment_intent"))
    if reference is None or intent is None or charge.get("balance_transaction") is None:
        return None
    return head.says(EventKind.FEE, reference=reference, their_id=intent, charge=intent, thin=True)


def refund_told(head: Head, refund: Json, *, failed: bool = False) -> RailEvent | None:
    """A refund that reached the donor, or did not; one made outside, at Stripe, has no id of ours."""
    status = refund["status"]
    bad = failed or status in ("failed", "canceled")
    if not bad and status != "succeeded":
        return None
    amount = positive(refund["amount"], refund["currency"])
    balance = refund.get("failure_balance_transaction") if bad else refund.get("balance_transaction")
    return head.says(
        EventKind.REFUND_FAILED if bad else EventKind.REFUNDED,
        reference=ours(refund, PAYMENT), refund=ours(refund, REFUND), their_id=identity(refund["id"]),
        charge=identity_or_none(refund.get("payment_intent")), amount=amount, settled=settled(amount, balance),
        thin=isinstance(balance, str),
    )  # fmt: skip


def dispute_told(kind: EventKind, head: Head, dispute: Json) -> RailEvent | None:
    """What a bank took back, gave back or keeps; its balance transactions stand in it, our ids don't."""
    amount = positive(dispute["amount"], dispute["currency"])
    back = kind is EventKind.DISPUTE_WON
    moved = [one for one in balances(dispute) if (one["amount"] > 0) is back]
    return head.says(
        kind, reference=ours(dispute, PAYMENT), their_id=identity(dispute["id"]),
        charge=identity_or_none(dispute.get("payment_intent")), amount=amount,
        settled=settled(amount, moved[0] if moved else None), thin=True,
    )  # fmt: skip


def balances(dispute: Json) -> list[Json]:
    """What a dispute did to the account's balance."""
    return [one for one in dispute.get("balance_transactions") or () if isinstance(one, dict)]


def _dispute_opened(head: Head, dispute: Json) -> RailEvent | None:
    """An inquiry takes no money yet; of a dispute that does, what it took is told by an event of its own."""
    if dispute["status"] not in _INQUIRY:
        return None
    amount = positive(dispute["amount"], dispute["currency"])
    return head.says(
        EventKind.INQUIRY, reference=ours(dispute, PAYMENT), their_id=identity(dispute["id"]),
        charge=identity_or_none(dispute.get("payment_intent")), amount=amount,
    )  # fmt: skip


def _dispute_closed(head: Head, dispute: Json) -> RailEvent | None:
    """Won money came back by an event of its own."""
    return dispute_told(EventKind.DISPUTE_LOST, head, dispute) if dispute["status"] == _LOST else None


def transfer_told(head: Head, transfer: Json) -> RailEvent | None:
    """Money that we passed on; what Stripe moves by itself (destination charges) has no id of ours."""
    reference = ours(transfer, PAYMENT)
    if reference is None:
        return None
    return head.says(
        EventKind.TRANSFERRED, reference=reference, their_id=identity(transfer["id"]),
        amount=positive(transfer["amount"], transfer["currency"]), account=identity(transfer["destination"]),
        transfer=ours(transfer, TRANSFER),
    )  # fmt: skip


def reversals_told(head: Head, transfer: Json) -> list[RailEvent]:
    """What came back of it, newest first; each has an id of its own."""
    reference = ours(transfer, PAYMENT)
    if reference is None:
        return []
    back = sorted(transfer["reversals"]["data"], key=lambda one: (one["created"], one["id"]), reverse=True)
    return [
        head.says(
            EventKind.TRANSFERRED,
            reference=reference,
            their_id=identity(one["id"]),
            amount=-positive(one["amount"], one["currency"]),
            account=identity(transfer["destination"]),
            transfer=ours(one, TRANSFER),
        )
        for one in back
    ]


def _transfer_reversed(head: Head, transfer: Json) -> RailEvent | None:
    """The newest one: Stripe says so once for each."""
    return next(iter(reversals_told(head, transfer)), None)


def _payout(kind: EventKind, head: Head, payout: Json) -> RailEvent | None:
    """From the platform's balance to the operator's bank; those of organisations' accounts are their own affair."""
    if head.account is not None:
        return None
    amount, began = money(payout["amount"], payout["currency"]), moment(payout["created"])
    return head.says(kind, their_id=identity(payout["id"]), amount=amount, began_at=began) if amount else None


def _setup_done(head: Head, setup: Json) -> RailEvent | None:
    reference = ours(setup, SAVING)
    if reference is None:
        return None
    customer, method = identity(setup["customer"]), identity(setup["payment_method"])
    saved = SavedMethod(customer, method, "", head.account)
    return head.says(EventKind.SAVED, reference=reference, their_id=identity(setup["id"]), method=saved, thin=True)


def _setup_failed(head: Head, setup: Json) -> RailEvent | None:
    """A card was declined that somebody wanted to save: cards can be tried on such a page, too."""
    reference = ours(setup, SAVING)
    return head.says(EventKind.NOT_SAVED, reference=reference, their_id=identity(setup["id"])) if reference else None


def _account_updated(head: Head, account: Json) -> RailEvent | None:
    id_ = identity(account["id"])
    ready, asks = is_ready(account)
    return head.says(EventKind.ACCOUNT, account=id_, their_id=id_, ready=ready, asks=asks)


def _account_left(head: Head, application: Json) -> RailEvent | None:
    """The organisation disconnected us: its account takes no payments of ours any more."""
    return head.says(EventKind.ACCOUNT, their_id=head.account, ready=False) if head.account else None


def destination(intent: Json) -> str | None:
    """The organisation's account that a destination charge is for."""
    to = intent.get("transfer_data")
    return identity_or_none(to.get("destination")) if isinstance(to, dict) else None


def fee_told(head: Head, balance: Json, *, of: str, **about: Any) -> RailEvent | None:
    """What Stripe took for it, in the account's own currency."""
    fee = money(balance["fee"], balance["currency"])
    return head.says(EventKind.FEE, their_id=of, amount=fee, **about) if fee else None


_READERS: Final[dict[str, Reader]] = {
    "checkout.session.completed": _session_ended,
    "checkout.session.async_payment_succeeded": _session_ended,
    # A completed page: nobody can pay on it again. The decline is told by its PaymentIntent.
    "checkout.session.async_payment_failed": partial(_session_closed, EventKind.CANCELLED),
    "checkout.session.expired": partial(_session_closed, EventKind.CANCELLED),
    "payment_intent.succeeded": _intent_paid,
    "payment_intent.payment_failed": partial(_intent_closed, EventKind.DECLINED),
    "payment_intent.canceled": partial(_intent_closed, EventKind.CANCELLED),
    "charge.updated": _charge_updated,
    "refund.created": refund_told,
    "refund.updated": refund_told,
    "refund.failed": partial(refund_told, failed=True),
    "charge.dispute.created": _dispute_opened,
    "charge.dispute.funds_withdrawn": partial(dispute_told, EventKind.DISPUTED),
    "charge.dispute.funds_reinstated": partial(dispute_told, EventKind.DISPUTE_WON),
    "charge.dispute.closed": _dispute_closed,
    "transfer.created": transfer_told,
    "transfer.reversed": _transfer_reversed,
    "payout.paid": partial(_payout, EventKind.PAYOUT),
    "payout.failed": partial(_payout, EventKind.PAYOUT_FAILED),
    "payout.canceled": partial(_payout, EventKind.PAYOUT_FAILED),
    "setup_intent.succeeded": _setup_done,
    "setup_intent.setup_failed": _setup_failed,
    "account.updated": _account_updated,
    "account.application.deauthorized": _account_left,
}
