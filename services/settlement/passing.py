"""What goes on to organisations after money came to the operator, and comes back after it was given back: planned in
the commit that books it, so that nothing is paid and not passed on. services/rails/transfers.py asks the rail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from giving.accounts import rail_clearing
from giving.ledger import Posting
from giving.money import Money
from giving.payments import EventKind, Outcome, Payment, RailEvent, Settlement, paid_key
from giving.tips import Tip
from giving.transfers import Kept, Transfer, arrived_by, kept_by, moves, set_off
from payments.provider import PassesOn, Rail
from services.settlement.batch import Batch
from storage.ids import new_id
from storage.work import Work


@dataclass(frozen=True, slots=True)
class _Stirred:
    """A charge of which something else stands after an event."""

    payment: Payment
    charge: str
    tips: Sequence[Tip]
    change: tuple[Kept, Kept]
    entry_key: str
    again: bool


@dataclass(slots=True)
class Passing:
    """Notes, event by event, what `plan` then puts down."""

    rails: Mapping[str, Rail]
    _stirred: list[_Stirred] = field(default_factory=list)

    def note(self, event: RailEvent, settlement: Settlement, before: Sequence[Tip], batch: Batch) -> None:
        """After the decision was taken into the batch."""
        payment = batch.payments.get(event.reference) if event.reference else None
        if settlement.outcome is not Outcome.BOOKED or payment is None:
            return
        if not passes_on(self.rails, event.rail):
            return
        charge = _charge(event, settlement)
        tips = [tip for tip in batch.tips.get(payment.id, ()) if tip.charge == charge]
        change = kept_by(event, [tip for tip in before if tip.charge == charge], tips, batch.booked)
        if charge is None or not tips or change is None:
            return
        again = event.kind is not EventKind.PAID
        self._stirred.append(_Stirred(payment, charge, tips, change, settlement.entries[0].key, again))

    async def plan(self, work: Work, batch: Batch, now: datetime) -> None:
        """Put down in the batch what is to be written."""
        if not self._stirred:
            return
        known = await work.transfers.of_payments({one.payment.id for one in self._stirred})
        projects = await work.projects.by_ids({tip.project for one in self._stirred for tip in one.tips})
        organisations = {id_: project.organisation.id for id_, project in projects.items()}
        for one in self._stirred:
            arrived = await _arrived(work, batch, one)
            if arrived is None:
                continue
            rows = known.setdefault(one.payment.id, [])
            of_charge = [row for row in rows if row.charge == one.charge]
            for organisation, amount in moves(arrived, one.tips, organisations, one.change, of_charge).items():
                move = Transfer(
                    new_id(), one.payment.id, one.charge, organisation, amount, one.entry_key, now, again=one.again
                )
                changed, left = set_off(move, of_charge)
                _put(batch, rows, changed, left)


def _put(batch: Batch, rows: list[Transfer], changed: Sequence[Transfer], new: Transfer | None) -> None:
    """Into the batch, and among what the next event of it stands before."""
    for one in changed:
        rows[[row.id for row in rows].index(one.id)] = one
        (batch.transfers if one.id in batch.transfers else batch.transfers_changed)[one.id] = one
    if new is not None:
        rows.append(new)
        batch.transfers[new.id] = new


def _charge(event: RailEvent, settlement: Settlement) -> str | None:
    if event.kind is EventKind.PAID:
        return event.their_id
    return settlement.returned[0].tip.charge if settlement.returned else event.charge


async def _arrived(work: Work, batch: Batch, one: _Stirred) -> Money | None:
    """What the charge brought to the operator; None if the organisation had it at once."""
    key = paid_key(one.payment.rail, one.charge)
    postings: Sequence[Posting] = next((entry.postings for entry in batch.entries if entry.key == key), ())
    if not postings and (booked := await work.ledger.by_key(key)) is not None:
        postings = booked.postings
    return arrived_by(postings, rail_clearing(one.payment.rail))


def passes_on(rails: Mapping[str, Rail], name: str) -> bool:
    """Whether a rail can pass on; which a payment's mode then decides."""
    return _can(type(rails.get(name)))  # type: ignore[arg-type]  # a class has a hash


@cache
def _can(kind: type[object]) -> bool:
    return issubclass(kind, PassesOn)  # asked for every event, and slow


async def put_down(work: Work, batch: Batch) -> None:
    """Write what the batch planned, and what of it its events told."""
    await work.transfers.add_many(list(batch.transfers.values()))
    for changed in batch.transfers_changed.values():
        await work.transfers.change(changed)
    told = {
        event.transfer: event.their_id
        for event, settlement in batch.decided.values()
        if event.kind is EventKind.TRANSFERRED
        and event.transfer is not None
        and event.their_id is not None
        and settlement.outcome in (Outcome.BOOKED, Outcome.REPLAYED)
    }
    await work.transfers.done(told)
