"""What the leader does while a day is on: tells of its marks, and has its amount shown on channels' newest posts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.giving_days import DayStanding, DayState, GivingDay, Mark, newest, passed, turned
from giving.giving_days.live import LAST_HOUR, outdone
from giving.notices import URGENCY, NoticeKind
from giving.projects import Project
from giving.quiet import QuietHours
from giving.subscriptions import PER_WEEK, SubscriptionKind
from services.clock import Clock, utc_now
from services.giving_days.live import LiveDays
from services.giving_days.told import admins_of
from services.leadership import Write
from services.people import PeopleService
from services.subscriptions import by_day
from services.wake import Wakes
from storage.outbox import NewMessage
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
BUTTONS: Final = 20  # so many posts at a sweep: the counters' budget is not ours alone
TARGET: Final = "target:"
KINDS: Final[Mapping[Mark, NoticeKind]] = {
    Mark.TENTH: NoticeKind.DAY_TENTH,
    Mark.HALF: NoticeKind.DAY_HALF,
    Mark.FULL: NoticeKind.DAY_FULL,
    Mark.LAST_HOUR: NoticeKind.DAY_LAST_HOUR,
}


@dataclass(frozen=True, slots=True)
class MarkTold:
    """A day as it stands when somebody is told of a mark; `project`: the one that reached its target."""

    standing: DayStanding
    state: DayState
    now: datetime
    project: Project | None = None


class DayWatch:
    """Each mark is told once, in the commit that keeps it: swept twice, or by two replicas, it is still once."""

    def __init__(
        self, unit: UnitOfWork, people: PeopleService, live: LiveDays, *, wakes: Wakes, quiet: QuietHours | None,
        button_every: timedelta, per_week: int = PER_WEEK, write: Write | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`button_every`: a post's button is not edited more often because of the day. `write`: the leader's.

        `per_week`: how often a creator is told something that is not about their own money.
        """
        self._unit, self._people, self._live, self._wakes = unit, people, live, wakes
        self._quiet, self._every, self._now = quiet, button_every, now
        self._write, self._per_week = write or unit, per_week

    async def sweep(self) -> int:
        """Do what is due; how much it was. Raises: NotLeading."""
        now = self._now()
        async with self._unit.read() as work:
            counting = await work.giving_days.counting(now)
        on = [day for day in counting if day.on(now)]
        done = 0
        for day in counting:  # what was tapped in time passes marks when it is paid, however late
            standing = await self._live.now(day.id)
            done += await self._tell(standing, now)
            if day not in on:
                continue
            async with self._write() as work:
                done += await work.live_days.buttons_due(
                    day, standing.raised.given.minor, rested_since=now - self._every, now=now, limit=BUTTONS
                )  # fmt: skip
        projects = {project for day in on for project in day.projects}
        async with self._write() as work:
            done += await work.live_days.buttons_over(projects, now=now, limit=BUTTONS)
        if done:
            self._wakes.counters.set()
        return done

    async def _tell(self, standing: DayStanding, now: datetime) -> int:
        """Keep the marks that were passed since, and queue what is worth telling of them."""
        day = standing.day
        targets = {f"{TARGET}{project}" for project in reached_on(standing)}
        async with self._unit.read() as work:
            kept = await work.live_days.marks(day.id)
        beyond = passed(standing, now)
        new = [mark for mark in (*sorted(named(mark, day) for mark in beyond), *sorted(targets)) if mark not in kept]
        if not new:
            return 0
        worth = {named(mark, day) for mark in newest(beyond)}
        told = 0
        async with self._write() as work:
            readers: list[UUID] | None = None
            for mark in new:
                if not await work.live_days.pass_mark(day.id, mark, now=now):
                    continue
                if mark in targets or mark in worth:
                    readers = readers if readers is not None else await self._readers(work, day, now)
                    await self._queue(work, day, mark, readers, now)
                    told += 1
        self._wakes.outbox.set()
        log.info("giving_day_marks", day_id=str(day.id), marks=new)
        return told

    async def _readers(self, work: Work, day: GivingDay, now: datetime) -> list[UUID]:
        """Creators whose week has room, and the admins, whose work it is: they are told in any case.

        All marks of a day, and its call, count as one message of a creator's week: else a day that goes well would tell
        them of nothing else for a week, or the cap would keep the best of its marks from them. Written down here, for
        all of them at once; what is queued is sent within the minute, or in the morning.
        """
        taking_part = await work.live_days.taking_part(day.projects)
        await work.subscriptions.hold()
        room = await work.subscriptions.may_be_called(taking_part, day.id, now=now, per_week=self._per_week)
        await work.subscriptions.told(sorted(room), SubscriptionKind.GIVING_DAYS, day.id, now=now)
        return sorted({*room, *await admins_of(work, self._people)})

    async def _queue(self, work: Work, day: GivingDay, mark: str, readers: Collection[UUID], now: datetime) -> None:
        kind = NoticeKind.DAY_TARGET if mark.startswith(TARGET) else KINDS[Mark(mark.partition(":")[0])]
        subject = UUID(mark.removeprefix(TARGET)) if kind is NoticeKind.DAY_TARGET else day.id
        quiet = self._quiet if kind is not NoticeKind.DAY_LAST_HOUR else None  # which comes silently then, or never
        clocks = await work.subscriptions.timezones_of(readers) if quiet is not None else {}
        messages = [
            NewMessage(
                f"day:{day.id.hex}:{mark}:{person.hex}", kind, URGENCY[kind], person, subject,
                by_day(now, quiet, clocks.get(person)),
            )
            for person in readers
        ]  # fmt: skip
        await work.outbox.add_many(messages, now=now)


def named(mark: Mark, day: GivingDay) -> str:
    """How it is kept; a day that goes on longer has another last hour."""
    return f"{mark}:{day.ends_at:%Y%m%d%H%M%S}" if mark is Mark.LAST_HOUR else str(mark)


def reached_on(standing: DayStanding) -> list[UUID]:
    """Projects that got what they lacked on this day: not those that had it before."""
    return [
        share.card.project.id
        for share in standing.reached
        if share.card.raised.given - share.given < share.card.project.target
    ]


async def told(unit: UnitOfWork, live: LiveDays, kind: NoticeKind, subject: UUID, now: datetime) -> MarkTold | None:
    """For the sender; None if it is no longer worth telling."""
    async with unit.read() as work:
        project, day_id = None, subject
        if kind is NoticeKind.DAY_TARGET:
            project = (await work.projects.by_ids([subject])).get(subject)
            found = await work.live_days.newest_of_mark(f"{TARGET}{subject}")
            if project is None or found is None:
                return None
            day_id = found
        day = await work.giving_days.by_id(day_id)
        if day is None or (kind is NoticeKind.DAY_LAST_HOUR and not (day.on(now) and day.ends_at - now <= LAST_HOUR)):
            return None
        mark = next((mark for mark, told_as in KINDS.items() if told_as is kind), None)
        if mark is not None and outdone(mark, await work.live_days.marks(day_id)):
            return None
    return MarkTold(await live.now(day_id), turned(day, now), now, project)
