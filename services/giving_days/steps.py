"""What the leader does for giving days: the clock turns them, series make drafts, admins hear of closed projects.

All of it is decided in the commit that writes it, on rows that are held: tried twice, or by two replicas, it is done
once.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog

from giving.giving_days import DayState, GivingDay
from giving.notices import NoticeKind
from giving.quiet import QuietHours
from services.clock import Clock, utc_now
from services.giving_days.calls import DaysOn
from services.giving_days.copies import next_draft
from services.giving_days.record import record
from services.giving_days.service import GivingDayService
from services.giving_days.told import tell_admins
from services.leadership import NotLeading, Write
from services.people import PeopleService
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


class DaySteps:
    """A day is on by the clock whether or not it was turned: this tells and records it, and is seconds late at most."""

    def __init__(
        self, unit: UnitOfWork, days: GivingDayService, people: PeopleService, on: DaysOn, *,
        quiet: QuietHours | None = None, write: Write | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`quiet`: when nobody is told of anything, by the reader's clock. `write` opens units of work: the
        leader's, in production.
        """
        self._unit, self._days, self._people, self._on, self._now = unit, days, people, on, now
        self._quiet = quiet
        self._write = write or unit
        self._told: set[tuple[UUID, UUID]] = set()  # of which closed projects this process has told

    async def sweep(self) -> int:
        """Do what is due; how much it was. Raises: NotLeading."""
        now = self._now()
        async with self._unit.read() as work:
            due, series = await work.giving_days.due(now), await work.giving_days.series_due(now)
            less = await self._newly_closed(work)
        if not due and not series and not less:
            return 0
        try:
            done = await self._turn_all([day.id for day in due], now)
            async with self._write() as work:
                done += sum([await self._draft(work, one, now) for one in series])
                for day, closed in less:
                    await self._tell_of_closed(work, day, closed, now)
            self._told |= {(day.id, project) for day, closed in less for project in closed}
        finally:
            self._on.changed()
            self._days.wakes.outbox.set()
        return done

    async def _turn_all(self, due: Sequence[UUID], now: datetime) -> int:
        """Each in a commit of its own: one that can't be turned keeps no other back."""
        done = 0
        for day_id in due:
            try:
                async with self._write() as work:
                    done += await self._turn(work, day_id, now)
            except NotLeading:
                raise
            except Exception:
                log.exception("giving_day_not_turned", day_id=str(day_id))
        return done

    async def _turn(self, work: Work, day_id: UUID, now: datetime) -> int:
        day = await work.giving_days.lock(day_id)
        if day is None:
            return 0
        turned = await self._days.writer.turn(work, day, now)
        return turned.version - day.version

    async def _draft(self, work: Work, series_id: UUID, now: datetime) -> int:
        """The next draft of a series, like the last of its days, whatever became of that one."""
        series = await work.giving_days.lock_series(series_id)
        last = await work.giving_days.last_of(series_id)
        if series is None or series.ended_at is not None or series.draft_at > now or last is None:
            return 0
        day = await next_draft(work, last, self._days.terms.zone, self._days.terms.closing, now)
        if day is None:
            return 0
        await record(work, None, "drafted", None, day, now=now, way="clock")
        kind = NoticeKind.DAY_DRAFTED
        await tell_admins(work, self._people, kind, day, mark="drafted", now=now, quiet=self._quiet)
        log.info("giving_day_drafted", day_id=str(day.id), slug=day.slug, like=last.slug)
        return 1

    async def _newly_closed(self, work: Work) -> list[tuple[GivingDay, list[UUID]]]:
        """Live days with those of their projects that take no gifts any more, and that nobody here has told of."""
        live = [day for day in await work.giving_days.coming() if day.state is DayState.LIVE]
        projects = await work.projects.by_ids({project for day in live for project in day.projects})
        closed = [
            (day, [p for p in day.projects if not projects[p].open and (day.id, p) not in self._told]) for day in live
        ]
        return [(day, those) for day, those in closed if those]

    async def _tell_of_closed(self, work: Work, day: GivingDay, closed: list[UUID], now: datetime) -> None:
        """The day goes on with its other projects; its admins hear once of each that closed."""
        for project in closed:
            kind = NoticeKind.DAY_LESS
            await tell_admins(work, self._people, kind, day, mark=str(project), now=now, quiet=self._quiet)
            log.info("giving_day_project_closed", day_id=str(day.id), project_id=str(project))
