"""What creators are told on a giving day, once; and the post for their channel, which only their tap publishes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from giving.creators import Chat
from giving.errors import DayNotNow, DayPostBusy, DayPostDone, NotCreator, TippingOff
from giving.giving_days import DayPost, DayState, GivingDay, PostState, standing, turned
from giving.giving_days.pools import DayPool, of_project
from giving.notices import URGENCY, NoticeKind
from giving.people import Person
from giving.projects import Project
from giving.quiet import QuietHours
from services.clock import Clock, utc_now
from services.creators import CreatorService
from services.giving_days.copies import known
from services.giving_days.pools import pools_beside
from services.subscriptions import by_day
from storage.outbox import NewMessage
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DayCall:
    """A day that is on, with a creator's channels that support one of its projects, and its post in each of them."""

    day: GivingDay
    channels: tuple[tuple[Chat, Project], ...]
    posts: dict[UUID, DayPost]
    now: datetime
    pools: tuple[DayPool, ...] = ()

    def matched(self, chat: Chat, project: Project) -> tuple[DayPool, ...]:
        """The pools that add to gifts in this channel."""
        return of_project(self.pools, project.id, chat.creator)

    def standing(self, chat: Chat) -> PostState | None:
        """What became of the post there; None if nobody tried."""
        post = self.posts.get(chat.id)
        return standing(post, self.now) if post is not None else None


class DayPosts:
    """The creators' side of giving days."""

    def __init__(
        self, unit: UnitOfWork, creators: CreatorService, *, quiet: QuietHours | None = None, now: Clock = utc_now
    ) -> None:  # fmt: skip
        """What is told waits for the morning of its reader where `quiet` says so."""
        self._unit, self._creators, self._quiet, self._now = unit, creators, quiet, now

    async def call(self, work: Work, before: GivingDay, after: GivingDay, now: datetime) -> None:
        """In the commit in which a day goes live: one message to each creator whose channel is on for it."""
        if after.state is not DayState.LIVE or before.state is DayState.LIVE:
            return
        kind, callers = NoticeKind.DAY_CALL, await work.day_posts.callers(after.projects)
        clocks = await work.subscriptions.timezones_of(callers)
        messages = [
            NewMessage(
                f"{kind}:{after.id}:{person}", kind, URGENCY[kind], person, after.id,
                by_day(now, self._quiet, clocks.get(person)),
            )
            for person in callers
        ]  # fmt: skip
        await work.outbox.add_many(messages, now=now)
        log.info("giving_day_creators_called", day_id=str(after.id), count=len(messages))

    async def seen(self, day_id: UUID, person: Person) -> DayCall:
        """How it stands with the day's post in their channels. Raises: DayUnknown, DayNotNow."""
        async with self._unit.read() as work:
            found = await called(work, day_id, person.id, self._now())
            if found is None:
                day = known(await work.giving_days.by_id(day_id))
                raise DayNotNow(state=turned(day, self._now()).value)
        return found

    async def begin(self, day_id: UUID, chat_id: UUID, person: Person, tries: int) -> tuple[DayCall, Chat, Project]:
        """Write down that it is being sent: whoever gets an answer is the one to send it, and to say what came of it.

        `tries`: as often as the one who taps knows that it was tried; they know that it may be there already.
        Raises: DayUnknown, DayNotNow, ChatUnknown, NotAdministrator, NotCreator, TippingOff, DayPostDone, DayPostBusy.
        """
        async with self._unit.read() as work:
            known(await work.giving_days.by_id(day_id))
        chat = await self._creators.controlled(chat_id, person)
        if chat.creator != person.id:
            raise NotCreator(chat=chat.title)
        now = self._now()
        async with self._unit() as work:
            found = await called(work, day_id, person.id, now)
            if found is None:
                raise DayNotNow(state=turned(known(await work.giving_days.by_id(day_id)), now).value)
            channel = next(((each, project) for each, project in found.channels if each.id == chat_id), None)
            if channel is None:
                raise TippingOff(chat=chat.title)
            if not await self._begun(work, found, channel[0], tries, now):
                raise DayPostBusy
        return found, *channel

    async def _begun(self, work: Work, found: DayCall, chat: Chat, tries: int, now: datetime) -> bool:
        was = found.posts.get(chat.id)
        if was is None:
            return await work.day_posts.begin(found.day.id, chat.id, now)
        if was.state is PostState.POSTED:
            raise DayPostDone
        again = standing(was, now) is PostState.UNKNOWN and was.tries == tries
        return again and await work.day_posts.begin_again(was, now)

    async def posted(self, day: GivingDay, chat: Chat, message_id: int) -> None:
        """It stands there."""
        async with self._unit() as work:
            await work.day_posts.ended(day.id, chat.id, PostState.POSTED, message_id)
        log.info("giving_day_posted", day_id=str(day.id), chat_id=str(chat.id))

    async def unknown(self, day: GivingDay, chat: Chat) -> None:
        """Telegram gave no answer: it may stand there."""
        async with self._unit() as work:
            await work.day_posts.ended(day.id, chat.id, PostState.UNKNOWN)
        log.warning("giving_day_post_unknown", day_id=str(day.id), chat_id=str(chat.id))

    async def refused(self, day: GivingDay, chat: Chat) -> None:
        """Telegram would not have it: it certainly doesn't stand there, and can be tried again."""
        async with self._unit() as work:
            await work.day_posts.not_sent(day.id, chat.id)
        log.info("giving_day_post_refused", day_id=str(day.id), chat_id=str(chat.id))


async def called(work: Work, day_id: UUID, person: UUID, now: datetime) -> DayCall | None:
    """What a creator is told of a day that is on; None if it is not, or no channel of theirs is part of it."""
    day = await work.giving_days.by_id(day_id)
    if day is None or not day.on(now):
        return None
    chats = [chat for chat in await work.creators.chats_of(person) if _takes_part(chat, person, day)]
    if not chats:
        return None
    projects = await work.projects.by_ids([chat.project for chat in chats if chat.project is not None])
    channels: Sequence[tuple[Chat, Project]] = [
        (chat, projects[chat.project]) for chat in chats if chat.project is not None and projects[chat.project].open
    ]
    if not channels:
        return None
    posts = await work.day_posts.of(day.id, [chat.id for chat in chats])
    return DayCall(day, tuple(channels), posts, now, await pools_beside(work, day))


def _takes_part(chat: Chat, person: UUID, day: GivingDay) -> bool:
    return (
        chat.creator == person and chat.tipping and chat.rights.present and not chat.is_group
        and chat.project in day.projects
    )  # fmt: skip
