"""Posts that creators publish on giving days: one a day and chat, written down before Telegram is asked."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.creators import ChatState
from giving.giving_days import DayPost, PostState
from storage.tables import chats, day_posts, people
from storage.upsert import insert_into


class DayPostStore:
    """Rows of `day_posts`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def begin(self, day: UUID, chat: UUID, now: datetime) -> bool:
        """Write down that it is being sent; False if it was begun before, whatever became of it."""
        row = {"day_id": day, "chat_id": chat, "state": PostState.SENDING, "tries": 1, "begun_at": now}
        new = insert_into(self._connection, day_posts).values(row).on_conflict_do_nothing()
        return (await self._connection.execute(new.returning(day_posts.c.day_id))).first() is not None

    async def begin_again(self, was: DayPost, now: datetime) -> bool:
        """Once more, by one of those who saw it as it `was`; False for the others."""
        same = _is(was.day, was.chat) & (day_posts.c.tries == was.tries) & (day_posts.c.state == was.state)
        again = {"state": PostState.SENDING, "tries": was.tries + 1, "begun_at": now}
        changed = update(day_posts).where(same).values(again).returning(day_posts.c.day_id)
        return (await self._connection.execute(changed)).first() is not None

    async def ended(self, day: UUID, chat: UUID, state: PostState, message_id: int | None = None) -> None:
        """What became of it."""
        row = {"state": state, "message_id": message_id}
        await self._connection.execute(update(day_posts).where(_is(day, chat)).values(row))

    async def not_sent(self, day: UUID, chat: UUID) -> None:
        """It certainly was not sent: as if nobody had tried."""
        await self._connection.execute(delete(day_posts).where(_is(day, chat)))

    async def of(self, day: UUID, of_chats: Collection[UUID]) -> dict[UUID, DayPost]:
        """What became of it in these chats, by chat; of those where it was begun."""
        mine = select(day_posts).where(day_posts.c.day_id == day, day_posts.c.chat_id.in_(of_chats))
        return {row.chat_id: _post(row) for row in await self._connection.execute(mine)}

    async def callers(self, projects: Collection[UUID]) -> list[UUID]:
        """Creators with a channel that is on for one of these projects, who can be written to."""
        runs = (
            (chats.c.kind == "channel")
            & (chats.c.state == ChatState.ON)
            & chats.c.bot_present
            & chats.c.project_id.in_(projects)
        )
        there = people.c.telegram_id.is_not(None) & people.c.started_at.is_not(None) & people.c.unreachable_at.is_(None)
        found = select(chats.c.creator_id).join(people, people.c.id == chats.c.creator_id).where(runs, there).distinct()
        return sorted((await self._connection.execute(found)).scalars())


def _is(day: UUID, chat: UUID) -> Any:
    return (day_posts.c.day_id == day) & (day_posts.c.chat_id == chat)


def _post(row: Row[Any]) -> DayPost:
    return DayPost(row.day_id, row.chat_id, PostState(row.state), row.tries, row.begun_at, row.message_id)
