"""Tips, and the keys of the taps that made them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.people import Visibility
from giving.projects import Tally
from giving.tips import Tip, TipState
from storage.currencies import tally_of
from storage.sets import Reader, SetStatement, insert_rows, reader
from storage.tables import people, promises, tip_keys, tips

_READ = (
    "id", "donor_id", "project_id", "amount_minor", "currency", "visibility", "receipt_code", "offered_at", "state",
    "post_id", "chat_id", "creator_id", "payment_id", "charge", "entry_key", "extra_of", "slot_id", "paid_at",
    "cancelled_at", "refunded_at", "refunded_minor",
)  # fmt: skip
_TIP = ", ".join(f"tips.{name}" for name in _READ)
_ADD = insert_rows(
    tips,
    (
        "id", "donor_id", "project_id", "post_id", "chat_id", "creator_id", "amount_minor", "currency", "state",
        "visibility", "receipt_code", "open_key", "payment_id", "charge", "entry_key", "extra_of", "offered_at",
        "paid_at", "booked_at", "cancelled_at", "refunded_at", "slot_id", "refunded_minor",
    ),
)  # fmt: skip
_ADD_KEYS = insert_rows(tip_keys, ("key", "tip_id"), "ON CONFLICT (key) DO NOTHING", order="key")
_BY_KEYS = SetStatement(
    {"key": "text"},
    f"SELECT r.key, {_TIP} FROM r JOIN tip_keys ON tip_keys.key = r.key JOIN tips ON tips.id = tip_keys.tip_id",  # noqa: S608
    gives=1 + len(_READ),
)
# Nearly every tip has none (NULL): going by an ANALYZE, SQLite would take the index for useless and walk all tips.
_BY_OPEN_KEYS = SetStatement(
    {"key": "text"},
    f"SELECT r.key, {_TIP} FROM r JOIN tips ON likelihood(tips.open_key = r.key, 0.000001)",  # noqa: S608
    gives=1 + len(_READ),
    postgresql=f"SELECT r.key, {_TIP} FROM r JOIN tips ON tips.open_key = r.key",  # noqa: S608
)
_OF_PAYMENTS = SetStatement(
    {"id": "uuid"},
    f"SELECT {_TIP} FROM r JOIN tips ON tips.payment_id = r.id",  # noqa: S608
    gives=len(_READ),
    postgresql=f"SELECT {_TIP} FROM tips WHERE payment_id IN (SELECT id FROM r) ORDER BY id FOR NO KEY UPDATE",  # noqa: S608
)
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
        return {row.id: read_tip(row) for row in rows}

    async def by_keys(self, keys: Collection[str]) -> dict[str, Tip]:
        """Tips by the request keys that led to them."""
        return await self._by(_BY_KEYS, keys)

    async def by_open_keys(self, keys: Collection[str]) -> dict[str, Tip]:
        """Unpaid tips by who would give what to what."""
        return await self._by(_BY_OPEN_KEYS, keys)

    async def _by(self, statement: SetStatement, keys: Collection[str]) -> dict[str, Tip]:
        rows, read = await statement.run(self._connection, [(key,) for key in keys]), reader(self._connection)
        return {row[0]: _read_tip(row[1:], read) for row in rows}

    async def of_payments(self, payments: Collection[UUID]) -> dict[UUID, list[Tip]]:
        """Every tip of these payments, in order of their ids; locked on PostgreSQL until the commit."""
        read = reader(self._connection)
        found: dict[UUID, list[Tip]] = {}
        for row in await _OF_PAYMENTS.run(self._connection, [(payment,) for payment in payments]):
            tip = _read_tip(row, read)
            if tip.payment is not None:
                found.setdefault(tip.payment, []).append(tip)
        for several in found.values():
            several.sort(key=lambda tip: tip.id)
        return found

    async def payments_of(self, entry_keys: Collection[str]) -> dict[str, UUID]:
        """Which payments the tips of these entries name now, by entry."""
        named = select(tips.c.entry_key, tips.c.payment_id).where(
            tips.c.entry_key.in_(entry_keys), tips.c.payment_id.is_not(None)
        )
        return {row.entry_key: row.payment_id for row in await self._connection.execute(named)}

    async def by_receipt(self, code: str) -> Tip | None:
        """The tip with this receipt code, or None."""
        row = (await self._connection.execute(select(tips).where(tips.c.receipt_code == code))).first()
        return read_tip(row) if row else None

    async def add_many(self, new: Sequence[Tip], *, booked_at: datetime | None = None) -> None:
        """Insert tips; `booked_at` for those that are paid already."""
        await _ADD.run(self._connection, [_added(tip, booked_at) for tip in new])

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

    async def returned_many(self, returned: Sequence[Tip]) -> None:
        """Write what giving back, in whole or in part, changes."""
        await self._update_many(returned, ("state", "refunded_at", "refunded_minor"))

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
        return read_tip(row) if row else None

    async def lock_many(self, ids: Collection[UUID]) -> dict[UUID, Tip]:
        """Those of the tips that are known, in order of their ids, held until the commit."""
        held = select(tips).where(tips.c.id.in_(ids)).order_by(tips.c.id).with_for_update(key_share=True)
        return {row.id: read_tip(row) for row in await self._connection.execute(held)}

    async def promise_many(self, ids: Collection[UUID]) -> None:
        """They are on tabs from now on, and no longer what the same tap finds."""
        on = {"state": TipState.ON_TAB, "open_key": None}
        await self._connection.execute(update(tips).where(tips.c.id.in_(ids)).values(on))

    async def set_card(self, tip: UUID, message_id: int) -> int | None:
        """Remember the private message that shows the tip; returns the one that did before."""
        before: int | None = await self._connection.scalar(select(tips.c.card_message_id).where(tips.c.id == tip))
        await self._connection.execute(update(tips).where(tips.c.id == tip).values(card_message_id=message_id))
        return before

    async def cards(self, ids: Collection[UUID]) -> dict[UUID, int]:
        """The private messages that show these tips, for those that have one."""
        read = reader(self._connection)
        return {read.id(row[0]): row[1] for row in await _CARDS.run(self._connection, [(tip,) for tip in ids])}

    async def gifts_count(self, donor: UUID) -> int:
        """How much somebody gave (and took back): number of tips."""
        return int(await self._connection.scalar(select(func.count()).where(_given_by(donor))) or 0)

    async def sums_of(self, donor: UUID, currency: str) -> tuple[tuple[Money, ...], Money]:
        """What somebody gave in all, less what went back, each currency for itself; and what they promised."""
        kept = func.sum(tips.c.amount_minor - tips.c.refunded_minor).label("minor")
        paid = select(tips.c.currency, kept).where(_given_by(donor), tips.c.state == TipState.PAID)
        rows = (await self._connection.execute(paid.group_by(tips.c.currency))).all()
        given = tally_of([(row.currency, int(row.minor), 0) for row in rows], currency)
        standing = select(func.coalesce(func.sum(promises.c.amount_minor), 0)).join(
            tips, tips.c.id == promises.c.tip_id
        )
        theirs = (promises.c.donor_id == donor) & (promises.c.currency == currency)
        promised = standing.where(theirs, tips.c.state == TipState.ON_TAB)
        return given.sums, Money(int(await self._connection.scalar(promised) or 0), currency)

    async def gifts_of(self, donor: UUID, *, limit: int, offset: int) -> list[Tip]:
        """What somebody gave (and took back), newest first."""
        newest = select(tips).where(_given_by(donor)).order_by(tips.c.paid_at.desc(), tips.c.id.desc())
        return [read_tip(row) for row in await self._connection.execute(newest.limit(limit).offset(offset))]

    async def booked_at(self, ids: Collection[UUID]) -> dict[UUID, datetime]:
        """When those of the tips that were paid were booked."""
        booked = select(tips.c.id, tips.c.booked_at).where(tips.c.id.in_(ids), tips.c.booked_at.is_not(None))
        return {row.id: row.booked_at for row in await self._connection.execute(booked)}

    async def paid_by(self, payment: UUID, donor: UUID) -> list[Tip]:
        """What a payment of theirs paid, newest first; nothing of anybody else's."""
        theirs = _given_by(donor) & (tips.c.payment_id == payment)
        rows = await self._connection.execute(select(tips).where(theirs).order_by(tips.c.id.desc()))
        return [read_tip(row) for row in rows]

    async def latest(self, *, project: UUID, limit: int) -> list[tuple[Tip, str]]:
        """The project's newest paid tips with their donors' names."""
        paid = (tips.c.state == TipState.PAID) & tips.c.paid_at.is_not(None)
        return await self._named((tips.c.project_id == project) & paid, limit)

    async def named_on(
        self, *, chat: UUID | None = None, slot: UUID | None = None, since: datetime | None, until: datetime | None,
        limit: int,
    ) -> list[tuple[Tip, str]]:  # fmt: skip
        """A chat's (or a slot's) newest paid tips whose donors show their name, booked after `since` until `until`."""
        shown = _booked(chat, slot, since, until) & (tips.c.visibility != Visibility.ANONYMOUS)
        return await self._named(shown, limit)

    async def projects_on(
        self, *, chat: UUID | None = None, slot: UUID | None = None, since: datetime | None, until: datetime | None
    ) -> list[UUID]:
        """The projects that a chat's or a slot's tips of this window went to."""
        statement = select(tips.c.project_id).where(_booked(chat, slot, since, until)).distinct()
        return sorted((await self._connection.execute(statement)).scalars())

    async def _named(self, where: Any, limit: int) -> list[tuple[Tip, str]]:
        statement = select(tips, people.c.name.label("donor_name")).join(people, people.c.id == tips.c.donor_id)
        newest = statement.where(where).order_by(tips.c.paid_at.desc(), tips.c.id.desc()).limit(limit)
        return [(read_tip(row), row.donor_name) for row in await self._connection.execute(newest)]

    async def tally_on(
        self, *, chat: UUID | None = None, slot: UUID | None = None, since: datetime | None,
        until: datetime | None = None, currency: str,
    ) -> Tally:  # fmt: skip
        """What was given in a chat, or on a slot, booked after `since` and until `until`: as it was given."""
        where = _booked(chat, slot, since, until)
        sums = select(
            tips.c.currency,
            func.sum(tips.c.amount_minor - tips.c.refunded_minor).label("minor"),
            func.count(tips.c.donor_id.distinct()).label("donors"),
            func.count().label("gifts"),
        )
        rows = (await self._connection.execute(sums.where(where).group_by(tips.c.currency))).all()
        donors = rows[0].donors if len(rows) == 1 else 0
        if len(rows) > 1:
            donors = await self._connection.scalar(select(func.count(tips.c.donor_id.distinct())).where(where)) or 0
        return tally_of([(row.currency, int(row.minor), row.gifts) for row in rows], currency, donors)


