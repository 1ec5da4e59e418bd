"""Payments that rails are to be asked about, until they are final: written with the words a rail is asked with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, delete, func, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.payments import FINAL, MOST_WAIT, Payment, PaymentState
from storage.sets import insert_rows
from storage.tables import look_ups, payments
from storage.upsert import insert_into

_ADD: Final = insert_rows(look_ups, ("payment_id",), "ON CONFLICT (payment_id) DO NOTHING", order="payment_id")


@dataclass(frozen=True, slots=True)
class LookUp:
    """A payment that is due to be looked up, since when it is waited for, and what its rail last said of it.

    `told`: an event that did not say all asks for it, whatever state the payment is in.
    """

    payment: Payment
    since_at: datetime
    found: PaymentState | None
    told: bool = False
    claimed_until: datetime | None = None


class LookUpStore:
    """Rows of `look_ups`; one that has no times yet is timed by the first sweep that sees it."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def add_many(self, asked: Collection[UUID]) -> None:
        """These payments are asked of their rails."""
        await _ADD.run(self._connection, [(payment,) for payment in asked])

    async def missing(self, after: UUID, since: datetime, rows: int) -> tuple[list[UUID], UUID | None]:
        """Payments not final, asked of their rails and made after `since`, which have no row: an older version that
        runs beside this one makes such. Of the next so many payments after this id, by the key; and where to go on,
        None at the end.
        """
        there = select(payments.c.id).where(payments.c.id > after).order_by(payments.c.id)
        end: UUID | None = await self._connection.scalar(there.offset(rows - 1).limit(1))
        some = payments.c.id > after if end is None else payments.c.id.between(after, end)
        listed = select(look_ups.c.payment_id).where(look_ups.c.payment_id == payments.c.id).exists()
        open_ = payments.c.state.not_in(FINAL) & payments.c.wish.is_not(null()) & (payments.c.created_at > since)
        found = await self._connection.scalars(select(payments.c.id).where(some, open_, ~listed))
        return list(found), end

    async def any_due(self, now: datetime) -> bool:
        """Whether there is anything to time or to look up; takes no lock."""
        waits = or_(look_ups.c.due_at.is_(None), _due(now))
        return bool(await self._connection.scalar(select(select(look_ups.c.payment_id).where(waits).exists())))

    async def time_new(self, now: datetime, first: timedelta) -> None:
        """Those that were asked since the last sweep are due after `first`."""
        new = update(look_ups).where(look_ups.c.due_at.is_(None))
        await self._connection.execute(new.values(since_at=now, due_at=now + first))

    async def claim(self, now: datetime, limit: int) -> list[LookUp]:
        """Those due longest; another replica's are skipped (PostgreSQL). Put them off before the commit."""
        due = select(look_ups, payments).join(payments, payments.c.id == look_ups.c.payment_id).where(_due(now))
        claimed = (
            due.order_by(look_ups.c.due_at).limit(limit).with_for_update(of=look_ups, key_share=True, skip_locked=True)
        )
        return [
            LookUp(
                Payment(
                    row.id, row.donor_id, row.rail, Money(row.amount_minor, row.currency), PaymentState(row.state),
                    row.created_at, row.their_id, row.url, row.account,
                ),
                row.since_at,
                PaymentState(row.found) if row.found else None,
                bool(row.told),
            )
            for row in await self._connection.execute(claimed)
        ]  # fmt: skip

    async def put_off(self, due_at: Mapping[UUID, datetime]) -> None:
        """Nobody else looks these up before then."""
        rows = [{"_id": payment, "_at": at} for payment, at in due_at.items()]
        if rows:
            off = update(look_ups).where(look_ups.c.payment_id == bindparam("_id")).values(due_at=bindparam("_at"))
            await self._connection.execute(off, rows)

    async def is_as_claimed(self, payment: UUID, until: datetime) -> bool:
        """Whether nothing was told of it since it was claimed and put off until then; holds its row till the commit."""
        row = select(look_ups.c.due_at).where(look_ups.c.payment_id == payment).with_for_update(key_share=True)
        due_at: datetime | None = await self._connection.scalar(row)
        return due_at == until

    async def found(self, payment: UUID, state: PaymentState, due_at: datetime | None) -> None:
        """What the rail said, and when to ask again (None: it said nothing, so as soon as was put off)."""
        values = {"found": state.value} | ({"due_at": due_at} if due_at is not None else {})
        await self._connection.execute(update(look_ups).where(look_ups.c.payment_id == payment).values(values))

    async def told(self, payments_: Collection[UUID], now: datetime) -> None:
        """Events did not say all of these: they are due at once, final or not."""
        for payment in sorted(payments_):
            row = {"payment_id": payment, "since_at": now, "due_at": now, "told": True}
            asked = insert_into(self._connection, look_ups).values(row)
            since = func.coalesce(look_ups.c.since_at, asked.excluded.since_at)  # none where no sweep has timed it yet
            again = asked.on_conflict_do_update(
                index_elements=["payment_id"], set_={"since_at": since, "due_at": now, "told": True}
            )
            await self._connection.execute(again)

    async def known(self, payment: UUID) -> None:
        """All that an event left out is known now."""
        await self._connection.execute(update(look_ups).where(look_ups.c.payment_id == payment).values(told=False))

    async def close(self, done: Collection[UUID]) -> None:
        """Nothing more is to be learned about these."""
        await self._connection.execute(delete(look_ups).where(look_ups.c.payment_id.in_(done)))

    async def oldest_open(self, now: datetime) -> datetime | None:
        """Since when the oldest waits of which nobody knows whether it was paid: begun, not answered, or overdue."""
        unknown = or_(
            look_ups.c.found.in_((PaymentState.PENDING, PaymentState.UNKNOWN)),
            look_ups.c.found.is_(None) & (look_ups.c.due_at <= now),
        )
        oldest = select(func.min(look_ups.c.since_at)).join(payments, payments.c.id == look_ups.c.payment_id)
        since: datetime | None = await self._connection.scalar(oldest.where(unknown, payments.c.state.not_in(FINAL)))
        return since


def _due(now: datetime) -> ColumnElement[bool]:
    """Due; or put off further than anything ever is, by a clock that has been set right since."""
    return or_(look_ups.c.due_at <= now, look_ups.c.due_at > now + 2 * MOST_WAIT)
