"""Payments inside Telegram as events: updates, answers and transactions tell the same in one body, with one id.

Telegram signs nothing here: what it says comes through the bot's own connection, never through our webhook.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import orjson

from giving.money import Money
from giving.payments import EventKind, RailEvent
from payments.provider import BadEvent
from payments.stars_rail.telegram import Transaction

LONGEST_CHARGE: Final = 48
_SHOWN: Final = 15
_KINDS: Final = {"paid": EventKind.PAID, "refunded": EventKind.REFUNDED}


def charge_of(telegram_id: str) -> str:
    """Telegram's id of a charge as the books name it: itself, or its beginning and a digest where it is long.

    Those of Stars run past 128 characters, and keys of the ledger and the outbox hold such names with others.
    """
    if len(telegram_id) <= LONGEST_CHARGE:
        return telegram_id
    return f"{telegram_id[:_SHOWN]}.{hashlib.sha256(telegram_id.encode()).hexdigest()[:32]}"


def paid_body(*, charge: str, payload: str, currency: str, amount: int, at: datetime) -> str:
    """A payment that Telegram says was made; `charge` is its whole id, `at` when, by Telegram's clock."""
    return _body("paid", charge, payload, currency, amount, at)


def refunded_body(
    *, charge: str, payload: str, currency: str, amount: int, at: datetime, refund: UUID | None = None
) -> str:
    """The whole of it went back; `refund` is our id of the request, where there was one."""
    return _body("refunded", charge, payload, currency, amount, at, **({"refund": str(refund)} if refund else {}))


def told_by(transaction: Transaction, payload: str) -> str:
    """The same of a line in Telegram's list."""
    body = paid_body if transaction.incoming else refunded_body
    return body(
        charge=transaction.id, payload=payload, currency="XTR", amount=transaction.stars, at=transaction.at
    )  # fmt: skip


def _body(kind: str, charge: str, payload: str, currency: str, amount: int, at: datetime, **more: str) -> str:
    told = {"type": kind, "charge": charge, "payload": payload, "currency": currency, "amount": amount}
    return orjson.dumps(told | {"at": int(at.timestamp())} | more).decode()


def decoded(rail: str, body: str) -> RailEvent:
    """What such a body tells. Raises: BadEvent."""
    try:
        told = orjson.loads(body)
        charge = charge_of(_text(told["charge"]))
        kind = _KINDS[told["type"]]
        amount = Money(told["amount"], told["currency"])
        if amount.minor < 1:
            raise BadEvent("nothing was moved")
        refunded = kind is EventKind.REFUNDED
        return RailEvent(
            rail=rail,
            event_id=f"{charge}:refunded" if refunded else charge,
            kind=kind,
            occurred_at=datetime.fromtimestamp(int(told["at"]), UTC),
            reference=uuid_of(told["payload"]),
            their_id=charge,  # a charge is given back once and whole, so its refund needs no id of its own
            charge=charge,
            amount=amount,
            refund=uuid_of(told.get("refund")),
        )
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise BadEvent(f"not an event of Telegram's payments: {type(error).__name__}") from error


def uuid_of(text: object) -> UUID | None:
    """The id that a payload names; None for a payload of somebody else's."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise BadEvent("an event without a charge")
    return value
