"""`reconcile`: a rail's own books against ours. It says what differs, and never changes an entry.

What only those books tell, the fees of some rails, is booked from them first (services/reconcile/fees.py).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from giving.errors import RailUnavailable
from giving.payments import EventKind
from giving.reconcile import (
    LISTED,
    Agreed,
    Difference,
    Judgement,
    Ours,
    Theirs,
    What,
    judge,
    key_for,
    read_key,
    twice,
)
from giving.reconcile_times import TOLD_AFTER, Window, daily, due_day, tries_now
from payments.provider import BadEvent, BooksByDay, Rail, RailRefused, Record
from services.alerts import AlertService
from services.clock import Clock, utc_now
from services.leadership import NotLeading, Write
from services.payments import PaymentService
from services.reconcile.alerts import disagree, not_compared, why
from services.reconcile.fees import BilledFees
from services.wake import log_trouble
from storage.reconcile import Comparison
from storage.scratch import NoRoom, Scratch, scratch
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
BATCH: Final = 1000
PAGE: Final = 200  # doubtful ids at a time
MOST_KEPT: Final = 10_000
MOST_LOGGED: Final = 20
Progress = Callable[[str, int, int], None]


class NotFinished(Exception):
    """It could not be compared to the end: nothing is known of any difference. str() says why."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was compared and what differs: the first MOST_KEPT of `found`, the oldest first.

    `young`: what only one side has, and is so new that the other may follow. `new`: differences not known before.
    """

    rail: str
    window: Window
    agreed: tuple[Agreed, ...]
    differences: tuple[Difference, ...]
    found: int
    young: int
    new: int


@dataclass(slots=True)
class Found:
    """Differences as they are found, those beyond MOST_KEPT only counted."""

    kept: list[Difference] = field(default_factory=list)
    count: int = 0

    def add(self, difference: Difference) -> None:
        """One more."""
        self.count += 1
        if len(self.kept) < MOST_KEPT:
            self.kept.append(difference)


class ReconcileService:
    """Asks the provider first, with no transaction open; then reads our books as they are after that."""

    def __init__(
        self, unit: UnitOfWork, rails: Mapping[str, Rail], alerts: AlertService, *, zone: ZoneInfo, hour: int = 11,
        days: int = 3, payments: PaymentService | None = None, write: Write | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """`hour`, on the clock of `zone`: when the daily one begins, which looks at `days` whole days.

        `payments` takes the fees that only the provider's books tell. `write` opens the units of work in which results
        are kept: the leader's for the daily one.
        """
        self._payments = payments
        self._unit, self._rails, self._alerts, self._now = unit, rails, alerts, now
        self._zone, self._hour, self._days, self._write = zone, hour, days, write or unit

    async def daily(self) -> int:
        """Compare every rail whose daily comparison is due and not done yet; how many were finished."""
        day, finished = due_day(self._now(), self._hour, self._zone), 0
        if day is None:
            return 0
        for rail in (name for name, one in self._rails.items() if one.capabilities.books):
            try:
                if (window := await self._due(rail, day)) is not None:
                    await self.run(rail, window, day=day)
                    finished += 1
            except NotFinished:  # it is logged, kept, and tried again
                continue
            except NotLeading:
                raise
            except Exception as error:  # noqa: BLE001 - one rail that nobody can read must not keep the others waiting
                log_trouble("reconcile_failed", error, rail=rail)
        return finished

    def written(self, name: str, window: Window) -> Window:
        """Of a window, what the provider's books have by now: the rest is looked at on the next day."""
        rail = self._rails[name]
        until = rail.written_until(self._now()) if isinstance(rail, BooksByDay) else window.until
        return Window(window.since, max(window.since, min(window.until, until)))

    async def _due(self, rail: str, day: date) -> Window | None:
        """What the daily comparison looks at, if it is due: also days on which there was none.

        Where that can't be read to the end somebody is told, and the last days alone are compared.
        """
        async with self._unit.read() as work:
            tried = await work.reconcile.tried(rail, day)
            done = await work.reconcile.daily_until(rail) if tried.times < TOLD_AFTER else None
        if tried.finished or not tries_now(tried.times, tried.last_at, self._now()):
            return None
        return self.written(rail, daily(day, self._days, self._zone, done))

    async def run(
        self, rail: str, window: Window, *, day: date | None = None, progress: Progress | None = None
    ) -> Report:
        """Compare one rail. `progress` hears of "records" and "entries": how many, of about how many.

        Raises: NotFinished (the provider did not answer, or refused; no room), KeyError (no such rail).
        """
        began = self._now()
        try:
            async with scratch() as side_by_side:
                done = await self._compare(self._rails[rail], window, began, side_by_side, progress or _silently)
        except (RailUnavailable, RailRefused, BadEvent, NoRoom) as error:
            await self._not_finished(rail, window, began, day, error)
            raise NotFinished(why(error)) from error
        new = await self._keep(done, began, day)
        log.info(
            "reconciled", rail=rail, since=window.since.isoformat(), until=window.until.isoformat(),
            agreed=sum(a.count for a in done.agreed), differences=done.found, new=len(new), young=done.young,
        )  # fmt: skip
        for difference in done.differences[:MOST_LOGGED]:
            _log(difference)
        return replace(done, new=len(new))

    # -- comparing --

    async def _compare(
        self, rail: Rail, window: Window, began: datetime, pile: Scratch, progress: Progress
    ) -> Report:  # fmt: skip
        reach = _reach(rail, window, began)
        async with self._unit.read() as work:
            about = await work.reconcile.count(rail.name, reach)
        fees = BilledFees(self._unit, rail, self._payments) if self._payments is not None else None
        await _read_provider(rail, reach, pile, fees, lambda done: progress("records", done, max(about, done)))
        # What happened at the end of the last day that is written may stand in the books of the next.
        judgement, found = Judgement(window, min(began, reach.until)), Found()
        async with self._unit.snapshot() as work:
            about, done = await work.reconcile.count(rail.name, reach), 0
            async for page in work.reconcile.entries(rail.name, reach):
                await pile.add_ours(page)
                done += len(page)
                progress("entries", done, max(about, done))
            async for records in pile.doubtful(PAGE):
                for difference in await _judged(work, rail.name, records, pile):
                    if judgement.tells(difference):
                        found.add(difference)
        agreed = tuple(await pile.agreed(window))
        return Report(rail.name, window, agreed, tuple(found.kept), found.count, judgement.young, new=0)

    # -- keeping --

    async def _keep(self, report: Report, began: datetime, day: date | None) -> list[Difference]:
        """The comparison and its differences, and an alert of those that are new, in one commit; the new ones."""
        ended = self._now()
        done = Comparison(
            report.rail, report.window, began, ended, finished=True, day=day, agreed=report.agreed,
            found=report.found, young=report.young,
        )  # fmt: skip
        async with self._write() as work:
            run = await work.reconcile.add(done)
            new = await work.reconcile.keep(run, report.differences)
            if report.found == len(report.differences):  # else what is not kept would look as if it were gone
                await work.reconcile.close_gone(run, report.rail, report.window, now=ended)
            if new:
                await self._alerts.queue(work, disagree(report.rail, report.window, new, self._zone))
        if new:
            self._alerts.wake()
        return new

    async def _not_finished(
        self, rail: str, window: Window, began: datetime, day: date | None, error: Exception
    ) -> None:  # fmt: skip
        """Keep that it was tried; after some attempts of one day somebody is told."""
        ended, tries = self._now(), 0
        done = Comparison(rail, window, began, ended, finished=False, day=day, reason=why(error))
        async with self._write() as work:
            await work.reconcile.add(done)
            if day is not None:
                tries = (await work.reconcile.tried(rail, day)).times
            if tries == TOLD_AFTER:
                await self._alerts.queue(work, not_compared(rail, tries, error))
        if tries == TOLD_AFTER:
            self._alerts.wake()
        log.warning(
            "reconcile_not_finished", rail=rail, reason=why(error), tries=tries, hint="no difference is known of"
        )


