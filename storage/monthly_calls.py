"""Creators' invitations to give monthly: kept as shown, published once, found again by the links in them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.circles import MonthlyCall
from giving.thanks_posts import PostState
from storage.tables import chats, monthly_calls, people


@dataclass(frozen=True, slots=True)
class CallPost:
    """One in a chat; `words` empty: ours."""

    id: UUID
    chat: UUID
    creator: UUID
    project: UUID
    words: str
    state: PostState
    made_at: datetime
    sent_at: datetime | None = None
    message_id: int | None = None


class MonthlyCallStore:
    """Rows of `monthly_calls`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def by_id(self, call: UUID) -> MonthlyCall | None:
        """What the link in a published one says; None for another id, and where its creator has left."""
        there = (monthly_calls.c.id == call) & (monthly_calls.c.state != PostState.SHOWN)
        found = (
            select(monthly_calls.c.creator_id, monthly_calls.c.project_id, chats.c.title)
            .join(people, people.c.id == monthly_calls.c.creator_id)
            .join(chats, chats.c.id == monthly_calls.c.chat_id)
            .where(there, people.c.telegram_id.is_not(None))
        )
        row = (await self._connection.execute(found)).first()
        return MonthlyCall(call, row.creator_id, row.project_id, row.title) if row else None

    async def post(self, call: UUID) -> CallPost | None:
        """One as it is kept, or None."""
        row = (await self._connection.execute(select(monthly_calls).where(monthly_calls.c.id == call))).first()
        return _read(row) if row else None

    async def add(self, post: CallPost) -> None:
        """Keep a preview; those that were shown in this chat before and not published are over."""
        before = (monthly_calls.c.chat_id == post.chat) & (monthly_calls.c.state == PostState.SHOWN)
        await self._connection.execute(delete(monthly_calls).where(before))
        await self._connection.execute(
            insert(monthly_calls).values(
                id=post.id, chat_id=post.chat, creator_id=post.creator, project_id=post.project, words=post.words,
                state=post.state, made_at=post.made_at,
            )
        )  # fmt: skip

    async def begin(self, call: UUID, *, now: datetime) -> bool:
        """It is being sent, by nobody else ever; False if it was not waiting any more."""
        waits = (monthly_calls.c.id == call) & (monthly_calls.c.state == PostState.SHOWN)
        begun = update(monthly_calls).where(waits).values(state=PostState.SENDING, sent_at=now)
        return (await self._connection.execute(begun.returning(monthly_calls.c.id))).first() is not None

    async def became(self, call: UUID, state: PostState, message_id: int | None = None) -> None:
        """What Telegram said of it."""
        sending = (monthly_calls.c.id == call) & (monthly_calls.c.state == PostState.SENDING)
        await self._connection.execute(update(monthly_calls).where(sending).values(state=state, message_id=message_id))

    async def last(self, chat: UUID) -> CallPost | None:
        """The newest there that was, or may have been, published."""
        there = (monthly_calls.c.chat_id == chat) & monthly_calls.c.state.in_(
            [PostState.SENDING.value, PostState.SENT.value, PostState.UNKNOWN.value]
        )
        newest = monthly_calls.c.made_at.desc(), monthly_calls.c.id.desc()
        row = (await self._connection.execute(select(monthly_calls).where(there).order_by(*newest).limit(1))).first()
        return _read(row) if row else None


def _read(row: Row[Any]) -> CallPost:
    return CallPost(
        row.id, row.chat_id, row.creator_id, row.project_id, row.words, PostState(row.state), row.made_at,
        row.sent_at, row.message_id,
    )  # fmt: skip
