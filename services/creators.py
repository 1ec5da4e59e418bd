"""Creators switch charity tipping on for a chat, choose its project, and see what their followers gave."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from giving.creators import BotRights, Chat, ChatCard, ChatState, CreatorStats, Post, PostCounter, periods
from giving.errors import BotLacksRights, ChatUnknown, NotAdministrator, ProjectClosed, ProjectUnknown
from giving.names import clean
from giving.people import Person
from giving.projects import Tally
from services.clock import Clock, utc_now
from services.projects import alternatives, cards
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
EXCERPT_GRAPHEMES: Final = 40
TITLE_GRAPHEMES: Final = 64
TOP_POSTS: Final = 3


@dataclass(frozen=True, slots=True)
class ChatSeen:
    """A chat as Telegram shows it at this moment."""

    telegram_id: int
    kind: str
    title: str
    username: str | None


class ChatRights(Protocol):
    """Asks the chat network who may do what, right now."""

    async def is_administrator(self, chat: int, user: int) -> bool:
        """Whether the person administers the chat."""
        ...

    async def of_bot(self, chat: int) -> BotRights:
        """What the bot may do there."""
        ...


class CreatorService:
    """Only who administers a chat at this moment may switch it; Telegram is asked each time, outside transactions."""

    def __init__(
        self,
        unit: UnitOfWork,
        rights: ChatRights,
        *,
        zone: ZoneInfo,
        currency: str,
        language: str,
        now: Clock = utc_now,
    ) -> None:
        """`zone` is where days begin, `language` the one for creators whose language we don't have."""
        self._unit, self._rights, self._now = unit, rights, now
        self._zone, self._currency, self._language = zone, currency, language

    async def bot_changed(self, chat: ChatSeen, rights: BotRights, by: Person) -> ChatCard:
        """The bot was added, removed or given other rights; the chat's settings are kept for when it comes back."""
        async with self._unit() as work:
            seen = await work.creators.put_chat(
                telegram_id=chat.telegram_id,
                kind=chat.kind,
                title=clean(chat.title, most=TITLE_GRAPHEMES),
                username=chat.username,
                rights=rights,
                added_by=by.id,
                now=self._now(),
            )
            card = await self._card(work, seen)
        log.info("bot_rights_changed", chat_id=str(seen.id), present=rights.present, can_edit=rights.can_edit)
        return card

    async def mine(self, person: Person) -> tuple[ChatCard, ...]:
        """Chats they switched on or added the bot to, with state and project."""
        async with self._unit.read() as work:
            return tuple([await self._card(work, chat) for chat in await work.creators.chats_of(person.id)])

    async def chat(self, chat_id: UUID, person: Person) -> ChatCard:
        """One of these chats. Raises: ChatUnknown (also for somebody else's)."""
        async with self._unit.read() as work:
            chat = (await work.creators.chats_by_ids([chat_id])).get(chat_id)
            if chat is None or all(own.id != chat_id for own in await work.creators.chats_of(person.id)):
                raise ChatUnknown
            return await self._card(work, chat)

    async def switch_on(self, chat_id: UUID, person: Person, project_id: UUID) -> ChatCard:
        """New posts get a keyboard for this project from now on; earlier posts and tips stay with theirs.

        Raises: ChatUnknown, NotAdministrator, BotLacksRights, ProjectUnknown, ProjectClosed.
        """
        chat = await self._administered(chat_id, person)
        rights = await self._rights.of_bot(chat.telegram_id)
        if rights.missing:
            raise BotLacksRights(chat=chat.title)
        async with self._unit() as work:
            project = (await work.projects.by_ids([project_id])).get(project_id)
            if project is None:
                raise ProjectUnknown
            if not project.open:
                others = await alternatives(work, project_id)
                raise ProjectClosed(project=project, alternatives=others)
            changed = await work.creators.set_chat(
                chat_id, state=ChatState.ON, creator_id=person.id, project_id=project_id, bot_present=True,
                bot_can_post=rights.can_post, bot_can_edit=rights.can_edit,
            )  # fmt: skip
            card = await self._card(work, changed)
        log.info("tipping_switched_on", chat_id=str(chat_id), project_id=str(project_id), creator_id=str(person.id))
        return card

    async def switch_off(self, chat_id: UUID, person: Person) -> ChatCard:
        """No keyboards under new posts. Raises: ChatUnknown, NotAdministrator."""
        await self._controlled(chat_id, person)
        async with self._unit() as work:
            card = await self._card(work, await work.creators.set_chat(chat_id, state=ChatState.OFF))
        log.info("tipping_switched_off", chat_id=str(chat_id), by=str(person.id))
        return card

    async def stats(self, chat_id: UUID, person: Person) -> CreatorStats:
        """What the followers gave, by local day, week and month. Raises: ChatUnknown, NotAdministrator."""
        chat = await self._controlled(chat_id, person)
        starts = periods(self._now().astimezone(self._zone))
        async with self._unit.read() as work:
            today, week, month = [
                await work.tips.chat_tally(chat=chat_id, since=since, currency=self._currency) for since in starts
            ]
            ever = (await work.tallies.of([chat_id], self._currency))[chat_id]
            top = await self._top_posts(work, chat_id)
        return CreatorStats(chat, today, week, month, ever, top)

    async def posted(self, chat_telegram_id: int, message_id: int, text: str, at: datetime) -> Post | None:
        """Keep a new post of a chat that has tipping on; None otherwise. The same post again is the same."""
        async with self._unit.read() as work:
            chat = await work.creators.chat_by_telegram_id(chat_telegram_id)
        if chat is None or not chat.tipping:
            return None
        excerpt = clean(text, most=EXCERPT_GRAPHEMES)
        async with self._unit() as work:
            return await work.creators.add_post(
                chat=chat, message_id=message_id, excerpt=excerpt, at=at, now=self._now()
            )

    async def keyboard_shown(self, post_id: UUID) -> None:
        """The post carries its keyboard; until then the counters' loop would put it there."""
        async with self._unit() as work:
            await work.creators.counter_shown(post_id, now=self._now(), due_at=None)

    async def language(self, post_or_chat_id: UUID) -> str:
        """The creator's language, which a chat's buttons speak."""
        async with self._unit.read() as work:
            posts = await work.creators.posts_by_ids([post_or_chat_id])
            chat_id = posts[post_or_chat_id].chat if posts else post_or_chat_id
            chat = (await work.creators.chats_by_ids([chat_id])).get(chat_id)
            if chat is None or chat.creator is None:
                return self._language
            creator = (await work.people.by_ids([chat.creator])).get(chat.creator)
            return creator.language(self._language) if creator else self._language

    async def _controlled(self, chat_id: UUID, person: Person) -> Chat:
        """As _administered; where the bot has left nobody can be asked, and the creator of record may."""
        chat = (await self.chat(chat_id, person)).chat
        if not chat.rights.present and chat.creator == person.id:
            return chat
        return await self._administered(chat_id, person)

    async def _administered(self, chat_id: UUID, person: Person) -> Chat:
        chat = (await self.chat(chat_id, person)).chat
        if not await self._rights.is_administrator(chat.telegram_id, person.telegram_id):
            raise NotAdministrator(chat=chat.title)
        return chat

    async def _card(self, work: Work, chat: Chat) -> ChatCard:
        found = await work.projects.by_ids([chat.project]) if chat.project else {}
        return ChatCard(chat, next(iter(await cards(work, list(found.values()))), None))

    async def _top_posts(self, work: Work, chat_id: UUID) -> tuple[PostCounter, ...]:
        ids = await work.creators.top_posts(chat_id, self._currency, TOP_POSTS)
        posts = await work.creators.posts_by_ids(ids)
        raised: dict[UUID, Tally] = await work.tallies.of(ids, self._currency)
        return tuple(PostCounter(posts[i], raised[i]) for i in ids)