def _reach(rail: Rail, window: Window, began: datetime) -> Window:
    """With the margin on both sides, as far as the provider's books are written; all of the window in any case."""
    reach = window.wider(began)
    if not isinstance(rail, BooksByDay):
        return reach
    return Window(reach.since, max(window.until, min(reach.until, rail.written_until(began))))


async def _read_provider(
    rail: Rail, reach: Window, pile: Scratch, fees: BilledFees | None, progress: Callable[[int], None]
) -> None:
    """All the provider has of that time; fees that nothing else tells are booked. Raises: RailDown, RailRefused,
    BadEvent.
    """
    batch: list[Record] = []
    done = 0

    async def take() -> None:
        nonlocal done
        await pile.add_theirs([_plain(record) for record in batch])
        if fees is not None:
            await fees.book(batch)
        done += len(batch)
        batch.clear()
        progress(done)

    async for record in rail.records(reach.since, reach.until):
        if record.kind in LISTED:
            batch.append(record)
        if len(batch) == BATCH:
            await take()
    await take()


async def _judged(
    work: Work, rail: str, records: Mapping[str, Sequence[Theirs]], pile: Scratch
) -> list[Difference]:  # fmt: skip
    """The differences of these ids, with all our entries of them, whenever they were booked."""
    keys = [key_for(rail, kind, id_) for id_ in records for kind in LISTED]
    ours = await work.reconcile.by_keys(rail, keys)
    await pile.add_ours(ours)
    by_id: dict[str, list[Ours]] = defaultdict(list)
    for entry in ours:
        by_id[entry.their_id].append(entry)
    found = [d for id_, theirs in records.items() for d in judge(rail, theirs, by_id[id_])]
    return await _seen_with_twins(work, rail, found, pile)


async def _seen_with_twins(
    work: Work, rail: str, found: Sequence[Difference], pile: Scratch
) -> list[Difference]:  # fmt: skip
    """Payments that the provider does not have, and that are booked under another of its ids as well."""
    alone = [d.key for d in found if d.what is What.MISSING_AT_PROVIDER and d.kind is EventKind.PAID]
    twins = await work.reconcile.twins(alone) if alone else {}
    if not twins:
        return list(found)
    facts = {key: read_key(rail, key) for others in twins.values() for key in others}
    listed = await pile.listed(fact for fact in facts.values() if fact is not None)
    there = {key for key, fact in facts.items() if fact in listed}
    return [twice(difference, twins.get(difference.key, ()), there) for difference in found]


def _plain(record: Record) -> Theirs:
    return Theirs(record.kind, record.their_id, record.amount, record.at, record.reference, record.account)


def _silently(_what: str, _done: int, _of: int) -> None:
    """Nobody watches."""


def _log(difference: Difference) -> None:
    """Ids and minor units; no person."""
    theirs, ours = difference.theirs, difference.ours
    log.warning(
        "reconcile_difference", rail=difference.rail, what=difference.what, kind=difference.kind, key=difference.key,
        at=difference.at.isoformat(), their_minor=theirs.minor if theirs else None,
        their_currency=theirs.currency if theirs else None, our_minor=ours.minor if ours else None,
        our_currency=ours.currency if ours else None,
    )  # fmt: skip
