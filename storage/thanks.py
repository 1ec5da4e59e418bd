"""Creators' thank-yous, and the donors who wish to get them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.people import Visibility
from giving.subscriptions import PER_WEEK, SubscriptionKind
from giving.tips import TipState
from storage.subscriptions import with_room
from storage.tables import people, subscriptions, thanks, tips

KIND: Final = "thanks"


@dataclass(frozen=True, slots=True)
class Thanks:
    """What a creator wrote to the donors of a chat, or of their slot: one of the two."""

    id: UUID
    chat: UUID | None
    slot: UUID | None
    creator: UUID
    words: str
    recipients: int
    sent_at: datetime


class ThanksStore:
    """Rows of `thanks`, read together with `tips` and `subscriptions`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def recipients(
        self, about: UUID, *, but: UUID, now: datetime, per_week: int = PER_WEEK
    ) -> dict[UUID, str | None]:
        """Donors of paid tips in this chat or on this slot who asked for thanks and can be written to, but one.

        With their clocks. Whose week has no room for one more message is left out.
        """
        room = with_room(SubscriptionKind.THANKS, now, per_week)
        each = _wishing(tips.c.donor_id, about, but, room).add_columns(people.c.timezone).distinct()
        rows = await self._connection.execute(each.order_by(tips.c.donor_id))
        return {row.donor_id: row.timezone for row in rows}

    async def named(self, about: UUID, *, but: UUID, limit: int, now: datetime, per_week: int = PER_WEEK) -> list[str]:
        """Of these the names of those who show theirs."""
        room = with_room(SubscriptionKind.THANKS, now, per_week)
        shown = tips.c.visibility != Visibility.ANONYMOUS
        newest = func.max(tips.c.paid_at)
        each = _wishing(people.c.name, about, but, shown, room).group_by(people.c.id, people.c.name)
        rows = await self._connection.execute(each.order_by(newest.desc()).limit(limit))
        return [row.name for row in rows]

    async def last_of(self, creator: UUID, about: UUID) -> datetime | None:
        """When they last thanked the donors of this chat or slot."""
        same = or_(thanks.c.chat_id == about, thanks.c.slot_id == about)
        theirs = select(thanks.c.sent_at).where(thanks.c.creator_id == creator, same)
        found: datetime | None = await self._connection.scalar(theirs.order_by(thanks.c.sent_at.desc()).limit(1))
        return found

    async def hold(self, creator: UUID) -> None:
        """Nobody else thanks in their name until the commit."""
        await self._connection.execute(
            select(people.c.id).where(people.c.id == creator).with_for_update(key_share=True)
        )

    async def add(self, new: Thanks) -> None:
        """Keep what was written."""
        await self._connection.execute(
            insert(thanks).values(
                id=new.id, chat_id=new.chat, slot_id=new.slot, creator_id=new.creator, words=new.words,
                recipients=new.recipients, sent_at=new.sent_at,
            )
        )  # fmt: skip

    async def by_id(self, identity: UUID) -> Thanks | None:
        """What was written, or None."""
        row = (await self._connection.execute(select(thanks).where(thanks.c.id == identity))).first()
        if row is None:
            return None
        return Thanks(row.id, row.chat_id, row.slot_id, row.creator_id, row.words, row.recipients, row.sent_at)

    async def stop(self, person: UUID) -> None:
        """No more thanks."""
        mine = (subscriptions.c.person_id == person) & (subscriptions.c.kind == KIND)
        await self._connection.execute(delete(subscriptions).where(mine))


def _wishing(column: Any, about: UUID, but: UUID, *more: ColumnElement[bool]) -> Select[Any]:
    wish = (subscriptions.c.person_id == tips.c.donor_id) & (subscriptions.c.kind == KIND)
    there = people.c.telegram_id.is_not(None) & people.c.started_at.is_not(None) & people.c.unreachable_at.is_(None)
    given = or_(tips.c.chat_id == about, tips.c.slot_id == about)
    paid = given & (tips.c.state == TipState.PAID) & (tips.c.donor_id != but)
    statement = select(column).select_from(tips).join(subscriptions, wish).join(people, people.c.id == tips.c.donor_id)
    return statement.where(paid, there, *more)
