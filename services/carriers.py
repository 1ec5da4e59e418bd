"""Which reply carries a post's keyboard: sent once, whoever else wants to at the same moment, then only edited."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.creators import Carried, Chat, Post
from giving.errors import PostUnknown
from giving.names import clean
from giving.notices import URGENCY, NoticeKind
from giving.people import Person
from giving.projects import Project, Tally
from giving.quiet import QuietHours
from services.clock import Clock, utc_now
from services.counters import mark_shown, named_author
from services.creators import EXCERPT_GRAPHEMES
from services.leadership import Write
from services.wake import Wakes
from storage.outbox import NewMessage
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
# Nobody waits longer than this for Telegram's answer to a carrier: who took it on and is not done by then has died.
LEFT_AFTER: Final = timedelta(seconds=60)
AGAIN_AFTER: Final = timedelta(seconds=15)
SAME_POST_WITHIN: Final = timedelta(minutes=2)
JUST_OFFERED: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class CarrierCard:
    """What a carrier shows; `author`: whoever wrote the tipped message, if they wish to be thanked by name."""

    post: Post
    chat: Chat
    project: Project
    raised: Tally
    author: str | None


@dataclass(frozen=True, slots=True)
class Forward:
    """A channel's post as it stands in the discussion group; `post`: its number in the channel, if it is told."""

    channel: int
    post: int | None
    group: int
    message_id: int
    text: str
    at: datetime


