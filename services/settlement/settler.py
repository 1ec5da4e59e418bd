"""Settling: events become entries, tips become paid, and whoever is to be told is queued, in one commit.

An event is settled in the commit that stores it; what could not be decided then waits in the inbox.
"""

import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import timedelta
from operator import attrgetter
from typing import Final

import structlog

from giving.payments import EventKind, Outcome, RailEvent, Settlement
from giving.receipts import RANDOM_BITS, receipt_code
from giving.tips import Fresh, Tip
from payments.provider import BadEvent, Rail
from services.alerts import AlertService
from services.clock import Clock, utc_now
from services.guard_payments import PaymentGuard
from services.metrics import TIPS_PAID, TIPS_REFUNDED
from services.settlement.batch import Batch, Decided, Event, Taken
from services.settlement.deciding import decide
from services.settlement.matching import Matcher
from services.settlement.passing import passes_on
from services.settlement.telling import tell_of_odd
from services.settlement.writing import BatchWriter
from services.wake import Wakes
from storage.engines import is_passing
from storage.ids import new_id
from storage.inbox import InboxState, StoredEvent
from storage.work import DatabaseTrouble, UnitOfWork, Work

log = structlog.get_logger()
BATCH: Final = 500
Settled = tuple[int, bool]
_PAID, _EXTRA = attrgetter("paid"), attrgetter("extra")


