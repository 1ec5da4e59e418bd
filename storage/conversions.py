"""What became of tips that were given in another currency than their project's."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.converting import Share, Waiting
from giving.money import Money
from giving.tips import TipState
from storage.sets import insert_rows
from storage.tables import conversions, projects, tips
from storage.tips import read_tip

_ADD = insert_rows(conversions, ("tip_id", "entry_key", "sold_minor", "bought_minor", "currency"))
_SOLD = func.sum(conversions.c.sold_minor)


class ConversionStore:
    """Rows of `conversions`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def add_many(self, entry_key: str, shares: Sequence[Share]) -> None:
        """What an entry turned."""
        rows = [(s.tip.id, entry_key, s.sold.minor, s.bought.minor, s.bought.currency) for s in shares]
        await _ADD.run(self._connection, rows)

    async def of(self, ids: Collection[UUID]) -> dict[UUID, Share]:
        """What was turned of these tips in all, for those of which something was."""
        summed = select(tips, _SOLD.label("sold"), func.sum(conversions.c.bought_minor).label("bought"), _MONEY)
        summed = summed.join(conversions, conversions.c.tip_id == tips.c.id).where(tips.c.id.in_(ids))
        found: dict[UUID, Share] = {}
        for row in await self._connection.execute(summed.group_by(tips.c.id, conversions.c.currency)):
            tip = read_tip(row)
            if row.sold:
                found[tip.id] = Share(tip, Money(int(row.sold), tip.amount.currency), Money(int(row.bought), row.money))
        return found

    async def waiting(self, currency: str) -> list[tuple[Waiting, str]]:
        """Paid tips in this currency whose project is in another one (given beside each), the oldest first.

        As far as they are not turned yet; held until the commit.
        """
        theirs = _waiting(currency)
        held = theirs.order_by(tips.c.id).with_for_update(of=tips, key_share=True)
        rows = (await self._connection.execute(held)).all()
        turned = select(conversions.c.tip_id, _SOLD.label("sold")).join(tips, tips.c.id == conversions.c.tip_id)
        turned = turned.where(tips.c.currency == currency).group_by(conversions.c.tip_id)
        sold = {row.tip_id: int(row.sold) for row in await self._connection.execute(turned)}
        found: list[tuple[Waiting, str]] = []
        for row in rows:
            tip = read_tip(row)
            left = tip.kept.minor - sold.get(tip.id, 0)
            if left > 0:
                found.append((Waiting(tip, Money(left, currency)), row.money))
        return sorted(found, key=lambda one: (one[0].tip.paid_at or one[0].tip.offered_at, one[0].tip.id))


_MONEY = conversions.c.currency.label("money")


def _waiting(currency: str) -> Select[tuple[object, ...]]:
    paid = and_(tips.c.currency == currency, tips.c.state == TipState.PAID, projects.c.currency != currency)
    return (
        select(tips, projects.c.currency.label("money")).join(projects, projects.c.id == tips.c.project_id).where(paid)
    )