class CarrierService:
    """A carrier is taken on in the database before it is sent, so that two who want to send it send one."""

    def __init__(
        self, unit: UnitOfWork, *, wakes: Wakes, quiet: QuietHours | None = None, write: Write | None = None,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`quiet`: what creators are told waits for the morning then.

        `write` opens what the counters' loop writes too: in production in the leader's name where that is the caller.
        """
        self._write = write or unit
        self._unit, self._wakes, self._quiet, self._now = unit, wakes, quiet, now

    async def card(self, post_id: UUID) -> CarrierCard:
        """What the carrier is to show now. Raises: PostUnknown."""
        async with self._unit.read() as work:
            post = (await work.creators.posts_by_ids([post_id])).get(post_id)
            if post is None:
                raise PostUnknown
            chat = (await work.creators.chats_by_ids([post.chat]))[post.chat]
            project = (await work.projects.by_ids([post.project]))[post.project]
            raised = (await work.tallies.of([post_id], project.target.currency))[post_id]
            author = await named_author(work, post)
        return CarrierCard(post, chat, project, raised, author)

    async def claim(self, post_id: UUID, *, asked: bool) -> bool:
        """True for exactly one caller, who then sends the carrier. `asked`: by a person, at this moment.

        What was taken on and never heard of again may stand there or not: it is sent again only if a person asks.
        """
        now = self._now()
        async with self._write() as work:
            return await work.carriers.claim(post_id, now=now, left_before=now - LEFT_AFTER if asked else None)

    async def sent(self, message_id: int, card: CarrierCard) -> None:
        """The carrier stands and shows this; if more came meanwhile it is due again.

        Whoever took it on says so, leading or not any more: nobody else knows its number, and none would send another.
        """
        async with self._unit() as work:
            await work.carriers.sent(card.post.id, message_id)
            await self._mark(work, card)

    async def shown(self, card: CarrierCard) -> None:
        """The post, or the carrier that stands, was made to show this; if it changed meanwhile it is due again."""
        async with self._write() as work:
            await self._mark(work, card)
            on = await work.giving_days.on_at(self._now()) if card.post.carried is Carried.SELF else ()
            if any(card.post.project in day.projects for day in on):  # its amounts, and no sum
                await work.live_days.button_shows(card.post.id, 0)

    async def unsure(self, post_id: UUID) -> None:
        """An edit was sent, and no answer came: it is due again, whatever it shows now."""
        async with self._write() as work:
            await work.creators.counters_changed([post_id], self._now())

    async def _mark(self, work: Work, card: CarrierCard) -> None:
        await mark_shown(work, card.post.id, card.raised, card.chat, card.author, now=self._now())

    async def not_sent(self, post_id: UUID, *, for_good: bool) -> None:
        """It was refused: tried again a little later, unless it never can be sent. Also said by whoever took it on."""
        async with self._unit() as work:
            await work.carriers.not_sent(post_id, due_at=None if for_good else self._now() + AGAIN_AFTER)

    async def lost(self, post_id: UUID, message_id: int) -> None:
        """Somebody deleted the carrier; a new one comes when a person asks for it."""
        async with self._write() as work:
            await work.carriers.lost(post_id, message_id)

    async def needs_reply(self, post_id: UUID) -> None:
        """A channel's post can't be edited after all."""
        async with self._unit() as work:
            await work.carriers.needs_reply(post_id, self._now())

    async def forwarded(self, forward: Forward) -> UUID | None:
        """A channel's post arrived in the discussion group; the post if tipping is on in the channel.

        A post that was itself forwarded from elsewhere does not tell its number: it is known by its words.
        """
        excerpt = clean(forward.text, most=EXCERPT_GRAPHEMES)
        async with self._unit() as work:
            channel = await work.creators.chat_by_telegram_id(forward.channel)
            if channel is None or channel.is_group or not channel.tipping:
                return None
            await work.carriers.linked(channel.id, forward.group)
            number = forward.post
            if number is None:
                since = forward.at - SAME_POST_WITHIN
                number = await work.carriers.waiting(channel.id, excerpt=excerpt, since=since)
            if number is None:
                return None
            return await work.carriers.forwarded(
                channel, number, group=forward.group, forward=forward.message_id, excerpt=excerpt, at=forward.at
            )

    async def waits_for_carrier(self, post_id: UUID) -> bool:
        """Whether it is known where the carrier goes, and nobody has sent it."""
        async with self._unit.read() as work:
            post = (await work.creators.posts_by_ids([post_id])).get(post_id)
        return post is not None and _waits(post)

    async def unpaid(self, post_id: UUID, person: Person) -> UUID | None:
        """The tip that brought them here: their newest unpaid one, given by /tip under this message just now."""
        async with self._unit.read() as work:
            post = (await work.creators.posts_by_ids([post_id])).get(post_id)
            if post is None or post.carried is not Carried.REPLY:
                return None
            return await work.carriers.unpaid_on(post_id, person.id, self._now() - JUST_OFFERED)

    async def discussion(self, post_id: UUID, linked: int | None, lacks: NoticeKind | None) -> None:
        """What was found out about a channel's discussion group; what it lacks is told to the creator, once."""
        now = self._now()
        async with self._unit() as work:
            post = (await work.creators.posts_by_ids([post_id]))[post_id]
            await work.carriers.linked(post.chat, linked)
            if lacks is not None:
                await self._tell(work, lacks, [post.chat], str(linked or ""), now)
        self._wakes.outbox.set()

    async def moved(self, old: int, new: int) -> bool:
        """A group became a supergroup: settings, totals and project follow; its creator is told, once."""
        async with self._write() as work:
            chat = await work.carriers.move(old, new)
            if chat is not None:
                await self._tell(work, NoticeKind.UPGRADED, [chat], str(new), self._now())
        if chat is None:
            return False
        self._wakes.outbox.set()
        log.info("group_upgraded", chat_id=str(chat))
        return True

    async def _tell(self, work: Work, kind: NoticeKind, chats: Collection[UUID], about: str, now: datetime) -> None:
        """Keyed on what it is about: told once, whoever finds it out how often."""
        found = await work.creators.chats_by_ids(chats)
        due_at = self._quiet.allowed_from(now) if self._quiet else now
        told = [
            NewMessage(f"{kind}:{chat.id}:{about}", kind, URGENCY[kind], chat.creator, chat.id, due_at)
            for chat in found.values()
            if chat.creator is not None
        ]
        await work.outbox.add_many(told, now=now)


def _waits(post: Post) -> bool:
    return post.carried is Carried.REPLY and post.reply_to is not None and post.carrier_message_id is None
