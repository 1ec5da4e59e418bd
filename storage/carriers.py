"""Carriers: replies of the bot's that carry a keyboard where the message itself can't; and groups that move."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.creators import BEING_SENT, Carried, Chat, ChatState
from giving.tips import TipState
from storage.creators import KEYBOARD_HEADSTART
from storage.ids import new_id
from storage.tables import chat_managers, chats, cleanups, posts, tips
from storage.upsert import insert_into

_NOWHERE: Final[dict[str, Any]] = {
    "carrier_chat": None, "carrier_message_id": None, "reply_to_message_id": None, "counter_due_at": None,
}  # fmt: skip


class CarrierStore:
    """Rows of `posts`, as far as a reply carries their keyboard."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def forwarded(
        self, channel: Chat, message_id: int, *, group: int, forward: int, excerpt: str, at: datetime
    ) -> UUID:
        """A channel's post stands in its discussion group as message `forward`; the post, known by now or not."""
        row = {
            "id": new_id(), "chat_id": channel.id, "message_id": message_id, "project_id": channel.project,
            "excerpt": excerpt, "posted_at": at, "carried": Carried.SELF,
        }  # fmt: skip
        await self._connection.execute(insert_into(self._connection, posts).values(row).on_conflict_do_nothing())
        same = (posts.c.chat_id == channel.id) & (posts.c.message_id == message_id)
        place = {"carrier_chat": group, "reply_to_message_id": forward}
        await self._connection.execute(update(posts).where(same, posts.c.reply_to_message_id.is_(None)).values(place))
        found: UUID = (await self._connection.execute(select(posts.c.id).where(same))).scalar_one()
        return found

    async def post_of(self, chat_telegram_id: int, message_id: int) -> UUID | None:
        """The post with this number in that chat."""
        same = (chats.c.telegram_id == chat_telegram_id) & (posts.c.message_id == message_id)
        return await self._connection.scalar(select(posts.c.id).join(chats, chats.c.id == posts.c.chat_id).where(same))

    async def waiting(self, channel: UUID, *, excerpt: str, since: datetime) -> int | None:
        """The number of the oldest post with these words that needs a carrier and has no place for it yet."""
        placeless = (posts.c.carried == Carried.REPLY) & posts.c.reply_to_message_id.is_(None)
        same = (posts.c.chat_id == channel) & (posts.c.excerpt == excerpt) & (posts.c.posted_at >= since)
        oldest = select(posts.c.message_id).where(same, placeless, posts.c.message_id > 0).order_by(posts.c.message_id)
        return await self._connection.scalar(oldest.limit(1))

    async def needs_reply(self, post: UUID, now: datetime) -> None:
        """The post can't be edited: from now on a reply carries its keyboard."""
        change = {"carried": Carried.REPLY, "counter_due_at": now + KEYBOARD_HEADSTART, "counter_shown_at": None}
        await self._connection.execute(
            update(posts).where(posts.c.id == post, posts.c.carried == Carried.SELF).values(change)
        )

    async def claim(self, post: UUID, *, now: datetime, left_before: datetime | None = None) -> bool:
        """Take on sending the carrier: True for exactly one. `left_before`: who took it on before then has died."""
        free: ColumnElement[bool] = posts.c.carrier_message_id.is_(None)
        if left_before is not None:
            left = (posts.c.carrier_message_id == BEING_SENT) & (posts.c.counter_shown_at < left_before)
            free = or_(free, left)
        here = (posts.c.id == post) & (posts.c.carried == Carried.REPLY) & posts.c.reply_to_message_id.is_not(None)
        claimed = update(posts).where(here, free).values(carrier_message_id=BEING_SENT, counter_shown_at=now)
        return (await self._connection.execute(claimed.returning(posts.c.id))).first() is not None

    async def sent(self, post: UUID, message_id: int) -> None:
        """The carrier stands."""
        await self._connection.execute(update(posts).where(posts.c.id == post).values(carrier_message_id=message_id))

    async def not_sent(self, post: UUID, *, due_at: datetime | None) -> None:
        """Telegram refused it: to be tried again at `due_at`, or only when somebody asks."""
        taken = (posts.c.id == post) & (posts.c.carrier_message_id == BEING_SENT)
        values = {"carrier_message_id": None, "counter_due_at": due_at}
        await self._connection.execute(update(posts).where(taken).values(values))

    async def lost(self, post: UUID, message_id: int) -> None:
        """Somebody deleted the carrier."""
        same = (posts.c.id == post) & (posts.c.carrier_message_id == message_id)
        await self._connection.execute(update(posts).where(same).values(carrier_message_id=None, counter_due_at=None))

    async def unpaid_on(self, post: UUID, donor: UUID, since: datetime) -> UUID | None:
        """The donor's newest tip on the post that waits for its payment."""
        waits = (tips.c.post_id == post) & (tips.c.donor_id == donor) & (tips.c.state == TipState.OFFERED)
        newest = select(tips.c.id).where(waits, tips.c.offered_at >= since).order_by(tips.c.id.desc()).limit(1)
        return await self._connection.scalar(newest)

    async def linked(self, channel: UUID, group: int | None) -> None:
        """The channel's discussion group."""
        other = (chats.c.id == channel) & chats.c.linked_telegram_id.is_distinct_from(group)
        await self._connection.execute(update(chats).where(other).values(linked_telegram_id=group))

    async def groups_named(self, title: str) -> list[int]:
        """Numbers of basic groups of this name with the bot in them."""
        same = (chats.c.kind == "group") & (chats.c.title == title) & chats.c.bot_present
        named = select(chats.c.telegram_id).where(same).order_by(chats.c.id.desc()).limit(5)
        return list((await self._connection.execute(named)).scalars())

    async def move(self, old: int, new: int) -> UUID | None:
        """A group became a supergroup: its row follows. What stood in the old group can't be edited any more.

        Returns the chat, or None if there is nothing (left) to move.
        """
        held = select(chats.c.id).where(chats.c.telegram_id == old).with_for_update(key_share=True)
        group: UUID | None = await self._connection.scalar(held)
        if group is None or not await self._make_room(new):
            return None
        await self._connection.execute(
            update(chats).where(chats.c.id == group).values(telegram_id=new, kind="supergroup")
        )
        buried = {"message_id": -posts.c.message_id} | _NOWHERE
        theirs = (posts.c.chat_id == group) & (posts.c.message_id > 0)
        await self._connection.execute(update(posts).where(theirs).values(buried))
        await self._connection.execute(update(posts).where(posts.c.carrier_chat == old).values(_NOWHERE))
        linked = update(chats).where(chats.c.linked_telegram_id == old)
        await self._connection.execute(linked.values(linked_telegram_id=new))
        await self._connection.execute(delete(cleanups).where(cleanups.c.chat == old))
        return group

    async def _make_room(self, new: int) -> bool:
        """Telegram may have told of the supergroup first: drop the empty row that was made for it then."""
        found = (await self._connection.execute(select(chats).where(chats.c.telegram_id == new))).first()
        if found is None:
            return True
        used = await self._connection.scalar(select(posts.c.id).where(posts.c.chat_id == found.id).limit(1))
        if found.state != ChatState.OFF or found.project_id is not None or used is not None:
            return False
        await self._connection.execute(delete(chat_managers).where(chat_managers.c.chat_id == found.id))
        await self._connection.execute(delete(chats).where(chats.c.id == found.id))
        return True
