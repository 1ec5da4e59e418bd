"""Budgets that replicas share (giving.budgets): read and written in sets, forgotten when they are whole again."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.budgets import Guard
from storage.sets import SetStatement, insert_rows, reader
from storage.tables import budgets

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


def links_of(person: UUID) -> str:
    """The budget of somebody's new pay pages."""
    return f"links:{person}"


def failures_of(person: UUID) -> str:
    """The budget of somebody's failed payments."""
    return f"failures:{person}"


def rail_guard(rail: str) -> str:
    """The guard of a rail."""
    return f"rail:{rail}"


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
        """Every rail's and the total one, by rail (or `total`)."""
        rows = await self._connection.execute(
            budgets.select().where(or_(budgets.c.subject == TOTAL, budgets.c.subject.startswith("rail:")))
        )
        return {
            row.subject.removeprefix("rail:"): Guard(row.whole_at, row.raised_until, row.shut_until) for row in rows
        }

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
