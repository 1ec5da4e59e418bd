"""A giving day's figures as they are now: one reader of the database for everybody of this process who looks on.

A look goes on only while somebody listens, about once a second. Who listens gets the newest figures there are and never
a queue of older ones: the first of them were read after they came, so that whoever comes back after a crash, or to
another replica, never sees an older state than a look of theirs would find.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from prometheus_client import Gauge

from giving.giving_days import CreatorShare, DayStanding, DayState, GivingDay, PoolShare, ProjectShare, turned
from giving.giving_days.live import TOP
from giving.giving_days.pools import fits
from giving.matching import Pool, PoolState
from giving.money import Money, sum_of
from giving.projects import Tally
from giving.rankings import Board
from services.briefly import Briefly
from services.clock import Clock, utc_now
from services.giving_days.copies import known
from services.giving_days.drafts import HIDDEN
from services.projects import cards
from services.wake import log_trouble
from storage.live_days import Parts
from storage.work import UnitOfWork, Work

EVERY_S: Final = 1.0
REST: Final = 9.0  # a look that takes long is followed by so many times as long a rest: a tenth of the time at most
FRONT: Final = 3
BEGUN: Final = frozenset({DayState.LIVE, DayState.CLOSING, DayState.REPORTED})
LISTENERS: Final = Gauge("giving_day_listeners", "Who looks on at giving days as they go, in this process")


@dataclass(slots=True)
class _Walked:
    """What a walk over the day's gifts and what was added to them said, and at which sums of theirs."""

    at: tuple[Tally, Money]
    parts: Parts
    matched: Money
    creators: tuple[CreatorShare, ...]


async def standing(
    work: Work, day: GivingDay, now: datetime, walked: _Walked | None = None
) -> tuple[DayStanding, _Walked]:
    """The day as it stands in this snapshot, at `now`; gifts are walked over only if they changed since."""
    raised = (await work.tallies.of([day.id], day.currency))[day.id]
    pools = await pools_of(work, day)
    used = sum_of((pool.used for pool in pools), day.currency)
    if walked is None or walked.at != (raised, used):
        parts = await work.live_days.parts(day)
        matched = await work.live_days.matched(day) if pools else used
        givens = parts.by("creator", day.currency)
        wish = await work.rankings.consenting(Board.CREATORS, [*givens])
        shown = {creator: given for creator, given in givens.items() if creator in wish}
        creators = await work.live_days.public(day, shown, TOP)
        walked = _Walked((raised, used), parts, matched, creators)
    projects = await work.projects.by_ids(day.projects)
    by_project, nothing = walked.parts.by("project", day.currency), Money(0, day.currency)
    shares = [
        ProjectShare(card, by_project.get(card.project.id, nothing))
        for card in await cards(work, [projects[each] for each in day.projects if each in projects])
    ]
    wish = await work.rankings.consenting(Board.CREATORS, [share.creator for share in walked.creators])
    funds = await _funds(work, day, pools, now)
    found = DayStanding(
        day=day,
        raised=raised,
        matched=walked.matched,
        pool_left=sum_of((share.left for share in funds), day.currency),
        pool_unused=sum_of((pool.unused(day.starts_at, day.closes_at) for pool in pools), day.currency),
        projects=tuple(shares),
        pools=funds,
        creators=tuple(share for share in walked.creators if share.creator in wish),  # who took it back, at once
        by_chat=walked.parts.by("chat", day.currency),
    )
    return found, walked


async def pools_of(work: Work, day: GivingDay) -> list[Pool]:
    """The pools that add to gifts of the day, or have."""
    return [
        pool
        for pool in await work.matching.newest()
        if pool.state is not PoolState.DRAFT and pool.currency == day.currency and fits(pool, day)
        and (not pool.scope.by_day or day.id in pool.scope.days)
    ]  # fmt: skip


async def _funds(work: Work, day: GivingDay, pools: Sequence[Pool], now: datetime) -> tuple[PoolShare, ...]:
    """Each pool with its sponsor, where they want to be named, and with what it has left for the day."""
    sponsors = await work.matching.sponsors({pool.sponsor for pool in pools}) if pools else {}
    named = {id_: sponsor.name if sponsor.named else None for id_, sponsor in sponsors.items()}
    return tuple(PoolShare(pool, named.get(pool.sponsor), pool.still(now, day.closes_at)) for pool in pools)


@dataclass(slots=True)
class Listener:
    """Somebody who looks on. `next` waits for a newer state than the one they had last."""

    _watched: "_Watched"
    _seen: int = 0

    async def next(self, patience_s: float) -> DayStanding | None:
        """The newest state that is newer than the last one given; None if there is none for so long, or it is over."""
        watched = self._watched
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s), watched.changed:
                await watched.changed.wait_for(lambda: watched.round > self._seen or watched.over)
        if watched.over or watched.round <= self._seen or watched.newest is None:
            return None
        self._seen = watched.round
        return watched.newest

    @property
    def over(self) -> bool:
        """Whether the process is about to stop: nothing more will come."""
        return self._watched.over


