"""What has to be known before a payment inside Telegram: the payment, who may pay it, and what it is for."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.checkouts import Open
from giving.money import Money
from giving.payments import Payment, PaymentState
from giving.tips import TipState
from storage.tables import payments, people, tips


class CheckoutStore:
    """Reads `payments` with their donors and tips; nothing is locked."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def of(self, ids: Collection[UUID]) -> dict[UUID, Open]:
        """Those of the payments that are known; a gift that was made by paying twice is none of what is to be paid."""
        original = and_(tips.c.payment_id == payments.c.id, tips.c.extra_of.is_(None))
        found = (
            select(payments, people.c.telegram_id, tips.c.state.label("tip_state"))
            .join(people, people.c.id == payments.c.donor_id)
            .outerjoin(tips, original)
            .where(payments.c.id.in_(ids))
        )
        known: dict[UUID, Open] = {}
        for row in await self._connection.execute(found):
            payment = Payment(
                row.id, row.donor_id, row.rail, Money(row.amount_minor, row.currency), PaymentState(row.state),
                row.created_at, row.their_id, row.url,
            )  # fmt: skip
            before = known[row.id].tips if row.id in known else ()
            states = (*before, TipState(row.tip_state)) if row.tip_state else tuple(before)
            known[row.id] = Open(payment, row.telegram_id, states)
        return known
