"""Rows of `tips`, as SQLAlchemy and as the drivers give and take them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.people import Visibility
from giving.tips import Tip, TipState
from storage.sets import Reader

READ = (
    "id", "donor_id", "project_id", "amount_minor", "currency", "visibility", "receipt_code", "offered_at", "state",
    "post_id", "chat_id", "creator_id", "payment_id", "charge", "entry_key", "extra_of", "slot_id", "paid_at",
    "cancelled_at", "refunded_at", "refunded_minor", "day_id",
)  # fmt: skip
ADDED = (
    "id", "donor_id", "project_id", "post_id", "chat_id", "creator_id", "amount_minor", "currency", "state",
    "visibility", "receipt_code", "open_key", "payment_id", "charge", "entry_key", "extra_of", "offered_at",
    "paid_at", "booked_at", "cancelled_at", "refunded_at", "slot_id", "refunded_minor",
    "day_id",
)  # fmt: skip
TIP = ", ".join(f"tips.{name}" for name in READ)
_STATES = {state.value: state for state in TipState}
_VISIBILITIES = {visibility.value: visibility for visibility in Visibility}


class OnTips:
    """What reads or writes tips."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection


def row_of(tip: Tip) -> dict[str, Any]:
    """What stands of a tip in `tips`; when it was booked, and its card, are written by themselves."""
    return {
        "id": tip.id,
        "donor_id": tip.donor,
        "project_id": tip.project,
        "post_id": tip.post,
        "chat_id": tip.chat,
        "creator_id": tip.creator,
        "amount_minor": tip.amount.minor,
        "currency": tip.amount.currency,
        "state": tip.state,
        "visibility": tip.visibility,
        "receipt_code": tip.receipt_code,
        "open_key": tip.open_key,
        "payment_id": tip.payment,
        "charge": tip.charge,
        "entry_key": tip.entry_key,
        "extra_of": tip.extra_of,
        "slot_id": tip.slot,
        "offered_at": tip.offered_at,
        "paid_at": tip.paid_at,
        "cancelled_at": tip.cancelled_at,
        "refunded_at": tip.refunded_at,
        "refunded_minor": tip.refunded_minor,
        "day_id": tip.day,
    }


def read_tip(row: Row[Any]) -> Tip:
    """A row of `tips`."""
    return Tip(
        id=row.id,
        donor=row.donor_id,
        project=row.project_id,
        amount=Money(row.amount_minor, row.currency),
        visibility=Visibility(row.visibility),
        receipt_code=row.receipt_code,
        offered_at=row.offered_at,
        state=TipState(row.state),
        post=row.post_id,
        chat=row.chat_id,
        creator=row.creator_id,
        payment=row.payment_id,
        charge=row.charge,
        entry_key=row.entry_key,
        extra_of=row.extra_of,
        slot=row.slot_id,
        paid_at=row.paid_at,
        cancelled_at=row.cancelled_at,
        refunded_at=row.refunded_at,
        refunded_minor=row.refunded_minor,
        day=row.day_id,
    )


def added(tip: Tip, booked_at: datetime | None) -> tuple[Any, ...]:
    """The columns of ADDED. Plain strings: SQLite's driver asks its adapters about every subclass.

    `_value_` is what `value` gives, without the call of a Python function; on hot paths only.
    """
    amount = tip.amount
    return (
        tip.id, tip.donor, tip.project, tip.post, tip.chat, tip.creator, amount.minor, amount.currency,
        tip.state._value_, tip.visibility._value_, tip.receipt_code, tip.open_key, tip.payment, tip.charge,
        tip.entry_key, tip.extra_of, tip.offered_at, tip.paid_at, booked_at, tip.cancelled_at, tip.refunded_at,
        tip.slot, tip.refunded_minor, tip.day,
    )  # fmt: skip


def fast_tip(row: Sequence[Any], read: Reader) -> Tip:
    """A tip from READ as the driver gives them."""
    (
        id_, donor, project, minor, currency, visibility, receipt, offered_at, state, post, chat, creator, payment,
        charge, entry_key, extra_of, slot, paid_at, cancelled_at, refunded_at, refunded_minor,
        day,
    ) = row  # fmt: skip
    return Tip(
        read.id(id_), read.id(donor), read.known(project), Money(minor, currency), _VISIBILITIES[visibility],
        receipt, read.at(offered_at), _STATES[state], read.maybe_known(post), read.maybe_known(chat),
        read.maybe_known(creator),
        read.maybe_id(payment), charge, entry_key, read.maybe_id(extra_of), read.maybe_known(slot),
        read.maybe_at(paid_at), read.maybe_at(cancelled_at), read.maybe_at(refunded_at), refunded_minor,
        read.maybe_known(day),
    )  # fmt: skip
