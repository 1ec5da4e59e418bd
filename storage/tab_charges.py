"""Charges that settle tabs, and the payments that tips named before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, Row, bindparam, func, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.payments import PaymentState
from giving.tabs import CLOSED, EXPIRES, OPEN, UNLINKED, Charge, ChargeState, Reason
from giving.tips import Tip, TipState
from storage.sets import insert_rows
from storage.tables import former_payments, payments, tab_charges, tabs, tips
from storage.tips import read_tip
from storage.upsert import insert_into

_FORMER = insert_rows(
    former_payments, ("payment_id", "tip_id"), "ON CONFLICT (payment_id, tip_id) DO NOTHING", order="payment_id, tip_id"
)
OPEN_STATES: Final = tuple(sorted(state.value for state in OPEN))
# Written out, word for word as the index of open charges says it: by values that come later it can't be found.
_OPEN: Final[BindParameter[Any]] = bindparam("open_states", OPEN_STATES, expanding=True, literal_execute=True)


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A charge, its payment, and whose it is."""

    charge: Charge
    payment: UUID
    donor: UUID
    organisation: UUID


class ChargeStore:
    """Rows of `tab_charges` and `former_payments`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def begin(self, charge: Charge, payment: UUID, charged: Sequence[Tip], *, now: datetime) -> None:
        """Record a charge of these tips: they name its payment from now on, and what they named before is kept."""
        row = {
            "id": charge.id, "tab_id": charge.tab, "payment_id": payment, "amount_minor": charge.amount.minor,
            "currency": charge.amount.currency, "state": charge.state.value, "reason": charge.reason.value,
            "charge_at": charge.charge_at, "asked_at": charge.asked_at, "begun_at": now,
        }  # fmt: skip
        await self._connection.execute(insert_into(self._connection, tab_charges).values(row))
        await self.move_tips(payment, charged)

    async def move_tips(self, payment: UUID, moved: Sequence[Tip]) -> None:
        """These tips are to be paid by that payment; one that was asked for before may be paid all the same."""
        await _FORMER.run(self._connection, [(tip.payment, tip.id) for tip in moved if tip.payment is not None])
        ids = [tip.id for tip in moved]
        await self._connection.execute(update(tips).where(tips.c.id.in_(ids)).values(payment_id=payment))

    async def former(self, payments: Collection[UUID]) -> dict[UUID, list[Tip]]:
        """Tips that named these payments once; locked on PostgreSQL until the commit."""
        named = select(former_payments.c.payment_id.label("former"), tips)
        joined = named.join(tips, tips.c.id == former_payments.c.tip_id)
        theirs = joined.where(former_payments.c.payment_id.in_(payments)).order_by(tips.c.id)
        found: dict[UUID, list[Tip]] = {}
        for row in await self._connection.execute(theirs.with_for_update(of=tips, key_share=True)):
            found.setdefault(row.former, []).append(read_tip(row))
        return found

    async def charges(self, ids: Collection[UUID]) -> dict[UUID, ChargeRow]:
        """Those of the charges that are known."""
        rows = await self._connection.execute(_CHARGES.where(tab_charges.c.id.in_(ids)))
        return {row.id: _charge(row) for row in rows}

    async def lock_charge(self, charge: UUID) -> ChargeRow | None:
        """The charge, held until the commit."""
        row = (
            await self._connection.execute(
                _CHARGES.where(tab_charges.c.id == charge).with_for_update(of=tab_charges, key_share=True)
            )
        ).first()
        return _charge(row) if row else None

    async def open_charges(self, *, donor: UUID | None = None, payment: UUID | None = None) -> list[ChargeRow]:
        """Charges that are not decided, oldest first; of one donor, or of everybody; those that one payment settles."""
        open_ = _CHARGES.where(tab_charges.c.state.in_(OPEN_STATES))
        if donor is not None:
            open_ = open_.where(tabs.c.donor_id == donor)
        if payment is not None:
            open_ = open_.where(tab_charges.c.payment_id == payment)
        return [_charge(row) for row in await self._connection.execute(open_.order_by(tab_charges.c.id))]

    async def to_step(self, now: datetime, limit: int, after: UUID | None = None) -> list[ChargeRow]:
        """Open charges for which something may be due, in the order of their ids, from after that one on.

        What only waits for its donor is not among them, however much of it there is.
        """
        state, waits = tab_charges.c.state, payments.c.their_id.is_(None)
        closed = payments.c.state.in_(sorted(CLOSED))
        pressed = (state == ChargeState.ASKED) & (tab_charges.c.reason == Reason.PRESSED)
        may = or_(
            payments.c.state == PaymentState.PAID,
            (state == ChargeState.ANNOUNCED) & (tab_charges.c.charge_at <= now),
            (state == ChargeState.ASKED) & (tab_charges.c.asked_at <= now - EXPIRES),
            (state == ChargeState.CHARGING) & (waits | closed),
            pressed & (closed | (waits & (tab_charges.c.begun_at <= now - UNLINKED))),
        )
        due = _CHARGES.join(payments, payments.c.id == tab_charges.c.payment_id).where(state.in_(_OPEN), may)
        some = due if after is None else due.where(tab_charges.c.id > after)
        return [_charge(row) for row in await self._connection.execute(some.order_by(tab_charges.c.id).limit(limit))]

    async def move(
        self, charge: Charge, state: ChargeState, *, charge_at: datetime | None = None,
        asked_at: datetime | None = None,
    ) -> bool:  # fmt: skip
        """Into another state, if it is still in the one it was read in; whether it was."""
        values: dict[str, Any] = {"state": state.value}
        values |= {"charge_at": charge_at} if charge_at is not None else {}
        values |= {"asked_at": asked_at} if asked_at is not None else {}
        same = (tab_charges.c.id == charge.id) & (tab_charges.c.state == charge.state.value)
        moved = update(tab_charges).where(same).values(values).returning(tab_charges.c.id)
        return (await self._connection.execute(moved)).first() is not None

    async def pay_by(self, charge: UUID, payment: UUID, amount: Money, charged: Sequence[Tip]) -> None:
        """Less is charged, for these tips, by another payment: one that was asked for is never changed."""
        values = {"payment_id": payment, "amount_minor": amount.minor}
        await self._connection.execute(update(tab_charges).where(tab_charges.c.id == charge).values(values))
        await self.move_tips(payment, charged)

    async def first_asked(self, of: Collection[UUID]) -> dict[UUID, datetime]:
        """When each of these tips could be paid for the first time; those that never could are not here."""
        asked = tab_charges.c.asked_at.is_not(None)
        now = select(tips.c.id.label("tip"), tab_charges.c.begun_at).join(
            tab_charges, tab_charges.c.payment_id == tips.c.payment_id
        )
        once = select(former_payments.c.tip_id.label("tip"), tab_charges.c.begun_at).join(
            tab_charges, tab_charges.c.payment_id == former_payments.c.payment_id
        )
        each = union_all(
            now.where(tips.c.id.in_(of), asked), once.where(former_payments.c.tip_id.in_(of), asked)
        ).subquery()
        first = select(each.c.tip, func.min(each.c.begun_at, type_=tab_charges.c.begun_at.type).label("at"))
        return {row.tip: row.at for row in await self._connection.execute(first.group_by(each.c.tip))}

    async def expire(self, which: Collection[UUID]) -> int:
        """These promises end; how many there were."""
        stand = tips.c.id.in_(which) & (tips.c.state == TipState.ON_TAB)
        ended = update(tips).where(stand).values(state=TipState.EXPIRED).returning(tips.c.id)
        return len((await self._connection.execute(ended)).all())


_CHARGES = select(tab_charges, tabs.c.donor_id, tabs.c.organisation_id).join(tabs, tabs.c.id == tab_charges.c.tab_id)


def _charge(row: Row[Any]) -> ChargeRow:
    charge = Charge(
        row.id, row.tab_id, Money(row.amount_minor, row.currency), ChargeState(row.state), Reason(row.reason),
        row.charge_at, row.asked_at, row.begun_at,
    )  # fmt: skip
    return ChargeRow(charge, row.payment_id, row.donor_id, row.organisation_id)
