"""Who else administers a chat, and what happens to it when its creator goes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.creators import ChatState, PauseReason
from storage.tables import chat_managers, chats
from storage.upsert import insert_into


class HandoverStore:
    """Rows of `chat_managers`, and the columns of `chats` that change hands."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def put_manager(self, chat: UUID, person: UUID, now: datetime) -> None:
        """They administered the chat just now."""
        insert = insert_into(self._connection, chat_managers).values(chat_id=chat, person_id=person, seen_at=now)
        again = insert.on_conflict_do_update(index_elements=["chat_id", "person_id"], set_={"seen_at": now})
        await self._connection.execute(again)

    async def drop_manager(self, chat: UUID, person: UUID) -> None:
        """They administer it no longer."""
        mine = (chat_managers.c.chat_id == chat) & (chat_managers.c.person_id == person)
        await self._connection.execute(delete(chat_managers).where(mine))

    async def pause(self, chat: UUID, creator: UUID, reason: PauseReason) -> bool:
        """Pause a chat that is on under this creator; False if it is not (any more)."""
        on = (chats.c.id == chat) & (chats.c.state == ChatState.ON) & (chats.c.creator_id == creator)
        paused = update(chats).where(on).values(state=ChatState.PAUSED, paused_reason=reason)
        return (await self._connection.execute(paused.returning(chats.c.id))).first() is not None

    async def hand_to(self, chat: UUID, person: UUID, *, was: UUID | None, asked: UUID | None) -> bool:
        """They are its creator from now on, if it still is `was`'s and they were `asked` (None: nobody need be)."""
        same = (chats.c.id == chat) & chats.c.creator_id.is_not_distinct_from(was)
        if asked is not None:
            same &= chats.c.handover_to == asked
        changed = update(chats).where(same).values(creator_id=person, handover_to=None)
        return (await self._connection.execute(changed.returning(chats.c.id))).first() is not None
