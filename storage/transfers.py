"""What is passed on to organisations, and comes back from them: planned, asked of the rail, and what became of it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.transfers import Transfer, TransferState
from storage.tables import transfers

_OPEN: Final = (TransferState.DUE, TransferState.ASKING, TransferState.ASKED)
_ASKED: Final = (TransferState.ASKING, TransferState.ASKED)


class TransferStore:
    """Rows of `transfers`. Whoever changes those of a payment holds the payment (`payments.lock_many`)."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def of_payments(self, payments: Collection[UUID]) -> dict[UUID, list[Transfer]]:
        """By payment, the oldest first; those without any are left out."""
        some = select(transfers).where(transfers.c.payment_id.in_(payments)).order_by(transfers.c.id)
        found: dict[UUID, list[Transfer]] = defaultdict(list)
        for row in await self._connection.execute(some):
            found[row.payment_id].append(_transfer(row))
        return dict(found)

    async def by_id(self, transfer: UUID) -> Transfer | None:
        """One, or None."""
        row = (await self._connection.execute(select(transfers).where(transfers.c.id == transfer))).first()
        return _transfer(row) if row else None

    async def add_many(self, new: Sequence[Transfer]) -> None:
        """Plan them; they are due at once."""
        if new:
            rows = [_row(one) | {"id": one.id, "requested_at": one.requested_at} for one in new]
            await self._connection.execute(insert(transfers), [row | {"look_at": row["requested_at"]} for row in rows])

    async def change(self, changed: Transfer, look_at: datetime | None = None) -> None:
        """Write one as it is now."""
        row = _row(changed) | ({"look_at": look_at} if look_at is not None else {})
        await self._connection.execute(update(transfers).where(transfers.c.id == changed.id).values(row))

    async def due(self, now: datetime, limit: int) -> list[Transfer]:
        """About which something is to be done now, the longest due first."""
        waits = select(transfers).where(transfers.c.state.in_(_OPEN), transfers.c.look_at <= now)
        rows = await self._connection.execute(waits.order_by(transfers.c.look_at, transfers.c.id).limit(limit))
        return [_transfer(row) for row in rows]

    async def put_off(self, transfer: UUID, until: datetime) -> None:
        """Nothing is done about it before then."""
        its = (transfers.c.id == transfer) & transfers.c.state.in_(_OPEN)
        await self._connection.execute(update(transfers).where(its).values(look_at=until))

    async def asked(self, transfer: UUID, their_id: str, look_at: datetime) -> None:
        """The rail took it; one whose event was faster stays done."""
        its = (transfers.c.id == transfer) & (transfers.c.state == TransferState.ASKING)
        took = {"state": TransferState.ASKED, "their_id": their_id, "look_at": look_at}
        await self._connection.execute(update(transfers).where(its).values(took))

    async def done(self, booked: Mapping[UUID, str]) -> None:
        """The events of these are booked, each with the rail's id of it."""
        for transfer, their_id in sorted(booked.items()):
            its = (transfers.c.id == transfer) & transfers.c.state.in_(_ASKED)
            done = {"state": TransferState.DONE, "their_id": their_id}
            await self._connection.execute(update(transfers).where(its).values(done))

    async def oldest_open(self) -> datetime | None:
        """Since when the oldest waits that is not done."""
        oldest = select(func.min(transfers.c.requested_at)).where(transfers.c.state.in_(_OPEN))
        found: datetime | None = await self._connection.scalar(oldest)
        return found


def _row(one: Transfer) -> dict[str, Any]:
    return {
        "payment_id": one.payment, "charge": one.charge, "organisation_id": one.organisation,
        "amount_minor": one.amount.minor, "currency": one.amount.currency, "entry_key": one.entry_key,
        "part": one.part, "again": one.again, "state": one.state, "account": one.account, "reverses": one.reverses,
        "their_id": one.their_id, "tries": one.tries, "code": one.code,
    }  # fmt: skip


def _transfer(row: Row[Any]) -> Transfer:
    return Transfer(
        id=row.id, payment=row.payment_id, charge=row.charge, organisation=row.organisation_id,
        amount=Money(row.amount_minor, row.currency), entry_key=row.entry_key, requested_at=row.requested_at,
        state=TransferState(row.state), part=row.part, again=row.again, account=row.account, reverses=row.reverses,
        their_id=row.their_id, tries=row.tries, code=row.code,
    )  # fmt: skip
