"""Payments we asked rails for, and refunds of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, case, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.payments import Payment, PaymentState, PaymentWish
from storage.look_ups import LookUpStore
from storage.sets import SetStatement, insert_rows, reader
from storage.tables import payments, refunds
from storage.upsert import insert_into


class RefundState(StrEnum):
    """REQUESTED by the donor, ASKED of the rail, DONE by its event; or the rail REFUSED."""

    REQUESTED = "requested"
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


_COLUMNS = (
    "id", "donor_id", "rail", "amount_minor", "currency", "state", "created_at", "their_id", "url",
)  # fmt: skip
_PAYMENT = ", ".join(f"payments.{name}" for name in _COLUMNS)
_ADD = insert_rows(payments, _COLUMNS)
_LOCK = SetStatement(
    {"id": "uuid"},
    f"SELECT {_PAYMENT} FROM r JOIN payments ON payments.id = r.id",  # noqa: S608
    gives=len(_COLUMNS),
    postgresql=f"SELECT {_PAYMENT} FROM payments WHERE id IN (SELECT id FROM r) ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
)
_SET_STATES = SetStatement(
    {"id": "uuid", "state": "text"}, "UPDATE payments SET state = r.state FROM r WHERE payments.id = r.id"
)


class PaymentStore:
    """Rows of `payments` and `refunds`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def by_id(self, payment: UUID) -> Payment | None:
        """The payment, or None."""
        row = (await self._connection.execute(select(payments).where(payments.c.id == payment))).first()
        return _payment(row) if row else None

    async def asked(self, payment: UUID) -> tuple[Payment, PaymentWish] | None:
        """The payment and the words its rail was asked with; None if it was not asked."""
        row = (await self._connection.execute(select(payments).where(payments.c.id == payment))).first()
        return (_payment(row), PaymentWish(**row.wish)) if row and row.wish else None

    async def lock_many(self, ids: Collection[UUID]) -> dict[UUID, Payment]:
        """The payments, held until the commit (PostgreSQL), in one order."""
        read = reader(self._connection)
        found: dict[UUID, Payment] = {}
        for id_, donor, rail, minor, currency, state, created_at, their_id, url in await _LOCK.run(
            self._connection, [(payment,) for payment in ids]
        ):
            payment, amount = read.id(id_), Money(minor, currency)
            found[payment] = Payment(
                payment, read.id(donor), rail, amount, _STATES[state], read.at(created_at), their_id, url
            )
        return found

    async def add_many(self, new: Sequence[Payment]) -> None:
        """Record payments."""
        rows = [
            (p.id, p.donor, p.rail, p.amount.minor, p.amount.currency, p.state._value_, p.created_at, p.their_id, p.url)
            for p in new
        ]
        await _ADD.run(self._connection, rows)

    async def ask_many(self, wishes: Mapping[UUID, PaymentWish]) -> dict[UUID, tuple[Payment, PaymentWish]]:
        """Keep the words each payment is asked with, unless some were kept before; gives those that stand."""
        asked = select(payments).where(payments.c.id.in_(wishes)).order_by(payments.c.id)
        rows = (await self._connection.execute(asked.with_for_update(key_share=True))).all()
        stored = {row.id: PaymentWish(**row.wish) if row.wish else wishes[row.id] for row in rows}
        new = [{"_id": row.id, "_wish": asdict(wishes[row.id])} for row in rows if not row.wish]
        if new:
            kept = update(payments).where(payments.c.id == bindparam("_id"))
            await self._connection.execute(kept.values(wish=bindparam("_wish", type_=payments.c.wish.type)), new)
            await LookUpStore(self._connection).add_many([row["_id"] for row in new])
        return {row.id: (_payment(row), stored[row.id]) for row in rows}

    async def link_many(self, linked: Sequence[Payment]) -> None:
        """Write their id and the link to pay; an event that was faster keeps its state."""
        state = case((payments.c.state == PaymentState.CREATED, PaymentState.PENDING), else_=payments.c.state)
        statement = update(payments).where(payments.c.id == bindparam("_id"))
        rows = [{"_id": p.id, "_their_id": p.their_id, "_url": p.url} for p in sorted(linked, key=lambda p: p.id)]
        values = {"state": state, "their_id": bindparam("_their_id"), "url": bindparam("_url")}
        await self._connection.execute(statement.values(values), rows)

    async def set_states(self, changed: Mapping[UUID, PaymentState]) -> None:
        """Write what events say of payments that lock_many holds."""
        await _SET_STATES.run(self._connection, [(payment, state._value_) for payment, state in changed.items()])

    async def request_refund(self, *, refund: UUID, tip: UUID, now: datetime) -> UUID:
        """Record that a tip is to be given back; the same tip again gives the id of the first request."""
        row = {"id": refund, "tip_id": tip, "state": RefundState.REQUESTED, "requested_at": now}
        statement = insert_into(self._connection, refunds).values(row)
        await self._connection.execute(statement.on_conflict_do_nothing(index_elements=["tip_id"]))
        found = await self._connection.scalar(select(refunds.c.id).where(refunds.c.tip_id == tip))
        return UUID(str(found))

    async def refunds_requested(self, *, before: datetime) -> dict[UUID, UUID]:
        """Refunds the rail was not heard of, oldest first, with their tips."""
        unheard = (refunds.c.state == RefundState.REQUESTED) & (refunds.c.requested_at <= before)
        rows = await self._connection.execute(select(refunds).where(unheard).order_by(refunds.c.id).limit(100))
        return {row.id: row.tip_id for row in rows}

    async def set_refund(self, refund: UUID, state: RefundState) -> None:
        """Write what the rail answered; one that its event has closed already stays closed."""
        open_ = (refunds.c.id == refund) & (refunds.c.state != RefundState.DONE)
        await self._connection.execute(update(refunds).where(open_).values(state=state))

    async def refunded(self, tips: Collection[UUID]) -> None:
        """The provider gave the money back."""
        await self._connection.execute(update(refunds).where(refunds.c.tip_id.in_(tips)).values(state=RefundState.DONE))


_STATES = {state.value: state for state in PaymentState}


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
