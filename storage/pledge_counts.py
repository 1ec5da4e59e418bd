"""What creators and organisations see of monthly donors: numbers, sums, and the names that were allowed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, and_, case, exists, func, literal, null, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.circles import Again, Lived, Promised, Spell
from giving.money import Money
from giving.people import Visibility
from giving.pledges import InstalmentState, Month, PledgeState, Why
from giving.tips import TipState
from storage.tables import instalments, people, pledge_choices, pledges, projects, tips

Scope = ColumnElement[bool]  # which of `pledges`


class PledgeCounts:
    """Reads `pledges` and `instalments`; months are given by when they begin."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def lived(self, scope: Scope, months: Sequence[tuple[Month, datetime]]) -> list[Lived]:
        """When promises were made and ended; not those that ended before the first of these months."""
        there = or_(pledges.c.ended_at.is_(None), pledges.c.ended_at >= months[0][1])
        began, ended = _bucket(pledges.c.began_at, months), _bucket(pledges.c.ended_at, months)
        each = select(began.label("began"), ended.label("ended")).where(scope, there).subquery()
        counted = select(each.c.began, each.c.ended, func.count().label("number"))
        rows = await self._connection.execute(counted.group_by(each.c.began, each.c.ended))
        return [
            Lived(
                months[row.began][0] if row.began >= 0 else None,
                None if row.ended is None else months[row.ended][0],
                row.number,
            )
            for row in rows
        ]

    async def again(self, scope: Scope, months: Sequence[tuple[Month, datetime]]) -> list[Again]:
        """Promises that were ended in these months, each with those their donor made later in the same month.

        In the order of their ends, and of beginnings.
        """
        there = select(pledges).where(scope, pledges.c.began_at >= months[0][1]).subquery()
        month = _bucket(pledges.c.ended_at, months)
        spells = (
            pledges.c.id, pledges.c.why, _bucket(pledges.c.began_at, months).label("began"), month.label("ended"),
            there.c.id.label("next_id"), there.c.why.label("next_why"),
            _bucket(there.c.ended_at, months).label("next_ended"),
        )  # fmt: skip
        same = (there.c.donor_id == pledges.c.donor_id) & (there.c.began_at >= pledges.c.ended_at)
        within = (scope, pledges.c.ended_at >= months[0][1], _bucket(there.c.began_at, months) == month)
        pairs = select(*spells).join(there, same & (there.c.id != pledges.c.id)).where(*within)
        order = (pledges.c.ended_at, pledges.c.id, there.c.began_at, there.c.id)
        return [_again(row, months) for row in await self._connection.execute(pairs.order_by(*order))]

    async def by_state(self, scope: Scope) -> dict[PledgeState, int]:
        """Open promises, by how they stand."""
        counted = select(pledges.c.state, func.count().label("number")).where(scope, _OPEN).group_by(pledges.c.state)
        return {PledgeState(row.state): row.number for row in await self._connection.execute(counted)}

    async def donors(self, scope: Scope) -> int:
        """How many people have an open one."""
        number = select(func.count(pledges.c.donor_id.distinct())).where(scope, _OPEN)
        return int(await self._connection.scalar(number) or 0)

    async def reasons(self, scope: Scope, since: datetime) -> dict[Why | None, int]:
        """Why promises were ended from then on; None: nobody said."""
        ended = pledges.c.ended_at >= since
        counted = select(pledges.c.why, func.count().label("number")).where(scope, ended).group_by(pledges.c.why)
        rows = await self._connection.execute(counted)
        return {None if row.why is None else Why(row.why): row.number for row in rows}

    async def promised(self, scope: Scope, month: Month, *, shared: Scope | None = None) -> list[Promised]:
        """Open promises by what decides in which months they are due; `shared`: which may as well go elsewhere.

        Not those of which this month was left out after its notice: of it nothing comes any more.
        """
        skipped = exists(
            select(instalments.c.id).where(
                instalments.c.pledge_id == pledges.c.id,
                instalments.c.month == str(month),
                instalments.c.state == InstalmentState.SKIPPED,
            )
        )
        elsewhere = case((shared, 1), else_=0) if shared is not None else literal(0, Integer)
        same = (
            pledges.c.currency, pledges.c.first, pledges.c.every, pledges.c.state, pledges.c.skipped,
            pledges.c.paused_until,
        )  # fmt: skip
        inner = (
            select(*same, pledges.c.amount_minor, elsewhere.label("shared")).where(scope, _OPEN, ~skipped).subquery()
        )
        keys = [inner.c[column.name] for column in same]
        summed = select(*keys, inner.c.shared, func.sum(inner.c.amount_minor).label("minor"))
        rows = await self._connection.execute(summed.group_by(*keys, inner.c.shared))
        return [
            Promised(
                amount=Money(int(row.minor), row.currency),
                first=Month.read(row.first),
                every=row.every,
                state=PledgeState(row.state),
                skipped=Month.read(row.skipped) if row.skipped else None,
                paused_until=Month.read(row.paused_until) if row.paused_until else None,
                shared=bool(row.shared),
            )
            for row in rows
        ]

    async def came(self, projects_: ColumnElement[bool], month: Month) -> tuple[Money, ...]:
        """What instalments of a month brought and stands, by currency. `projects_`: which of `instalments`."""
        its = (instalments.c.month == str(month)) & (instalments.c.state == InstalmentState.PAID)
        kept = func.sum(tips.c.amount_minor - tips.c.refunded_minor).label("minor")
        summed = select(tips.c.currency, kept).join(instalments, instalments.c.tip_id == tips.c.id)
        stands = its & (tips.c.state == TipState.PAID)
        rows = await self._connection.execute(
            summed.where(stands, projects_).group_by(tips.c.currency).order_by(tips.c.currency)
        )
        return tuple(Money(int(row.minor), row.currency) for row in rows)

    async def named(self, scope: Scope) -> list[str]:
        """Names of people with an open promise who show theirs, with it and by now; who began last comes first."""
        shows = and_(pledges.c.visibility != Visibility.ANONYMOUS, people.c.visibility != Visibility.ANONYMOUS)
        each = (
            select(people.c.name)
            .join(pledges, pledges.c.donor_id == people.c.id)
            .where(scope, _OPEN, shows, people.c.name != "", people.c.telegram_id.is_not(None))
            .group_by(people.c.id, people.c.name)
        )
        newest = each.order_by(func.max(pledges.c.began_at).desc(), people.c.id)
        return list((await self._connection.execute(newest)).scalars())


