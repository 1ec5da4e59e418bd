"""Disputes: the donor, and the creators in whose chats it was given, hear when one opens and how it ends."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from giving.alerts import Alert, AlertKind, Said
from giving.money import Money, sum_of
from giving.notices import URGENCY, NoticeKind
from giving.payments import EventKind, Outcome, RailEvent, Settlement
from giving.settling import at_most, spread
from giving.tips import Tip
from giving.transfers import dispute_keys
from services.alerts import ONCE
from services.settlement.batch import Batch
from storage.outbox import NewMessage
from storage.work import Work

Parts = Sequence[tuple[Tip, Money]]
_STEPS: Final = {
    EventKind.DISPUTED: AlertKind.DISPUTED,
    EventKind.DISPUTE_WON: AlertKind.DISPUTE_WON,
    EventKind.DISPUTE_LOST: AlertKind.DISPUTE_LOST,
}


async def tell_of_disputes(work: Work, batch: Batch, now: datetime) -> None:
    """Queue it in the commit of the entry, which is booked once, however often the event comes.

    One that is over by the time its beginning is heard of is told only as over. What a lost one takes off, the donor
    reads as a refund (services/settlement/writing.py).
    """
    steps = [(event, settlement) for event, settlement in batch.decided.values() if _is_told(event, settlement, batch)]
    if not steps:
        return
    parts = [_disputed(event, settlement, batch) for event, settlement in steps]
    creators = await _creators(work, [tip for found in parts for tip, _ in found])
    for (event, _), found in zip(steps, parts, strict=True):
        if event.kind is not EventKind.DISPUTE_LOST:
            for donor in sorted({tip.donor for tip, _ in found}):
                of_donor = [(tip, amount) for tip, amount in found if tip.donor == donor]
                await _queue(work, event, NoticeKind.GIFT_DISPUTED, donor, of_donor, now)
        for creator in sorted({creators[tip.id] for tip, _ in found if tip.id in creators}):
            of_creator = [(tip, amount) for tip, amount in found if creators.get(tip.id) == creator]
            await _queue(work, event, NoticeKind.CHAT_DISPUTED, creator, of_creator, now)


def _is_told(event: RailEvent, settlement: Settlement, batch: Batch) -> bool:
    if settlement.outcome is not Outcome.BOOKED or event.kind not in _STEPS:
        return False
    _, won, lost = dispute_keys(event)
    return event.kind is not EventKind.DISPUTED or not batch.booked & {won, lost}


def _disputed(event: RailEvent, settlement: Settlement, batch: Batch) -> Parts:
    """Which tips it is about, with how much of each: as a loss would take it off."""
    if event.kind is EventKind.DISPUTE_LOST:
        return [(back.tip, back.amount) for back in settlement.returned]
    tips = batch.tips.get(event.reference, []) if event.reference else []
    of_charge = [tip for tip in tips if tip.charge is not None and tip.charge == (event.charge or tip.charge)]
    found = spread(of_charge, at_most(of_charge, event.amount), {}) if event.amount is not None else None
    return found or [(tip, tip.amount) for tip in of_charge]


async def _creators(work: Work, tips: Sequence[Tip]) -> dict[UUID, UUID]:
    """By tip, whose chat or slot it was given in, as of now; nobody's own gift."""
    chats = await work.creators.chats_by_ids({tip.chat for tip in tips if tip.chat})
    slots = await work.slots.by_ids({tip.slot for tip in tips if tip.slot})
    found: dict[UUID, UUID] = {}
    for tip in tips:
        chat, slot = chats.get(tip.chat) if tip.chat else None, slots.get(tip.slot) if tip.slot else None
        creator = chat.creator if chat is not None else slot.creator if slot is not None else None
        if creator is not None and creator != tip.donor:
            found[tip.id] = creator
    return found


async def _queue(
    work: Work, event: RailEvent, kind: NoticeKind, person: UUID, parts: Parts, now: datetime
) -> None:  # fmt: skip
    """One message for each person and step; its figures are kept as they are now, and name nobody."""
    whole = sum_of((amount for _, amount in parts), parts[0][1].currency)
    said: dict[str, Said] = {"rail": event.rail, "amount": whole, "count": len(parts), "tip": str(parts[0][0].id)}
    step = _STEPS[event.kind]
    id_ = uuid5(ONCE, f"{kind}:{step}:{event.rail}:{event.their_id}:{person}")
    subject = await work.alerts.add(Alert(step, said), now=now, identity=id_)
    if subject is not None:
        message = NewMessage(f"{kind}:{subject}", kind, URGENCY[kind], person, subject, now)
        await work.outbox.add_many([message], now=now)
