"""Counting what calls reached, from paid tips by the time they were booked: one statement a board, no row per tip."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select, true, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.people import Visibility
from giving.rankings import MOST_GIFTS, Board, Crowd, Period, Standing, donors_reach, reach
from giving.tips import TipState
from storage.tables import UtcDateTime, ranking_consents, tips

_SUBJECTS: Final = {
    Board.CREATORS: tips.c.creator_id,
    Board.PROJECTS: tips.c.project_id,
    Board.CHATS: tips.c.chat_id,
    Board.DONORS: tips.c.donor_id,
}


class RankingCounts:
    """Reads `tips`; only in a read unit, since a month may take a while."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Read in this transaction."""
        self._connection = connection

    async def reached(self, board: Board, period: Period, last: Period | None) -> list[Standing]:
        """Everybody's on a board of calls: what giving.rankings.reaches says, counted by sets.

        Donors of one subject who are alike come as one row. A creator's own gifts are no answer to their call.
        """
        subject = _SUBJECTS[board]
        now = tips.c.booked_at >= period.since if last is not None else true()
        gifts = func.count(case((now, 1)))
        again = func.max(case((now, 0), else_=1)) if last is not None else literal(0)
        where = [_within(period, since=last.since if last else None), _kept(), subject.is_not(None)]
        where += _answers(board)
        pairs = (
            select(
                subject.label("subject"), tips.c.donor_id.label("donor"), gifts.label("gifts"), again.label("again"),
                func.min(case((now, tips.c.paid_at))).label("first"),
            )
            .where(*where)
            .group_by(subject, tips.c.donor_id)
            .having(gifts > 0)
            .cte("pairs")
        )  # fmt: skip
        earlier = tips.alias("earlier")
        was_here = exists().where(
            earlier.c.donor_id == pairs.c.donor, earlier.c.paid_at.is_not(None), earlier.c.paid_at < pairs.c.first
        )
        each = case((pairs.c.gifts > MOST_GIFTS, MOST_GIFTS), else_=pairs.c.gifts)
        alike = (pairs.c.subject, each.label("each"), case((was_here, 0), else_=1).label("new"), pairs.c.again)
        marked = select(*alike, pairs.c.gifts).cte("marked")
        keys = (marked.c.subject, marked.c.each, marked.c.new, marked.c.again)
        crowds = select(*keys, func.count().label("donors"), func.sum(marked.c.gifts).label("gifts")).group_by(*keys)
        found: dict[UUID, list[Crowd]] = defaultdict(list)
        for row in await self._connection.execute(crowds):
            found[row.subject].append(Crowd(row.each, bool(row.new), bool(row.again), row.donors, int(row.gifts)))
        return [Standing(one, reach(alike)) for one, alike in found.items()]

    async def donors(self, period: Period, days: Sequence[tuple[datetime, datetime]]) -> list[Standing]:
        """Donors who wish to be ranked, of the gifts that show their name; `days`: the local days of the period."""
        local = union_all(
            *(
                select(literal(n).label("n"), literal(a, UtcDateTime).label("a"), literal(b, UtcDateTime).label("b"))
                for n, (a, b) in enumerate(days)
            )
        ).subquery("days")
        wish = and_(ranking_consents.c.person_id == tips.c.donor_id, ranking_consents.c.board == Board.DONORS.value)
        at = tips.c.booked_at if period.day is None else tips.c.paid_at
        on = and_(at >= local.c.a, at < local.c.b)
        figures = (tips.c.donor_id, func.count().label("gifts"), func.count(local.c.n.distinct()).label("days"))
        statement = select(*figures).select_from(tips).join(ranking_consents, wish).join(local, on)
        rows = await self._connection.execute(
            statement.where(_within(period), _kept(), *_answers(Board.DONORS)).group_by(tips.c.donor_id)
        )
        return [Standing(row.donor_id, donors_reach(row.gifts, row.days)) for row in rows]

    async def refunded(self, board: Board, period: Period) -> dict[UUID, int]:
        """How many gifts of the period were given back by now, of each subject; there are few, and they are indexed."""
        subject = _SUBJECTS[board]
        where = [_within(period), tips.c.state == TipState.REFUNDED, subject.is_not(None)]
        where += _answers(board)
        counts = select(subject.label("subject"), func.count().label("gifts")).where(*where).group_by(subject)
        return {row.subject: row.gifts for row in await self._connection.execute(counts)}


def _within(period: Period, *, since: datetime | None = None) -> ColumnElement[bool]:
    """Gifts of a week or month by when they were booked (from `since`, where it is earlier): each is in one of them.

    Those of a giving day were tapped on it, and paid before it closed.
    """
    if period.day is not None:
        return and_(tips.c.day_id == period.day, tips.c.paid_at.is_not(None), tips.c.paid_at < period.until)
    booked = tips.c.booked_at
    return and_(booked.is_not(None), booked >= (since or period.since), booked < period.until)


def _answers(board: Board) -> list[ColumnElement[bool]]:
    """What counts: to a call, gifts of others than who called; of donors, what shows their name."""
    if board is Board.DONORS:
        return [tips.c.visibility != Visibility.ANONYMOUS]
    if board is Board.PROJECTS:
        return []
    return [or_(tips.c.creator_id.is_(None), tips.c.donor_id != tips.c.creator_id)]


def _kept() -> ColumnElement[Any]:
    return tips.c.state == TipState.PAID
