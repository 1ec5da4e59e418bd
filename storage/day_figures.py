"""What was given on a giving day, by project, by creator and by hour: read from its paid tips through their index.

A gift counts in the currency it was given in; its money, once it was turned into another currency, in that one.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Label, case, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.projects import Tally
from giving.tips import TipState
from storage.currencies import tally_of
from storage.tables import conversions, people, tips

_KEPT: Final = tips.c.amount_minor - tips.c.refunded_minor
_HOUR: Final = timedelta(hours=1)


class DayFigureStore:
    """Reads `tips` and `conversions` of one giving day. Ask all of it of one snapshot: then it adds up."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def by_project(self, day: UUID, currency: str) -> dict[UUID, Tally]:
        """What each project was given, those that were given nothing left out."""
        return await self._by(day, currency, tips.c.project_id.label("by"))

    async def by_creator(self, day: UUID, currency: str) -> dict[UUID | None, Tally]:
        """What was given through each creator's chats and slot; None: through nobody's."""
        return await self._by(day, currency, tips.c.creator_id.label("by"))

    async def by_hour(
        self, day: UUID, currency: str, starts_at: datetime, ends_at: datetime
    ) -> dict[int, Tally]:  # fmt: skip
        """What was tapped in each hour, counted from its beginning; what a second payment made, in the last at most."""
        last = max(0, -(-(ends_at - starts_at) // _HOUR) - 1)
        hour = self._hour(starts_at)
        within = case((hour < 0, 0), (hour > last, last), else_=hour)
        return await self._by(day, currency, within.label("by"))

    def _hour(self, starts_at: datetime) -> ColumnElement[Any]:
        """Hours are counted from the beginning: on the local clock of zones that are half an hour off, too."""
        if self._connection.dialect.name == "postgresql":
            seconds: ColumnElement[Any] = cast(func.floor(func.extract("epoch", tips.c.offered_at)), BigInteger)
        else:
            seconds = cast(func.strftime("%s", tips.c.offered_at), BigInteger)
        return (seconds - literal(int(starts_at.astimezone(UTC).timestamp()), BigInteger)) // literal(3600, BigInteger)

    async def _by(self, day: UUID, currency: str, by: Label[Any]) -> dict[Any, Tally]:
        rows: dict[Any, dict[str, tuple[int, int]]] = defaultdict(dict)
        sums = select(by, tips.c.currency, func.sum(_KEPT).label("minor"), func.count().label("gifts"))
        for row in await self._connection.execute(sums.where(*_paid_on(day)).group_by(by, tips.c.currency)):
            rows[row.by][row.currency] = (int(row.minor), row.gifts)
        for each, moved, minor in await self._turned(day, by):
            before, gifts = rows[each].get(moved, (0, 0))
            rows[each][moved] = (before + minor, gifts)
        found = select(by, func.count(tips.c.donor_id.distinct()).label("donors")).where(*_paid_on(day)).group_by(by)
        donors = {row.by: row.donors for row in await self._connection.execute(found)} if rows else {}
        return {
            each: tally_of([(name, minor, gifts) for name, (minor, gifts) in of.items()], currency, donors.get(each, 0))
            for each, of in rows.items()
        }

    async def _turned(self, day: UUID, by: Label[Any]) -> Sequence[tuple[Any, str, int]]:
        """What conversions took off in one currency, and added in another."""
        moved: list[tuple[Any, str, int]] = []
        ways = ((tips.c.currency, -conversions.c.sold_minor), (conversions.c.currency, conversions.c.bought_minor))
        for money, minor in ways:
            sums = select(by, money.label("money"), func.sum(minor).label("minor"))
            of_day = sums.join(conversions, conversions.c.tip_id == tips.c.id).where(*_paid_on(day))
            rows = await self._connection.execute(of_day.group_by(by, money))
            moved += [(row.by, row.money, int(row.minor)) for row in rows]
        return moved

    async def names(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """What these people are called; whoever left has no name."""
        rows = await self._connection.execute(select(people.c.id, people.c.name).where(people.c.id.in_(ids)))
        return {row.id: row.name for row in rows}


def _paid_on(day: UUID) -> tuple[ColumnElement[bool], ...]:
    """In the index's own words, or it is not used."""
    return tips.c.day_id == day, tips.c.paid_at.is_not(None), tips.c.state == TipState.PAID