@dataclass(slots=True)
class _Watched:
    """A day somebody listens to. `round`: the number of the look that `newest` is of; `wanted`: of one that must be."""

    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    newest: DayStanding | None = None
    walked: _Walked | None = None
    round: int = 0
    begun: int = 0
    listeners: int = 0
    over: bool = False
    task: asyncio.Task[None] | None = None


class LiveDays:
    """Figures of days for pages and streams, in one process."""

    def __init__(
        self, unit: UnitOfWork, *, every_s: float = EVERY_S, clock: Callable[[], float] = time.monotonic,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """Look through this unit of work, so often by this clock."""
        self._unit, self._every_s, self._clock, self._now = unit, every_s, clock, now
        self._watched: dict[UUID, _Watched] = {}
        self._latest: dict[UUID, tuple[float, DayStanding, _Walked]] = {}
        self._looking: dict[UUID, asyncio.Task[DayStanding]] = {}
        self._closed = False
        self._front: Briefly[str, tuple[GivingDay, ...]] = Briefly(every_s)

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return sum(watched.listeners for watched in self._watched.values())

    async def by_slug(self, slug: str) -> GivingDay:
        """The day at this address, for everybody: no draft, nor one that was cancelled. Raises: DayUnknown."""
        async with self._unit.read() as work:
            day = known(await work.giving_days.by_slug(slug))
        return known(None) if day.state in HIDDEN else day

    async def front(self) -> tuple[GivingDay, ...]:
        """Days for the first page, a second old at most: on or closing ones, and the last that is reported."""

        async def look() -> tuple[GivingDay, ...]:
            now = self._now()
            async with self._unit.read() as work:
                begun = [day for day in await work.giving_days.coming() if turned(day, now) in BEGUN]
                closing = await work.giving_days.list(limit=FRONT, states=(DayState.CLOSING,))
                reported = await work.giving_days.list(limit=1, states=(DayState.REPORTED,))
            return (*[*begun, *closing][:FRONT], *reported)

        return await self._front.get("front", look)

    async def now(self, day: UUID) -> DayStanding:
        """The day as it was a second ago at most; who asks at the same time shares one look. Raises: DayUnknown."""
        kept = self._latest.get(day)
        if kept is not None and kept[0] > self._clock():
            return kept[1]
        looking = self._looking.get(day)
        if looking is None:
            looking = self._looking[day] = asyncio.create_task(self._look_once(day), name="giving_day_look")
            looking.add_done_callback(lambda _: self._looking.pop(day, None))
        return await asyncio.shield(looking)

    async def _look_once(self, day: UUID) -> DayStanding:
        if len(self._latest) > 64:  # old days that somebody leafed through
            self._latest = {key: kept for key, kept in self._latest.items() if kept[0] > self._clock()}
        began, before = self._clock(), self._latest.get(day)
        found, walked = await self._read(day, before[2] if before is not None else None)
        self._latest[day] = (self._clock() + max(self._every_s, REST * (self._clock() - began)), found, walked)
        return found

    async def _read(self, day: UUID, walked: _Walked | None) -> tuple[DayStanding, _Walked]:
        async with self._unit.snapshot() as work:
            return await standing(work, known(await work.giving_days.by_id(day)), self._now(), walked)

    @contextlib.asynccontextmanager
    async def listening(self, day: UUID) -> AsyncIterator[Listener]:
        """Hear of a day while the block lasts."""
        watched = self._watched.setdefault(day, _Watched(over=self._closed))
        watched.listeners += 1
        LISTENERS.inc()
        if watched.task is None and not watched.over:
            watched.task = asyncio.create_task(self._watch(day, watched), name="giving_day_watch")
        watched.asked.set()
        try:
            yield Listener(watched, watched.begun)  # what was begun before they came is not new enough for them
        finally:
            watched.listeners -= 1
            LISTENERS.dec()
            if not watched.listeners and self._watched.get(day) is watched:
                del self._watched[day]
                if watched.task is not None:
                    watched.task.cancel()

    async def close(self) -> None:
        """Whoever listens hears that it is over, and nobody begins to."""
        self._closed = True
        for watched in [*self._watched.values()]:
            watched.over = True
            if watched.task is not None:
                watched.task.cancel()
            async with watched.changed:
                watched.changed.notify_all()

    async def _watch(self, day: UUID, watched: _Watched) -> None:
        while True:
            watched.asked.clear()
            watched.begun += 1
            began = self._clock()
            try:
                watched.newest, watched.walked = await self._read(day, watched.walked)
            except Exception as error:  # noqa: BLE001 - the database may be back in a second, and they still listen
                log_trouble("giving_day_look_failed", error, day=str(day))
                await asyncio.sleep(self._every_s)
                continue
            async with watched.changed:
                watched.round = watched.begun
                watched.changed.notify_all()
            rest_s = max(self._every_s, REST * (self._clock() - began))
            await asyncio.sleep(min(self._every_s, 0.1))  # newcomers share a look, however many come at once
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rest_s):
                    await watched.asked.wait()
