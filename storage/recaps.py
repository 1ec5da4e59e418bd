"""A year's gifts, counted for a look back; the pages of donors who show theirs."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.matching import MatchState
from giving.money import Money
from giving.recaps import Looked, Part, RecapOf, Year, looked_back
from giving.tips import TipState
from storage.tables import matches, project_updates, recap_pages, tips
from storage.upsert import insert_into

_SLACK: Final = timedelta(days=1)  # a rail's clock may go before ours: what it calls paid we book that late, or early


class RecapStore:
    """Rows of `recap_pages`, and sums over `tips` and `matches`, which only a `snapshot` reads as of one moment."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def looked(self, of: RecapOf, subject: UUID | None, year: Year) -> Looked:
        """What was paid in the year and stands. Five looks at its gifts."""
        which = _paid(of, subject, year)
        return looked_back(
            by_month=await self._parts(which, _month(year)),
            by_project=await self._parts(which, tips.c.project_id),
            on_days=await self._parts(which & tips.c.day_id.is_not(None), tips.c.day_id),
            days=await self._count(which, tips.c.day_id),
            donors=await self._count(which, tips.c.donor_id),
            matched=await self._matched(which),
        )

    async def any(self, of: RecapOf, subject: UUID | None, year: Year) -> bool:
        """Whether there is a gift in it to look back at."""
        return bool(await self._connection.scalar(select(exists(select(tips.c.id).where(_paid(of, subject, year))))))

    async def _parts(self, which: ColumnElement[bool], by: ColumnElement[Any]) -> list[Part]:
        kept = tips.c.amount_minor - tips.c.refunded_minor
        # Named in a query of its own: PostgreSQL would not take two with parameters for the same.
        its = select(by.label("what"), tips.c.currency, kept.label("minor")).where(which).subquery()
        sums = select(its.c.what, its.c.currency, func.count(), func.sum(its.c.minor))
        rows = await self._connection.execute(sums.group_by(its.c.what, its.c.currency))
        return [Part(what, currency, int(gifts), int(minor)) for what, currency, gifts, minor in rows]

    async def _count(self, which: ColumnElement[bool], what: ColumnElement[Any]) -> int:
        return int(await self._connection.scalar(select(func.count(what.distinct())).where(which)) or 0)

    async def _matched(self, which: ColumnElement[bool]) -> list[Money]:
        added = func.sum(matches.c.amount_minor - matches.c.back_minor)
        sums: Select[Any] = select(matches.c.currency, added).join(tips, tips.c.id == matches.c.tip_id)
        its = sums.where(which, matches.c.state == MatchState.MATCHED).group_by(matches.c.currency)
        return [Money(int(minor), currency) for currency, minor in await self._connection.execute(its) if minor]

    async def did(self, projects: Collection[UUID], year: Year) -> dict[UUID, tuple[str, str]]:
        """What each of these told last in the year of what it did: the words and their language."""
        when = and_(
            project_updates.c.project_id.in_(projects),
            project_updates.c.written_at >= year.starts,
            project_updates.c.written_at < year.ends,
        )
        told = select(project_updates.c.project_id, project_updates.c.words, project_updates.c.language).where(when)
        rows = await self._connection.execute(told.order_by(project_updates.c.written_at, project_updates.c.id))
        return {project: (words, language) for project, words, language in rows}

    # -- pages that are shown --

    async def page_of(self, person: UUID, year: int) -> tuple[str, bool] | None:
        """Where their year is shown, and whether with their name; None if it isn't."""
        its = (recap_pages.c.person_id == person) & (recap_pages.c.year == year)
        row = (await self._connection.execute(select(recap_pages.c.token, recap_pages.c.named).where(its))).first()
        return (row.token, row.named) if row is not None else None

    async def shown(self, token: str) -> tuple[UUID, int] | None:
        """Whose page it is, and of which year."""
        its = select(recap_pages.c.person_id, recap_pages.c.year).where(recap_pages.c.token == token)
        row = (await self._connection.execute(its)).first()
        return (row.person_id, row.year) if row is not None else None

    async def show(self, person: UUID, year: int, token: str, now: datetime, *, named: bool) -> None:
        """Show it there, unless it is shown already: then it stays as it is."""
        row = {"person_id": person, "year": year, "token": token, "made_at": now, "named": named}
        await self._connection.execute(insert_into(self._connection, recap_pages).values(row).on_conflict_do_nothing())

    async def hide(self, person: UUID, year: int) -> None:
        """Take it down; shown again, it is somewhere else."""
        its = (recap_pages.c.person_id == person) & (recap_pages.c.year == year)
        await self._connection.execute(delete(recap_pages).where(its))


def _paid(of: RecapOf, subject: UUID | None, year: Year) -> ColumnElement[bool]:
    """The year's gifts by when they were paid, in words that an index knows."""
    when = and_(tips.c.state == TipState.PAID, tips.c.paid_at >= year.starts, tips.c.paid_at < year.ends)
    match of:
        case RecapOf.DONOR:
            return when & tips.c.paid_at.is_not(None) & (tips.c.donor_id == subject)
        case RecapOf.PROJECT:
            return when & tips.c.paid_at.is_not(None) & (tips.c.project_id == subject)
        case RecapOf.CREATOR:
            return when & _booked(year) & (tips.c.creator_id == subject)
        case RecapOf.SERVICE:
            return when & _booked(year)


def _booked(year: Year) -> ColumnElement[bool]:
    return tips.c.booked_at.is_not(None) & (tips.c.booked_at >= year.starts - _SLACK)


def _month(year: Year) -> ColumnElement[int]:
    """In which of its months (1 to 12) it was paid: on the clock that the year was made for."""
    ends = [(tips.c.paid_at < end, number) for number, end in enumerate(year.bounds[1:12], 1)]
    return case(*ends, else_=12)
