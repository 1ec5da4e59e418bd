"""Somebody's gifts of some time, line by line, as a statement lists them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.matching import MatchState
from giving.money import Money
from giving.pledges import Month
from giving.statements import StatementLine
from giving.tips import TipState
from storage.tables import instalments, matches, tips


class StatementStore:
    """Reads `tips` with their instalments and matches."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def lines(self, donor: UUID, since: datetime, until: datetime) -> list[StatementLine]:
        """What they paid from `since` on and before `until`, taken back or not, oldest first."""
        theirs = (tips.c.donor_id == donor) & tips.c.paid_at.is_not(None)
        when = (tips.c.paid_at >= since) & (tips.c.paid_at < until)
        added = (
            select(matches.c.tip_id, func.sum(matches.c.amount_minor - matches.c.back_minor).label("minor"))
            .join(tips, tips.c.id == matches.c.tip_id)
            .where(theirs, when, matches.c.state == MatchState.MATCHED)
            .group_by(matches.c.tip_id)
            .subquery()
        )
        rows = await self._connection.execute(
            select(
                tips.c.paid_at, tips.c.receipt_code, tips.c.project_id, tips.c.amount_minor, tips.c.refunded_minor,
                tips.c.currency, tips.c.state, tips.c.entry_key, instalments.c.month, added.c.minor.label("matched"),
            )
            .outerjoin(instalments, instalments.c.tip_id == tips.c.id)
            .outerjoin(added, added.c.tip_id == tips.c.id)
            .where(theirs, when)
            .order_by(tips.c.paid_at, tips.c.id)
        )  # fmt: skip
        return [_line(row) for row in rows]


def _line(row: Any) -> StatementLine:
    whole = row.state == TipState.REFUNDED
    return StatementLine(
        at=row.paid_at,
        code=row.receipt_code,
        project=row.project_id,
        amount=Money(row.amount_minor, row.currency),
        returned=Money(row.amount_minor if whole else row.refunded_minor, row.currency),
        rail=row.entry_key.split(":")[1] if row.entry_key else "",
        month=Month.read(row.month) if row.month else None,
        matched=Money(int(row.matched), row.currency) if row.matched else None,
    )
