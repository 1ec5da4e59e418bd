"""Amounts in integer minor units: the fee, and how a person reads them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

# ISO 4217's exceptions to two digits that a demo may meet.
DIGITS = dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "UGX", "VND", "XAF", "XOF", "XTR"), 0) | dict.fromkeys(
    ("BHD", "JOD", "KWD", "OMR", "TND"), 3
)
SIGNS = {"CNY": "¥", "USD": "US$", "EUR": "€", "GBP": "£", "HKD": "HK$", "TWD": "NT$", "SGD": "S$", "JPY": "JP¥"}
MOST_MINOR = 10**12


def fee(amount_minor: int, percent: Decimal) -> int:
    """The provider's part of a charge, rounded half up to the minor unit."""
    return int((Decimal(amount_minor) * percent / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def shown(amount_minor: int, currency: str) -> str:
    """¥1.00, US$5.00, JP¥500, CHF 3.00."""
    digits = DIGITS.get(currency, 2)
    number = f"{Decimal(amount_minor).scaleb(-digits):,.{digits}f}"
    return f"{SIGNS[currency]}{number}" if currency in SIGNS else f"{currency} {number}"