_OPEN = pledges.c.state != PledgeState.CANCELLED.value


def of_creator(creator: UUID) -> Scope:
    """Promises that a creator called for."""
    return pledges.c.creator_id == creator


def of_organisation(organisation: UUID) -> Scope:
    """Promises for a project of an organisation, for itself, or that choose among projects of which one is its."""
    return or_(
        pledges.c.project_id.in_(_projects(organisation)),
        pledges.c.organisation_id == organisation,
        _chooses(pledge_choices.c.project_id.in_(_projects(organisation))),
    )


def shared_with_others(organisation: UUID) -> Scope:
    """Of these: those that may choose a project of another organisation."""
    return _chooses(pledge_choices.c.project_id.not_in(_projects(organisation)))


def to_projects_of(organisation: UUID) -> ColumnElement[bool]:
    """Of `instalments`: those for a project of this organisation."""
    return instalments.c.project_id.in_(_projects(organisation))


def _projects(organisation: UUID) -> Any:
    return select(projects.c.id).where(projects.c.organisation_id == organisation)


def _chooses(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(pledge_choices.c.pledge_id).where(pledge_choices.c.pledge_id == pledges.c.id, which))


def _again(row: Any, months: Sequence[tuple[Month, datetime]]) -> Again:
    def month(place: int | None) -> Month | None:
        return None if place is None or place < 0 else months[place][0]

    def why(kept: str | None) -> Why | None:
        return None if kept is None else Why(kept)

    ended = Spell(row.id, month(row.began), month(row.ended), why(row.why))
    return Again(ended, Spell(row.next_id, month(row.ended), month(row.next_ended), why(row.next_why)))


def _bucket(at: ColumnElement[Any], months: Sequence[tuple[Month, datetime]]) -> ColumnElement[Any]:
    """The place among these months of the one it is in; -1 before them, none for no time."""
    later = [(at >= begins, literal(i, Integer)) for i, (_, begins) in reversed(list(enumerate(months)))]
    return case((at.is_(None), null()), *later, else_=literal(-1, Integer))
