"""A chat changes hands: its administrators find it, are asked, and take it over; earlier tips keep their creator."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from giving.creators import Chat, ChatCard, ChatState
from giving.errors import ChatNotYours, ChatUnknown, HandoverOver, NotAdministrator, NotCreator
from giving.notices import URGENCY, NoticeKind
from giving.people import Person
from giving.projects import Project
from giving.quiet import QuietHours
from services.clock import Clock, utc_now
from services.creator_watch import REDRAWN_POSTS, ChatRights, CreatorWatch
from services.creators import CreatorService
from services.wake import Wakes
from storage.audit import AuditRecord
from storage.outbox import NewMessage
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Successors:
    """Who of a chat's administrators could take it over: those the bot may write to."""

    chat: Chat
    people: tuple[Person, ...]


class HandoverService:
    """Telegram is asked about everyone concerned each time, outside transactions."""

    def __init__(
        self,
        unit: UnitOfWork,
        rights: ChatRights,
        creators: CreatorService,
        watch: CreatorWatch,
        *,
        wakes: Wakes,
        quiet: QuietHours | None = None,
        now: Clock = utc_now,
    ) -> None:
        """Questions wait for the morning where `quiet` says so."""
        self._unit, self._rights, self._creators, self._watch = unit, rights, creators, watch
        self._wakes, self._quiet, self._now = wakes, quiet, now

    async def find(self, person: Person, *, telegram_id: int | None = None, username: str | None = None) -> ChatCard:
        """A chat the bot is in and they administer, by its number or public name; from now on in their list.

        Raises: ChatNotYours, which does not tell what of the two is missing.
        """
        number = await self._rights.chat_named(username) if username else telegram_id
        async with self._unit.read() as work:
            chat = await work.creators.chat_by_telegram_id(number) if number is not None else None
        if chat is None or not chat.rights.present:
            raise ChatNotYours
        if not await self._rights.is_administrator(chat.telegram_id, person.telegram_id):
            raise ChatNotYours
        async with self._unit() as work:
            await work.handovers.put_manager(chat.id, person.id, self._now())
        log.info("chat_found_by_administrator", chat_id=str(chat.id), person_id=str(person.id))
        return await self._creators.chat(chat.id, person)

    async def successors(self, chat_id: UUID, person: Person) -> Successors:
        """Who could take the chat over. Raises: ChatUnknown, NotAdministrator, NotCreator."""
        chat = await self._own(chat_id, person)
        there = await self._watch.reachable(chat)
        return Successors(chat, tuple(other for other in there if other.id != person.id))

    async def ask(self, chat_id: UUID, person: Person, to: UUID) -> tuple[Chat, Person]:
        """Ask an administrator whether they take it over; whoever was asked before is asked no longer.

        Raises: ChatUnknown, NotAdministrator, NotCreator, HandoverOver (they can't be asked any more).
        """
        found = await self.successors(chat_id, person)
        chosen = next((other for other in found.people if other.id == to), None)
        if chosen is None:
            raise HandoverOver
        async with self._unit() as work:
            chat = await work.creators.set_chat(chat_id, handover_to=chosen.id)
            if chat.creator != person.id:  # somebody else's, who is gone
                await self._audit(work, "chat.changed", chat, person, handover_to=(found.chat.handover_to, chosen.id))
            await self._tell(work, NoticeKind.HANDOVER, chat, chosen.id)
        self._wakes.outbox.set()
        log.info("handover_asked", chat_id=str(chat_id), by=str(person.id), to=str(to))
        return chat, chosen

    async def accept(self, chat_id: UUID, person: Person) -> ChatCard:
        """It is theirs, if they were asked and administer it at this moment. Raises: HandoverOver, NotAdministrator."""
        chat = await self._chat(chat_id)
        if chat is None or chat.handover_to != person.id:
            raise HandoverOver
        return await self._take(chat, person, asked=person.id)

    async def decline(self, chat_id: UUID, person: Person) -> Chat:
        """Not me; who asked is told. Raises: HandoverOver."""
        async with self._unit() as work:
            chat = (await work.creators.chats_by_ids([chat_id])).get(chat_id)
            if chat is None or chat.handover_to != person.id:
                raise HandoverOver
            await work.creators.set_chat(chat_id, handover_to=None)
            if chat.creator is not None:
                await self._tell(work, NoticeKind.DECLINED, chat, chat.creator)
        self._wakes.outbox.set()
        return chat

    async def take_over(self, chat_id: UUID, person: Person) -> ChatCard:
        """An administrator takes a chat whose creator is gone. Raises: ChatUnknown, HandoverOver."""
        chat = await self._chat(chat_id)
        if chat is None or not await self._rights.is_administrator(chat.telegram_id, person.telegram_id):
            raise ChatUnknown
        if not chat.orphaned or await self._creators.creator_now(chat, person) != person.id:
            raise HandoverOver
        return await self._take(chat, person, asked=None)

    async def _take(self, chat: Chat, person: Person, *, asked: UUID | None) -> ChatCard:
        if not await self._rights.is_administrator(chat.telegram_id, person.telegram_id):
            raise NotAdministrator(chat=chat.title)
        async with self._unit() as work:
            if not await work.handovers.hand_to(chat.id, person.id, was=chat.creator, asked=asked):
                raise HandoverOver
            await self._audit(work, "chat.handed-over", chat, person, creator=(chat.creator, person.id))
            if chat.creator is not None and chat.creator != person.id:
                await self._tell(work, NoticeKind.HANDED, chat, chat.creator)
        self._wakes.outbox.set()
        log.info("chat_handed_over", chat_id=str(chat.id), to=str(person.id))
        if chat.orphaned:
            await self._wake(chat)
        return await self._creators.chat(chat.id, person)

    async def _wake(self, chat: Chat) -> None:
        """Nothing else kept it paused; what stands in the way now is told when they resume it themselves."""
        async with self._unit() as work:
            project = (await work.projects.by_ids([chat.project])).get(chat.project) if chat.project else None
            if project is not None and project.open:
                await work.creators.set_chat(chat.id, state=ChatState.ON, paused_reason=None)
                posts = await work.creators.recent_posts(chat.id, REDRAWN_POSTS)
                await work.creators.counters_changed(posts, self._now())

    async def _own(self, chat_id: UUID, person: Person) -> Chat:
        """Theirs to give away: they are its creator, or its creator is gone."""
        chat = await self._creators.administered(chat_id, person)
        if await self._creators.creator_now(chat, person) != person.id:
            raise NotCreator(chat=chat.title)
        return chat

    async def _chat(self, chat_id: UUID) -> Chat | None:
        async with self._unit.read() as work:
            return (await work.creators.chats_by_ids([chat_id])).get(chat_id)

    async def _audit(
        self, work: Work, action: str, chat: Chat, person: Person, **changed: tuple[UUID | None, UUID]
    ) -> None:
        """In the commit of what was done; each change as what it was and is."""
        before = {name: str(was) if was else None for name, (was, _) in changed.items()}
        after = {name: str(is_) for name, (_, is_) in changed.items()}
        record = AuditRecord(person.id, "chat", action, "chat", str(chat.id), before, after)
        await work.audit.add(record, now=self._now())

    async def _tell(self, work: Work, kind: NoticeKind, chat: Chat, person: UUID) -> None:
        now = self._now()
        key = f"{kind}:{chat.id}:{person}:{now.timestamp()}"
        message = NewMessage(key, kind, URGENCY[kind], person, chat.id, self._due(now))
        await work.outbox.add_many([message], now=now)

    def _due(self, now: datetime) -> datetime:
        return self._quiet.allowed_from(now) if self._quiet else now


@dataclass(frozen=True, slots=True)
class ChatNews:
    """What a queued message about a chat tells: the chat, its project's titles, and the creator of record's name."""

    chat: Chat
    project: Project | None
    creator: str


async def news(work: Work, kind: NoticeKind, chat_id: UUID, reader: UUID) -> ChatNews | None:
    """For the sender; None if it is no longer so."""
    chat = (await work.creators.chats_by_ids([chat_id])).get(chat_id)
    if chat is None:
        return None
    match kind:
        case NoticeKind.HANDOVER:
            stands = chat.handover_to == reader
        case NoticeKind.TAKE_OVER:
            stands = chat.orphaned and chat.creator != reader
        case NoticeKind.PAUSED:
            stands = chat.orphaned and chat.creator == reader
        case _:
            stands = True
    if not stands:
        return None
    creator = (await work.people.by_ids([chat.creator])).get(chat.creator) if chat.creator else None
    projects = await work.projects.by_ids([chat.project]) if chat.project else {}
    return ChatNews(chat, next(iter(projects.values()), None), creator.name if creator else "")
