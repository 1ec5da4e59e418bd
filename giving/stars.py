"""Telegram Stars beside money: what an amount costs in Stars, and what Stars are worth, at the operator's own rate.

Stars have no market: what they cost a donor, what Telegram pays the operator for them, and this rate are three figures.
"""

from dataclasses import dataclass
from typing import Final

from giving.money import CurrencyMismatch, Money

STARS: Final = "XTR"
LEAST: Final = Money(1, STARS)
MOST: Final = Money(10_000, STARS)  # of one invoice


@dataclass(frozen=True, slots=True)
class StarRate:
    """So many Stars for so much money: 8 for ¥1 is StarRate(8, Money(100, "CNY"))."""

    stars: int
    per: Money

    def __post_init__(self) -> None:
        """Refuse what could not be divided by, and Stars for Stars."""
        if self.stars < 1 or self.per.minor < 1 or self.per.currency == STARS:
            raise ValueError("a rate is at least one Star for some money")

    def price(self, amount: Money) -> Money:
        """What this amount of money costs: whole Stars, rounded up, so at least one. Raises: CurrencyMismatch."""
        if amount.currency != self.per.currency:
            raise CurrencyMismatch(f"{amount.currency} and {self.per.currency}")
        return Money(max(1, -(-amount.minor * self.stars // self.per.minor)), STARS)

    def worth(self, stars: Money) -> Money:
        """What so many Stars come to in money, half up: for words, never for the books. Raises: CurrencyMismatch."""
        if stars.currency != STARS:
            raise CurrencyMismatch(f"{stars.currency} and {STARS}")
        return Money(_half_up(stars.minor * self.per.minor, self.stars), self.per.currency)


def _half_up(dividend: int, divisor: int) -> int:
    return (2 * dividend + divisor) // (2 * divisor)
