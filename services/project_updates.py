"""What a project did: written by its organisation, kept, and told to its monthly donors at most once a month."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from prometheus_client import Counter

from giving.errors import NewsEmpty, NewsOver, NewsTooLong
from giving.notices import URGENCY, NoticeKind
from giving.people import Person
from giving.project_updates import WORDS_GRAPHEMES, ProjectUpdate, told_again_from, words_of
from giving.projects import Project
from giving.quiet import QuietHours
from giving.subscriptions import PER_WEEK, SubscriptionKind
from services.clock import Clock, utc_now
from services.members import MemberService
from services.subscriptions import by_day
from services.wake import Wakes
from storage.audit import AuditRecord
from storage.ids import new_id
from storage.outbox import NewMessage
from storage.project_updates import WISHES
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
_TOLD: Final = Counter(
    "project_news_total", "What projects told of what they did, by whether donors were told", ["how"]
)


@dataclass(frozen=True, slots=True)
class NewsDraft:
    """What would be told: to `readers` of `donors` who give monthly. `id`: of the update it becomes.

    `not_before`: its donors were told something lately, so it is only kept until then; None: they may be told now.
    """

    id: UUID
    project: Project
    words: str
    donors: int
    readers: int
    last: ProjectUpdate | None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewsTold:
    """An update as its reader sees it, and under which of their wishes it came."""

    update: ProjectUpdate
    project: Project
    wish: SubscriptionKind


class NewsService:
    """Members speak for the projects of their organisation, admins for all."""

    def __init__(
        self, unit: UnitOfWork, members: MemberService, *, zone: ZoneInfo, wakes: Wakes,
        quiet: QuietHours | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`zone` is where months begin; what is told waits for its reader's morning where `quiet` says so."""
        self._unit, self._members, self._zone = unit, members, zone
        self._wakes, self._quiet, self._now = wakes, quiet, now

    async def projects(self, person: Person) -> tuple[Project, ...]:
        """Those they may speak for. Raises: NotAllowed."""
        return await self._members.projects(person)

    async def draft(self, person: Person, slug: str, words: str = "") -> NewsDraft:
        """What it would be; nothing is kept. Raises: NotAllowed, ProjectUnknown, NewsTooLong."""
        project = await self._members.project(person, slug)
        kept = words_of(words)
        if kept is None:
            raise NewsTooLong(most=WORDS_GRAPHEMES)
        async with self._unit.read() as work:
            return await self._draft(work, new_id(), project, kept)

    async def publish(self, person: Person, slug: str, identity: UUID, words: str, language: str) -> NewsDraft:
        """Kept once, however often it is tapped; and on its way to those who wish for it, if it may be.

        `identity`: of the draft that was shown. Raises: as `draft`, NewsEmpty, NewsOver.
        """
        project = await self._members.project(person, slug)
        kept = words_of(words)
        if kept is None:
            raise NewsTooLong(most=WORDS_GRAPHEMES)
        if not kept:
            raise NewsEmpty
        now = self._now()
        async with self._unit() as work:
            await work.project_updates.hold(project.id)
            draft = await self._draft(work, identity, project, kept)
            told_at = now if draft.not_before is None and draft.readers else None
            update = ProjectUpdate(identity, project.id, kept, language, person.id, now, told_at)
            if not await work.project_updates.add(update):
                raise NewsOver
            if told_at is not None:
                await self._tell(work, update, now)
            record = AuditRecord(person.id, "chat", "news.published", "project", str(project.id))
            await work.audit.add(record, now=now)
        if told_at is not None:
            self._wakes.outbox.set()
        _TOLD.labels("told" if told_at is not None else "kept").inc()
        log.info(
            "project_news", update_id=str(identity), project_id=str(project.id), by=str(person.id),
            readers=draft.readers if told_at is not None else 0,
        )  # fmt: skip
        return draft if told_at is not None else replace(draft, readers=0)

    async def of_project(self, project: UUID, limit: int) -> list[ProjectUpdate]:
        """What it told, newest first: for everybody."""
        async with self._unit.read() as work:
            return await work.project_updates.of_project(project, limit)

    async def _draft(self, work: Work, identity: UUID, project: Project, words: str) -> NewsDraft:
        updates = work.project_updates
        told_at = await updates.last_told(project.id)
        again = told_again_from(told_at, self._zone) if told_at is not None else None
        return NewsDraft(
            id=identity,
            project=project,
            words=words,
            donors=await updates.donors(project.id),
            readers=len(await updates.readers(project.id)),
            last=await updates.newest(project.id),
            not_before=again if again is not None and again > self._now() else None,
        )

    async def _tell(self, work: Work, update: ProjectUpdate, now: datetime) -> None:
        kind, readers = NoticeKind.PROJECT_NEWS, await work.project_updates.readers(update.project)
        messages = [
            NewMessage(f"{kind}:{update.id}:{reader}", kind, URGENCY[kind], reader, update.id,
                       by_day(now, self._quiet, zone))
            for reader, zone in readers.items()
        ]  # fmt: skip
        await work.outbox.add_many(messages, now=now)


async def told(
    work: Work, update: UUID, reader: UUID, *, now: datetime, per_week: int = PER_WEEK
) -> NewsTold | None:  # fmt: skip
    """For the sender; None if its reader wants none any more, or has no room this week."""
    found = await work.project_updates.by_id(update)
    wish = await wish_of(work, reader, now=now, per_week=per_week) if found is not None else None
    if found is None or wish is None:
        return None
    return NewsTold(found, (await work.projects.by_ids([found.project]))[found.project], wish)


async def wish_of(work: Work, reader: UUID, *, now: datetime, per_week: int) -> SubscriptionKind | None:
    """Under which of their wishes news may come now; None: they want none, or were told enough this week."""
    for wish in WISHES:
        if await work.subscriptions.may_be_told([reader], wish, now=now, per_week=per_week):
            return wish
    return None
