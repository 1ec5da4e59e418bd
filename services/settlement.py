"""Settling: inbox events become entries, tips become paid, and whoever is to be told is queued, in one commit."""

import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.creators import next_digest
from giving.ledger import Entry
from giving.notices import URGENCY, NoticeKind
from giving.payments import EventKind, Outcome, Payment, RailEvent, Settlement, decide_settlement
from giving.receipts import RANDOM_BITS, receipt_code
from giving.tips import Fresh, Tip
from payments.provider import BadEvent, Rail
from services.clock import Clock, utc_now
from services.metrics import TIPS_PAID, TIPS_REFUNDED
from services.wake import Wakes
from storage.ids import new_id
from storage.inbox import InboxState, StoredEvent
from storage.outbox import NewMessage
from storage.tallies import Gift
from storage.work import DatabaseTrouble, UnitOfWork, Work

log = structlog.get_logger()
BATCH: Final = 500
Settled = tuple[int, bool]
_STATES: Final = {
    Outcome.BOOKED: InboxState.SETTLED,
    Outcome.REPLAYED: InboxState.SETTLED,
    Outcome.NOTED: InboxState.SETTLED,
    Outcome.IGNORED: InboxState.IGNORED,
    Outcome.WAITING: InboxState.WAITING,
    Outcome.ODD: InboxState.ODD,
}


@dataclass(slots=True)
class Batch:
    """What a batch of events is decided against, and what it changes; each decision is seen by the next."""

    payments: dict[UUID, Payment]
    tips: dict[UUID, list[Tip]]
    booked: set[str]
    entries: list[Entry] = field(default_factory=list)
    paid: dict[UUID, Tip] = field(default_factory=dict)
    extra: dict[UUID, Tip] = field(default_factory=dict)
    refunded: dict[UUID, Tip] = field(default_factory=dict)
    touched: dict[UUID, Payment] = field(default_factory=dict)
    gifts: list[Gift] = field(default_factory=list)
    marks: dict[UUID, tuple[InboxState, str]] = field(default_factory=dict)
    decided: list[tuple[RailEvent, Settlement]] = field(default_factory=list)
    woken: bool = False

    def take(self, stored: StoredEvent, event: RailEvent, settlement: Settlement) -> None:
        """Let one decision stand."""
        self.marks[stored.id] = (_STATES[settlement.outcome], settlement.reason)
        self.decided.append((event, settlement))
        if settlement.outcome is not Outcome.BOOKED and settlement.payment is None:
            return
        self.entries += settlement.entries
        self.booked.update([entry.key for entry in settlement.entries])
        for tips, kept, sign in (
            (settlement.paid, self.paid, 1),
            (settlement.extra, self.extra, 1),
            (settlement.refunded, self.refunded, -1),
        ):
            for tip in tips:
                kept[tip.id] = tip
                self.gifts += _gifts(tip, sign)
        if event.reference is None:
            return
        if settlement.payment is not None:
            self.payments[event.reference] = self.touched[event.reference] = settlement.payment
        changed = settlement.paid + settlement.extra + settlement.refunded
        standing = self.tips.get(event.reference, [])
        if len(standing) == 1 == len(changed) and standing[0].id == changed[0].id:
            self.tips[event.reference] = list(changed)
        elif changed:
            self.tips[event.reference] = list({tip.id: tip for tip in (*standing, *changed)}.values())


