"""A creator thanks their donors: only those who wish for it, at most once a week, and never without a preview."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.creators import Chat
from giving.errors import NobodyToThank, NotCreator, SlotUnknown, ThanksTooSoon
from giving.names import clean
from giving.notices import URGENCY, NoticeKind
from giving.people import Person
from giving.quiet import QuietHours
from giving.slots import Slot
from giving.subscriptions import PER_WEEK, SubscriptionKind
from services.clock import Clock, utc_now
from services.creators import CreatorService
from services.subscriptions import by_day
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
    """Who would get it: how many, and the names of those who show theirs; on the creator's `slot` without a chat."""

    about: Chat | Slot
    people: int
    named: tuple[str, ...]
    words: str = ""

    @property
    def title(self) -> str:
        """Of the chat, or the name their slot has."""
        return _title(self.about)


class ThanksService:
    """Recipients: donors of paid tips in this chat, or on this slot, who switched thanks on.

    Everybody else hears nothing (docs/decisions/0009). `about`: the chat's id, or that of the creator's own slot.
    """

    def __init__(
        self, unit: UnitOfWork, creators: CreatorService, *, wakes: Wakes, quiet: QuietHours | None = None,
        per_week: int = PER_WEEK, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """Thanks wait for their reader's morning where `quiet` says so, and for a week of theirs that has room."""
        self._unit, self._creators, self._wakes, self._quiet, self._now = unit, creators, wakes, quiet, now
        self._per_week = per_week

    async def draft(self, about: UUID, person: Person, words: str = "") -> ThanksDraft:
        """Whom it would reach. Raises: ChatUnknown, NotAdministrator, NotCreator, ThanksTooSoon, NobodyToThank."""
        own = await self._own(about, person)
        async with self._unit.read() as work:
            return await self._draft(work, own, person, clean(words, most=WORDS_GRAPHEMES))

    async def draft_of_slot(self, person: Person) -> ThanksDraft:
        """The same for the slot they have. Raises: SlotUnknown, ThanksTooSoon, NobodyToThank."""
        async with self._unit.read() as work:
            slot = await work.slots.of_creator(person.id)
        if slot is None:
            raise SlotUnknown
        return await self.draft(slot.id, person)

    async def send(self, about: UUID, person: Person, words: str) -> ThanksDraft:
        """On its way, once to each. Raises: as `draft`."""
        own = await self._own(about, person)
        now = self._now()
        async with self._unit() as work:
            await work.thanks.hold(person.id)
            draft = await self._draft(work, own, person, clean(words, most=WORDS_GRAPHEMES))
            reached = await self._reached(work, own, person)
            kind, (chat, slot) = NoticeKind.THANKS, (None, own.id) if isinstance(own, Slot) else (own.id, None)
            thanks = Thanks(new_id(), chat, slot, person.id, draft.words, len(reached), now)
            await work.thanks.add(thanks)
            messages = [
                NewMessage(
                    f"{kind}:{thanks.id}:{donor}", kind, URGENCY[kind], donor, thanks.id, by_day(now, self._quiet, zone)
                )
                for donor, zone in reached.items()
            ]
            await work.outbox.add_many(messages, now=now)
        self._wakes.outbox.set()
        log.info("thanks_sent", about=str(own.id), creator_id=str(person.id), recipients=len(reached))
        return draft

    async def stop(self, person: Person) -> None:
        """They want no more thanks by message."""
        async with self._unit() as work:
            await work.thanks.stop(person.id)

    async def _own(self, about: UUID, person: Person) -> Chat | Slot:
        async with self._unit.read() as work:
            slot = await work.slots.of_creator(person.id)
        if slot is not None and slot.id == about:
            return slot
        chat = await self._creators.controlled(about, person)
        if chat.creator != person.id:
            raise NotCreator(chat=chat.title)
        return chat

    async def _reached(self, work: Work, own: Chat | Slot, person: Person) -> dict[UUID, str | None]:
        """Whom it reaches, with their clocks."""
        return await work.thanks.recipients(own.id, but=person.id, now=self._now(), per_week=self._per_week)

    async def _draft(self, work: Work, own: Chat | Slot, person: Person, words: str) -> ThanksDraft:
        last = await work.thanks.last_of(person.id, own.id)
        if last is not None and (again := last + EVERY) > self._now():
            raise ThanksTooSoon(at=again)
        reached = await self._reached(work, own, person)
        if not reached:
            raise NobodyToThank(chat=_title(own))
        named = await work.thanks.named(own.id, but=person.id, limit=NAMED, now=self._now(), per_week=self._per_week)
        return ThanksDraft(own, len(reached), tuple(named), words)


def _title(about: Chat | Slot) -> str:
    return about.name if isinstance(about, Slot) else about.title


@dataclass(frozen=True, slots=True)
class ThanksTold:
    """A thank-you as its reader sees it; `title`: of the chat, or the name on the creator's `slot`."""

    creator: str
    title: str
    words: str
    at: datetime
    slot: bool = False


async def told(
    work: Work, thanks_id: UUID, reader: UUID, *, now: datetime, per_week: int = PER_WEEK
) -> ThanksTold | None:
    """For the sender; None if its reader wants none any more or has no room this week, or its writer has left."""
    thanks = await work.thanks.by_id(thanks_id)
    wish = SubscriptionKind.THANKS
    if thanks is None or not thanks.words:
        return None
    if not await work.subscriptions.may_be_told([reader], wish, now=now, per_week=per_week):
        return None
    creator = (await work.people.by_ids([thanks.creator])).get(thanks.creator)
    about: Chat | Slot | None = None
    if thanks.slot is not None:
        about = (await work.slots.by_ids([thanks.slot])).get(thanks.slot)
    elif thanks.chat is not None:
        about = (await work.creators.chats_by_ids([thanks.chat])).get(thanks.chat)
    if creator is None or about is None:
        return None
    return ThanksTold(creator.name, _title(about), thanks.words, thanks.sent_at, slot=isinstance(about, Slot))
