"""Certificates, and what they prove: the paid instalments of a pledge with their gifts and entries in the ledger."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from giving.people import Visibility
from giving.pledges import Certificate, InstalmentState, Month
from giving.tips import TipState
from storage.tables import certificates, entries, instalments, people, pledges, tips
from storage.upsert import insert_into


@dataclass(frozen=True, slots=True)
class MonthPaid:
    """A paid instalment: what stands of its gift now, and whether its entry is in the ledger.

    `back_at`: since when nothing of it stands. `hidden`: it was given without showing its amount.
    """

    month: Month
    project: UUID
    amount: Money
    kept: Money
    booked: bool
    paid_at: datetime | None
    back_at: datetime | None
    hidden: bool

    def stood(self, at: datetime) -> bool:
        """Whether something of it stood then."""
        return self.back_at is None or self.back_at > at


class CertificateStore:
    """Rows of `certificates`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def add(self, new: Certificate) -> bool:
        """Keep it; False if the pledge has one of so many months, which stays."""
        row = {
            "id": new.id, "pledge_id": new.pledge, "donor_id": new.donor, "project_id": new.project,
            "number": new.number, "months": new.months, "in_a_row": new.in_a_row, "total_minor": new.total.minor,
            "currency": new.total.currency, "name": new.name, "made_at": new.made_at,
            "hidden": new.hidden,
        }  # fmt: skip
        insert = insert_into(self._connection, certificates).values(row)
        added = insert.on_conflict_do_nothing(index_elements=["pledge_id", "months"]).returning(certificates.c.id)
        return (await self._connection.execute(added)).first() is not None

    async def by_id(self, certificate: UUID) -> Certificate | None:
        """One, or None."""
        return await self._one(certificates.c.id == certificate)

    async def by_number(self, number: str) -> Certificate | None:
        """The one with this number, or None."""
        return await self._one(certificates.c.number == number)

    async def _one(self, which: Any) -> Certificate | None:
        row = (await self._connection.execute(select(certificates).where(which))).first()
        return _certificate(row) if row is not None else None

    async def of_donor(self, donor: UUID, *, limit: int, offset: int = 0) -> list[Certificate]:
        """Somebody's, the newest first."""
        newest = certificates.c.made_at.desc(), certificates.c.id.desc()
        mine = select(certificates).where(certificates.c.donor_id == donor).order_by(*newest)
        return [_certificate(row) for row in await self._connection.execute(mine.limit(limit).offset(offset))]

    async def count_of(self, donor: UUID) -> int:
        """How many somebody has."""
        mine = select(func.count()).select_from(certificates).where(certificates.c.donor_id == donor)
        return int(await self._connection.scalar(mine) or 0)

    async def rename(self, certificate: UUID, name: str | None) -> None:
        """From now on it names them so; None: 爱心人士."""
        await self._connection.execute(update(certificates).where(certificates.c.id == certificate).values(name=name))

    async def visibility(self, pledge: UUID) -> Visibility:
        """How the pledge's donor wishes its gifts to be seen, now."""
        found = await self._connection.scalar(select(pledges.c.visibility).where(pledges.c.id == pledge))
        return Visibility(found) if found is not None else Visibility.ANONYMOUS

    async def name_of(self, donor: UUID) -> str | None:
        """What they are called; None for who left."""
        called = select(people.c.name).where(people.c.id == donor, people.c.left_at.is_(None))
        name: str | None = await self._connection.scalar(called)
        return name

    async def paid(self, pledge: UUID, until: datetime | None = None) -> list[MonthPaid]:
        """The months of a pledge that were paid (by `until`), oldest first."""
        its = (instalments.c.pledge_id == pledge) & (instalments.c.state == InstalmentState.PAID)
        if until is not None:
            its &= instalments.c.paid_at <= until
        rows = await self._connection.execute(
            select(
                instalments.c.month, instalments.c.project_id, tips.c.amount_minor, tips.c.refunded_minor,
                tips.c.currency, tips.c.state, entries.c.id.label("entry"), instalments.c.paid_at, tips.c.visibility,
                tips.c.refunded_at,
            )
            .join(tips, tips.c.id == instalments.c.tip_id)
            .outerjoin(entries, entries.c.key == tips.c.entry_key)
            .where(its)
            .order_by(instalments.c.month)
        )  # fmt: skip
        return [_month_paid(row) for row in rows]

    async def last_level(self, pledge: UUID) -> int:
        """Of how many months its newest certificate is; 0 without one."""
        newest = select(func.max(certificates.c.months)).where(certificates.c.pledge_id == pledge)
        return int(await self._connection.scalar(newest) or 0)


def _month_paid(row: Any) -> MonthPaid:
    kept = row.amount_minor - row.refunded_minor if row.state == TipState.PAID else 0
    amount = Money(row.amount_minor, row.currency)
    booked = row.entry is not None
    return MonthPaid(
        Month.read(row.month), row.project_id, amount, Money(kept, row.currency), booked, row.paid_at,
        row.refunded_at if row.state != TipState.PAID else None, row.visibility == Visibility.AMOUNT_HIDDEN,
    )  # fmt: skip


def _certificate(row: Row[Any]) -> Certificate:
    return Certificate(
        id=row.id,
        pledge=row.pledge_id,
        donor=row.donor_id,
        project=row.project_id,
        number=row.number,
        months=row.months,
        in_a_row=row.in_a_row,
        total=Money(row.total_minor, row.currency),
        name=row.name,
        made_at=row.made_at,
        hidden=row.hidden,
    )
