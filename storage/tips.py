"""Tips, and the keys of the taps that made them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.people import Visibility
from giving.projects import Tally
from giving.tips import Tip, TipState
from storage.tables import people, tip_keys, tips
from storage.upsert import insert_into

_GIVEN = (TipState.PAID, TipState.REFUNDED)


class TipStore:
    """Rows of `tips` and `tip_keys`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def by_id(self, tip: UUID) -> Tip | None:
        """The tip, or None."""
        return (await self.by_ids([tip])).get(tip)

    async def by_ids(self, ids: Collection[UUID]) -> dict[UUID, Tip]:
        """Those of the ids that are known."""
        rows = await self._connection.execute(select(tips).where(tips.c.id.in_(ids)))
        return {row.id: _tip(row) for row in rows}

    async def by_keys(self, keys: Collection[str]) -> dict[str, Tip]:
        """Tips by the request keys that led to them."""
        statement = select(tip_keys.c.key.label("request_key"), tips).join(tips, tips.c.id == tip_keys.c.tip_id)
        rows = await self._connection.execute(statement.where(tip_keys.c.key.in_(keys)))
        return {row.request_key: _tip(row) for row in rows}

    async def by_open_keys(self, keys: Collection[str]) -> dict[str, Tip]:
        """Unpaid tips by who would give what to what."""
        rows = await self._connection.execute(select(tips).where(tips.c.open_key.in_(keys)))
        return {row.open_key: _tip(row) for row in rows}

    async def of_payments(self, payments: Collection[UUID]) -> dict[UUID, list[Tip]]:
        """Every tip of these payments, in order of their ids; locked on PostgreSQL until the commit."""
        statement = select(tips).where(tips.c.payment_id.in_(payments)).order_by(tips.c.id)
        rows = await self._connection.execute(statement.with_for_update(key_share=True))
        found: dict[UUID, list[Tip]] = {}
        for row in rows:
            found.setdefault(row.payment_id, []).append(_tip(row))
        return found

    async def by_receipt(self, code: str) -> Tip | None:
        """The tip with this receipt code, or None."""
        row = (await self._connection.execute(select(tips).where(tips.c.receipt_code == code))).first()
        return _tip(row) if row else None

    async def add_many(self, new: Sequence[Tip], *, booked_at: datetime | None = None) -> None:
        """Insert tips; `booked_at` for those that are paid already."""
        if new:
            await self._connection.execute(insert(tips), [_row(tip) | {"booked_at": booked_at} for tip in new])

    async def add_keys(self, keys: Mapping[str, UUID]) -> None:
        """Remember which tip each request led to; a key that is known stays as it is."""
        if keys:
            rows = [{"key": key, "tip_id": tip} for key, tip in sorted(keys.items())]
            await self._connection.execute(insert_into(self._connection, tip_keys).on_conflict_do_nothing(), rows)

    async def paid_many(self, paid: Sequence[Tip], *, booked_at: datetime) -> None:
        """Write what paying changes; ordered by id, so that no two writers wait for each other."""
        columns = ("state", "open_key", "charge", "entry_key", "paid_at")
        await self._update_many(paid, columns, booked_at=booked_at)

    async def refunded_many(self, refunded: Sequence[Tip]) -> None:
        """Write what giving back changes."""
        await self._update_many(refunded, ("state", "refunded_at"))

    async def update(self, tip: Tip) -> None:
        """Write what its donor can change before it is paid."""
        await self._update_many([tip], ("state", "visibility", "open_key", "cancelled_at"))

    async def _update_many(self, changed: Sequence[Tip], columns: Sequence[str], **same: object) -> None:
        if not changed:
            return
        values = {c: bindparam(c) for c in columns} | same
        rows = [_row(tip) for tip in sorted(changed, key=lambda tip: tip.id)]
        await self._connection.execute(
            update(tips).where(tips.c.id == bindparam("_id")).values(values),
            [{"_id": r["id"]} | {c: r[c] for c in columns} for r in rows],
        )

    async def lock(self, tip: UUID) -> Tip | None:
        """The tip, held until the commit."""
        row = (await self._connection.execute(select(tips).where(tips.c.id == tip).with_for_update())).first()
        return _tip(row) if row else None

    async def set_card(self, tip: UUID, message_id: int) -> int | None:
        """Remember the private message that shows the tip; returns the one that did before."""
        before: int | None = await self._connection.scalar(select(tips.c.card_message_id).where(tips.c.id == tip))
        await self._connection.execute(update(tips).where(tips.c.id == tip).values(card_message_id=message_id))
        return before

    async def cards(self, ids: Collection[UUID]) -> dict[UUID, int]:
        """The private messages that show these tips, for those that have one."""
        shown = tips.c.id.in_(ids) & tips.c.card_message_id.is_not(None)
        rows = await self._connection.execute(select(tips.c.id, tips.c.card_message_id).where(shown))
        return {row.id: row.card_message_id for row in rows}

    async def gifts_of(self, donor: UUID, *, limit: int, offset: int) -> tuple[list[Tip], int]:
        """What somebody gave (and took back), newest first, and how many there are."""
        mine = (tips.c.donor_id == donor) & tips.c.state.in_(_GIVEN)
        total = await self._connection.scalar(select(func.count()).where(mine))
        newest = select(tips).where(mine).order_by(tips.c.paid_at.desc(), tips.c.id.desc())
        rows = await self._connection.execute(newest.limit(limit).offset(offset))
        return [_tip(row) for row in rows], int(total or 0)

    async def latest(self, *, project: UUID, limit: int) -> list[tuple[Tip, str]]:
        """The project's newest paid tips with their donors' names."""
        return await self._named((tips.c.project_id == project) & (tips.c.state == TipState.PAID), limit)

    async def named_in_chat(
        self, *, chat: UUID, since: datetime | None, until: datetime | None, limit: int
    ) -> list[tuple[Tip, str]]:
        """A chat's newest paid tips whose donors show their name, booked after `since` and until `until`."""
        return await self._named(_booked(chat, since, until) & (tips.c.visibility != Visibility.ANONYMOUS), limit)

    async def projects_in_chat(self, *, chat: UUID, since: datetime | None, until: datetime | None) -> list[UUID]:
        """The projects that a chat's tips of this window went to."""
        statement = select(tips.c.project_id).where(_booked(chat, since, until)).distinct()
        return sorted((await self._connection.execute(statement)).scalars())

    async def _named(self, where: Any, limit: int) -> list[tuple[Tip, str]]:
        statement = select(tips, people.c.name.label("donor_name")).join(people, people.c.id == tips.c.donor_id)
        newest = statement.where(where).order_by(tips.c.paid_at.desc(), tips.c.id.desc()).limit(limit)
        return [(_tip(row), row.donor_name) for row in await self._connection.execute(newest)]

    async def chat_tally(
        self, *, chat: UUID, since: datetime | None, until: datetime | None = None, currency: str
    ) -> Tally:
        """What was given in a chat, booked after `since` and until `until`."""
        where = _booked(chat, since, until) & (tips.c.currency == currency)
        sums = select(
            func.coalesce(func.sum(tips.c.amount_minor), 0).label("minor"),
            func.count(tips.c.donor_id.distinct()).label("donors"),
            func.count().label("gifts"),
        ).where(where)
        row = (await self._connection.execute(sums)).one()
        return Tally(Money(int(row.minor), currency), row.donors, row.gifts)