class Settler:
    """Decides and writes events: as they come in, and up to BATCH a pass of what the inbox holds.

    A batch that fails is tried again one by one.
    """

    def __init__(
        self, unit: UnitOfWork, rails: Mapping[str, Rail], *, wakes: Wakes, digest_every: timedelta,
        guard: PaymentGuard | None = None, alerts: AlertService | None = None, matcher: Matcher | None = None,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """Decode events by these rails; wake those who send what was queued; tell the guard what became of payments.

        `alerts`: for who looks after the money, where a bank disputes a gift. `matcher`: what sponsors' pools add.
        """
        self._unit, self._rails, self._wakes, self._now, self._alerts = unit, rails, wakes, now, alerts
        self._guard, self._matcher, self._writer = (
            guard,
            matcher,
            BatchWriter(rails, alerts, digest_every=digest_every, now=now),
        )

    async def take(self, work: Work, came: Sequence[Event]) -> list[Taken]:
        """Store events and settle them; those that can't be settled now are stored as new. Give `tell` the result.

        The same event may come twice within one batch, or have been here before.
        """
        names = [(stored.rail, stored.event_id) for stored, _ in came]
        known = await work.inbox.known(set(names))
        first = {name: pair for name, pair in zip(reversed(names), reversed(came), strict=True) if name not in known}
        new = list(reversed(first.values()))
        batch = await self._book_if_possible(work, new) if new else None
        left = await self._store(work, [stored for stored, _ in new], batch)
        return [
            Taken(
                is_new=name in first and first[name][0] is stored,
                decided=batch.decided.get(stored.id) if batch else None,
                left=left,
            )
            for name, (stored, _) in zip(names, came, strict=True)
        ]

    async def _book_if_possible(self, work: Work, new: Sequence[Event]) -> Batch | None:
        try:
            async with work.savepoint():
                return await self._book(work, new)
        except DatabaseTrouble as trouble:
            if trouble.__cause__ is None or not is_passing(trouble.__cause__):
                raise
            # Somebody holds a row for long: the events are kept, and booked once it is free.
            log.warning("settle_on_arrival_put_off", events=len(new), error=type(trouble.__cause__).__name__)
            return None
        except Exception:
            # What is wrong with one of them must not keep the others out of the inbox: nothing was said to be stored.
            log.exception("settle_on_arrival_failed", events=len(new))
            return None

    async def _store(self, work: Work, new: Sequence[StoredEvent], batch: Batch | None) -> bool:
        """Whether the inbox holds something to be decided now."""
        if batch is None:
            await work.inbox.add_many(new, {}, (), now=self._now())
            return bool(new)
        left = await work.people.left_among({payment.donor for payment in batch.payments.values()})
        gone = {payment.id for payment in batch.payments.values() if payment.donor in left} if left else set()
        ignored = {event for event, (state, _) in batch.marks.items() if state is InboxState.IGNORED}
        nameless = [e.id for e in new if e.reference in gone or (e.reference is None and e.id in ignored)]
        await work.inbox.add_many(new, batch.marks, nameless, now=self._now())
        return await self._wake(work, batch)

    async def settle_pending(self) -> int:
        """Book everything that is in the inbox now; returns how many events were decided."""
        decided = 0
        while True:
            count, more = await self._settle_some()
            decided += count
            if not more:
                return decided

    async def _settle_some(self) -> tuple[int, bool]:
        """How many were decided, and whether there may be more."""
        try:
            return await self._settle(BATCH, self._book)
        except Exception:
            # One poisoned event must not hold up the others: alone it shows itself, and is put aside for a person.
            log.exception("settle_batch_failed")
        for count in range(BATCH):
            if not (await self._settle(1, self._book_or_put_aside))[0]:
                return count, False
        return BATCH, True

    async def _settle(self, limit: int, book: Callable[[Work, Sequence[Event]], Awaitable[Batch]]) -> Settled:
        async def step(work: Work) -> tuple[int, Batch, bool]:
            claimed = [(stored, self._decoded(stored)) for stored in await work.inbox.claim(limit)]
            batch = await book(work, claimed) if claimed else Batch()
            await work.inbox.mark(batch.marks, now=self._now())
            return len(claimed), batch, await self._wake(work, batch)

        count, batch, woken = await self._unit.run(step)
        self.tell(batch.decided.values())
        return count, count == limit or woken

    async def _book(self, work: Work, events: Sequence[Event]) -> Batch:
        batch = await decide(work, events, self._rails, self._fresh, self._now())
        if self._matcher is not None:
            await self._matcher.decide(work, batch, self._now())
        await self._writer.write(work, batch)
        return batch

    async def _book_or_put_aside(self, work: Work, claimed: Sequence[Event]) -> Batch:
        """What is wrong with the event itself puts it aside; what is wrong with the database does not."""
        try:
            async with work.savepoint():
                return await self._book(work, claimed)
        except DatabaseTrouble:
            raise
        except Exception as error:
            stored = claimed[0][0]
            log.exception("provider_event_set_aside", event_id=stored.event_id, rail=stored.rail)
            if self._alerts is not None:
                await tell_of_odd(work, claimed[0][1], "", self._alerts)
            return Batch(marks={stored.id: (InboxState.ODD, f"settling failed: {type(error).__name__}")})

    def _decoded(self, stored: StoredEvent) -> RailEvent:
        try:
            return self._rails[stored.rail].event_of(stored.body)
        except (KeyError, BadEvent):
            return RailEvent(stored.rail, stored.event_id, EventKind.OTHER, self._now())

    def _fresh(self) -> Fresh:
        return Fresh(new_id(), receipt_code(secrets.randbits(RANDOM_BITS)), self._now())

    async def _wake(self, work: Work, batch: Batch) -> bool:
        """Events that waited for what was booked are to be decided again; whether there are any."""
        booked = {e.reference for e, s in batch.decided.values() if s.outcome is Outcome.BOOKED and e.reference}
        return await work.inbox.wake(booked) if booked else False

    def tell(self, decided: Collection[Decided]) -> None:
        """After the commit: the log (one line a commit, not a tip), the metrics, and whoever waits for work."""
        for event, settlement in decided:
            if paid := len(settlement.paid) + len(settlement.extra):
                TIPS_PAID.labels(event.rail).inc(paid)
            elif settlement.returned:
                TIPS_REFUNDED.labels(event.rail).inc(-sum(back.gifts for back in settlement.returned if back.gifts < 0))
            if settlement.outcome in (Outcome.ODD, Outcome.WAITING):
                log.warning(
                    "provider_event_not_booked", rail=event.rail, event_id=event.event_id,
                    payment_id=str(event.reference) if event.reference else None,
                    outcome=settlement.outcome, reason=settlement.reason,
                )  # fmt: skip
        if self._guard is not None:
            self._guard.settled(decided)
        moved = False
        for name, part in (("tips_paid", _PAID), ("tips_paid_again", _EXTRA), ("tips_refunded", _back)):
            if tips := [str(tip.id) for _, settlement in decided for tip in part(settlement)]:
                log.info(name, count=len(tips), tips=tips)
                moved = True
        self._ring(decided, moved=moved)

    def _ring(self, decided: Collection[Decided], *, moved: bool) -> None:
        """Whoever waits for work."""
        if any(event.kind is EventKind.SAVED and event.thin for event, _ in decided):
            self._wakes.methods.set()
        if any(settlement.look_up for _, settlement in decided):
            self._wakes.look_ups.set()
        booked = {event.rail for event, settlement in decided if settlement.entries}
        if any(passes_on(self._rails, rail) for rail in booked):
            self._wakes.transfers.set()
        if any(settlement.extra for _, settlement in decided):
            self._wakes.refunds.set()
        if moved:
            self._wakes.outbox.set()
            self._wakes.counters.set()
            self._wakes.digests.set()


def _back(settlement: Settlement) -> list[Tip]:
    """The tips of which nothing is left."""
    return [back.tip for back in settlement.returned if back.gifts < 0]
