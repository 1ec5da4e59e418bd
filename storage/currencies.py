"""Sums of several currencies side by side: nothing is ever added up over them."""

from collections.abc import Sequence

from giving.money import Money
from giving.projects import Tally


def tally_of(rows: Sequence[tuple[str, int, int]], currency: str, donors: int = 0) -> Tally:
    """Of rows of (currency, minor units, gifts), one for each currency: what is in `currency`, and the others apart."""
    sums = {name: minor for name, minor, _ in rows}
    apart = tuple(Money(minor, name) for name, minor in sorted(sums.items()) if minor and name != currency)
    return Tally(Money(sums.get(currency, 0), currency), donors, sum(gifts for *_, gifts in rows), apart)
