"""Refunds that did not reach their donors: what becomes of the requests for them, and who hears of it here."""

from datetime import datetime
from typing import Final
from uuid import UUID

from giving.alerts import Alert, AlertKind, Said
from giving.notices import URGENCY, NoticeKind
from giving.payments import EventKind, Return
from giving.tips import TipState
from services.alerts import AlertService
from services.settlement.batch import Batch
from storage.outbox import NewMessage
from storage.refunds import RefundState
from storage.work import Work

_GOING: Final = (RefundState.REQUESTED, RefundState.ASKED)
Back = tuple[str, Return]  # the key of its entry, and the tip as it is again


async def put_back(work: Work, batch: Batch, alerts: AlertService | None, now: datetime) -> None:
    """Close the requests that failed, and tell of the rest; what a request of ours tells, its sweep tells.

    A refund made at the provider that failed says nothing of one of ours that is still on its way.
    """
    again = [(key, back) for key, back in batch.returns if back.amount.minor < 0]
    again = [(key, back) for key, back in again if batch.returned[back.tip.id].state is TipState.PAID]
    if not again:
        return
    tips = {back.tip.id for _, back in again}
    ours = {refund.id: tip for tip, refund in (await work.refunds.of(tips)).items()}
    named = _named(batch)
    failed = {ours[refund] for key, _ in again if (refund := named.get(key)) and refund in ours}
    swept = await work.refunds.ended(failed, RefundState.FAILED) if failed else set()
    swept |= await work.refunds.undone(tips)
    standing = await work.refunds.of(tips)
    left = [(key, back) for key, back in again if back.tip.id not in swept]
    going = {tip for tip, refund in standing.items() if refund.state in _GOING}
    await _tell(work, left, going, alerts, now)


def _named(batch: Batch) -> dict[str, UUID | None]:
    """By the keys of their entries, our ids of the refunds that events say failed."""
    failed = [(e, s) for e, s in batch.decided.values() if e.kind is EventKind.REFUND_FAILED and s.entries]
    return {settlement.entries[0].key: event.refund for event, settlement in failed}


async def _tell(work: Work, back: list[Back], going: set[UUID], alerts: AlertService | None, now: datetime) -> None:
    """The donor (that it may be asked for again, or that another one is on its way) and finance."""
    told = []
    for key, one in back:
        kind = NoticeKind.REFUND_OTHER if one.tip.id in going else NoticeKind.REFUND_FAILED
        told.append(NewMessage(f"{kind}:{key}:{one.tip.id}", kind, URGENCY[kind], one.tip.donor, one.tip.id, now))
    await work.outbox.add_many(told, now=now)
    if alerts is None:
        return
    for key, one in back:
        said: dict[str, Said] = {"rail": key.split(":")[1], "amount": -one.amount}
        await alerts.queue(work, Alert(AlertKind.REFUND_FAILED, said))
