"""Tabs: what stands on them, and the charges that settle them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.tabs import OPEN, Charge, ChargeState, Reason, Tab
from giving.tips import Tip, TipState
from storage.ids import new_id
from storage.sets import insert_rows
from storage.tables import former_payments, people, promises, tab_charges, tabs, tips
from storage.tips import read_tip
from storage.upsert import insert_into

Key = tuple[UUID, UUID, str]  # donor, organisation, currency
_PROMISE = insert_rows(
    promises,
    ("tip_id", "tab_id", "donor_id", "amount_minor", "currency", "promised_at"),
    "ON CONFLICT (tip_id) DO UPDATE SET tab_id = excluded.tab_id, promised_at = excluded.promised_at",
    order="tip_id",
)
_FORMER = insert_rows(
    former_payments, ("payment_id", "tip_id"), "ON CONFLICT (payment_id, tip_id) DO NOTHING", order="payment_id, tip_id"
)
_OPEN = tuple(state.value for state in OPEN)


@dataclass(frozen=True, slots=True)
class TabRow:
    """A tab with the sum of what stands on it and is in no open charge, by which rail, and what its donor chose."""

    tab: Tab
    currency: str
    rail: str
    settle_at_minor: int | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A charge, its payment, and whose it is."""

    charge: Charge
    payment: UUID
    donor: UUID
    organisation: UUID


class TabStore:
    """Rows of `tabs`, `promises`, `tab_charges` and `former_payments`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def open_many(self, wanted: Mapping[Key, str], *, now: datetime) -> dict[Key, UUID]:
        """The tabs of these, made where there are none; the rail is the one they chose last."""
        found: dict[Key, UUID] = {}
        for (donor, organisation, currency), rail in sorted(wanted.items()):
            row = {
                "id": new_id(), "donor_id": donor, "organisation_id": organisation, "currency": currency, "rail": rail,
                "opened_at": now,
            }  # fmt: skip
            made = insert_into(self._connection, tabs).values(row)
            kept = made.on_conflict_do_update(
                index_elements=["donor_id", "organisation_id", "currency"], set_={"rail": rail}
            )
            id_ = await self._connection.scalar(kept.returning(tabs.c.id))
            found[donor, organisation, currency] = UUID(str(id_))
        return found

    async def promise_many(self, promised: Sequence[tuple[Tip, UUID]], *, now: datetime) -> None:
        """These tips stand on these tabs; their state is written by the tips' own store."""
        rows = [(t.id, tab, t.donor, t.amount.minor, t.amount.currency, now) for t, tab in promised]
        await _PROMISE.run(self._connection, rows)

    async def promised_since(self, donors: Collection[UUID], currency: str, since: datetime) -> dict[UUID, int]:
        """What each promised from then on, to whomever: also what is paid by now, not what they took off again."""
        total = func.sum(promises.c.amount_minor).label("minor")
        counted = (promises.c.donor_id.in_(donors)) & (promises.c.promised_at >= since)
        counted &= (promises.c.currency == currency) & (tips.c.state != TipState.CANCELLED)
        statement = select(promises.c.donor_id, total).join(tips, tips.c.id == promises.c.tip_id).where(counted)
        rows = await self._connection.execute(statement.group_by(promises.c.donor_id))
        return {row.donor_id: int(row.minor) for row in rows}

    async def look_at(self, due: Mapping[UUID, datetime | None]) -> None:
        """When these tabs are to be looked at next; None: not before something is promised again."""
        if due:
            statement = update(tabs).where(tabs.c.id == bindparam("_id")).values(due_at=bindparam("_at"))
            await self._connection.execute(statement, [{"_id": tab, "_at": at} for tab, at in sorted(due.items())])

    async def by_ids(self, ids: Collection[UUID]) -> dict[UUID, TabRow]:
        """Those tabs, with what stands on each."""
        rows = await self._connection.execute(_with_sums(tabs.c.id.in_(ids)))
        return {row.id: _tab(row) for row in rows}

    async def of_donor(self, donor: UUID) -> list[TabRow]:
        """Somebody's tabs, oldest first, also those nothing stands on."""
        rows = await self._connection.execute(_with_sums(tabs.c.donor_id == donor))
        return sorted((_tab(row) for row in rows), key=lambda row: row.tab.id)

    async def lock(self, tab: UUID) -> TabRow | None:
        """The tab, held until the commit, so that one charge at a time takes what stands on it."""
        held = select(tabs.c.id).where(tabs.c.id == tab).with_for_update()
        if (await self._connection.execute(held)).first() is None:
            return None
        return (await self.by_ids([tab])).get(tab)

    async def claim_due(self, now: datetime, limit: int) -> list[UUID]:
        """Tabs to look at now, those due longest first."""
        due = select(tabs.c.id).where(tabs.c.due_at <= now).order_by(tabs.c.due_at).limit(limit)
        return list((await self._connection.execute(due)).scalars())

    async def standing(self, tab: UUID) -> list[Tip]:
        """What stands on a tab and is in no open charge, held until the commit, oldest first."""
        stand = select(tips).join(promises, promises.c.tip_id == tips.c.id).where(_stands(promises.c.tab_id == tab))
        rows = await self._connection.execute(stand.order_by(tips.c.id).with_for_update(of=tips))
        return [read_tip(row) for row in rows]

    async def on_tabs(self, donor: UUID, limit: int) -> list[tuple[UUID, Tip]]:
        """Everything somebody promised and has not paid, newest first, with its tab; in open charges too."""
        there = select(promises.c.tab_id.label("tab"), tips).join(tips, tips.c.id == promises.c.tip_id)
        theirs = there.where(promises.c.donor_id == donor, tips.c.state == TipState.ON_TAB)
        rows = await self._connection.execute(theirs.order_by(tips.c.id.desc()).limit(limit))
        return [(row.tab, read_tip(row)) for row in rows]

    async def skip(self, tab: UUID, until: datetime) -> None:
        """It is not asked for before then."""
        await self._connection.execute(update(tabs).where(tabs.c.id == tab).values(skipped_until=until))

    # -- charges --

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
            await self._connection.execute(_CHARGES.where(tab_charges.c.id == charge).with_for_update(of=tab_charges))
        ).first()
        return _charge(row) if row else None

    async def open_charges(self, *, donor: UUID | None = None, limit: int = 500) -> list[ChargeRow]:
        """Charges that are not decided, oldest first; of one donor, or of everybody."""
        open_ = _CHARGES.where(tab_charges.c.state.in_(_OPEN))
        if donor is not None:
            open_ = open_.where(tabs.c.donor_id == donor)
        rows = await self._connection.execute(open_.order_by(tab_charges.c.begun_at).limit(limit))
        return [_charge(row) for row in rows]

    async def set_charge(self, charge: UUID, state: ChargeState, *, asked_at: datetime | None = None) -> None:
        """Where it is now."""
        values: dict[str, Any] = {"state": state.value} | ({"asked_at": asked_at} if asked_at is not None else {})
        await self._connection.execute(update(tab_charges).where(tab_charges.c.id == charge).values(values))

    async def expire(self, payment: UUID) -> int:
        """The promises of a charge end; how many there were."""
        stand = (tips.c.payment_id == payment) & (tips.c.state == TipState.ON_TAB)
        ended = update(tips).where(stand).values(state=TipState.EXPIRED).returning(tips.c.id)
        return len((await self._connection.execute(ended)).all())


