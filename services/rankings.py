"""Rankings: who reached how many this week, this month, on a giving day; counted by the leader, closed once."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from prometheus_client import Counter, Gauge

from giving.errors import RankingUnknown
from giving.giving_days import DayState, GivingDay
from giving.people import Person
from giving.rankings import (
    OPT_IN,
    Board,
    Period,
    Placed,
    Span,
    Standing,
    before,
    day_period,
    days_of,
    period_at,
    period_named,
    ranked,
    since_refunded,
)
from services.briefly import Briefly
from services.clock import Clock, utc_now
from services.leadership import Write
from storage.rankings import KeptPeriod, Own, Shown
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
__all__ = ["SPANS", "Line", "Mine", "Own", "Ranking", "RankingService", "RankingSteps", "Shown", "consent_of"]
SHOWN: Final = 100
CACHED_S: Final = 2.0
NOTES_PER_CACHE: Final = 30
PAST: Final = 12
CLOSE_AFTER: Final = timedelta(minutes=10)  # whatever was booked before the end is committed by then
AT_MOST: Final = 0.05  # the part of the time that counting may take
SPANS: Final = (Span.WEEK, Span.MONTH)
_COUNTED: Final = Gauge("rankings_counted_timestamp_seconds", "When the rankings were last counted to the end")
_SECONDS: Final = Gauge("rankings_count_seconds", "How long the last count of all open rankings took")
_CLOSED: Final = Counter("rankings_closed_total", "Weeks, months and giving days that became snapshots", ["span"])


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a board: its place, what is shown, and how many of its gifts were given back since the close."""

    place: int
    shown: Shown
    refunded: int = 0


@dataclass(frozen=True, slots=True)
class Ranking:
    """A board of a period. `counted_at` None: nobody has counted it yet; `closed`: it stays as it is."""

    board: Board
    period: Period
    lines: tuple[Line, ...]
    total: int
    counted_at: datetime | None
    closed: bool


@dataclass(frozen=True, slots=True)
class Mine:
    """Of who looks: whether they could be on the board, whether they wish to, and where they stand."""

    may: bool
    on: bool
    own: Own | None


def consent_of(board: Board) -> Board | None:
    """Whose wish it is to be on a board: chats follow their creator; projects are asked nothing."""
    return {Board.CHATS: Board.CREATORS, Board.PROJECTS: None}.get(board, board)


