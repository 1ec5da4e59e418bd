"""Payments inside Telegram as events: updates, answers and transactions tell the same in one body, with one id.

Telegram signs nothing here: what it says comes through the bot's own connection, never through our webhook.
"""

import hashlib
from dataclasses import dataclass
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
_MONTHLY: Final = "monthly"
_KINDS: Final = {"paid": EventKind.PAID, "refunded": EventKind.REFUNDED}


def charge_of(telegram_id: str) -> str:
    """Telegram's id of a charge as the books name it: itself, or its beginning and a digest where it is long.

    Those of Stars run past 128 characters, and keys of the ledger and the outbox hold such names with others.
    """
    if len(telegram_id) <= LONGEST_CHARGE:
        return telegram_id
    return f"{telegram_id[:_SHOWN]}.{hashlib.sha256(telegram_id.encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class Subscribed:
    """What the payload of a subscription names: it, and the project it was made for."""

    subscription: UUID
    project: UUID


def payload_of(subscription: UUID, project: UUID) -> str:
    """What each payment of a subscription comes with: Telegram gives all of them the same."""
    return f"{_MONTHLY}:{subscription.hex}:{project.hex}"


def subscribed(payload: object) -> Subscribed | None:
    """What the payload of a subscription says; None for any other."""
    match str(payload).split(":"):
        case [kind, subscription, project] if kind == _MONTHLY:
            ids = uuid_of(subscription), uuid_of(project)
            return Subscribed(ids[0], ids[1]) if ids[0] is not None and ids[1] is not None else None
    return None


def reference_of(payload: object, charge: str) -> UUID | None:
    """Our id of the payment that a charge (Telegram's whole id, or as the books name it) is of.

    Each payment of a subscription is one of its own; its id is made of the charge, since Telegram tells nothing else
    that differs. It has the time of its subscription, so that it is looked for from there on.
    """
    its = subscribed(payload)
    if its is None:
        return uuid_of(payload)
    rest = int.from_bytes(hashlib.sha256(f"{its.subscription.hex}:{charge_of(charge)}".encode()).digest()[:10])
    bits = its.subscription.int >> 80 << 80 | rest
    bits = bits & ~(0xF << 76) | 7 << 76  # version
    return UUID(int=bits & ~(0b11 << 62) | 0b10 << 62)  # variant


def paid_body(
    *, charge: str, payload: str, currency: str, amount: int, at: datetime, until: int | None = None
) -> str:  # fmt: skip
    """A payment that Telegram says was made; `charge` is its whole id, `at` when, by Telegram's clock.

    `until`: of a subscription, when the next is taken (seconds since 1970).
    """
    return _body("paid", charge, payload, currency, amount, at, **({"until": until} if until is not None else {}))


def until_of(body: str) -> datetime | None:
    """When a subscription takes the next payment, as this one tells; None: it does not say."""
    try:
        return datetime.fromtimestamp(int(orjson.loads(body)["until"]), UTC)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


def subscribed_by(body: str) -> Subscribed | None:
    """Which subscription an event is of; None for any other."""
    try:
        return subscribed(orjson.loads(body)["payload"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None


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


def _body(kind: str, charge: str, payload: str, currency: str, amount: int, at: datetime, **more: str | int) -> str:
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
            reference=reference_of(told["payload"], charge),
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
