"""Tips as they are made and as they change, and the keys of the taps that made them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update

from giving.tips import Tip, TipState
from storage.sets import SetStatement, insert_rows, reader
from storage.tables import tip_keys, tips
from storage.tips.rows import ADDED, OnTips, added, row_of

_ADD = insert_rows(tips, ADDED)
_ADD_KEYS = insert_rows(tip_keys, ("key", "tip_id"), "ON CONFLICT (key) DO NOTHING", order="key")
_PAY = SetStatement(
    {"id": "uuid", "charge": "text", "entry_key": "text", "paid_at": "timestamptz", "booked_at": "timestamptz"},
    "UPDATE tips SET state = 'paid', open_key = NULL, charge = r.charge, entry_key = r.entry_key, paid_at = r.paid_at,"
    " booked_at = r.booked_at FROM r WHERE tips.id = r.id",
)
_CARDS = SetStatement(
    {"id": "uuid"},
    "SELECT tips.id, tips.card_message_id FROM r JOIN tips ON tips.id = r.id WHERE tips.card_message_id IS NOT NULL",
    gives=2,
)


class TipWrites(OnTips):
    """Whoever changes a tip holds it."""

    async def add_many(self, new: Sequence[Tip], *, booked_at: datetime | None = None) -> None:
        """Insert tips; `booked_at` for those that are paid already."""
        await _ADD.run(self._connection, [added(tip, booked_at) for tip in new])

    async def add_keys(self, keys: Mapping[str, UUID]) -> None:
        """Remember which tip each request led to; a key that is known stays as it is."""
        await _ADD_KEYS.run(self._connection, keys.items())

    async def paid_many(self, paid: Sequence[Tip], *, booked_at: datetime) -> None:
        """Write what paying changes. The tips are locked by of_payments."""
        rows = [(tip.id, tip.charge, tip.entry_key, tip.paid_at, booked_at) for tip in paid]
        await _PAY.run(self._connection, rows)

    async def priced_many(self, priced: Sequence[Tip]) -> None:
        """Write what was paid, where that was another currency than was wished."""
        await self._update_many(priced, ("amount_minor", "currency"))

    async def moved_many(self, moved: Sequence[Tip]) -> None:
        """Write which giving day unpaid tips are of, and since when; one that was paid meanwhile stays what it is."""
        for tip in moved:
            unpaid = (tips.c.id == tip.id) & (tips.c.state == TipState.OFFERED)
            await self._connection.execute(update(tips).where(unpaid).values(day_id=tip.day, offered_at=tip.offered_at))

    async def late_many(self, late: Sequence[Tip]) -> None:
        """Paid too late for their giving day: they are none's."""
        await self._update_many(late, ("day_id",))

    async def returned_many(self, returned: Sequence[Tip]) -> None:
        """Write what giving back, in whole or in part, changes."""
        await self._update_many(returned, ("state", "refunded_at", "refunded_minor"))

    async def update(self, tip: Tip) -> None:
        """Write what its donor can change before it is paid."""
        await self._update_many([tip], ("state", "visibility", "open_key", "cancelled_at"))

    async def promise_many(self, ids: Collection[UUID]) -> None:
        """They are on tabs from now on, and no longer what the same tap finds."""
        on = {"state": TipState.ON_TAB, "open_key": None}
        await self._connection.execute(update(tips).where(tips.c.id.in_(ids)).values(on))

    async def _update_many(self, changed: Sequence[Tip], columns: Sequence[str], **same: object) -> None:
        if not changed:
            return
        values = {c: bindparam(c) for c in columns} | same
        rows = [row_of(tip) for tip in sorted(changed, key=lambda tip: tip.id)]
        await self._connection.execute(
            update(tips).where(tips.c.id == bindparam("_id")).values(values),
            [{"_id": r["id"]} | {c: r[c] for c in columns} for r in rows],
        )

    async def set_card(self, tip: UUID, message_id: int) -> int | None:
        """Remember the private message that shows the tip; returns the one that did before."""
        before: int | None = await self._connection.scalar(select(tips.c.card_message_id).where(tips.c.id == tip))
        await self._connection.execute(update(tips).where(tips.c.id == tip).values(card_message_id=message_id))
        return before

    async def cards(self, ids: Collection[UUID]) -> dict[UUID, int]:
        """The private messages that show these tips, for those that have one."""
        read = reader(self._connection)
        return {read.id(row[0]): row[1] for row in await _CARDS.run(self._connection, [(tip,) for tip in ids])}