class Settler:
    """One pass decides and writes up to BATCH events; a batch that fails is tried again one by one."""

    def __init__(
        self, unit: UnitOfWork, rails: Mapping[str, Rail], *, wakes: Wakes, digest_every: timedelta,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        """Decode events by these rails; wake those who send what was queued."""
        self._unit, self._rails, self._wakes, self._now = unit, rails, wakes, now
        self._digest_every = digest_every

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

    async def _settle(self, limit: int, book: Callable[[Work, Sequence[StoredEvent]], Awaitable[Batch]]) -> Settled:
        async def step(work: Work) -> tuple[int, Batch | None]:
            claimed = await work.inbox.claim(limit)
            return len(claimed), await book(work, claimed) if claimed else None

        count, batch = await self._unit.run(step)
        if batch is None:
            return 0, False
        self._tell(batch)
        return count, count == limit or batch.woken

    async def _book(self, work: Work, claimed: Sequence[StoredEvent]) -> Batch:
        batch = await self._decide(work, claimed)
        await self._write(work, batch)
        return batch

    async def _book_or_put_aside(self, work: Work, claimed: Sequence[StoredEvent]) -> Batch:
        """What is wrong with the event itself puts it aside; what is wrong with the database does not."""
        try:
            async with work.savepoint():
                return await self._book(work, claimed)
        except DatabaseTrouble:
            raise
        except Exception as error:
            log.exception("provider_event_set_aside", event_id=claimed[0].event_id, rail=claimed[0].rail)
            aside = (InboxState.ODD, f"settling failed: {type(error).__name__}")
            await work.inbox.mark({claimed[0].id: aside}, now=self._now())
            return Batch({}, {}, set())

    async def _decide(self, work: Work, claimed: Sequence[StoredEvent]) -> Batch:
        events = [(stored, self._decoded(stored)) for stored in claimed]
        references = sorted({event.reference for _, event in events if event.reference})
        batch = Batch(
            payments=await work.payments.lock_many(references),
            tips=await work.tips.of_payments(references),
            booked=await work.ledger.booked({key for _, event in events if (key := _key(event))}),
        )
        for stored, event in events:
            payment = batch.payments.get(event.reference) if event.reference else None
            tips = batch.tips.get(payment.id, []) if payment else []
            batch.take(stored, event, decide_settlement(event, payment, tips, batch.booked, self._fresh))
        return batch

    def _decoded(self, stored: StoredEvent) -> RailEvent:
        try:
            return self._rails[stored.rail].event_of(stored.body)
        except (KeyError, BadEvent):
            return RailEvent(stored.rail, stored.event_id, EventKind.OTHER, self._now())

    def _fresh(self) -> Fresh:
        return Fresh(new_id(), receipt_code(secrets.randbits(RANDOM_BITS)), self._now())

    async def _write(self, work: Work, batch: Batch) -> None:
        changed = batch.paid | batch.extra | batch.refunded
        chats = {tip.chat for tip in (*batch.paid.values(), *batch.extra.values()) if tip.chat}
        held = await work.creators.hold_digests(chats) if chats else {}
        now = after(self._now(), (digest.told_until for digest in held.values()))
        added = list(batch.extra.values())
        await work.ledger.append(batch.entries, now=now)
        await work.tips.add_many(added, booked_at=now)
        await work.tips.paid_many(list(batch.paid.values()), booked_at=now)
        await work.tips.refunded_many(list(batch.refunded.values()))
        await work.payments.set_states({i: payment.state for i, payment in batch.touched.items()})
        if batch.refunded:
            await work.payments.refunded(batch.refunded.keys())
        await work.tallies.apply(batch.gifts)
        await work.creators.counters_changed({tip.post for tip in changed.values() if tip.post}, now)
        await self._queue(work, batch, now)
        every = self._digest_every
        idle = {chat: next_digest(now, digest.told_until, every) for chat, digest in held.items() if not digest.due_at}
        await work.creators.digests_start(idle)
        await work.inbox.mark(batch.marks, now=now)
        woken = {e.reference for e, s in batch.decided if s.outcome is Outcome.BOOKED and e.reference}
        if woken:
            batch.woken = await work.inbox.wake(woken)

    async def _queue(self, work: Work, batch: Batch, now: datetime) -> None:
        cards = await work.tips.cards(batch.paid.keys()) if batch.paid else {}
        queued = [(NoticeKind.RECEIPT, tip) for tip in batch.paid.values()]
        queued += [(NoticeKind.CARD, tip) for tip in batch.paid.values() if tip.id in cards]
        queued += [(NoticeKind.EXTRA, tip) for tip in batch.extra.values()]
        queued += [(NoticeKind.REFUNDED, tip) for tip in batch.refunded.values()]
        await work.outbox.add_many(
            [NewMessage(f"{kind}:{tip.id}", kind, URGENCY[kind], tip.donor, tip.id, now) for kind, tip in queued],
            now=now,
        )

    def _tell(self, batch: Batch) -> None:
        """After the commit: the log (one line a commit, not a tip), the metrics, and whoever waits for work."""
        for event, settlement in batch.decided:
            if paid := len(settlement.paid) + len(settlement.extra):
                TIPS_PAID.labels(event.rail).inc(paid)
            elif settlement.refunded:
                TIPS_REFUNDED.labels(event.rail).inc(len(settlement.refunded))
            if settlement.outcome in (Outcome.ODD, Outcome.WAITING):
                log.warning(
                    "provider_event_not_booked", rail=event.rail, event_id=event.event_id,
                    payment_id=str(event.reference) if event.reference else None,
                    outcome=settlement.outcome, reason=settlement.reason,
                )  # fmt: skip
        for name, tips in (
            ("tips_paid", batch.paid), ("tips_paid_again", batch.extra), ("tips_refunded", batch.refunded),
        ):  # fmt: skip
            if tips:
                log.info(name, count=len(tips), tips=[str(tip) for tip in tips])
        if batch.gifts:
            self._wakes.outbox.set()
            self._wakes.counters.set()
            self._wakes.digests.set()


def after(now: datetime, told: Iterable[datetime | None]) -> datetime:
    """A time of booking that no digest has told of yet, whatever another replica's clock says."""
    return max([now, *(until + timedelta(microseconds=1) for until in told if until is not None)])


def _key(event: RailEvent) -> str | None:
    """The key of the entry that the event would make."""
    match event.kind:
        case EventKind.PAID:
            return f"payment:{event.rail}:{event.their_id}:paid"
        case EventKind.REFUNDED:
            return f"refund:{event.rail}:{event.their_id}"
    return None


def _gifts(tip: Tip, sign: int) -> list[Gift]:
    """A tip counts for its project, and for the post and the chat, or the slot, it was given on."""
    subjects = [subject for subject in (tip.project, tip.post, tip.chat, tip.slot) if subject]
    return [Gift(subject, tip.donor, tip.amount, sign) for subject in subjects]
