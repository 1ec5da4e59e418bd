"""What admins do with giving days: schedule, go live now, extend, stop, cancel; each of it is in the audit log."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.errors import (
    DayStarted,
    DayUnknown,
    NobodyAsked,
    NobodyElse,
    NotLonger,
    PreviewStale,
    ProjectClosed,
    SecondIsYou,
    SecondNeeded,
)
from giving.giving_days import (
    Audience,
    DayAct,
    DayState,
    GivingDay,
    MonthlyRule,
    Series,
    check_times,
    draft_at,
    following,
    overlapping,
)
from giving.notices import NoticeKind
from giving.people import Person
from giving.permissions import Permission
from giving.permissions import may as may_do
from services.giving_days.audiences import size_of
from services.giving_days.copies import known, local_times
from services.giving_days.drafts import HIDDEN, Drafts
from services.giving_days.previews import Preview
from services.giving_days.record import record_series
from services.giving_days.told import admins_of, tell_admins
from storage.ids import new_id
from storage.work import Work

log = structlog.get_logger()
MOMENT: Final = timedelta(microseconds=1)


class GivingDayService(Drafts):
    """Who may run giving days may do all of it, whatever the handler looked at before. None is the command line."""

    async def schedule(self, day_id: UUID, by: Person | None, digest: str) -> GivingDay:
        """It begins by itself when its time comes. `digest`: of the preview that was looked at.

        Raises: NotAllowed, DayUnknown, DayNotNow, PreviewStale, SecondNeeded, DayStarted, DayPast, DaysOverlap,
        ProjectClosed (where none is open).
        """
        async with self._acting(day_id, DayAct.SCHEDULE, by) as (work, day):
            await self._must_be_one(await self._seen(work, day, digest))
            return await self._begin(work, day, DayAct.SCHEDULE, by)

    async def go_live(self, day_id: UUID, by: Person | None, digest: str) -> GivingDay:
        """It begins now, whenever it was to begin. Raises: as `schedule`, without DayStarted."""
        async with self._acting(day_id, DayAct.GO_LIVE, by) as (work, day):
            seen = await self._seen(work, day, digest)
            if day.state is DayState.DRAFT:  # one that is scheduled was confirmed for that
                await self._must_be_one(seen)
            return await self._begin(work, day, DayAct.GO_LIVE, by)

    # -- a second admin --

    async def ask(
        self, day_id: UUID, by: Person, digest: str, act: DayAct = DayAct.SCHEDULE
    ) -> GivingDay:  # fmt: skip
        """Ask the other admins to confirm it; where that is not needed (any more), it is done at once.

        Raises: NobodyElse (no other admin can be written to), and as `schedule`, without SecondNeeded.
        """
        async with self._acting(day_id, act, by) as (work, day):
            seen = await self._seen(work, day, digest)
            if not seen.second or day.state is DayState.SCHEDULED:
                return await self._begin(work, day, act, by)
            await self._could_begin(work, day, act)
            waits = replace(day, asked_by=by.id, asked_act=act)
            asked = await self._write(work, day, waits, by, "asked", asks=True)
            kind, mark = NoticeKind.DAY_ASKED, str(asked.version)
            if not await tell_admins(work, self._people, kind, asked, mark=mark, now=self._now(), but=by.id):
                raise NobodyElse
        self.wakes.outbox.set()
        return asked

    async def confirm(self, day_id: UUID, by: Person, digest: str) -> GivingDay:
        """The second admin's word: what was asked for is done, or the invitation that waits for it goes.

        Raises: NobodyAsked (or who asked may not run days any more: it is to be asked anew), SecondIsYou, NobodyElse
        (which is you, and there is no other), and as `schedule`, without SecondNeeded.
        """
        gone = await self._asker_gone(day_id)
        async with self._acting(day_id, None, by) as (work, day):
            if day.asked_act is None:
                raise NobodyAsked
            if day.asked_by == by.id:
                raise SecondIsYou if await self._others(work, by.id) else NobodyElse
            await self._seen(work, day, digest)
            if day.asked_act is DayAct.INVITE:
                return await self._write(work, day, replace(day, second_by=by.id), by, "confirmed")
            if gone is None or day.asked_by != gone:
                return await self._begin(work, day, day.asked_act, by, second=True)
            await self._write(work, day, day, by, "asking_lapsed")
        raise NobodyAsked

    async def _asker_gone(self, day_id: UUID) -> UUID | None:
        """Who waits for a second admin's word, if they may not run giving days any more."""
        async with self._unit.read() as work:
            waits = known(await work.giving_days.by_id(day_id)).asked_by
            asker = (await work.people.by_ids([waits])).get(waits) if waits is not None else None
        if asker is None:
            return waits
        return None if may_do(await self._people.roles(asker), Permission.RUN_GIVING_DAYS) else asker.id

    async def may_invite(self, day: GivingDay) -> bool:
        """Whether the invitation to a day that is on may go: to more than one admin may tell only by the word of two.

        Whoever would have to say so is asked, once; until somebody does, it waits. For the leader, again and again.
        """
        if day.second_by is not None or day.asked_act is DayAct.INVITE:
            return day.second_by is not None
        async with self._unit.read() as work:  # it may take a while: not where everybody's writes wait
            people = await size_of(work, day.audience, self._now(), self.terms.zone)
        if people <= self.terms.confirm_over:
            return True
        async with self._acting(day.id, None, None) as (work, held):
            if held.version != day.version:
                return False  # changed meanwhile: the next look decides
            asked = replace(held, asked_by=held.begun_by, asked_act=DayAct.INVITE)
            asked = await self.writer.write(work, held, asked, None, "asked", now=self._now(), way="clock", asks=True)
            others = await self._others(work, asked.asked_by)
            kind = NoticeKind.DAY_INVITE if others else NoticeKind.DAY_ALONE
            await tell_admins(work, self._people, kind, asked, mark="invite", now=self._now())
        self.wakes.outbox.set()
        log.info("giving_day_invitation_waits", day_id=str(day.id), people=people, limit=self.terms.confirm_over)
        return False

    async def waits_no_more(self, day: GivingDay) -> None:
        """The invitation went, or was stopped, by another way than a second admin's word: nobody is waited for."""
        async with self._acting(day.id, None, None) as (work, held):
            if held.asked_act is DayAct.INVITE:
                await self.writer.write(work, held, held, None, "asking_lapsed", now=self._now(), way="clock")

    async def _others(self, work: Work, asker: UUID | None) -> list[UUID]:
        """The admins beside this one that can be written to."""
        return [admin for admin in await admins_of(work, self._people) if admin != asker]

    async def _seen(self, work: Work, day: GivingDay, digest: str) -> Preview:
        """Nothing but what was looked at is done. Raises: PreviewStale."""
        seen = await self._preview(work, day)
        if seen.digest != digest:
            raise PreviewStale(day=day.id)
        return seen

    async def _must_be_one(self, seen: Preview) -> None:
        if seen.second:
            raise SecondNeeded(people=seen.people, limit=self.terms.confirm_over)

    # -- beginning and ending --

    async def _begin(
        self, work: Work, day: GivingDay, act: DayAct, by: Person | None, *, second: bool = False
    ) -> GivingDay:  # fmt: skip
        """`second`: it was asked for by another, and `by` is the second admin."""
        begun = await self._could_begin(work, day, act)
        if day.state is DayState.DRAFT:  # else it was decided on before
            who = by.id if by is not None else None
            begun = replace(begun, begun_by=day.asked_by if second else who, second_by=who if second else None)
        return await self._write(work, day, begun, by, "scheduled" if act is DayAct.SCHEDULE else "went_live")

    async def _could_begin(self, work: Work, day: GivingDay, act: DayAct) -> GivingDay:
        """The day as it would be. Raises: DayPast, DayStarted, DaysOverlap, ProjectClosed."""
        now = self._now()
        if act is DayAct.GO_LIVE:
            begun = replace(day, state=DayState.LIVE, starts_at=min(now, day.ends_at), planned=day.window)
        else:
            begun = replace(day, state=DayState.SCHEDULED)
        check_times(min(begun.starts_at, begun.ends_at - MOMENT), begun.ends_at, now)
        if act is DayAct.SCHEDULE and begun.starts_at <= now:
            raise DayStarted(starts=begun.starts_at)
        await self._alone(work, begun)
        projects = await work.projects.by_ids(day.projects)
        if not any(project.open for project in projects.values()):
            raise ProjectClosed(project=projects[day.projects[0]], alternatives=())
        return begun

    async def _alone(self, work: Work, day: GivingDay) -> None:
        """No other day is on with it for one of its projects, and none becomes so meanwhile. Raises: DaysOverlap."""
        await work.giving_days.hold_projects(day.projects)
        overlapping(day, await work.giving_days.coming())

    async def extend(self, day_id: UUID, by: Person | None, until: datetime) -> GivingDay:
        """It ends later than it was to.

        Raises: NotAllowed, DayUnknown, DayNotNow, NotLonger, DayTooLong, DaysOverlap.
        """
        async with self._acting(day_id, DayAct.EXTEND, by) as (work, day):
            if until <= day.ends_at:
                raise NotLonger(ends=day.ends_at)
            check_times(day.starts_at, until, self._now())
            longer = replace(day, ends_at=until, closes_at=until + self.terms.closing, planned=day.window)
            await self._alone(work, longer)
            return await self._write(work, day, longer, by, "extended")

    async def stop(self, day_id: UUID, by: Person | None) -> GivingDay:
        """It is over now; what was tapped before still counts when it is paid.

        Raises: NotAllowed, DayUnknown, DayNotNow.
        """
        async with self._acting(day_id, DayAct.STOP, by) as (work, day):
            ends_at = max(self._now(), day.starts_at + MOMENT)
            closes_at = ends_at + self.terms.closing
            over = replace(day, state=DayState.CLOSING, ends_at=ends_at, closes_at=closes_at, planned=day.window)
            return await self._write(work, day, over, by, "stopped")

    async def cancel(self, day_id: UUID, by: Person | None) -> GivingDay:
        """It does not take place; its series goes on. Raises: NotAllowed, DayUnknown, DayNotNow."""
        async with self._acting(day_id, DayAct.CANCEL, by) as (work, day):
            return await self._write(work, day, replace(day, state=DayState.CANCELLED), by, "cancelled")

    # -- again every month --

    async def repeat(self, day_id: UUID, by: Person | None, rule: MonthlyRule) -> Series:
        """From now on a draft like it is made by itself for every date of the rule; or by another rule than before.

        Raises: NotAllowed, DayUnknown.
        """
        async with self._acting(day_id, None, by) as (work, day):
            now, zone = self._now(), self.terms.zone
            on, starts, minutes = local_times(day, zone)
            was = await work.giving_days.lock_series(day.series) if day.series is not None else None
            after = Series(
                was.id if was is not None else new_id(), rule, starts, minutes, on, draft_at(on, starts, zone)
            )
            next_, at = following(after, now, zone)
            series = replace(after, next_on=next_, draft_at=at)
            if was is None:
                await work.giving_days.add_series(series, now=now)
                await self._write(work, day, replace(day, series=series.id, series_on=on), by, "repeated")
            else:
                await work.giving_days.change_series(series)
            await record_series(work, by, was, series, now=now)
            return series

    async def end_series(self, day_id: UUID, by: Person | None) -> None:
        """No more drafts are made by themselves; those there are stay. Raises: NotAllowed, DayUnknown."""
        async with self._acting(day_id, None, by) as (work, day):
            was = await work.giving_days.lock_series(day.series) if day.series is not None else None
            if was is None or was.ended_at is not None:
                return
            ended = replace(was, ended_at=self._now())
            await work.giving_days.change_series(ended)
            await record_series(work, by, was, ended, now=self._now())

    async def series_of(self, day: GivingDay) -> Series | None:
        """What repeats it, if that goes on."""
        async with self._unit.read() as work:
            running = await work.giving_days.series()
        return next((series for series in running if series.id == day.series), None)

    # -- for who looks --

    def now(self) -> datetime:
        """By the clock by which all of this is decided."""
        return self._now()

    async def sizes(self) -> dict[Audience, int]:
        """How many each audience is at the moment."""
        async with self._unit.read() as work:
            return {each: await size_of(work, each, self._now(), self.terms.zone) for each in Audience}

    async def public(self, day_id: UUID) -> GivingDay:
        """A day for everybody: no draft, nor one that was cancelled. Raises: DayUnknown."""
        day = await self.one(day_id)
        if day.state in HIDDEN:
            raise DayUnknown
        return day
