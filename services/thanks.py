"""A creator thanks their donors: only those who wish for it, at most once a week, and never without a preview."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.creators import Chat
from giving.errors import NobodyToThank, NotCreator, ThanksTooSoon
from giving.names import clean
from giving.notices import URGENCY, NoticeKind
from giving.people import Person
from giving.quiet import QuietHours
from services.clock import Clock, utc_now
from services.creators import CreatorService
from services.wake import Wakes
from storage.ids import new_id
from storage.outbox import NewMessage
from storage.thanks import Thanks
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
WORDS_GRAPHEMES: Final = 300
EVERY: Final = timedelta(days=7)
NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class ThanksDraft:
    """Who would get it: how many, and the names of those who show theirs."""

    chat: Chat
    people: int
    named: tuple[str, ...]
    words: str = ""


class ThanksService:
    """Recipients: donors of paid tips in this chat who switched thanks on. Everybody else hears nothing."""

    def __init__(
        self, unit: UnitOfWork, creators: CreatorService, *, wakes: Wakes, quiet: QuietHours | None = None,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """Thanks wait for the morning where `quiet` says so."""
        self._unit, self._creators, self._wakes, self._quiet, self._now = unit, creators, wakes, quiet, now

    async def draft(self, chat_id: UUID, person: Person, words: str = "") -> ThanksDraft:
        """Whom it would reach. Raises: ChatUnknown, NotAdministrator, NotCreator, ThanksTooSoon, NobodyToThank."""
        chat = await self._own(chat_id, person)
        async with self._unit.read() as work:
            return await self._draft(work, chat, person, clean(words, most=WORDS_GRAPHEMES))

    async def send(self, chat_id: UUID, person: Person, words: str) -> ThanksDraft:
        """On its way, once to each. Raises: as `draft`."""
        chat = await self._own(chat_id, person)
        now = self._now()
        due_at = self._quiet.allowed_from(now) if self._quiet else now
        async with self._unit() as work:
            await work.thanks.hold(person.id)
            draft = await self._draft(work, chat, person, clean(words, most=WORDS_GRAPHEMES))
            reached = await work.thanks.recipients(chat.id, but=person.id)
            kind, thanks = NoticeKind.THANKS, Thanks(new_id(), chat.id, person.id, draft.words, len(reached), now)
            await work.thanks.add(thanks)
            keyed = [(f"{kind}:{thanks.id}:{donor}", donor) for donor in reached]
            messages = [NewMessage(key, kind, URGENCY[kind], donor, thanks.id, due_at) for key, donor in keyed]
            await work.outbox.add_many(messages, now=now)
        self._wakes.outbox.set()
        log.info("thanks_sent", chat_id=str(chat.id), creator_id=str(person.id), recipients=len(reached))
        return draft

    async def stop(self, person: Person) -> None:
        """They want no more thanks by message."""
        async with self._unit() as work:
            await work.thanks.stop(person.id)

    async def _own(self, chat_id: UUID, person: Person) -> Chat:
        chat = await self._creators.controlled(chat_id, person)
        if chat.creator != person.id:
            raise NotCreator(chat=chat.title)
        return chat

    async def _draft(self, work: Work, chat: Chat, person: Person, words: str) -> ThanksDraft:
        last = await work.thanks.last_of(person.id)
        if last is not None and (again := last + EVERY) > self._now():
            raise ThanksTooSoon(at=again)
        reached = await work.thanks.recipients(chat.id, but=person.id)
        if not reached:
            raise NobodyToThank(chat=chat.title)
        return ThanksDraft(
            chat, len(reached), tuple(await work.thanks.named(chat.id, but=person.id, limit=NAMED)), words
        )


@dataclass(frozen=True, slots=True)
class ThanksTold:
    """A thank-you as its reader sees it."""

    creator: str
    chat: str
    words: str
    at: datetime


async def told(work: Work, thanks_id: UUID, reader: UUID) -> ThanksTold | None:
    """For the sender; None if its reader wants none any more, or its writer has left."""
    thanks = await work.thanks.by_id(thanks_id)
    if thanks is None or not thanks.words or not await work.thanks.wished(reader):
        return None
    creator = (await work.people.by_ids([thanks.creator])).get(thanks.creator)
    chat = (await work.creators.chats_by_ids([thanks.chat])).get(thanks.chat)
    if creator is None or chat is None:
        return None
    return ThanksTold(creator.name, chat.title, thanks.words, thanks.sent_at)
