"""What a decided batch writes: everything in the commit of its events, each table once a batch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from giving.creators import next_digest
from giving.notices import URGENCY, NoticeKind
from giving.payments import EventKind, Outcome, RailEvent, Return, failed_key
from giving.rails import Refunds
from giving.tips import Tip, TipState
from payments.provider import Rail
from services.alerts import AlertService
from services.clock import Clock
from services.rails.accounts_told import tell_of_account
from services.settlement.batch import Batch
from services.settlement.disputes import tell_of_disputes
from services.settlement.failing import put_back
from services.settlement.passing import put_down
from services.settlement.telling import tell_finance, tell_of_kept
from storage.digests import DigestStore, HeldDigest
from storage.ids import new_id
from storage.outbox import NewMessage
from storage.refunds import RefundState
from storage.work import Work

log = structlog.get_logger()
AT_ONCE: Final = timedelta(minutes=2)  # by then a refund nobody asked the rail for is asked for by the next sweep


class BatchWriter:
    """Writes what `decide` put into a batch; the order of the tables is that of every writer of theirs."""

    def __init__(
        self, rails: Mapping[str, Rail], alerts: AlertService | None, *, digest_every: timedelta, now: Clock
    ) -> None:  # fmt: skip
        """Without `alerts` those who look after the money are told nothing."""
        self._rails, self._alerts, self._digest_every, self._now = rails, alerts, digest_every, now

    async def write(self, work: Work, batch: Batch) -> None:
        """Everything a batch changes."""
        if batch.told:
            await _keep_told(work, batch.told, self._now())
        if batch.look_ups:
            await work.look_ups.told(batch.look_ups, self._now())
        if self._alerts is not None:
            await tell_finance(work, batch.decided.values(), self._alerts)
        await tell_of_disputes(work, batch, self._now())
        held = await _held(work, batch)
        now = after(self._now(), (digest.told_until for digests in held.values() for digest in digests.values()))
        await _book(work, batch, now)
        await self._give_back(work, batch, now)
        await work.tallies.apply(batch.gifts)
        changed = batch.paid | batch.extra | batch.returned
        await work.creators.counters_changed({tip.post for tip in changed.values() if tip.post}, now)
        await _queue(work, batch, now)
        for store, digests in held.items():
            idle = [(subject, digest.told_until) for subject, digest in digests.items() if not digest.due_at]
            await store.start({subject: next_digest(now, told, self._digest_every) for subject, told in idle})

    async def _give_back(self, work: Work, batch: Batch, now: datetime) -> None:
        """How refunds ended, and those that are to be made of what was paid twice."""
        if arrived := _arrived(batch):
            await work.refunds.arrived(arrived)
        if batch.returned:
            back = [tip.id for tip in batch.returned.values() if tip.state is TipState.REFUNDED]
            await work.refunds.ended(back, RefundState.DONE)
            await put_back(work, batch, self._alerts, now)
        for tip in batch.extra.values():
            # Paid twice: the second goes back by itself (services/refunds/ asks), where its rail can.
            if self._gives_back(tip):
                await work.refunds.request(refund=new_id(), tip=tip.id, now=now - AT_ONCE)
        if self._alerts is not None:
            kept = [tip for tip in batch.extra.values() if not self._gives_back(tip)]
            await tell_of_kept(work, kept, self._alerts)

    def _gives_back(self, tip: Tip) -> bool:
        rail = self._rails.get((tip.entry_key or ":").split(":")[1])
        return rail is not None and rail.capabilities.refunds is not Refunds.NONE


def _arrived(batch: Batch) -> set[UUID]:
    """Our ids of the refunds that went out, by events that name them: what is left of their tips is another matter."""
    return {
        event.refund
        for event, settlement in batch.decided.values()
        if event.kind is EventKind.REFUNDED
        and event.refund is not None
        and settlement.outcome in (Outcome.BOOKED, Outcome.REPLAYED)
        and failed_key(event) not in batch.booked
    }


def after(now: datetime, told: Iterable[datetime | None]) -> datetime:
    """A time of booking that no digest has told of yet, whatever another replica's clock says."""
    return max([now, *(until + timedelta(microseconds=1) for until in told if until is not None)])


