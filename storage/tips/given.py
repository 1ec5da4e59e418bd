"""What was given, looked back at: by a donor, for a project, in a chat, on a slot."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from giving.money import Money
from giving.people import Visibility
from giving.projects import Tally
from giving.tips import Tip, TipState
from storage.currencies import tally_of
from storage.tables import people, promises, tips
from storage.tips.rows import OnTips, read_tip


class GivenReads(OnTips):
    """Lists and sums of tips that were paid."""

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

    async def _named(self, where: Any, limit: int) -> list[tuple[Tip, str]]:
        statement = select(tips, people.c.name.label("donor_name")).join(people, people.c.id == tips.c.donor_id)
        newest = statement.where(where).order_by(tips.c.paid_at.desc(), tips.c.id.desc()).limit(limit)
        return [(read_tip(row), row.donor_name) for row in await self._connection.execute(newest)]


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
