"""Reading Stripe's objects: plain values out of JSON, or an error; no I/O."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from giving.money import DECIMALS, Money

Json = Mapping[str, Any]
WRONG: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, OSError)
_MOST_MINOR: Final = 2**53
_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,96}")


class Foreign(ValueError):
    """It can't be about a payment of ours, such as one in a currency we don't know."""


def identity(value: object) -> str:
    """An object's id: itself, or that of an object that was expanded. Raises: ValueError."""
    if isinstance(value, Mapping):
        value = value["id"]
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("not an id")
    return value


def identity_or_none(value: object) -> str | None:
    """The same, where there may be none."""
    return None if value is None else identity(value)


def moment(value: object) -> datetime:
    """Seconds of the epoch as a time. Raises: ValueError, OverflowError, OSError."""
    if type(value) is not int:
        raise ValueError("not a time")
    return datetime.fromtimestamp(value, UTC)


def money(minor: object, currency: object) -> Money:
    """An amount, which may be negative. Raises: ValueError, Foreign."""
    if type(minor) is not int or abs(minor) > _MOST_MINOR or not isinstance(currency, str):
        raise ValueError("not an amount")
    if currency.upper() not in DECIMALS:
        raise Foreign
    return Money(minor, currency.upper())


def positive(minor: object, currency: object) -> Money:
    """An amount above zero. Raises: ValueError, Foreign."""
    found = money(minor, currency)
    if found.minor <= 0:
        raise ValueError("not an amount above zero")
    return found


def settled(amount: Money, balance: object) -> Money | None:
    """What it came to in the account's own currency, by its balance transaction; None where nothing was converted."""
    if not isinstance(balance, Mapping):
        return None
    found = money(balance["amount"], balance["currency"])
    return None if found.currency == amount.currency else Money(abs(found.minor), found.currency)


def ours(thing: Json, name: str) -> UUID | None:
    """An id of ours from its metadata."""
    metadata = thing.get("metadata")
    return uuid_or_none(metadata.get(name)) if isinstance(metadata, Mapping) else None


def uuid_or_none(text: object) -> UUID | None:
    """None for what is no id of ours."""
    if not isinstance(text, str):
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
