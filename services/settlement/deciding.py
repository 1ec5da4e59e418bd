"""What a batch of events is decided on: read together, locked in one order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from giving.converting import Share
from giving.money import Money
from giving.payments import EventKind, Payment, RailEvent, failed_key, key_of, paid_key
from giving.settling import decide_settlement
from giving.tips import Fresh, Tip
from giving.transfers import dispute_keys
from payments.provider import Rail
from services.settlement.batch import Batch, Event
from services.settlement.books import billed, books_of
from services.settlement.passing import Passing
from storage.work import Work


async def decide(
    work: Work, events: Sequence[Event], rails: Mapping[str, Rail], fresh: Callable[[], Fresh], now: datetime
) -> Batch:  # fmt: skip
    """Read what stands before, and decide each event on what those before it left."""
    events = await _referred(work, events)
    references = sorted({event.reference for _, event in events if event.reference})
    batch = Batch(
        payments=await work.payments.lock_many(references),
        tips=await work.tips.of_payments(references),
        booked=await work.ledger.booked(_keys(events)),
    )
    if incomplete := [id_ for id_, payment in batch.payments.items() if not _adds_up(payment, batch.tips.get(id_))]:
        for id_, more in (await work.tabs.former(incomplete)).items():
            known = batch.tips.setdefault(id_, [])
            known += [tip for tip in more if tip.id not in {one.id for one in known}]
        batch.note_former()
    if days := {tip.day for tips in batch.tips.values() for tip in tips if tip.day is not None}:
        batch.closes = await work.giving_days.closes(days)
    shares = await _shares(work, events)
    went_out = await _went_out(work, events)
    converted = await _converted(work, events, batch)
    told = {event.reference: event for _, event in events if event.reference is not None and event.holder is not None}
    books, passing = await books_of(work, rails, batch.payments, batch.tips, told), Passing(rails)
    for stored, event in events:
        payment = batch.payments.get(event.reference) if event.reference else None
        tips = batch.tips.get(payment.id, []) if payment else []
        where = books.get(payment.id) if payment and books else billed(rails.get(event.rail), event)
        at = went_out.get(refund_key(event)) if event.kind is EventKind.REFUND_FAILED else None
        its = shares.get(stored.id)
        settlement = decide_settlement(event, payment, tips, batch.booked, fresh, where, its, at, converted)
        batch.take(stored, event, settlement)
        passing.note(event, settlement, tips, batch)
        for share in settlement.turned:
            converted[share.tip.id] += share
        if event.kind is EventKind.REFUNDED and settlement.entries:
            went_out[refund_key(event)] = event.occurred_at
        if event.kind in (EventKind.SAVED, EventKind.ACCOUNT):
            batch.told.append(event)
    await passing.plan(work, batch, now)
    return batch


def refund_key(event: RailEvent) -> str:
    """The key of the entry of the refund that an event is about."""
    return f"refund:{event.rail}:{event.their_id}"


async def _went_out(work: Work, events: Sequence[Event]) -> dict[str, datetime]:
    """When the refunds went out that events say failed; those that are booked."""
    asked = {refund_key(event) for _, event in events if event.kind is EventKind.REFUND_FAILED}
    found = {key: await work.ledger.by_key(key) for key in sorted(asked)}
    return {key: entry.occurred_at for key, entry in found.items() if entry is not None}


async def _referred(work: Work, events: Sequence[Event]) -> Sequence[Event]:
    """Events that name a charge, and not what it paid (a dispute, a refund made at the provider), find it here."""
    nameless = {e.charge: paid_key(e.rail, e.charge) for _, e in events if e.reference is None and e.charge}
    if not nameless:
        return events
    found = await work.tips.payments_of(set(nameless.values()))
    return [
        (stored, replace(event, reference=found.get(nameless[event.charge])))
        if event.reference is None and event.charge
        else (stored, event)
        for stored, event in events
    ]


async def _shares(work: Work, events: Sequence[Event]) -> dict[UUID, Mapping[UUID, Money]]:
    """How much of which tip refunds are about: what was asked for, or what a failed one had taken off."""
    failed = {s.id: refund_key(e) for s, e in events if e.kind is EventKind.REFUND_FAILED}
    asked = {s.id: e.refund for s, e in events if e.kind is EventKind.REFUNDED and e.refund is not None}
    shares: dict[UUID, Mapping[UUID, Money]] = {}
    if failed:
        taken = await work.returns.of(set(failed.values()))
        shares |= {stored: taken[key] for stored, key in failed.items() if key in taken}
    if asked:
        tips = await work.refunds.tips_of(set(asked.values()))
        amounts = {stored.id: event.amount for stored, event in events}
        for stored, refund in asked.items():
            if refund in tips and (amount := amounts[stored]) is not None:
                shares[stored] = {tips[refund]: amount}
    return shares


async def _converted(work: Work, events: Sequence[Event], batch: Batch) -> dict[UUID, Share]:
    """What was turned into another currency of tips that something may go back of."""
    back = {e.reference for _, e in events if e.kind in (EventKind.REFUNDED, EventKind.DISPUTE_LOST) and e.reference}
    about = {tip.id for reference in back for tip in batch.tips.get(reference, ())}
    return await work.conversions.of(about) if about else {}


def _adds_up(payment: Payment, tips: Sequence[Tip] | None) -> bool:
    """Whether a payment's tips are all that it was asked for: else some name another payment by now.

    One tip alone may be paid in another currency than it was wished in.
    """
    if tips and len(tips) == 1 and tips[0].extra_of is None:
        return tips[0].amount == payment.amount or tips[0].amount.currency != payment.amount.currency
    return sum(tip.amount.minor for tip in tips or () if tip.extra_of is None) == payment.amount.minor


def _keys(events: Sequence[Event]) -> set[str]:
    """The keys of the entries that events would make, and of those they speak of."""
    keys = {key for _, event in events if (key := key_of(event))}
    for _, event in events:
        if event.kind is EventKind.REFUND_FAILED:
            keys.add(f"refund:{event.rail}:{event.their_id}")
        elif event.kind is EventKind.REFUNDED and event.refund is not None:
            keys.add(failed_key(event))
        elif event.kind is EventKind.PAID and event.fee:
            keys.add(f"fee:{event.rail}:{event.their_id}")
        elif event.kind in (EventKind.DISPUTED, EventKind.DISPUTE_WON, EventKind.DISPUTE_LOST):
            keys.update(dispute_keys(event))
        elif event.kind is EventKind.PAYOUT_FAILED:
            keys.add(f"payout:{event.rail}:{event.their_id}:sent")
    return keys
