"""The provider's two tills: a wallet, paid from at once, and a card that carries no small change and can be saved."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.rail import amounts


@dataclass(frozen=True, slots=True)
class Till:
    """`path`: where its API is. `least`: the least payment in whole units (0: one minor unit)."""

    name: str
    path: str
    least: int = 0

    def least_minor(self, currency: str) -> int:
        """The least one payment carries."""
        digits: int = amounts.DIGITS.get(currency, 2)
        return max(1, int(self.least * 10**digits))


WALLET = Till("wallet", "/rail")
CARD = Till("card", "/card", least=4)
TILLS = (WALLET, CARD)
