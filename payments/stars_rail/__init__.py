"""Payments inside Telegram: the rails `stars` and `telegram`; what they ask of Telegram is done by bot/stars.py."""

from payments.stars_rail.events import (
    Subscribed,
    charge_of,
    paid_body,
    payload_of,
    reference_of,
    refunded_body,
    subscribed,
    subscribed_by,
    until_of,
    uuid_of,
)
from payments.stars_rail.rails import STARS_RAIL, TOKEN_RAIL, InvoiceRail, StarsRail, TokenRail, rail_of
from payments.stars_rail.telegram import TelegramPayments, Tell, Transaction

__all__ = [
    "STARS_RAIL",
    "TOKEN_RAIL",
    "InvoiceRail",
    "StarsRail",
    "Subscribed",
    "TelegramPayments",
    "Tell",
    "TokenRail",
    "Transaction",
    "charge_of",
    "paid_body",
    "payload_of",
    "rail_of",
    "reference_of",
    "refunded_body",
    "subscribed",
    "subscribed_by",
    "until_of",
    "uuid_of",
]
