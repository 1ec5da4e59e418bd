"""Budgets that replicas share (giving.budgets): read and written in sets, forgotten when they are whole again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.budgets import Guard
from giving.money import Money
from giving.payments import FINAL, Payment, PaymentState
from storage.sets import SetStatement, insert_rows, reader
from storage.tables import budgets, look_ups, payments, tips

TOTAL: Final = "total"
_COLUMNS: Final = ("subject", "whole_at", "raised_until", "shut_until")
_LISTED: Final = ", ".join(f"budgets.{name}" for name in _COLUMNS)
_READ = SetStatement(
    {"subject": "text"},
    f"SELECT {_LISTED} FROM r JOIN budgets ON budgets.subject = r.subject",  # noqa: S608
    gives=4,
)
_LOCK = SetStatement(
    {"subject": "text"},
    f"SELECT {_LISTED} FROM r JOIN budgets ON budgets.subject = r.subject",  # noqa: S608
    gives=4,
    postgresql=f"SELECT {_LISTED} FROM budgets WHERE subject IN (SELECT subject FROM r)"  # noqa: S608
    " ORDER BY subject FOR NO KEY UPDATE",
)
_PUT = insert_rows(
    budgets,
    _COLUMNS,
    "ON CONFLICT (subject) DO UPDATE SET whole_at = excluded.whole_at, raised_until = excluded.raised_until,"
    " shut_until = excluded.shut_until",
    order="subject",
)


_KNOWN = SetStatement(
    {"donor": "uuid"},
    "SELECT r.donor FROM r WHERE EXISTS (SELECT 1 FROM tips WHERE tips.donor_id = r.donor AND tips.paid_at IS NOT NULL"
    " AND tips.state = 'paid')",
    gives=1,
)


@dataclass(frozen=True, slots=True)
class OpenPages:
    """Which pay pages: of one donor, below an amount, of donors whose gifts were paid or of the others; None is all."""

    donor: UUID | None = None
    below_minor: int | None = None
    known: bool | None = None


def links_of(person: UUID) -> str:
    """The budget of somebody's new pay pages."""
    return f"links:{person}"


def failures_of(person: UUID) -> str:
    """The budget of somebody's failed payments."""
    return f"failures:{person}"


def rail_guard(rail: str) -> str:
    """The guard of a rail."""
    return f"rail:{rail}"


def known_guard(name: str) -> str:
    """The guard that donors whose gifts were paid meet, of a rail or of all (`total`)."""
    return f"known:{name}"


def credit_of(name: str) -> str:
    """What was made up for generously lately, on a rail or on all (`total`)."""
    return f"credit:{name}"


class BudgetStore:
    """Rows of `budgets`; one that is not there is whole."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def read(self, subjects: Collection[str]) -> dict[str, Guard]:
        """Those that are there, as they stand; nobody is kept from changing them."""
        return await self._run(_READ, subjects)

    async def lock(self, subjects: Collection[str]) -> dict[str, Guard]:
        """The same, held until the commit (PostgreSQL), in one order."""
        return await self._run(_LOCK, subjects)

    async def put(self, changed: Mapping[str, Guard]) -> None:
        """Write them; those that are whole need no row of their own."""
        rows = [(s, g.whole_at, g.raised_until, g.shut_until) for s, g in changed.items() if g.whole_at is not None]
        await _PUT.run(self._connection, rows)

    async def guards(self) -> dict[str, Guard]:
        """Every rail's and the total one, by rail (or `total`); `known:…` for donors whose gifts were paid."""
        kinds = (budgets.c.subject.startswith(kind) for kind in ("rail:", "known:"))
        rows = await self._connection.execute(budgets.select().where(or_(budgets.c.subject == TOTAL, *kinds)))
        return {
            row.subject.removeprefix("rail:"): Guard(row.whole_at, row.raised_until, row.shut_until) for row in rows
        }

    async def known(self, donors: Collection[UUID]) -> set[UUID]:
        """Those of whom a gift was paid and not given back."""
        read = reader(self._connection)
        return {read.id(row[0]) for row in await _KNOWN.run(self._connection, [(d,) for d in sorted(set(donors))])}

    async def open_pages(self, rails: Collection[str], asked: OpenPages, limit: int) -> list[Payment]:
        """Pay pages that can be paid, of accounts with many first: those are opened to try cards."""
        several = func.count().over(partition_by=payments.c.donor_id)
        found = (
            select(payments)
            .join(look_ups, look_ups.c.payment_id == payments.c.id)
            .where(payments.c.rail.in_(rails), payments.c.their_id.is_not(None), payments.c.state.not_in(FINAL))
        )
        wished = select(tips.c.id).where(tips.c.payment_id == payments.c.id, tips.c.state == "offered")
        if asked.below_minor is not None:  # as it is wished: what is asked for it may be in another currency
            wished = wished.where(tips.c.amount_minor < asked.below_minor)
        found = found.where(wished.exists())
        if asked.donor is not None:
            found = found.where(payments.c.donor_id == asked.donor)
        if asked.known is not None:
            given = tips.alias("given")
            paid = given.c.paid_at.is_not(None) & (given.c.state == "paid")
            known = select(given.c.id).where(given.c.donor_id == payments.c.donor_id, paid).exists()
            found = found.where(known if asked.known else ~known)
        rows = await self._connection.execute(found.order_by(several.desc(), payments.c.id).limit(limit))
        return [
            Payment(
                row.id, row.donor_id, row.rail, Money(row.amount_minor, row.currency), PaymentState(row.state),
                row.created_at, row.their_id, row.url,
            )
            for row in rows
        ]  # fmt: skip

    async def forget(self, now: datetime) -> int:
        """Forget what is whole again; how many there were."""
        over = [column.is_(None) | (column < now) for column in (budgets.c.raised_until, budgets.c.shut_until)]
        return (await self._connection.execute(delete(budgets).where(budgets.c.whole_at < now, *over))).rowcount

    async def _run(self, statement: SetStatement, subjects: Collection[str]) -> dict[str, Guard]:
        read = reader(self._connection)
        rows = await statement.run(self._connection, [(subject,) for subject in sorted(set(subjects))])
        return {
            subject: Guard(read.at(whole_at), read.maybe_at(raised), read.maybe_at(shut))
            for subject, whole_at, raised, shut in rows
        }