def _booked(chat: UUID, since: datetime | None, until: datetime | None) -> ColumnElement[bool]:
    """Paid tips of a chat by the time we booked them: the provider's own time may lie before what was told already."""
    where = (tips.c.chat_id == chat) & (tips.c.state == TipState.PAID)
    if since is not None:
        where &= tips.c.booked_at > since
    return where & (tips.c.booked_at <= until) if until is not None else where


def _row(tip: Tip) -> dict[str, Any]:
    return {
        "id": tip.id,
        "donor_id": tip.donor,
        "project_id": tip.project,
        "post_id": tip.post,
        "chat_id": tip.chat,
        "creator_id": tip.creator,
        "amount_minor": tip.amount.minor,
        "currency": tip.amount.currency,
        "state": tip.state,
        "visibility": tip.visibility,
        "receipt_code": tip.receipt_code,
        "open_key": tip.open_key,
        "payment_id": tip.payment,
        "charge": tip.charge,
        "entry_key": tip.entry_key,
        "extra_of": tip.extra_of,
        "offered_at": tip.offered_at,
        "paid_at": tip.paid_at,
        "cancelled_at": tip.cancelled_at,
        "refunded_at": tip.refunded_at,
    }


def _tip(row: Row[Any]) -> Tip:
    return Tip(
        id=row.id,
        donor=row.donor_id,
        project=row.project_id,
        amount=Money(row.amount_minor, row.currency),
        visibility=Visibility(row.visibility),
        receipt_code=row.receipt_code,
        offered_at=row.offered_at,
        state=TipState(row.state),
        post=row.post_id,
        chat=row.chat_id,
        creator=row.creator_id,
        payment=row.payment_id,
        charge=row.charge,
        entry_key=row.entry_key,
        extra_of=row.extra_of,
        paid_at=row.paid_at,
        cancelled_at=row.cancelled_at,
        refunded_at=row.refunded_at,
    )
