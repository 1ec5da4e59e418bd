"""Creators switch charity tipping on for a chat, choose its project, and see what their followers gave."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from giving.creators import (
    BotRights,
    Carried,
    Chat,
    ChatCard,
    ChatState,
    CreatorStats,
    PauseReason,
    Post,
)
from giving.errors import BotLacksRights, BotNotInGroup, ChatUnknown, HandoverOver, NotAdministrator
from giving.money import Money
from giving.names import clean
from giving.people import Person
from services.clock import Clock, utc_now
from services.creator_watch import REDRAWN_POSTS, ChatRights, CreatorWatch
from services.creators import audit
from services.creators.figures import figures
from services.creators.seen import EXCERPT_GRAPHEMES, TITLE_GRAPHEMES, ChatSeen
from services.projects import cards, open_project
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


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
        watch: CreatorWatch | None = None,
        now: Clock = utc_now,
    ) -> None:
        """`zone` is where days begin, `language` the one for creators whose language we don't have.

        `watch` looks, at new posts, whether a chat's creator still administers it.
        """
        self._unit, self._rights, self._now, self._watch = unit, rights, now, watch
        self._zone, self._currency, self._language = zone, currency, language

    async def bot_changed(self, chat: ChatSeen, rights: BotRights, by: Person) -> ChatCard:
        """The bot was added, removed or given other rights; the chat's settings are kept for when it comes back."""
        async with self._unit() as work:
            before = await work.creators.chat_by_telegram_id(chat.telegram_id)
            seen = await work.creators.put_chat(
                telegram_id=chat.telegram_id,
                kind=chat.kind,
                title=clean(chat.title, most=TITLE_GRAPHEMES),
                username=chat.username,
                rights=rights,
                added_by=by.id,
                now=self._now(),
            )
            came = before is not None and not before.rights.present and rights.present
            card = replace(await self._card(work, seen), back=came and seen.project is not None)
        log.info("bot_rights_changed", chat_id=str(seen.id), present=rights.present, can_edit=rights.can_edit)
        return card

    async def mine(self, person: Person) -> tuple[ChatCard, ...]:
        """Chats they switched on, added the bot to or administer too, with state, project and what was given."""
        async with self._unit.read() as work:
            return tuple([await self._card(work, chat, person) for chat in await work.creators.chats_of(person.id)])

    async def chat(self, chat_id: UUID, person: Person) -> ChatCard:
        """One of these chats. Raises: ChatUnknown (also for somebody else's)."""
        async with self._unit.read() as work:
            chat = (await work.creators.chats_by_ids([chat_id])).get(chat_id)
            if chat is None or all(own.id != chat_id for own in await work.creators.chats_of(person.id)):
                raise ChatUnknown
            return await self._card(work, chat, person)

    async def card(self, chat_id: UUID, person: Person) -> ChatCard:
        """The same, to be shown: who only administers somebody else's chat must do so at this moment.

        Raises: ChatUnknown, NotAdministrator.
        """
        card = await self.chat(chat_id, person)
        if card.run_by is not None and card.chat.rights.present:
            await self.administered(chat_id, person)
        return card

    async def switch_on(self, chat_id: UUID, person: Person, project_id: UUID) -> ChatCard:
        """New posts get a keyboard for this project from now on; earlier posts and tips stay with theirs.

        A chat whose creator still administers it stays theirs, whoever of its administrators does this.

        Raises: ChatUnknown, NotAdministrator, BotLacksRights, ProjectUnknown, ProjectClosed, HandoverOver (somebody
        else became its creator at this moment).
        """
        chat = await self.administered(chat_id, person)
        card = await self._on(chat, person, project_id)
        log.info("tipping_switched_on", chat_id=str(chat_id), project_id=str(project_id), by=str(person.id))
        return card

    async def _on(self, chat: Chat, person: Person, project_id: UUID) -> ChatCard:
        rights = await self._rights.of_bot(chat.telegram_id)
        if rights.missing:
            raise (BotNotInGroup if chat.is_group else BotLacksRights)(chat=chat.title)
        creator = await self.creator_now(chat, person)
        async with self._unit() as work:
            await open_project(work, project_id)
            # Somebody else may have taken it on since it was read: it is theirs then, and not taken from them.
            changed = await work.creators.set_chat_of(
                chat.creator, chat.id, creator, state=ChatState.ON, paused_reason=None, project_id=project_id,
                bot_present=True, bot_can_post=rights.can_post, bot_can_edit=rights.can_edit,
            )  # fmt: skip
            if changed is None:
                raise HandoverOver
            if chat.paused:
                await self._redraw(work, chat.id)
            await audit.record(work, person, chat, changed, now=self._now())
            return await self._card(work, changed, person)

    async def switch_off(self, chat_id: UUID, person: Person) -> ChatCard:
        """No keyboards under new posts. Raises: ChatUnknown, NotAdministrator."""
        chat = await self.controlled(chat_id, person)
        async with self._unit() as work:
            changed = await work.creators.set_chat(chat_id, state=ChatState.OFF, paused_reason=None)
            await audit.record(work, person, chat, changed, now=self._now())
            card = await self._card(work, changed, person)
        log.info("tipping_switched_off", chat_id=str(chat_id), by=str(person.id))
        return card

    async def pause(self, chat_id: UUID, person: Person) -> ChatCard:
        """Nobody can tip until it is resumed; posts keep their counters. Raises: ChatUnknown, NotAdministrator."""
        chat = await self.controlled(chat_id, person)
        if chat.state is not ChatState.ON:
            return await self.chat(chat_id, person)
        async with self._unit() as work:
            paused = {"state": ChatState.PAUSED, "paused_reason": PauseReason.CREATOR}
            changed = await work.creators.set_chat(chat_id, **paused)
            await audit.record(work, person, chat, changed, now=self._now())
            await self._redraw(work, chat_id)
            card = await self._card(work, changed, person)
        log.info("tipping_paused", chat_id=str(chat_id), by=str(person.id))
        return card

    async def resume(self, chat_id: UUID, person: Person) -> ChatCard:
        """As it was before the pause. Raises: as `switch_on`."""
        chat = await self.administered(chat_id, person)
        if not chat.paused or chat.project is None:
            return await self.chat(chat_id, person)
        card = await self._on(chat, person, chat.project)
        log.info("tipping_resumed", chat_id=str(chat_id), by=str(person.id))
        return card

    async def set_presets(self, chat_id: UUID, person: Person, presets: Sequence[Money]) -> ChatCard:
        """The amounts that keyboards offer from now on; none for the service's. Raises: ChatUnknown, NotAdministrator.

        Posts that are shown already change with their next tip; the newest do at once.
        """
        chat = await self.controlled(chat_id, person)
        async with self._unit() as work:
            changed = await work.creators.set_chat(chat_id, presets=[amount.minor for amount in presets] or None)
            await audit.record(work, person, chat, changed, now=self._now())
            await self._redraw(work, chat_id)
            card = await self._card(work, changed, person)
        log.info("chat_presets_changed", chat_id=str(chat_id), by=str(person.id), count=len(presets))
        return card

    async def set_day_card(self, chat_id: UUID, person: Person, *, on: bool) -> None:
        """Whether giving days have a card there from now on. Raises: ChatUnknown, NotAdministrator."""
        chat = await self.controlled(chat_id, person)
        async with self._unit() as work:
            changed = await work.creators.set_chat(chat_id, day_card=on)
            await audit.record(work, person, chat, changed, now=self._now())
        log.info("chat_day_card_changed", chat_id=str(chat_id), by=str(person.id), on=on)

    async def _redraw(self, work: Work, chat_id: UUID) -> None:
        await work.creators.counters_changed(await work.creators.recent_posts(chat_id, REDRAWN_POSTS), self._now())

    async def stats(self, chat_id: UUID, person: Person) -> CreatorStats:
        """What the followers gave, by local day, week and month. Raises: ChatUnknown, NotAdministrator."""
        chat = await self.controlled(chat_id, person)
        async with self._unit.read() as work:
            return await figures(work, chat, self._currency, local=self._now().astimezone(self._zone))

    async def posted(
        self,
        chat_telegram_id: int,
        message_id: int,
        text: str,
        at: datetime,
        *,
        carried: Carried = Carried.SELF,
        album: str | None = None,
    ) -> Post | None:
        """Keep a new post of a chat that has tipping on; None otherwise. The same post again is the same.

        An album is one post; `carried`: whether it can have its keyboard itself.
        """
        async with self._unit.read() as work:
            chat = await work.creators.chat_by_telegram_id(chat_telegram_id)
        if chat is not None and self._watch is not None and not await self._watch.still_runs(chat):
            return None
        if chat is None or not chat.tipping:
            return None
        excerpt = clean(text, most=EXCERPT_GRAPHEMES)
        async with self._unit() as work:
            return await work.creators.add_post(
                chat=chat, message_id=message_id, excerpt=excerpt, at=at, now=self._now(), carried=carried, album=album
            )

    async def keyboard_shown(self, post_id: UUID, *, on_day: bool = False) -> None:
        """The post carries its keyboard; until then the counters' loop would put it there.

        `on_day`: with the amounts of a giving day, which are to go when it is over.
        """
        async with self._unit() as work:
            await work.creators.counter_shown(post_id, now=self._now(), due_at=None)
            if on_day:
                await work.live_days.button_shows(post_id, 0)

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

    async def controlled(self, chat_id: UUID, person: Person) -> Chat:
        """As `administered`; where the bot has left nobody can be asked, and the creator of record may."""
        chat = (await self.chat(chat_id, person)).chat
        if not chat.rights.present and chat.creator == person.id:
            return chat
        return await self.administered(chat_id, person)

    async def administered(self, chat_id: UUID, person: Person) -> Chat:
        """One of their chats, if they administer it at this moment. Raises: ChatUnknown, NotAdministrator."""
        chat = (await self.chat(chat_id, person)).chat
        if not await self._rights.is_administrator(chat.telegram_id, person.telegram_id):
            if chat.rights.present:
                async with self._unit() as work:
                    await work.handovers.drop_manager(chat_id, person.id)
            raise NotAdministrator(chat=chat.title)
        return chat

    async def creator_now(self, chat: Chat, person: Person) -> UUID:
        """The chat's creator, if they still administer it; else `person`, who does."""
        if chat.creator is None or chat.creator == person.id:
            return person.id
        async with self._unit.read() as work:
            creator = (await work.people.by_ids([chat.creator])).get(chat.creator)
        there = creator is not None and await self._rights.is_administrator(chat.telegram_id, creator.telegram_id)
        return chat.creator if there else person.id

    async def _card(self, work: Work, chat: Chat, person: Person | None = None) -> ChatCard:
        found = await work.projects.by_ids([chat.project]) if chat.project else {}
        project = next(iter(await cards(work, list(found.values()))), None)
        raised = (await work.tallies.of([chat.id], self._currency))[chat.id]
        run_by = None
        if person is not None and chat.creator not in (None, person.id):
            creator = (await work.people.by_ids([chat.creator])).get(chat.creator)
            run_by = creator.name if creator else ""
        return ChatCard(chat, project, raised, run_by)
