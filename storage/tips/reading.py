"""Tips found by what names them, and held for whoever changes them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, false, select, true, union_all

from giving.payments import PaymentState
from giving.tips import Tip
from storage.sets import SetStatement, reader
from storage.tables import former_payments, payments, tips
from storage.tips.rows import READ, TIP, OnTips, fast_tip, read_tip

_BY_KEYS = SetStatement(
    {"key": "text"},
    f"SELECT r.key, {TIP} FROM r JOIN tip_keys ON tip_keys.key = r.key JOIN tips ON tips.id = tip_keys.tip_id",  # noqa: S608
    gives=1 + len(READ),
)
# Nearly every tip has none (NULL): going by an ANALYZE, SQLite would take the index for useless and walk all tips.
_BY_OPEN_KEYS = SetStatement(
    {"key": "text"},
    f"SELECT r.key, {TIP} FROM r JOIN tips ON likelihood(tips.open_key = r.key, 0.000001)",  # noqa: S608
    gives=1 + len(READ),
    postgresql=f"SELECT r.key, {TIP} FROM r JOIN tips ON tips.open_key = r.key",  # noqa: S608
)
_OF_PAYMENTS = SetStatement(
    {"id": "uuid"},
    f"SELECT {TIP} FROM r JOIN tips ON tips.payment_id = r.id",  # noqa: S608
    gives=len(READ),
    postgresql=f"SELECT {TIP} FROM tips WHERE payment_id IN (SELECT id FROM r) ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
)


class TipReads(OnTips):
    """One tip, or those of many."""

    async def by_id(self, tip: UUID) -> Tip | None:
        """The tip, or None."""
        return (await self.by_ids([tip])).get(tip)

    async def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Tip]:
        """Those of the ids that are known."""
        rows = await self._connection.execute(select(tips).where(tips.c.id.in_(ids)))
        return {row.id: read_tip(row) for row in rows}

    async def by_keys(self, keys: Collection[str]) -> dict[str, Tip]:
        """Tips by the request keys that led to them."""
        return await self._by(_BY_KEYS, keys)

    async def by_open_keys(self, keys: Collection[str]) -> dict[str, Tip]:
        """Unpaid tips by who would give what to what."""
        return await self._by(_BY_OPEN_KEYS, keys)

    async def _by(self, statement: SetStatement, keys: Collection[str]) -> dict[str, Tip]:
        rows, read = await statement.run(self._connection, [(key,) for key in keys]), reader(self._connection)
        return {row[0]: fast_tip(row[1:], read) for row in rows}

    async def of_payments(self, payments: Collection[UUID]) -> dict[UUID, list[Tip]]:
        """Every tip of these payments, in order of their ids; locked on PostgreSQL until the commit."""
        read = reader(self._connection)
        found: dict[UUID, list[Tip]] = {}
        for row in await _OF_PAYMENTS.run(self._connection, [(payment,) for payment in payments]):
            tip = fast_tip(row, read)
            if tip.payment is not None:
                found.setdefault(tip.payment, []).append(tip)
        for several in found.values():
            several.sort(key=lambda tip: tip.id)
        return found

    async def payments_of(self, entry_keys: Collection[str]) -> dict[str, UUID]:
        """By which payment the tips of each of these entries were paid.

        They may name a page that was made later: what was paid is the one they name, or named before, that paid
        something, and not the same tip a second time (PaymentStore.of_charge, the other way round).
        """
        its = tips.c.entry_key.in_(entry_keys)
        now = select(tips.c.entry_key, tips.c.id.label("tip_id"), tips.c.payment_id, true().label("is_now"))
        before = select(tips.c.entry_key, tips.c.id, former_payments.c.payment_id, false()).join(
            former_payments, former_payments.c.tip_id == tips.c.id
        )
        named = union_all(now.where(its, tips.c.payment_id.is_not(None)), before.where(its)).subquery()
        second = tips.alias()
        again = exists().where(second.c.payment_id == named.c.payment_id, second.c.extra_of == named.c.tip_id)
        found = select(named.c.entry_key, payments.c.id).join(payments, payments.c.id == named.c.payment_id)
        best_last = found.order_by(payments.c.state == PaymentState.PAID, ~again, named.c.is_now, payments.c.id)
        return {row.entry_key: row.id for row in await self._connection.execute(best_last)}

    async def by_receipt(self, code: str) -> Tip | None:
        """The tip with this receipt code, or None."""
        row = (await self._connection.execute(select(tips).where(tips.c.receipt_code == code))).first()
        return read_tip(row) if row else None

    async def booked_at(self, ids: Collection[UUID]) -> dict[UUID, datetime]:
        """When those of the tips that were paid were booked."""
        booked = select(tips.c.id, tips.c.booked_at).where(tips.c.id.in_(ids), tips.c.booked_at.is_not(None))
        return {row.id: row.booked_at for row in await self._connection.execute(booked)}

    async def lock(self, tip: UUID) -> Tip | None:
        """The tip, held until the commit."""
        row = (
            await self._connection.execute(select(tips).where(tips.c.id == tip).with_for_update(key_share=True))
        ).first()
        return read_tip(row) if row else None

    async def lock_many(self, ids: Collection[UUID]) -> dict[UUID, Tip]:
        """Those of the tips that are known, in order of their ids, held until the commit."""
        held = select(tips).where(tips.c.id.in_(ids)).order_by(tips.c.id).with_for_update(key_share=True)
        return {row.id: read_tip(row) for row in await self._connection.execute(held)}
