"""Payouts: what an organisation is owed, and what of it can be paid out next."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from giving.money import Money

CREDITED: Final = ("credited", "matched")


@dataclass(frozen=True, slots=True)
class Owed:
    """One organisation in one currency: what its projects were given, and what of that is with it."""

    organisation: UUID
    given: Money
    received: Money

    @property
    def due(self) -> Money:
        """What is not with it yet; below zero where what it has already was given back since."""
        return self.given - self.received

    @property
    def next_payout(self) -> Money:
        """What can be paid out now: nothing, as long as earlier payouts were more than what stands."""
        return Money(max(self.due.minor, 0), self.due.currency)

    @property
    def carried(self) -> Money:
        """What comes off later payouts, as it was paid out and has gone back to donors since."""
        return Money(max(-self.due.minor, 0), self.due.currency)


def owed(balances: Iterable[tuple[str, Money]], organisation_of: Mapping[UUID, UUID]) -> list[Owed]:
    """What each organisation is owed, by the balances of accounts (debit positive); `organisation_of`: of each project.

    Those that were never given anything and never received anything are left out.
    """
    given: dict[tuple[UUID, str], int] = defaultdict(int)
    received: dict[tuple[UUID, str], int] = defaultdict(int)
    for name, balance in balances:
        kind, _, rest = name.partition(":")
        id_, _, part = rest.partition(":")
        if kind == "project" and part in CREDITED:
            given[organisation_of[UUID(id_)], balance.currency] -= balance.minor
        elif kind == "organisation" and part.startswith("received:"):
            received[UUID(id_), balance.currency] += balance.minor
    return [
        Owed(
            organisation,
            Money(given[organisation, currency], currency),
            Money(received[organisation, currency], currency),
        )
        for organisation, currency in sorted({*given, *received})
    ]
