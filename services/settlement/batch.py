"""A batch of events while it is decided: what stands before, and what the decisions change."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from giving.converting import Share
from giving.ledger import Entry
from giving.money import Money
from giving.payments import Outcome, Payment, RailEvent, Return, Settlement
from giving.tips import Tip
from giving.transfers import Transfer
from storage.inbox import InboxState, StoredEvent
from storage.tallies import Gift

Decided = tuple[RailEvent, Settlement]
Event = tuple[StoredEvent, RailEvent]
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

    payments: dict[UUID, Payment] = field(default_factory=dict)
    tips: dict[UUID, list[Tip]] = field(default_factory=dict)
    booked: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    paid: dict[UUID, Tip] = field(default_factory=dict)
    extra: dict[UUID, Tip] = field(default_factory=dict)
    returned: dict[UUID, Tip] = field(default_factory=dict)
    returns: list[tuple[str, Return]] = field(default_factory=list)
    touched: dict[UUID, Payment] = field(default_factory=dict)
    gifts: list[Gift] = field(default_factory=list)
    priced: list[Tip] = field(default_factory=list)
    turned: list[tuple[str, Share]] = field(default_factory=list)
    marks: dict[UUID, tuple[InboxState, str]] = field(default_factory=dict)
    decided: dict[UUID, Decided] = field(default_factory=dict)
    look_ups: set[UUID] = field(default_factory=set)
    transfers: dict[UUID, Transfer] = field(default_factory=dict)
    transfers_changed: dict[UUID, Transfer] = field(default_factory=dict)
    closes: Mapping[UUID, datetime] = field(default_factory=dict)  # until when tips of giving days count
    late: dict[UUID, Tip] = field(default_factory=dict)
    told: list[RailEvent] = field(default_factory=list)  # not about money: a method was saved, an account changed
    several: dict[UUID, list[UUID]] = field(default_factory=dict)  # of tips that stand under several payments: which

    def note_former(self) -> None:
        """A tip stands under the page that asks for it now, and under those that asked for it before."""
        under: dict[UUID, list[UUID]] = {}
        for payment, tips in self.tips.items():
            for tip in tips:
                under.setdefault(tip.id, []).append(payment)
        self.several = {tip: payments for tip, payments in under.items() if len(payments) > 1}

    def take(self, stored: StoredEvent, event: RailEvent, settlement: Settlement) -> None:
        """Let one decision stand."""
        self.marks[stored.id] = (_STATES[settlement.outcome], settlement.reason)
        self.decided[stored.id] = (event, settlement)
        if settlement.look_up and event.reference is not None:
            self.look_ups.add(event.reference)
        if settlement.outcome is not Outcome.BOOKED and settlement.payment is None:
            return
        self.entries += settlement.entries
        self.booked.update([entry.key for entry in settlement.entries])
        paid, more = [self._in_time(tip) for tip in settlement.paid], [self._in_time(tip) for tip in settlement.extra]
        for tips, kept in ((paid, self.paid), (more, self.extra)):
            for tip in tips:
                kept[tip.id] = tip
                self.gifts += gifts_of(tip, tip.amount, 1)
        for back in settlement.returned:
            self.returned[back.tip.id] = back.tip
            self.returns.append((settlement.entries[0].key, back))
            self.gifts += gifts_of(back.tip, -back.amount, back.gifts)
        self.priced += settlement.priced
        for share in settlement.turned:
            self.turned.append((settlement.entries[-1].key, share))
            self.gifts += turns_of(share)
        if event.reference is None:
            return
        if settlement.payment is not None:
            self.payments[event.reference] = self.touched[event.reference] = settlement.payment
        self._keep(event.reference, [*paid, *more, *(back.tip for back in settlement.returned)])

    def _keep(self, reference: UUID, changed: list[Tip]) -> None:
        """What the next event of this payment, and of others with the same tips, is decided on."""
        standing = self.tips.get(reference, [])
        if len(standing) == 1 == len(changed) and standing[0].id == changed[0].id:
            self.tips[reference] = changed
        elif changed:
            self.tips[reference] = list({tip.id: tip for tip in (*standing, *changed)}.values())
        for tip in changed:  # paid by one page, it is paid for the others of this batch too
            for payment in self.several.get(tip.id, ()):
                self.tips[payment] = [tip if one.id == tip.id else one for one in self.tips[payment]]

    def _in_time(self, tip: Tip) -> Tip:
        """The tip, no giving day's where it was paid after that one closed."""
        closes = self.closes.get(tip.day) if tip.day is not None else None
        if closes is None or tip.paid_at is None or tip.paid_at < closes:
            return tip
        self.late[tip.id] = late = replace(tip, day=None)
        return late


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an event that came in; `left`: the inbox holds something to be decided now."""

    is_new: bool
    decided: Decided | None = None
    left: bool = False


def gifts_of(tip: Tip, amount: Money, count: int) -> list[Gift]:
    """A tip counts for its project, for its giving day, and for the post and the chat, or the slot, it was given on."""
    subjects = [subject for subject in (tip.project, tip.post, tip.chat, tip.slot, tip.day) if subject]
    return [Gift(subject, tip.donor, amount, count) for subject in subjects]


def turns_of(share: Share) -> list[Gift]:
    """What was turned moves from one currency to the other; as a gift it counts where it was given."""
    return gifts_of(share.tip, -share.sold, 0) + gifts_of(share.tip, share.bought, 0)
