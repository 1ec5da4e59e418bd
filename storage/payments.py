"""Payments we asked rails for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, case, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.payments import Payment, PaymentState, PaymentWish
from storage.look_ups import LookUpStore
from storage.sets import SetStatement, insert_rows, reader
from storage.tables import former_payments, payments, tips

_COLUMNS = (
    "id", "donor_id", "rail", "amount_minor", "currency", "state", "created_at", "their_id", "url", "account",
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
    """Rows of `payments`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def by_id(self, payment: UUID) -> Payment | None:
        """The payment, or None."""
        row = (await self._connection.execute(select(payments).where(payments.c.id == payment))).first()
        return read_payment(row) if row else None

    async def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Payment]:
        """Those of the payments that are known."""
        rows = await self._connection.execute(select(payments).where(payments.c.id.in_(ids)))
        return {row.id: read_payment(row) for row in rows}

    async def of_charge(self, tip: UUID, rail: str) -> Payment | None:
        """The payment of this rail that paid a tip: the one it names, or one that it named before.

        What paid a second gift for the same tip is not what paid the first, if there is another.
        """
        named = select(tips.c.payment_id).where(tips.c.id == tip)
        before = select(former_payments.c.payment_id).where(former_payments.c.tip_id == tip)
        of_it = payments.c.id.in_(named) | payments.c.id.in_(before)
        again = payments.c.id.in_(select(tips.c.payment_id).where(tips.c.extra_of == tip))
        found = select(payments).where(of_it, payments.c.rail == rail)
        best = found.order_by(payments.c.state != PaymentState.PAID, again, payments.c.id.not_in(named))
        row = (await self._connection.execute(best.limit(1))).first()
        return read_payment(row) if row else None

    async def asked(self, payment: UUID) -> tuple[Payment, PaymentWish] | None:
        """The payment and the words its rail was asked with; None if it was not asked."""
        row = (await self._connection.execute(select(payments).where(payments.c.id == payment))).first()
        return (read_payment(row), _wish(row.wish)) if row and row.wish else None

    async def lock_many(self, ids: Collection[UUID]) -> dict[UUID, Payment]:
        """The payments, held until the commit (PostgreSQL), in one order."""
        read = reader(self._connection)
        found: dict[UUID, Payment] = {}
        for id_, donor, rail, minor, currency, state, created_at, their_id, url, account in await _LOCK.run(
            self._connection, [(payment,) for payment in ids]
        ):
            payment, amount = read.id(id_), Money(minor, currency)
            found[payment] = Payment(
                payment, read.id(donor), rail, amount, _STATES[state], read.at(created_at), their_id, url, account
            )
        return found

    async def add_many(self, new: Sequence[Payment]) -> None:
        """Record payments."""
        rows = [
            (
                p.id, p.donor, p.rail, p.amount.minor, p.amount.currency, p.state._value_, p.created_at, p.their_id,
                p.url, p.account,
            )
            for p in new
        ]  # fmt: skip
        await _ADD.run(self._connection, rows)

    async def change_rail(self, payment: UUID, rail: str, account: str | None, amount: Money) -> None:
        """Another rail for a payment that no rail was asked for yet, and what is asked there."""
        unasked = (payments.c.id == payment) & payments.c.wish.is_(null()) & payments.c.their_id.is_(None)
        asked = {"rail": rail, "account": account, "amount_minor": amount.minor, "currency": amount.currency}
        await self._connection.execute(update(payments).where(unasked).values(asked))

    async def are_asked(self, ids: Collection[UUID]) -> set[UUID]:
        """Those of them that a rail was asked for."""
        asked = payments.c.wish.is_not(null()) | payments.c.their_id.is_not(None)
        return set((await self._connection.scalars(select(payments.c.id).where(payments.c.id.in_(ids), asked))).all())

    async def is_asked(self, payment: UUID) -> bool:
        """Whether a rail was asked for it, so that it may be paid."""
        asked = payments.c.wish.is_not(null()) | payments.c.their_id.is_not(None)
        return bool(await self._connection.scalar(select(asked).where(payments.c.id == payment)))

    async def ask_many(self, wishes: Mapping[UUID, PaymentWish]) -> dict[UUID, tuple[Payment, PaymentWish]]:
        """Keep the words each payment is asked with, unless some were kept before; gives those that stand."""
        asked = select(payments).where(payments.c.id.in_(wishes)).order_by(payments.c.id)
        rows = (await self._connection.execute(asked.with_for_update(key_share=True))).all()
        stored = {row.id: _wish(row.wish) if row.wish else wishes[row.id] for row in rows}
        new = [{"_id": row.id, "_wish": asdict(wishes[row.id])} for row in rows if not row.wish]
        if new:
            kept = update(payments).where(payments.c.id == bindparam("_id"))
            await self._connection.execute(kept.values(wish=bindparam("_wish", type_=payments.c.wish.type)), new)
            await LookUpStore(self._connection).add_many([row["_id"] for row in new])
        return {row.id: (read_payment(row), stored[row.id]) for row in rows}

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


_STATES = {state.value: state for state in PaymentState}


def read_payment(row: Row[Any]) -> Payment:
    """A row of `payments`."""
    return Payment(
        id=row.id,
        donor=row.donor_id,
        rail=row.rail,
        amount=Money(row.amount_minor, row.currency),
        state=PaymentState(row.state),
        created_at=row.created_at,
        their_id=row.their_id,
        url=row.url,
        account=row.account,
    )


def _wish(kept: Mapping[str, Any]) -> PaymentWish:
    """As JSON gives it back, also what an older version kept."""
    lines = tuple((str(title), int(minor)) for title, minor in kept.get("lines", ()))
    several = bool(kept.get("several", False))
    return PaymentWish(kept["description"], kept["return_url"], kept["language"], lines, several)
