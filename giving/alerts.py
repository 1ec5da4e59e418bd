"""What who looks after money, or broadcasts, is told at once: a kind, the figures of its words, and lines below it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from giving.money import Money
from giving.payments import EventKind
from giving.people import Person, Role
from giving.permissions import Permission, may

# What a word of a message is made of; it names no person.
Said = str | int | Money | datetime | EventKind


class AlertKind(StrEnum):
    """What it is about; the message `alert-<kind>` of every language says it.

    DIFFERENCES: our books and a provider's disagree. NOT_RECONCILED: they could not be compared for some hours.
    GUARD_RAISED, GUARD_SHUT: cards are tried on a rail, which takes less, or nothing, for a while. PAYMENT_OPEN: for a
    week nobody knows what became of it. DISPUTED, DISPUTE_WON, DISPUTE_LOST: a donor's bank. REFUND_WISHED: somebody
    waits for a decision; REFUND_REFUSED: the rail does not give it back; REFUND_FAILED: it did not reach the donor;
    REFUND_OPEN: for a week nobody knows whether it did. TRANSFER_REFUSED: the rail does not pass on what is an
    organisation's, or does not take it back; TRANSFER_OPEN: for a week nobody knows whether it did.
    ACCOUNT_READY, ACCOUNT_SHUT: an organisation's account takes payments, or no more.
    INQUIRY: a bank asks, and has taken nothing yet. ODD: an event that nothing can be booked by; WAITING: events about
    something that we have not heard of for an hour. REVERSED: what was passed on to an organisation came back.
    TAB_REFUSED: a rail does not charge a tab, and no donor can do anything about it; PLEDGE_REFUSED: the same of a
    monthly gift. PAID_TWICE: by a rail that gives
    nothing back.
    MATCH_HELD: gifts wait for somebody to say whether a pool adds to them. BROADCAST_STOPPED: Telegram refuses one;
    BROADCAST_ALONE: one went to many on one person's word, from the command line. DAY_RENAMED: a project of a giving
    day that is scheduled has another title than when that was confirmed.
    """

    DIFFERENCES = "differences"
    NOT_RECONCILED = "not-reconciled"
    GUARD_RAISED = "guard-raised"
    GUARD_SHUT = "guard-shut"
    PAYMENT_OPEN = "payment-open"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute-won"
    DISPUTE_LOST = "dispute-lost"
    REFUND_WISHED = "refund-wished"
    REFUND_REFUSED = "refund-refused"
    REFUND_FAILED = "refund-failed"
    REFUND_OPEN = "refund-open"
    TRANSFER_REFUSED = "transfer-refused"
    TRANSFER_OPEN = "transfer-open"
    INQUIRY = "inquiry"
    ODD = "odd"
    WAITING = "waiting"
    REVERSED = "reversed"
    ACCOUNT_READY = "account-ready"
    ACCOUNT_SHUT = "account-shut"
    MATCH_HELD = "match-held"
    TAB_REFUSED = "tab-refused"
    PLEDGE_REFUSED = "pledge-refused"
    PAID_TWICE = "paid-twice"
    BROADCAST_STOPPED = "broadcast-stopped"
    BROADCAST_ALONE = "broadcast-alone"
    DAY_RENAMED = "day-renamed"


_WHO_CAN: Final = {
    AlertKind.BROADCAST_STOPPED: Permission.BROADCAST,
    AlertKind.BROADCAST_ALONE: Permission.BROADCAST,
    AlertKind.DAY_RENAMED: Permission.RUN_GIVING_DAYS,
}


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One line of a list: the message `alert-line-<name>`."""

    name: str
    said: Mapping[str, Said]


@dataclass(frozen=True, slots=True)
class Alert:
    """One message, the same for everybody who gets it."""

    kind: AlertKind
    said: Mapping[str, Said] = field(default_factory=dict)
    lines: tuple[AlertLine, ...] = ()


def recipients(
    kind: AlertKind, holders: Iterable[tuple[Person, Collection[Role]]], owners: Iterable[Person]
) -> list[Person]:
    """Everybody with the role finance who can be written to; where there is nobody, the owners.

    Of a broadcast or a giving day: everybody who may do something about it.
    """
    if (needed := _WHO_CAN.get(kind)) is not None:
        able = {person.id: person for person, roles in holders if may(roles, needed)}
        able |= {person.id: person for person in owners}
        return [person for person in able.values() if person.reachable]
    finance = [person for person, roles in holders if Role.FINANCE in roles and person.reachable]
    return finance or [person for person in owners if person.reachable]
