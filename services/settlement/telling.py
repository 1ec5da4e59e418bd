"""Those who look after the money hear of what was settled, and of what could not be."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from giving.alerts import Alert, AlertKind, AlertLine, Said
from giving.money import sum_of
from giving.payments import EventKind, Outcome, RailEvent
from giving.settling import NO_REFUND
from giving.tips import Tip
from services.alerts import AlertService
from services.settlement.batch import Decided
from storage.work import Work

WAITS_LONG: Final = timedelta(hours=1)  # an event may overtake the one it speaks of, but not by so much
_DIFFERS: Final = "amount differs"  # giving/settling.py
_BOOKED: Final = {
    EventKind.DISPUTED: AlertKind.DISPUTED,
    EventKind.DISPUTE_WON: AlertKind.DISPUTE_WON,
    EventKind.DISPUTE_LOST: AlertKind.DISPUTE_LOST,
}


async def tell_finance(work: Work, decided: Collection[Decided], alerts: AlertService) -> None:
    """Queue what those who look after the money must know, in the commit of the events."""
    for event, settlement in decided:
        if settlement.outcome is Outcome.ODD:
            await tell_of_odd(work, event, settlement.reason, alerts)
        elif (kind := _kind(event, settlement.outcome)) is not None:
            once = f"{kind}:{event.rail}:{event.their_id}" if kind is AlertKind.INQUIRY else None
            await alerts.queue(work, Alert(kind, _about(event)), once=once)


def _kind(event: RailEvent, outcome: Outcome) -> AlertKind | None:
    if event.kind is EventKind.INQUIRY:
        return AlertKind.INQUIRY if event.reference is not None else None
    if outcome is not Outcome.BOOKED:
        return None
    if event.kind is EventKind.TRANSFERRED and event.amount is not None and event.amount.minor < 0:
        return AlertKind.REVERSED
    return _BOOKED.get(event.kind)


async def tell_of_odd(work: Work, event: RailEvent, reason: str, alerts: AlertService) -> None:
    """An event that nothing could be booked by: money may have moved all the same."""
    said = _about(event) | {"kind": event.kind}
    differs = reason.startswith(_DIFFERS) and event.amount is not None
    line = AlertLine("odd-amount", {"amount": said["amount"]}) if differs else AlertLine("odd-other", {})
    once = f"{AlertKind.ODD}:{event.rail}:{event.event_id}"
    await alerts.queue(work, Alert(AlertKind.ODD, said, (line,)), once=once)


async def tell_of_kept(work: Work, kept: Sequence[Tip], alerts: AlertService) -> None:
    """What was paid twice by a rail that gives nothing back: whoever looks after the money must, once for a charge."""
    charges: dict[str, list[Tip]] = {}
    for tip in kept:
        charges.setdefault(tip.entry_key or "", []).append(tip)
    for entry, tips in charges.items():
        amount = sum_of((tip.amount for tip in tips), tips[0].amount.currency)
        said: dict[str, Said] = {"rail": entry.split(":")[1], "amount": amount, "id": tips[0].receipt_code}
        await alerts.queue(work, Alert(AlertKind.PAID_TWICE, said), once=f"{AlertKind.PAID_TWICE}:{entry}")


async def tell_of_waiting(work: Work, alerts: AlertService, now: datetime) -> int:
    """Events that have waited for long for what they speak of: once for each newest one of a rail; how many alerts."""
    told = 0
    for rail, count, newest, id_ in await work.inbox.waiting_since(now - WAITS_LONG, but=NO_REFUND):
        said: dict[str, Said] = {"rail": rail, "count": count, "id": id_}
        once = f"{AlertKind.WAITING}:{rail}:{newest.isoformat()}"
        told += bool(await alerts.queue(work, Alert(AlertKind.WAITING, said), once=once))
    return told


def _about(event: RailEvent) -> dict[str, Said]:
    said: dict[str, Said] = {"rail": event.rail, "id": event.their_id or event.event_id}
    if event.amount is not None:
        said["amount"] = -event.amount if event.amount.minor < 0 else event.amount
    return said
