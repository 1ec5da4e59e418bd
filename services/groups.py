"""Groups: a message is tipped by a reply to it; the tip goes to the project that the group's creator chose."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from giving.creators import BotRights, Carried, Chat, ChatCard, Post
from giving.errors import ChatUnknown, NotAdministrator, ProjectClosed, TippingNotOn, TippingPaused
from giving.names import clean
from giving.people import Person, Visitor
from giving.projects import Project
from services.clock import Clock, utc_now
from services.creator_watch import CreatorWatch
from services.creators import EXCERPT_GRAPHEMES, TITLE_GRAPHEMES, ChatRights, ChatSeen, CreatorService
from services.projects import alternatives, cards
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tipped:
    """A group's message that somebody answers with /tip; `author`: if it was a person, met if it becomes a post."""

    message_id: int
    text: str
    at: datetime
    author: Visitor | None


class GroupService:
    """Who administers a group is asked of Telegram each time, outside transactions."""

    def __init__(
        self, unit: UnitOfWork, rights: ChatRights, creators: CreatorService, *, watch: CreatorWatch | None = None,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """Cards of chats are `creators`' matter; `watch` looks whether a group's creator still administers it."""
        self._unit, self._rights, self._creators, self._watch, self._now = unit, rights, creators, watch, now

    async def bot_changed(self, chat: ChatSeen, rights: BotRights, by: Person | None) -> tuple[ChatCard, BotRights]:
        """The bot was added, removed or restricted, by `by` (None: an administrator who stays anonymous).

        The group as it is now, and what the bot could do in it before, as far as we knew.
        """
        async with self._unit() as work:
            before = await work.creators.chat_by_telegram_id(chat.telegram_id)
            seen = await self._put(work, chat, rights, by)
            found = await work.projects.by_ids([seen.project]) if seen.project else {}
            project = next(iter(await cards(work, list(found.values()))), None)
        log.info("bot_rights_changed", chat_id=str(seen.id), present=rights.present, can_post=rights.can_post)
        return ChatCard(seen, project), before.rights if before else BotRights()

    async def could_have_become(self, title: str) -> list[int]:
        """Basic groups of this name with the bot in them: a new supergroup may be what became of one."""
        async with self._unit.read() as work:
            return await work.carriers.groups_named(clean(title, most=TITLE_GRAPHEMES))

    async def creator_of(self, chat: Chat) -> Person | None:
        """Who switched tipping on there."""
        if chat.creator is None:
            return None
        async with self._unit.read() as work:
            return (await work.people.by_ids([chat.creator])).get(chat.creator)

    async def here(self, chat: ChatSeen, person: Person | None) -> Chat:
        """The group in which an administrator asks for its card; one the bot never heard of is met now.

        Without a person (an anonymous administrator) nobody is authorised by this. Raises: NotAdministrator.
        """
        if person is not None and not await self._rights.is_administrator(chat.telegram_id, person.telegram_id):
            raise NotAdministrator(chat=clean(chat.title, most=TITLE_GRAPHEMES))
        async with self._unit.read() as work:
            known = await work.creators.chat_by_telegram_id(chat.telegram_id)
        rights = BotRights(present=True, can_post=True, can_edit=True)
        async with self._unit() as work:
            if known is None or not known.rights.present:
                known = await self._put(work, chat, rights, person)
            if person is not None:
                await work.handovers.put_manager(known.id, person.id, self._now())
        return known

    async def card(self, chat_id: UUID, person: Person) -> ChatCard:
        """A chat for who administers it at this moment, or runs it.

        Raises: ChatUnknown (also for a stranger, who is not told that it is there), NotAdministrator (no longer).
        """
        async with self._unit.read() as work:
            chat = (await work.creators.chats_by_ids([chat_id])).get(chat_id)
        if chat is None:
            raise ChatUnknown
        if await self._rights.is_administrator(chat.telegram_id, person.telegram_id):
            async with self._unit() as work:
                await work.handovers.put_manager(chat_id, person.id, self._now())
        elif chat.creator != person.id:
            async with self._unit.read() as work:
                theirs = any(own.id == chat_id for own in await work.creators.chats_of(person.id))
            raise NotAdministrator(chat=chat.title) if theirs else ChatUnknown
        return await self._creators.chat(chat_id, person)

    async def tipped(self, group: int, message: Tipped, title: str) -> Post:
        """The tipped message as a post of the group, kept once. Raises: TippingNotOn, TippingPaused, ProjectClosed."""
        async with self._unit.read() as work:
            chat = await work.creators.chat_by_telegram_id(group)
        runs = chat is None or self._watch is None or await self._watch.still_runs(chat)
        if chat is not None and (chat.paused or not runs):
            raise TippingPaused(chat=chat.title, **await self._still_open(chat.project))
        if chat is None or chat.project is None or not chat.tipping:
            raise TippingNotOn(chat=clean(title, most=TITLE_GRAPHEMES))
        async with self._unit.read() as work:
            project = (await work.projects.by_ids([chat.project]))[chat.project]
            if not project.open:
                raise ProjectClosed(project=project, alternatives=await alternatives(work, project.id))
        async with self._unit() as work:
            return await work.creators.add_post(
                author=await self._met(work, message.author),
                chat=chat,
                message_id=message.message_id,
                excerpt=clean(message.text, most=EXCERPT_GRAPHEMES),
                at=message.at,
                now=self._now(),
                carried=Carried.REPLY,
                carrier_chat=group,
            )

    async def _still_open(self, project: UUID | None) -> dict[str, Project]:
        """What is given to instead, as an argument of the refusal."""
        async with self._unit.read() as work:
            found = (await work.projects.by_ids([project])).get(project) if project else None
        return {"project": found} if found and found.open else {}

    async def _met(self, work: Work, author: Visitor | None) -> UUID | None:
        if author is None:
            return None
        known = await work.people.by_telegram_id(author.telegram_id)
        return (known or await work.people.meet(author, started=False, now=self._now())).id

    async def channel_post(self, channel: int, message_id: int) -> Post | None:
        """The post of a channel that stands, automatically forwarded, in its discussion group; None if not ours."""
        async with self._unit.read() as work:
            post_id = await work.carriers.post_of(channel, message_id)
            return (await work.creators.posts_by_ids([post_id]))[post_id] if post_id else None

    async def _put(self, work: Work, chat: ChatSeen, rights: BotRights, by: Person | None) -> Chat:
        return await work.creators.put_chat(
            telegram_id=chat.telegram_id,
            kind=chat.kind,
            title=clean(chat.title, most=TITLE_GRAPHEMES),
            username=chat.username,
            rights=rights,
            added_by=by.id if by else None,
            now=self._now(),
        )
