"""Payments inside Telegram: the rails `stars` and `telegram`; what they ask of Telegram is done by bot/stars.py."""

from payments.stars_rail.events import charge_of, paid_body, refunded_body, uuid_of
from payments.stars_rail.rails import STARS_RAIL, TOKEN_RAIL, InvoiceRail, StarsRail, TokenRail, rail_of
from payments.stars_rail.telegram import TelegramPayments, Tell, Transaction

__all__ = [
    "STARS_RAIL",
    "TOKEN_RAIL",
    "InvoiceRail",
    "StarsRail",
    "TelegramPayments",
    "Tell",
    "TokenRail",
    "Transaction",
    "charge_of",
    "paid_body",
    "rail_of",
    "refunded_body",
    "uuid_of",
]