class RankingService:
    """Reads, and takes everybody's own decision to be shown. Names are read anew for each answer."""

    def __init__(
        self, unit: UnitOfWork, *, zone: ZoneInfo, cached_s: float = CACHED_S, now: Clock = utc_now
    ) -> None:  # fmt: skip
        """`zone` is where days begin; what is read may be `cached_s` seconds old, notes on refunds more."""
        self._unit, self._zone, self._now = unit, zone, now
        self._changes = 0
        self._known: Briefly[tuple[object, ...], Ranking] = Briefly(cached_s)
        self._notes: Briefly[tuple[str, Board], Mapping[UUID, int]] = Briefly(cached_s * NOTES_PER_CACHE)

    def period(self, span: Span, back: int = 0) -> Period:
        """The week or month it is, or the one so many before."""
        return period_at(span, self._now(), self._zone, back)

    async def current(self, board: Board, span: Span, back: int = 0) -> Ranking:
        """This week's or month's, or of so many before."""
        return await self.of(board, self.period(span, back))

    async def named(self, board: Board, name: str) -> Ranking:
        """By its address: 2026-W47, 2026-11. Raises: RankingUnknown (no such address, or not begun)."""
        period = period_named(name, self._zone)
        if period is None or period.since > self._now():
            raise RankingUnknown
        return await self.of(board, period)

    async def of_day(self, board: Board, day: UUID) -> Ranking:
        """Of a giving day. Raises: RankingUnknown (it has not been counted yet, or there is none)."""
        async with self._unit.read() as work:
            kept = await work.rankings.period(f"day-{day}")
        if kept is None:
            raise RankingUnknown
        return await self.of(board, kept.period)

    async def on_day(self, board: Board, day: GivingDay) -> Ranking:
        """The same of a day that may not have been counted yet: an empty one, with its hours as they are now."""
        return await self.of(board, day_period(day.id, day.starts_at, day.closes_at))

    async def of(self, board: Board, period: Period) -> Ranking:
        """A board of any period; a moment old at most."""

        async def look() -> Ranking:
            return await self._look(board, period)

        return await self._known.get((self._changes, board, period.name), look)

    async def past(self, span: Span) -> tuple[Period, ...]:
        """The newest closed weeks or months, newest first."""
        async with self._unit.read() as work:
            return tuple(kept.period for kept in await work.rankings.closed(span, PAST))

    async def own(self, board: Board, period: Period, subject: UUID) -> Own | None:
        """Where a creator, donor, project or chat stands, or would stand; None without points."""
        async with self._unit.read() as work:
            kept = await work.rankings.period(period.name)
            return await work.rankings.own(period.name, board, subject, closed=_closed(kept))

    async def mine(self, person: Person, board: Board, period: Period) -> Mine:
        """What the board is to somebody: donors may all be shown, creators once they run a chat or a slot."""
        wish = consent_of(board)
        async with self._unit.read() as work:
            on = wish is not None and wish in await work.rankings.consents(person.id)
            slot = await work.slots.of_creator(person.id)
            creates = (slot is not None and slot.open) or await work.people.is_creator(person.id)
        own = await self.own(board, period, person.id) if board in OPT_IN else None
        return Mine(on or wish is Board.DONORS or (wish is Board.CREATORS and creates), on, own)

    async def of_chat(self, telegram_id: int, span: Span) -> tuple[Own | None, int, Ranking]:
        """How a group or channel stands this week or month, among how many; its place only counts if it is shown."""
        ranking = await self.current(Board.CHATS, span)
        async with self._unit.read() as work:
            chat = await work.creators.chat_by_telegram_id(telegram_id)
            if chat is None:
                return None, ranking.total, ranking
            shown = await work.rankings.consenting(Board.CHATS, [chat.id])
            own = await work.rankings.own(ranking.period.name, Board.CHATS, chat.id, closed=ranking.closed)
        return own, ranking.total if shown else 0, ranking

    async def consents(self, person: Person) -> frozenset[Board]:
        """The boards somebody wishes to be on: none, until they say so."""
        async with self._unit.read() as work:
            return await work.rankings.consents(person.id)

    async def choose(self, person: Person, board: Board, on: bool) -> None:
        """Be shown, or no longer: at once, and on every ranking there ever was. Raises: RankingUnknown."""
        if board not in OPT_IN:
            raise RankingUnknown
        async with self._unit() as work:
            if on:
                await work.rankings.consent(person.id, board, now=self._now())
            else:
                await work.rankings.withdraw(person.id, board)
        self._changes += 1
        log.info("ranking_consent_changed", person_id=str(person.id), board=board.value, on=on)

    async def _look(self, board: Board, period: Period) -> Ranking:
        async def read(work: Work) -> tuple[KeptPeriod | None, list[Shown], int]:
            kept = await work.rankings.period(period.name)
            shown = await work.rankings.top(period.name, board, closed=_closed(kept), limit=SHOWN)
            if len(shown) < SHOWN:
                return kept, shown, len(shown)
            return kept, shown, await work.rankings.total(period.name, board, closed=_closed(kept))

        kept, shown, total = await self._unit.look(read)
        closed = _closed(kept)
        notes = await self._since_close(board, period, shown) if closed and shown else {}
        by_subject = {one.standing.subject: one for one in shown}
        lines = tuple(
            Line(placed.place, by_subject[placed.standing.subject], notes.get(placed.standing.subject, 0))
            for placed in _placed(shown)
        )
        return Ranking(board, period, lines, total, kept.counted_at if kept else None, closed)

    async def _since_close(self, board: Board, period: Period, shown: Sequence[Shown]) -> Mapping[UUID, int]:
        async def look() -> Mapping[UUID, int]:
            async with self._unit.read() as work:
                return await work.ranking_counts.refunded(board, period)

        now = await self._notes.get((period.name, board), look)
        at_close = {one.standing.subject: one.refunded for one in shown}
        return since_refunded(at_close, now)


