"""Payments we asked rails for, and refunds of them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.payments import Payment, PaymentState
from storage.tables import payments, refunds
from storage.upsert import insert_into


class PaymentStore:
    """Rows of `payments` and `refunds`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def by_id(self, payment: UUID) -> Payment | None:
        """The payment, or None."""
        row = (await self._connection.execute(select(payments).where(payments.c.id == payment))).first()
        return _payment(row) if row else None

    async def lock_many(self, ids: Collection[UUID]) -> dict[UUID, Payment]:
        """The payments, held until the commit (PostgreSQL), in one order."""
        statement = select(payments).where(payments.c.id.in_(ids)).order_by(payments.c.id)
        rows = await self._connection.execute(statement.with_for_update(key_share=True))
        return {row.id: _payment(row) for row in rows}

    async def add(self, payment: Payment) -> None:
        """Record a payment before its rail is asked."""
        await self.add_many([payment])

    async def add_many(self, new: Sequence[Payment]) -> None:
        """Record payments."""
        if new:
            await self._connection.execute(insert(payments), [_row(payment) for payment in new])

    async def update_many(self, changed: Sequence[Payment]) -> None:
        """Write state, their id and link."""
        if not changed:
            return
        columns = ("state", "their_id", "url")
        statement = update(payments).where(payments.c.id == bindparam("_id")).values({c: bindparam(c) for c in columns})
        rows = [_row(payment) for payment in sorted(changed, key=lambda payment: payment.id)]
        await self._connection.execute(statement, [{"_id": r["id"]} | {c: r[c] for c in columns} for r in rows])

    async def request_refund(self, *, refund: UUID, tip: UUID, now: datetime) -> UUID:
        """Record that a tip is to be given back; the same tip again gives the id of the first request."""
        row = {"id": refund, "tip_id": tip, "state": "requested", "requested_at": now}
        statement = insert_into(self._connection, refunds).values(row)
        await self._connection.execute(statement.on_conflict_do_nothing(index_elements=["tip_id"]))
        found = await self._connection.scalar(select(refunds.c.id).where(refunds.c.tip_id == tip))
        return UUID(str(found))

    async def refunded(self, tips: Collection[UUID]) -> None:
        """The provider gave the money back."""
        await self._connection.execute(update(refunds).where(refunds.c.tip_id.in_(tips)).values(state="done"))


def _row(payment: Payment) -> dict[str, Any]:
    return {
        "id": payment.id,
        "donor_id": payment.donor,
        "rail": payment.rail,
        "amount_minor": payment.amount.minor,
        "currency": payment.amount.currency,
        "state": payment.state,
        "their_id": payment.their_id,
        "url": payment.url,
        "created_at": payment.created_at,
    }


def _payment(row: Row[Any]) -> Payment:
    return Payment(
        id=row.id,
        donor=row.donor_id,
        rail=row.rail,
        amount=Money(row.amount_minor, row.currency),
        state=PaymentState(row.state),
        created_at=row.created_at,
        their_id=row.their_id,
        url=row.url,
    )