def _given_by(donor: UUID) -> ColumnElement[bool]:
    """What was ever paid, taken back or not. Nothing but these two columns: they are counted from an index alone."""
    return (tips.c.donor_id == donor) & tips.c.paid_at.is_not(None)


def _booked(
    chat: UUID | None, slot: UUID | None, since: datetime | None, until: datetime | None
) -> ColumnElement[bool]:
    """Paid tips of a chat or a slot by the time we booked them: the provider's own may lie before what was told."""
    on = tips.c.slot_id == slot if chat is None else tips.c.chat_id == chat
    where = on & (tips.c.state == TipState.PAID) & tips.c.booked_at.is_not(None)
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
        "slot_id": tip.slot,
        "offered_at": tip.offered_at,
        "paid_at": tip.paid_at,
        "cancelled_at": tip.cancelled_at,
        "refunded_at": tip.refunded_at,
        "refunded_minor": tip.refunded_minor,
    }


def read_tip(row: Row[Any]) -> Tip:
    """A row of `tips`."""
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
        slot=row.slot_id,
        paid_at=row.paid_at,
        cancelled_at=row.cancelled_at,
        refunded_at=row.refunded_at,
        refunded_minor=row.refunded_minor,
    )


def _added(tip: Tip, booked_at: datetime | None) -> tuple[Any, ...]:
    """A row for _ADD. Plain strings: SQLite's driver asks its adapters about every subclass.

    `_value_` is what `value` gives, without the call of a Python function; on hot paths only.
    """
    amount = tip.amount
    return (
        tip.id, tip.donor, tip.project, tip.post, tip.chat, tip.creator, amount.minor, amount.currency,
        tip.state._value_, tip.visibility._value_, tip.receipt_code, tip.open_key, tip.payment, tip.charge,
        tip.entry_key, tip.extra_of, tip.offered_at, tip.paid_at, booked_at, tip.cancelled_at, tip.refunded_at,
        tip.slot, tip.refunded_minor,
    )  # fmt: skip


_STATES = {state.value: state for state in TipState}
_VISIBILITIES = {visibility.value: visibility for visibility in Visibility}


def _read_tip(row: Sequence[Any], read: Reader) -> Tip:
    """A tip from the columns of _READ as the driver gives them."""
    (
        id_, donor, project, minor, currency, visibility, receipt, offered_at, state, post, chat, creator, payment,
        charge, entry_key, extra_of, slot, paid_at, cancelled_at, refunded_at, refunded_minor,
    ) = row  # fmt: skip
    return Tip(
        read.id(id_), read.id(donor), read.known(project), Money(minor, currency), _VISIBILITIES[visibility],
        receipt, read.at(offered_at), _STATES[state], read.maybe_known(post), read.maybe_known(chat),
        read.maybe_known(creator),
        read.maybe_id(payment), charge, entry_key, read.maybe_id(extra_of), read.maybe_known(slot),
        read.maybe_at(paid_at), read.maybe_at(cancelled_at), read.maybe_at(refunded_at), refunded_minor,
    )  # fmt: skip
