"""Settling: events become entries, tips become paid, and whoever is to be told is queued, in one commit.

An event is settled in the commit that stores it; what could not be decided then waits in the inbox.
"""

import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

import structlog

from giving.creators import next_digest
from giving.notices import URGENCY, NoticeKind
from giving.payments import (
    EventKind,
    Outcome,
    RailEvent,
    Return,
    Settlement,
)
from giving.rails import Refunds
from giving.receipts import RANDOM_BITS, receipt_code
from giving.tips import Fresh, Tip, TipState
from payments.provider import BadEvent, Rail
from services.alerts import AlertService
from services.clock import Clock, utc_now
from services.guard_payments import PaymentGuard
from services.metrics import TIPS_PAID, TIPS_REFUNDED
from services.settlement.batch import Batch, Decided, Event, Taken
from services.settlement.deciding import decide
from services.settlement.passing import passes_on, put_down
from services.settlement.telling import tell_finance, tell_of_failed, tell_of_odd
from services.wake import Wakes
from storage.engines import is_passing
from storage.ids import new_id
from storage.inbox import InboxState, StoredEvent
from storage.outbox import NewMessage
from storage.refunds import RefundState
from storage.work import DatabaseTrouble, UnitOfWork, Work

log = structlog.get_logger()
BATCH: Final = 500
AT_ONCE: Final = timedelta(minutes=2)  # by then a refund nobody asked the rail for is asked for by the next sweep
Settled = tuple[int, bool]
_PAID, _EXTRA = attrgetter("paid"), attrgetter("extra")


class Settler:
    """Decides and writes events: as they come in, and up to BATCH a pass of what the inbox holds.

    A batch that fails is tried again one by one.
    """

    def __init__(
        self, unit: UnitOfWork, rails: Mapping[str, Rail], *, wakes: Wakes, digest_every: timedelta,
        guard: PaymentGuard | None = None, alerts: AlertService | None = None, now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """Decode events by these rails; wake those who send what was queued; tell the guard what became of payments.

        `alerts`: for who looks after the money, where a bank disputes a gift.
        """
        self._unit, self._rails, self._wakes, self._now, self._alerts = unit, rails, wakes, now, alerts
        self._digest_every, self._guard = digest_every, guard

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
        await self._write(work, batch)
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

    def _gives_back(self, tip: Tip) -> bool:
        rail = self._rails.get((tip.entry_key or ":").split(":")[1])
        return rail is not None and rail.capabilities.refunds is not Refunds.NONE

    async def _keep_told(self, work: Work, events: Sequence[RailEvent]) -> None:
        """What is not about money: methods that donors saved, organisations' accounts."""
        for event in events:
            if event.kind is EventKind.SAVED and event.reference is not None and event.method is not None:
                whose = await work.methods.saved(event.reference, event.method, now=self._now())
                log.info("method_saved", rail=event.rail, method_id=str(event.reference), known=whose is not None)
            elif event.kind is EventKind.ACCOUNT and event.account is not None and event.ready is not None:
                whose = await work.accounts.changed(event.rail, event.account, ready=event.ready, asks=event.asks)
                log.info("account_changed", rail=event.rail, ready=event.ready, known=whose is not None)

    async def _write(self, work: Work, batch: Batch) -> None:
        if batch.told:
            await self._keep_told(work, batch.told)
        if batch.look_ups:
            await work.look_ups.told(batch.look_ups, self._now())
        if self._alerts is not None:
            await tell_finance(work, batch.decided.values(), self._alerts)
        changed = batch.paid | batch.extra | batch.returned
        given = (*batch.paid.values(), *batch.extra.values())
        chats, slots = {tip.chat for tip in given if tip.chat}, {tip.slot for tip in given if tip.slot}
        held = {
            work.chat_digests: await work.chat_digests.hold(chats) if chats else {},
            work.slot_digests: await work.slot_digests.hold(slots) if slots else {},
        }
        now = after(self._now(), (digest.told_until for digests in held.values() for digest in digests.values()))
        added = list(batch.extra.values())
        await work.ledger.append(batch.entries, now=now)
        await work.tips.add_many(added, booked_at=now)
        await work.tips.paid_many(list(batch.paid.values()), booked_at=now)
        await work.tips.priced_many(batch.priced)
        await work.tips.returned_many(list(batch.returned.values()))
        for key, share in batch.turned:
            await work.conversions.add_many(key, [share])
        await work.returns.add_many([(key, back.tip.id, back.amount) for key, back in batch.returns])
        await put_down(work, batch)
        await work.payments.set_states({i: payment.state for i, payment in batch.touched.items()})
        if batch.returned:
            back = [tip.id for tip in batch.returned.values() if tip.state is TipState.REFUNDED]
            await work.refunds.ended(back, RefundState.DONE)
            again = {back.tip.id: (key, back) for key, back in batch.returns if back.amount.minor < 0}
            again = {tip: told for tip, told in again.items() if batch.returned[tip].state is TipState.PAID}
            ours = await work.refunds.ended(again, RefundState.FAILED) if again else set()
            # Of one that was made at the provider no row of ours tells (services/refunds/looks.py).
            await tell_of_failed(work, [told for tip, told in again.items() if tip not in ours], self._alerts, now)
        for tip in added:
            # Paid twice: the second goes back by itself (services/refunds/ asks), where its rail can.
            if self._gives_back(tip):
                await work.refunds.request(refund=new_id(), tip=tip.id, now=now - AT_ONCE)
        await work.tallies.apply(batch.gifts)
        await work.creators.counters_changed({tip.post for tip in changed.values() if tip.post}, now)
        await self._queue(work, batch, now)
        for store, digests in held.items():
            idle = [(subject, digest.told_until) for subject, digest in digests.items() if not digest.due_at]
            await store.start({subject: next_digest(now, told, self._digest_every) for subject, told in idle})

    async def _wake(self, work: Work, batch: Batch) -> bool:
        """Events that waited for what was booked are to be decided again; whether there are any."""
        booked = {e.reference for e, s in batch.decided.values() if s.outcome is Outcome.BOOKED and e.reference}
        return await work.inbox.wake(booked) if booked else False

    async def _queue(self, work: Work, batch: Batch, now: datetime) -> None:
        cards = await work.tips.cards(batch.paid.keys()) if batch.paid else {}
        queued = [(NoticeKind.RECEIPT, tip) for tip in batch.paid.values()]
        queued += [(NoticeKind.CARD, tip) for tip in batch.paid.values() if tip.id in cards]
        queued += [(NoticeKind.EXTRA, tip) for tip in batch.extra.values()]
        told = [NewMessage(f"{kind}:{tip.id}", kind, URGENCY[kind], tip.donor, tip.id, now) for kind, tip in queued]
        told += [
            NewMessage(f"{kind}:{key}:{back.tip.id}", kind, URGENCY[kind], back.tip.donor, back.tip.id, now)
            for key, back in batch.returns
            if (kind := _told_of(back)) is not None
        ]
        await work.outbox.add_many(told, now=now)

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


def after(now: datetime, told: Iterable[datetime | None]) -> datetime:
    """A time of booking that no digest has told of yet, whatever another replica's clock says."""
    return max([now, *(until + timedelta(microseconds=1) for until in told if until is not None)])


def _back(settlement: Settlement) -> list[Tip]:
    """The tips of which nothing is left."""
    return [back.tip for back in settlement.returned if back.gifts < 0]


def _told_of(back: Return) -> NoticeKind | None:
    """What a donor is told of what was taken off their tip; that it is put back is told as a failed refund."""
    return NoticeKind.REFUNDED if back.amount.minor > 0 else None
