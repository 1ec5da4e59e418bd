"""Why donors give every month, in a sentence of theirs: written, read by a reviewer, shown, taken back at any time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from prometheus_client import Counter

from giving.errors import NotMonthlyDonor, WhyEmpty, WhyOver, WhyTooLong
from giving.notices import URGENCY, NoticeKind
from giving.people import Person
from giving.permissions import Permission, may
from giving.projects import Project
from giving.quiet import QuietHours
from giving.whys import WORDS_GRAPHEMES, Refusal, Sentence, ShownSentence, WhyState, sentence_of
from services.clock import Clock, utc_now
from services.people import PeopleService
from services.projects import Page
from services.subscriptions import by_day
from services.wake import Wakes
from storage.audit import AuditRecord
from storage.ids import new_id
from storage.outbox import NewMessage
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
PER_PAGE: Final = 5
_READ = Counter("whys_read_total", "Sentences of donors that were read, by what became of them", ["state"])


@dataclass(frozen=True, slots=True)
class MyWhy:
    """A project somebody gives to monthly, how many months they paid so far, and what they wrote for it."""

    project: Project
    months: int
    sentence: Sentence | None = None


@dataclass(frozen=True, slots=True)
class WhyRead:
    """A sentence with the project it is about."""

    sentence: Sentence
    project: Project


class WhyService:
    """Everybody writes for themselves alone; only who reviews projects reads what waits."""

    def __init__(
        self, unit: UnitOfWork, people: PeopleService, *, wakes: Wakes, quiet: QuietHours | None = None,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """What is told waits for its reader's morning where `quiet` says so."""
        self._unit, self._people, self._wakes, self._quiet, self._now = unit, people, wakes, quiet, now

    async def mine(self, person: Person) -> tuple[MyWhy, ...]:
        """The projects they give to monthly, and those they wrote for before."""
        async with self._unit.read() as work:
            months, written = await work.whys.monthly_projects(person.id), await work.whys.of_donor(person.id)
            projects = await work.projects.by_ids([*months, *written])
        ordered = sorted(projects.values(), key=lambda project: (-months.get(project.id, 0), project.slug))
        return tuple(MyWhy(project, months.get(project.id, 0), written.get(project.id)) for project in ordered)

    async def about(self, person: Person, project: UUID) -> MyWhy:
        """One of these. Raises: NotMonthlyDonor, also for a project that isn't there."""
        found = next((why for why in await self.mine(person) if why.project.id == project), None)
        if found is None:
            raise NotMonthlyDonor
        return found

    async def write(self, person: Person, project: UUID, words: str) -> MyWhy:
        """Kept for a reviewer to read; what they wrote before is not shown any more.

        Raises: WhyEmpty, WhyTooLong, NotMonthlyDonor.
        """
        sentence = sentence_of(words)
        if sentence is None:
            raise WhyTooLong(most=WORDS_GRAPHEMES)
        if not sentence:
            raise WhyEmpty
        now = self._now()
        async with self._unit() as work:
            if not await work.whys.gives(person.id, project):
                raise NotMonthlyDonor
            name = await work.whys.name_beside(person.id, project)
            new = Sentence(new_id(), person.id, project, sentence, WhyState.WAITING, now, name=name)
            await work.whys.put(new)
            told = await self._tell_reviewers(work, but=person.id)
        if told:
            self._wakes.outbox.set()
        log.info("why_written", why_id=str(new.id), person_id=str(person.id), project_id=str(project))
        return await self.about(person, project)

    async def take_back(self, person: Person, project: UUID) -> bool:
        """Gone from everywhere at once; False if there was nothing."""
        async with self._unit() as work:
            gone = await work.whys.take_back(person.id, project)
        log.info("why_taken_back", person_id=str(person.id), project_id=str(project), was_there=gone)
        return gone

    async def shown(self, project: UUID, limit: int) -> tuple[ShownSentence, ...]:
        """What everybody sees on the project's page."""
        async with self._unit.read() as work:
            return await work.whys.shown(project, limit)

    # -- reviewing --

    async def waiting(self, reader: Person, limit: int) -> tuple[tuple[WhyRead, ...], int]:
        """What waits to be read by them (not their own), oldest first, and how many there are. Raises: NotAllowed."""
        await self._people.must(reader, Permission.REVIEW_PROJECTS)
        async with self._unit.read() as work:
            found, total = await work.whys.waiting(limit, reader.id)
            return await _about(work, found), total

    async def on_pages(self, reader: Person, page: int = 0) -> Page[WhyRead]:
        """What was let be shown, the newest first; a page that isn't there is the last one. Raises: NotAllowed."""
        await self._people.must(reader, Permission.REVIEW_PROJECTS)
        async with self._unit.read() as work:
            _, total = await work.whys.on_pages(0, 0)
            number = max(0, min(page, (total - 1) // PER_PAGE))
            found, _ = await work.whys.on_pages(PER_PAGE, number * PER_PAGE)
            return Page.of(list(await _about(work, found)), number=number, size=PER_PAGE, total=total)

    async def one(self, reader: Person, why: UUID, was: WhyState = WhyState.WAITING) -> WhyRead:
        """One that waits, or `was` shown. Raises: NotAllowed, WhyOver (also for their own)."""
        await self._people.must(reader, Permission.REVIEW_PROJECTS)
        async with self._unit.read() as work:
            sentence = await work.whys.by_id(why)
            if sentence is None or sentence.state is not was or sentence.donor == reader.id:
                raise WhyOver
            return WhyRead(sentence, (await work.projects.by_ids([sentence.project]))[sentence.project])

    async def show(self, reader: Person, why: UUID) -> None:
        """It stands on the project's page; its donor is told. Raises: NotAllowed, WhyOver (also for their own)."""
        await self._decide(reader, why, WhyState.SHOWN, None)

    async def refuse(self, reader: Person, why: UUID, reason: Refusal) -> None:
        """It is not shown; its donor is told why, and may write another. Raises: NotAllowed, WhyOver."""
        await self._decide(reader, why, WhyState.REFUSED, reason)

    async def take_down(self, reader: Person, why: UUID, reason: Refusal) -> None:
        """It was shown, and is no longer; its donor is told why. Raises: NotAllowed, WhyOver."""
        await self._decide(reader, why, WhyState.REFUSED, reason, was=WhyState.SHOWN)

    async def _decide(
        self, reader: Person, why: UUID, state: WhyState, reason: Refusal | None, *, was: WhyState = WhyState.WAITING
    ) -> None:  # fmt: skip
        await self._people.must(reader, Permission.REVIEW_PROJECTS)
        now, kind = self._now(), NoticeKind.WHY_READ
        act = state.value if was is WhyState.WAITING else "taken_down"
        async with self._unit() as work:
            sentence = await work.whys.decide(why, state, reason=reason, by=reader.id, now=now, was=was)
            if sentence is None:
                raise WhyOver
            after = {"reason": reason.value} if reason is not None else None
            record = AuditRecord(reader.id, "chat", f"why.{act}", "project", str(sentence.project), None, after)
            await work.audit.add(record, now=now)
            clock = await work.subscriptions.timezone(sentence.donor)
            due_at = by_day(now, self._quiet, clock)
            message = NewMessage(f"{kind}:{why}:{act}", kind, URGENCY[kind], sentence.donor, why, due_at)
            await work.outbox.add_many([message], now=now)
        self._wakes.outbox.set()
        _READ.labels(act).inc()
        log.info("why_read", why_id=str(why), state=act, by=str(reader.id))

    async def _tell_reviewers(self, work: Work, *, but: UUID) -> int:
        """Once a day at most, whoever may read them: that something waits."""
        now, kind = self._now(), NoticeKind.WHYS_WAIT
        readers = [reader for reader in await self._reviewers(work) if reader != but]
        clocks = await work.subscriptions.timezones_of(readers)
        messages = [
            NewMessage(
                f"{kind}:{reader}:{(due := by_day(now, self._quiet, clocks.get(reader))).date()}",
                kind, URGENCY[kind], reader, reader, due,
            )
            for reader in readers
        ]  # fmt: skip
        await work.outbox.add_many(messages, now=now)
        return len(messages)

    async def _reviewers(self, work: Work) -> list[UUID]:
        owners = {person.id: person for person in (await work.people.by_telegram_ids(self._people.owners)).values()}
        holders = {
            person.id: person
            for person, roles in await work.people.holders()
            if may(roles, Permission.REVIEW_PROJECTS)
        }  # fmt: skip
        return sorted(id_ for id_, person in (owners | holders).items() if person.reachable)


async def _about(work: Work, found: Sequence[Sentence]) -> tuple[WhyRead, ...]:
    projects = await work.projects.by_ids([sentence.project for sentence in found])
    return tuple(WhyRead(sentence, projects[sentence.project]) for sentence in found)


async def told(work: Work, why: UUID, reader: UUID) -> WhyRead | None:
    """What its donor is told of a sentence that was read; None if they wrote another, took it back or have left."""
    sentence = await work.whys.by_id(why)
    if sentence is None or sentence.donor != reader or sentence.state is WhyState.WAITING:
        return None
    return WhyRead(sentence, (await work.projects.by_ids([sentence.project]))[sentence.project])
