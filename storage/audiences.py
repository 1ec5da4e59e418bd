"""How many people a giving day's audience is: only who asked to be told of giving days, and can be written to."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.giving_days import Audience
from giving.subscriptions import SubscriptionKind
from storage.tables import chats, people, slots, subscriptions, tips

MONTH: Final = timedelta(days=31)
LONG: Final = timedelta(days=60)


class AudienceStore:
    """Reads `subscriptions`, and of tips, chats and slots whether there is one."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def size(self, audience: Audience, now: datetime) -> int:
        """Number of people, now."""
        if audience is Audience.NOBODY:
            return 0
        told = (
            select(func.count())
            .select_from(subscriptions.join(people, people.c.id == subscriptions.c.person_id))
            .where(
                subscriptions.c.kind == SubscriptionKind.GIVING_DAYS,
                people.c.started_at.is_not(None),
                people.c.unreachable_at.is_(None),
                people.c.left_at.is_(None),
            )
        )
        return int(await self._connection.scalar(told.where(*_who(audience, now))) or 0)


def _who(audience: Audience, now: datetime) -> list[ColumnElement[bool]]:
    if audience is Audience.LAST_MONTH:
        return [_gave(tips.c.paid_at >= now - MONTH)]
    if audience is Audience.LAPSED:
        return [_gave(), ~_gave(tips.c.paid_at >= now - LONG)]
    if audience is Audience.CREATORS:
        runs = select(chats.c.id).where(chats.c.creator_id == people.c.id).exists()
        has = select(slots.c.id).where(slots.c.creator_id == people.c.id, slots.c.closed_at.is_(None)).exists()
        return [or_(runs, has)]
    return []


def _gave(*when: Any) -> ColumnElement[bool]:
    return select(tips.c.id).where(tips.c.donor_id == people.c.id, tips.c.paid_at.is_not(None), *when).exists()
