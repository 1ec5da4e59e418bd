"""Reading giving days, and making drafts: by hand, or from the last one."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from giving.errors import DayNotNow, DayUnknown, PoolUnknown
from giving.giving_days import DayAct, DayState, GivingDay, Plan, check, may
from giving.giving_days.pools import DayPool, put_on, taken_off
from giving.people import Person
from giving.permissions import Permission
from giving.tips import Limits
from services.clock import Clock, utc_now
from services.giving_days.audiences import size_of
from services.giving_days.calls import DaysOn
from services.giving_days.copies import add_dated, known, next_draft, plan_of
from services.giving_days.pools import pools_beside, rescoped
from services.giving_days.previews import Preview, preview_of
from services.giving_days.record import record
from services.giving_days.writing import DayWriter
from services.leadership import Write
from services.people import PeopleService
from services.wake import Wakes
from storage.ids import new_id
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
HIDDEN: Final = (DayState.DRAFT, DayState.CANCELLED)


@dataclass(frozen=True, slots=True)
class DayTerms:
    """What the operator has set: local times, what a gift may be, how long late payments count.

    `confirm_over`: more people than that are told only if two admins say so.
    """

    zone: ZoneInfo
    limits: Limits
    closing: timedelta
    confirm_over: int


class Drafts:
    """Days as they are, and as they are begun. None as `by` is the command line."""

    def __init__(
        self, unit: UnitOfWork, people: PeopleService, on: DaysOn, *, terms: DayTerms, wakes: Wakes | None = None,
        write: Write | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`on`: what taps ask; it hears of every change. `wakes`: who sends, where that is this process.

        `write`: by what a day that is there is changed, in the leader's name where the leader does it.
        """
        self._unit, self._people, self._on, self._now = unit, people, on, now
        self._changing = write or unit
        self.terms, self.wakes, self.writer = terms, wakes or Wakes(), DayWriter()

    # -- reading --

    async def one(self, day_id: UUID) -> GivingDay:
        """A day. Raises: DayUnknown."""
        async with self._unit.read() as work:
            return known(await work.giving_days.by_id(day_id))

    async def by_slug(self, slug: str) -> GivingDay:
        """The day at this address, for everybody: no draft, nor one that was cancelled. Raises: DayUnknown."""
        async with self._unit.read() as work:
            day = known(await work.giving_days.by_slug(slug))
        if day.state in HIDDEN:
            raise DayUnknown
        return day

    async def list(self, *, limit: int = 20) -> Sequence[GivingDay]:
        """The newest days by when they begin, newest first."""
        async with self._unit.read() as work:
            return await work.giving_days.list(limit=limit)

    async def on(self) -> Sequence[GivingDay]:
        """The days that are on now; what others changed within the last second may not be seen yet."""
        return await self._on.at(self._now())

    async def preview(self, day_id: UUID) -> Preview:
        """The day as it will be seen, and by how many. Raises: DayUnknown."""
        async with self._unit.read() as work:
            return await self._preview(work, known(await work.giving_days.by_id(day_id)))

    async def _preview(self, work: Work, day: GivingDay) -> Preview:
        people = await size_of(work, day.audience, self._now(), self.terms.zone)
        return await preview_of(work, day, self.terms.confirm_over, people, self._now())

    # -- drafting --

    async def draft(self, plan: Plan, by: Person | None) -> GivingDay:
        """A new draft; it may lie on top of other days until it is scheduled.

        Raises: NotAllowed, and what giving_days.check raises.
        """
        await self._must(by)
        async with self._unit() as work:
            day = known(await add_dated(work, self._day(await self._checked(work, plan)), self.terms.zone, self._now()))
            await record(work, by, "drafted", None, day, now=self._now())
        log.info("giving_day_drafted", day_id=str(day.id), slug=day.slug)
        return day

    async def from_last(self, by: Person | None) -> GivingDay:
        """A draft like the last day there was, on the next date of its series (without one: the next 11th).

        A draft that is there already, and is still to come, is the one. Raises: NotAllowed, DayUnknown (the first).
        """
        await self._must(by)
        async with self._unit() as work:
            last = known(await work.giving_days.last_of(None))
            if last.state is DayState.DRAFT and last.ends_at > self._now():
                return last
            day = known(await next_draft(work, last, self.terms.zone, self.terms.closing, self._now()))
            await record(work, by, "drafted", None, day, now=self._now())
        log.info("giving_day_drafted", day_id=str(day.id), slug=day.slug, like=last.slug)
        return day

    async def change(self, day_id: UUID, by: Person | None, **what: Any) -> GivingDay:
        """Change fields of its plan; one that was scheduled is a draft again, to be looked at anew.

        Raises: NotAllowed, DayUnknown, DayNotNow, and what giving_days.check raises.
        """
        async with self._acting(day_id, DayAct.CHANGE, by) as (work, day):
            plan = await self._checked(work, replace(plan_of(day), **what))
            changed = replace(
                day, titles=plan.titles, hashtag=plan.hashtag, projects=plan.projects, starts_at=plan.starts_at,
                ends_at=plan.ends_at, closes_at=plan.ends_at + self.terms.closing, amounts=plan.amounts,
                audience=plan.audience, texts=plan.texts, state=DayState.DRAFT,
            )  # fmt: skip
            return await self._write(work, day, changed, by, "changed")

    async def pools(self, day_id: UUID) -> tuple[DayPool, ...]:
        """The matching pools that add to gifts of a day, or could. Raises: DayUnknown."""
        async with self._unit.read() as work:
            return await pools_beside(work, known(await work.giving_days.by_id(day_id)))

    async def pool(self, day_id: UUID, pool_id: UUID, by: Person | None, *, on: bool) -> GivingDay:
        """Put a pool on a day, or take it off: its scope gains or loses the day, in the commit of the day's change.

        Raises: NotAllowed, DayUnknown, DayNotNow, PoolUnknown, PoolNotOpen, PoolCurrency, PoolOffDay.
        """
        async with self._acting(day_id, DayAct.CHANGE, by) as (work, day):
            pool = (await work.matching.hold([pool_id])).get(pool_id)
            if pool is None:
                raise PoolUnknown
            changed = replace(pool, scope=put_on(pool, day) if on else taken_off(pool, day))
            if changed.scope == pool.scope:
                return day
            await work.matching.set_scope(changed)
            record = rescoped(by.id if by is not None else None, pool, changed, on=on)
            await work.audit.add(record, now=self._now())
            day = await self._write(work, day, replace(day, state=DayState.DRAFT), by, "matched")
        log.info("giving_day_pool_changed", day_id=str(day.id), pool_id=str(pool_id), on=on)
        return day

    async def _checked(self, work: Work, plan: Plan) -> Plan:
        return check(plan, await work.projects.by_ids(plan.projects), self.terms.limits, self._now())

    def _day(self, plan: Plan) -> GivingDay:
        return GivingDay(
            id=new_id(), slug="", titles=plan.titles, hashtag=plan.hashtag, projects=plan.projects,
            starts_at=plan.starts_at, ends_at=plan.ends_at, closes_at=plan.ends_at + self.terms.closing,
            amounts=plan.amounts, audience=plan.audience, texts=plan.texts,
        )  # fmt: skip

    # -- for all that changes one --

    async def _must(self, by: Person | None) -> None:
        if by is not None:
            await self._people.must(by, Permission.RUN_GIVING_DAYS)

    @contextlib.asynccontextmanager
    async def _acting(
        self, day_id: UUID, act: DayAct | None, by: Person | None
    ) -> AsyncIterator[tuple[Work, GivingDay]]:  # fmt: skip
        """For one who may: the day, held, as the clock has it, in a state in which it can be done.

        After the commit taps know of it.

        Raises: NotAllowed, DayUnknown, DayNotNow; NotLeading (in a term that is over).
        """
        await self._must(by)
        now = self._now()
        async with self._changing() as work:
            day = await self.writer.turn(work, known(await work.giving_days.lock(day_id)), now)
            if act is not None and not may(day, act, now):
                raise DayNotNow(state=day.state.value)
            yield work, day
        self._on.changed()

    async def _write(
        self, work: Work, before: GivingDay, after: GivingDay, by: Person | None, action: str, *, asks: bool = False
    ) -> GivingDay:  # fmt: skip
        return await self.writer.write(work, before, after, by, action, now=self._now(), asks=asks)