async def _keep_told(work: Work, events: Sequence[RailEvent], now: datetime) -> None:
    """What is not about money: methods that donors saved, organisations' accounts."""
    for event in events:
        if event.kind is EventKind.SAVED and event.reference is not None and event.method is not None:
            whose = await work.methods.saved(event.reference, event.method, now=now)
            log.info("method_saved", rail=event.rail, method_id=str(event.reference), known=whose is not None)
        elif event.kind is EventKind.ACCOUNT and event.account is not None and event.ready is not None:
            changed = await work.accounts.changed(
                event.rail, event.account, ready=event.ready, at=event.occurred_at, asks=event.asks
            )
            if changed is not None and changed.turned:
                await tell_of_account(work, changed.account, now)
            log.info("account_changed", rail=event.rail, ready=event.ready, known=changed is not None)


async def _held(work: Work, batch: Batch) -> dict[DigestStore, dict[UUID, HeldDigest]]:
    """The digests of the chats and slots that were given on: nobody tells of them until the commit."""
    given = (*batch.paid.values(), *batch.extra.values())
    chats, slots = {tip.chat for tip in given if tip.chat}, {tip.slot for tip in given if tip.slot}
    return {
        work.chat_digests: await work.chat_digests.hold(chats) if chats else {},
        work.slot_digests: await work.slot_digests.hold(slots) if slots else {},
    }


async def _book(work: Work, batch: Batch, now: datetime) -> None:
    """The money: entries, the tips and payments they are of, and what follows from them for others."""
    await work.ledger.append(batch.entries, now=now)
    await work.tips.add_many(list(batch.extra.values()), booked_at=now)
    await work.tips.paid_many(list(batch.paid.values()), booked_at=now)
    await work.tips.priced_many(batch.priced)
    await work.tips.late_many([tip for tip in batch.late.values() if tip.id in batch.paid])
    await work.tips.returned_many(list(batch.returned.values()))
    for key, share in batch.turned:
        await work.conversions.add_many(key, [share])
    await work.returns.add_many([(key, back.tip.id, back.amount) for key, back in batch.returns])
    await put_down(work, batch)
    await work.payments.set_states({i: payment.state for i, payment in batch.touched.items()})


async def _queue(work: Work, batch: Batch, now: datetime) -> None:
    cards = await work.tips.cards(batch.paid.keys()) if batch.paid else {}
    queued = [(NoticeKind.RECEIPT, tip) for tip in batch.paid.values()]
    queued += [(NoticeKind.CARD, tip) for tip in batch.paid.values() if tip.id in cards]
    told = [NewMessage(f"{kind}:{tip.id}", kind, URGENCY[kind], tip.donor, tip.id, now) for kind, tip in queued]
    told += _paid_again(batch.extra.values(), now)
    told += [
        NewMessage(f"{kind}:{key}:{back.tip.id}", kind, URGENCY[kind], back.tip.donor, back.tip.id, now)
        for key, back in batch.returns
        if (kind := _told_of(back)) is not None
    ]
    await work.outbox.add_many(told, now=now)


def _paid_again(extra: Iterable[Tip], now: datetime) -> list[NewMessage]:
    """One for each charge, of a tab's too: of several tips it names the entry (OutboxService.paid_again)."""
    charges: dict[tuple[UUID, str | None], list[Tip]] = {}
    for tip in extra:
        charges.setdefault((tip.donor, tip.entry_key), []).append(tip)
    kind = NoticeKind.EXTRA
    return [
        NewMessage(f"{kind}:{entry if len(tips) > 1 else tips[0].id}", kind, URGENCY[kind], donor, tips[0].id, now)
        for (donor, entry), tips in charges.items()
    ]


def _told_of(back: Return) -> NoticeKind | None:
    """What a donor is told of what was taken off their tip; that it is put back is told as a failed refund."""
    return NoticeKind.REFUNDED if back.amount.minor > 0 else None
