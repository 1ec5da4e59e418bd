"""Does a chat's creator still administer it? If not, the chat is paused and its administrators are asked, once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

import structlog

from giving.creators import BotRights, Chat, ChatState, PauseReason
from giving.notices import URGENCY, NoticeKind
from giving.people import Person
from giving.quiet import QuietHours
from services.clock import Clock, utc_now
from services.wake import Wakes
from storage.outbox import NewMessage
from storage.work import UnitOfWork

log = structlog.get_logger()
LOOK_EVERY: Final = timedelta(hours=1)
REDRAWN_POSTS: Final = 50  # as many as anybody scrolls to; older ones change with their next tip, or say "paused"


class ChatRights(Protocol):
    """Asks the chat network who may do what, right now."""

    async def is_administrator(self, chat: int, user: int) -> bool:
        """Whether the person administers the chat."""
        ...

    async def of_bot(self, chat: int) -> BotRights:
        """What the bot may do there."""
        ...

    async def has_lost(self, chat: int, user: int) -> bool:
        """Whether it is certain that they administer it no longer; False too where nobody can tell."""
        ...

    async def administrators_of(self, chat: int) -> tuple[int, ...]:
        """The people who administer it; nobody where they can't be asked for."""
        ...

    async def chat_named(self, username: str) -> int | None:
        """The number of the channel or group that has this public name now."""
        ...


class CreatorWatch:
    """Looks at new posts, at most once an hour for each chat, and whenever Telegram says that somebody went."""

    def __init__(
        self, unit: UnitOfWork, rights: ChatRights, *, wakes: Wakes, quiet: QuietHours | None = None,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """Who is told waits for the morning where `quiet` says so."""
        self._unit, self._rights, self._wakes, self._quiet, self._now = unit, rights, wakes, quiet, now
        self._looked: dict[UUID, datetime] = {}

    async def still_runs(self, chat: Chat) -> bool:
        """False if its creator is gone, and the chat paused for it; a Telegram that does not answer says nothing."""
        now, before = self._now(), self._looked.get(chat.id)
        if not (chat.tipping or chat.orphaned) or (before is not None and now - before < LOOK_EVERY):
            return True
        self._looked[chat.id] = now
        try:
            return await self._look(chat)
        except Exception:
            log.exception("creator_not_looked_at", chat_id=str(chat.id))
            return True

    async def somebody_went(self, chat_telegram_id: int, user_telegram_id: int) -> None:
        """An administrator of a chat is one no longer; it matters if they run it."""
        async with self._unit.read() as work:
            chat = await work.creators.chat_by_telegram_id(chat_telegram_id)
            person = await work.people.by_telegram_id(user_telegram_id)
        if chat is not None and chat.tipping and person is not None and chat.creator == person.id:
            await self._look(chat)

    async def _look(self, chat: Chat) -> bool:
        async with self._unit.read() as work:
            creator = (await work.people.by_ids([chat.creator])).get(chat.creator) if chat.creator else None
        if chat.state is ChatState.ON:
            if creator is None or not await self._rights.has_lost(chat.telegram_id, creator.telegram_id):
                return True
            await self._pause(chat, creator)
            return False
        if chat.paused_reason == PauseReason.CREATOR_LEFT:  # by their own wish: only the others are still to be asked
            await self._queue(self._questions(chat, await self.reachable(chat)))
        return False

    async def _pause(self, chat: Chat, creator: Person) -> None:
        others = [other for other in await self.reachable(chat) if other.id != creator.id]
        told = [_message(NoticeKind.PAUSED, chat, creator.id, self._due(), str(self._now().timestamp()))]
        async with self._unit() as work:
            if not await work.handovers.pause(chat.id, creator.id, PauseReason.RIGHTS_LOST):
                return
            posts = await work.creators.recent_posts(chat.id, REDRAWN_POSTS)
            await work.creators.counters_changed(posts, self._now())
            messages = [*(told if creator.reachable else ()), *self._questions(chat, others)]
            await work.outbox.add_many(messages, now=self._now())
        self._wakes.outbox.set()
        log.info("chat_lost_its_creator", chat_id=str(chat.id), creator_id=str(creator.id), asked=len(others))

    async def reachable(self, chat: Chat) -> list[Person]:
        """Its administrators whom the bot may write to, as Telegram names them now."""
        ids = await self._rights.administrators_of(chat.telegram_id)
        async with self._unit.read() as work:
            known = [await work.people.by_telegram_id(telegram_id) for telegram_id in ids]
        return [person for person in known if person is not None and person.reachable]

    def _questions(self, chat: Chat, others: Sequence[Person]) -> list[NewMessage]:
        """Asked once: again only when the chat is lost by another creator."""
        return [_message(NoticeKind.TAKE_OVER, chat, other.id, self._due(), str(chat.creator)) for other in others]

    async def _queue(self, messages: Sequence[NewMessage]) -> None:
        async with self._unit() as work:
            await work.outbox.add_many(messages, now=self._now())
        self._wakes.outbox.set()

    def _due(self) -> datetime:
        now = self._now()
        return self._quiet.allowed_from(now) if self._quiet else now


def _message(kind: NoticeKind, chat: Chat, person: UUID, due_at: datetime, about: str) -> NewMessage:
    return NewMessage(f"{kind}:{chat.id}:{person}:{about}"[:120], kind, URGENCY[kind], person, chat.id, due_at)
