"""What admins do with giving days: schedule, go live now, extend, stop, cancel; each of it is in the audit log."""

from dataclasses import replace
from uuid import UUID

from giving.errors import DayStarted, PreviewStale, ProjectClosed, SecondNeeded
from giving.giving_days import DayAct, DayState, GivingDay, check_times, overlapping
from giving.people import Person
from services.giving_days.drafts import Drafts
from services.giving_days.previews import Preview
from storage.work import Work


class GivingDayService(Drafts):
    """Who may run giving days may do all of it, whatever the handler looked at before."""

    async def schedule(self, day_id: UUID, by: Person | None, digest: str) -> GivingDay:
        """It begins by itself when its time comes. `digest`: of the preview that was looked at.

        Raises: NotAllowed, DayUnknown, DayNotNow, PreviewStale, SecondNeeded, DayStarted, DayPast, DaysOverlap,
        ProjectClosed (where none is open).
        """
        async with self._acting(day_id, DayAct.SCHEDULE, by) as (work, day):
            await self._seen(work, day, digest)
            return await self._schedule(work, day, by)

    async def _seen(self, work: Work, day: GivingDay, digest: str) -> Preview:
        """Nothing but what was looked at is done. Raises: PreviewStale, SecondNeeded, ProjectClosed."""
        seen = await self._preview(work, day)
        if seen.digest != digest:
            raise PreviewStale(day=day.id)
        if seen.second:
            raise SecondNeeded(people=seen.people, limit=self.terms.confirm_over)
        return seen

    async def _schedule(self, work: Work, day: GivingDay, by: Person | None) -> GivingDay:
        check_times(day.starts_at, day.ends_at, self._now())
        if day.starts_at <= self._now():
            raise DayStarted(starts=day.starts_at)
        scheduled = replace(day, state=DayState.SCHEDULED)
        await self._alone(work, scheduled)
        return await self._write(work, day, scheduled, by, "scheduled")

    async def _alone(self, work: Work, day: GivingDay) -> None:
        """No other day is on with it for one of its projects, and one of them is open.

        Raises: DaysOverlap, ProjectClosed.
        """
        await work.giving_days.hold_projects(day.projects)
        overlapping(day, await work.giving_days.coming())
        projects = await work.projects.by_ids(day.projects)
        if not any(project.open for project in projects.values()):
            raise ProjectClosed(project=projects[day.projects[0]], alternatives=())
