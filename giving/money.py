"""Money is whole minor units of one currency; amounts of different currencies never meet."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from giving.errors import AmountNotUnderstood, TipTooLarge, TipTooSmall

# ISO 4217 decimals of the currencies we know: those people give in, and those providers keep accounts in, into which
# they convert what is given. XTR is the Star.
# Source: docs.stripe.com/currencies, core.telegram.org/bots/payments
DECIMALS: Final[dict[str, int]] = {
    "AED": 2, "AUD": 2, "BGN": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CNY": 2, "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2,
    "GHS": 2, "GIP": 2, "HKD": 2, "HUF": 2, "IDR": 2, "ILS": 2, "INR": 2, "JPY": 0, "KES": 2, "KRW": 0, "MXN": 2,
    "MYR": 2, "NOK": 2, "NZD": 2, "PHP": 2, "PLN": 2, "RON": 2, "SEK": 2, "SGD": 2, "THB": 2, "TRY": 2, "TWD": 2,
    "USD": 2, "VND": 0, "XOF": 0, "XTR": 0, "ZAR": 2,
}  # fmt: skip

# What people write beside a number, by currency; compared after NFKC and lower-casing.
_MARKS: Final[dict[str, tuple[str, ...]]] = {
    "CNY": ("¥", "元", "块", "块钱", "圆", "rmb", "cny", "yuan"),
    "JPY": ("¥", "円", "jpy", "yen"),
    "USD": ("$", "us$", "usd"),
    "EUR": ("€", "eur"),
    "GBP": ("£", "gbp"),
    "HKD": ("$", "hk$", "hkd"),
}
_NUMBER: Final = re.compile(r"(?P<whole>[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.(?P<part>[0-9]{1,3}))?")


class CurrencyMismatch(ValueError):
    """Two currencies in one sum: a mistake in the program, never a person's."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units (fen, cents; yen) of one known currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse floats, bools and unknown currencies at the door."""
        if type(self.minor) is not int:
            raise TypeError(f"minor units are int, not {type(self.minor).__name__}")
        if self.currency not in DECIMALS:
            raise ValueError(f"unknown currency {self.currency!r}")

    def __add__(self, other: "Money") -> "Money":
        """Sum; Raises: CurrencyMismatch."""
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Difference; Raises: CurrencyMismatch."""
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        """The other side of a posting."""
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        """Order within one currency."""
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        """Order within one currency."""
        return self.minor <= self._same(other)

    def __bool__(self) -> bool:
        """False for nothing."""
        return self.minor != 0

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")
        return other.minor


def sum_of(amounts: Iterable[Money], currency: str) -> Money:
    """Sum of amounts of `currency` (of none: zero). Raises: CurrencyMismatch."""
    minor = 0
    for amount in amounts:
        if amount.currency != currency:
            raise CurrencyMismatch(f"{amount.currency} and {currency}")
        minor += amount.minor
    return Money(minor, currency)


def parse_amount(text: str, *, least: Money, most: Money) -> Money:
    """Read what a person typed (`5`, `¥5`, `5元`, `１０`, `1,000.50`) as an amount between least and most.

    Raises: AmountNotUnderstood, TipTooSmall, TipTooLarge, each with least and most.
    """
    currency = least.currency
    bare = unicodedata.normalize("NFKC", text[:64]).strip().lower() if len(text) <= 64 else ""
    for mark in sorted(_MARKS.get(currency, ()), key=len, reverse=True):
        if bare.startswith(mark):
            bare = bare.removeprefix(mark).strip()
            break
    for mark in sorted(_MARKS.get(currency, ()), key=len, reverse=True):
        if bare.endswith(mark):
            bare = bare.removesuffix(mark).strip()
            break
    found = _NUMBER.fullmatch(bare)
    decimals = DECIMALS[currency]
    if found is None or len(found["part"] or "") > decimals:
        raise AmountNotUnderstood(least=least, most=most)
    minor = int(found["whole"].replace(",", "")) * 10**decimals + int((found["part"] or "").ljust(decimals, "0") or "0")
    return within(Money(minor, currency), least=least, most=most)


def within(amount: Money, *, least: Money, most: Money) -> Money:
    """The amount itself if it is allowed. Raises: TipTooSmall, TipTooLarge."""
    if amount < least:
        raise TipTooSmall(least=least, most=most)
    if most < amount:
        raise TipTooLarge(least=least, most=most)
    return amount