def _placed(shown: Sequence[Shown]) -> list[Placed]:
    return ranked(one.standing for one in shown)


def _closed(kept: KeptPeriod | None) -> bool:
    return kept is not None and kept.closed_at is not None


class RankingSteps:
    """What the leader does: counts what is open, now and then, and closes what is over. Harmless twice."""

    def __init__(self, unit: UnitOfWork, *, zone: ZoneInfo, write: Write | None = None, now: Clock = utc_now) -> None:
        """Count through this unit of work, write by `write`: in production the leader's."""
        self._unit, self._zone, self._write, self._now = unit, zone, write or unit, now
        self._rest_until = 0.0

    async def sweep(self) -> int:
        """Count every open period, and close those that are over; then rest, the longer the longer it took.

        Returns how many periods were closed. Raises: NotLeading.
        """
        if time.monotonic() < self._rest_until:
            return 0
        began = time.monotonic()
        closed = await self.count()
        took = time.monotonic() - began
        self._rest_until = time.monotonic() + took / AT_MOST
        _SECONDS.set(took)
        _COUNTED.set(self._now().timestamp())
        return closed

    async def count(self) -> int:
        """`sweep`, now, whatever it takes. Raises: NotLeading."""
        return sum([await self._count(period) for period in await self._due()])

    async def _due(self) -> list[Period]:
        """The weeks and months of now, those before them, giving days, and what was left open while nobody counted."""
        async with self._unit.read() as work:
            found = {kept.period.name: kept.period for kept in await work.rankings.open_periods()}
            for period in (period_at(span, self._now(), self._zone, back) for span in SPANS for back in (0, 1)):
                if not _closed(await work.rankings.period(period.name)):
                    found[period.name] = period
            for period in await self._days(work):
                if not _closed(await work.rankings.period(period.name)):
                    found[period.name] = period  # it may have been extended since
        return sorted(found.values(), key=lambda period: (period.until, period.name))

    async def _days(self, work: Work) -> list[Period]:
        on = await work.giving_days.on_at(self._now())
        late = await work.giving_days.list(limit=10, states=(DayState.LIVE, DayState.CLOSING))
        bounds = {day.id: (day.starts_at, day.closes_at) for day in (*on, *late)}
        missed = {day: (since, until) for day, since, until in await work.rankings.uncounted_days()}
        return [day_period(day, *its) for day, its in (bounds | missed).items()]

    async def _count(self, period: Period) -> bool:
        now = self._now()
        close = period.over(now - CLOSE_AFTER)
        counted, refunded = await self._counted(period)
        async with self._write() as work:
            if not await work.rankings.hold(period):
                return False
            for board, every in counted.items():
                kept = every
                if close and board in (*OPT_IN, Board.CHATS):
                    wish = await work.rankings.consenting(board, [one.subject for one in every])
                    kept = [one for one in every if one.subject in wish]
                await work.rankings.put(period, board, kept, refunded[board])
            await work.rankings.counted(period, now=now, close=close)
        if close:
            _CLOSED.labels(period.span.value).inc()
            rows = {board.value: len(every) for board, every in counted.items()}
            log.info("ranking_closed", period=period.name, **rows)
        return close

    async def _counted(
        self, period: Period
    ) -> tuple[dict[Board, list[Standing]], dict[Board, Mapping[UUID, int]]]:  # fmt: skip
        """Each board in a read of its own: none of them holds up a writer."""
        last = before(period, self._zone) if period.span is not Span.DAY else None
        counted: dict[Board, list[Standing]] = {}
        refunded: dict[Board, Mapping[UUID, int]] = {}
        for board in Board:
            async with self._unit.snapshot() as work:
                if board is Board.DONORS:
                    counted[board] = await work.ranking_counts.donors(period, days_of(period, self._zone))
                else:
                    counted[board] = await work.ranking_counts.reached(board, period, last)
                refunded[board] = await work.ranking_counts.refunded(board, period)
        return counted, refunded