def _stands(where: ColumnElement[bool]) -> ColumnElement[bool]:
    """On a tab, and not in a charge that is not decided."""
    charging = select(tab_charges.c.payment_id).where(
        tab_charges.c.tab_id == promises.c.tab_id, tab_charges.c.state.in_(_OPEN)
    )
    free = tips.c.payment_id.is_(None) | tips.c.payment_id.not_in(charging)
    return and_(where, tips.c.state == TipState.ON_TAB, free)


def _with_sums(which: ColumnElement[bool]) -> Select[Any]:
    standing = (
        select(func.coalesce(func.sum(promises.c.amount_minor), 0))
        .join(tips, tips.c.id == promises.c.tip_id)
        .where(_stands(promises.c.tab_id == tabs.c.id))
        .correlate(tabs)
        .scalar_subquery()
    )
    chosen = select(tabs, standing.label("minor"), people.c.settle_at_minor)
    return chosen.join(people, people.c.id == tabs.c.donor_id).where(which)


_CHARGES = select(tab_charges, tabs.c.donor_id, tabs.c.organisation_id).join(tabs, tabs.c.id == tab_charges.c.tab_id)


def _tab(row: Row[Any]) -> TabRow:
    promised = Money(int(row.minor), row.currency)
    tab = Tab(row.id, row.donor_id, row.organisation_id, promised, row.skipped_until)
    return TabRow(tab, row.currency, row.rail, row.settle_at_minor, row.due_at)


def _charge(row: Row[Any]) -> ChargeRow:
    charge = Charge(
        row.id, row.tab_id, Money(row.amount_minor, row.currency), ChargeState(row.state), Reason(row.reason),
        row.charge_at, row.asked_at,
    )  # fmt: skip
    return ChargeRow(charge, row.payment_id, row.donor_id, row.organisation_id)
