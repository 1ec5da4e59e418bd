"""Payouts: what each organisation is owed."""

from dataclasses import dataclass

from giving.payouts import Owed, owed
from giving.projects import Organisation
from storage.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OwedCard:
    """What an organisation is owed in one currency, and which it is."""

    organisation: Organisation
    owed: Owed


class PayoutService:
    """Reads only, so far: what is owed follows from the books alone."""

    def __init__(self, unit: UnitOfWork) -> None:
        """Read through this unit of work."""
        self._unit = unit

    async def owed(self) -> list[OwedCard]:
        """Every organisation and currency that was ever given to or received, by short name; on one moment's books."""
        async with self._unit.snapshot() as work:
            balances = await work.ledger.balances_of("project:", "organisation:")
            rows = owed(balances, await work.projects.organisations_of_all())
            organisations = await work.projects.organisations_by_ids({row.organisation for row in rows})
        cards = [OwedCard(organisations[row.organisation], row) for row in rows]
        return sorted(cards, key=lambda card: (card.organisation.slug, card.owed.given.currency))
