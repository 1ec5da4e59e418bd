"""Passing on: how much of a charge is to be with which organisation, in whole minor units of what arrived.

A charge is passed on in parts, one for each organisation, and what goes back to the donor comes back from there.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from giving.ledger import Posting
from giving.money import Money
from giving.payments import EventKind, RailEvent
from giving.settling import at_most, counts, spread
from giving.tips import Tip

Name = TypeVar("Name", UUID, str)
Kept = Mapping[UUID, int]  # by tip, in minor units of the donor's currency


class TransferState(StrEnum):
    """DUE: the rail was not asked, or said no, so it may still change. ASKING: it is asked in these very words.

    ASKED: it took it. DONE: its event is booked. DROPPED: set off against another before either was asked.
    """

    DUE = "due"
    ASKING = "asking"
    ASKED = "asked"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money of a charge that goes to an organisation or (a negative amount) comes back from it.

    `entry_key`: the entry it follows from. `account`: the organisation's at the rail, `reverses` the rail's id of the
    transfer that is taken back, both fixed once it is asked. `tries`: how often the rail said no, at last with `code`.
    `again`: not the first of its charge, so it comes out of what the operator has there.
    """

    id: UUID
    payment: UUID
    charge: str
    organisation: UUID
    amount: Money
    entry_key: str
    requested_at: datetime
    state: TransferState = TransferState.DUE
    part: int = 0
    again: bool = False
    account: str | None = None
    reverses: str | None = None
    their_id: str | None = None
    tries: int = 0
    code: str | None = None

    @property
    def key(self) -> str:
        """What the rail is asked under: the same while its answer is not known, another after a definite no."""
        return f"transfer:{self.id}:{self.tries}"


def in_parts(whole: Money, shares: Mapping[Name, Money]) -> dict[Name, Money]:
    """`whole` by these shares, to the last minor unit: what is left over goes to the largest remainders, in order.

    Raises: ValueError (nothing to share by).
    """
    total = sum(share.minor for share in shares.values())
    if total <= 0 or any(share.minor < 0 for share in shares.values()):
        raise ValueError("nothing to share by")
    parts = {name: divmod(whole.minor * share.minor, total) for name, share in shares.items()}
    left = whole.minor - sum(part for part, _ in parts.values())
    more = set(sorted(parts, key=lambda name: (-parts[name][1], str(name)))[:left])
    return {name: Money(part + (name in more), whole.currency) for name, (part, _) in parts.items()}


def parts_of(arrived: Money, tips: Iterable[Tip], organisations: Mapping[UUID, UUID]) -> dict[UUID, Money]:
    """What each organisation is to get of a charge, by what was given to it; together exactly what arrived.

    `organisations`: of each project. The fee is the operator's: it is not taken off.
    """
    given: dict[UUID, Money] = {}
    for tip in tips:
        organisation = organisations[tip.project]
        given[organisation] = given.get(organisation, Money(0, tip.amount.currency)) + tip.amount
    return in_parts(arrived, given)


def kept_of(tips: Iterable[Tip]) -> dict[UUID, int]:
    """What is left of each tip."""
    return {tip.id: tip.kept.minor if counts(tip) else 0 for tip in tips}


def kept_by(
    event: RailEvent, before: Sequence[Tip], after: Sequence[Tip], booked: Collection[str]
) -> tuple[Kept, Kept] | None:
    """What stands of a charge's tips before an event that was booked and after it; None if it changes nothing there.

    What a bank took back counts as gone from when it took it, so losing the dispute changes nothing any more. Told in
    another order, each is counted once: `booked` has the keys of what was told before.
    """
    if event.kind is EventKind.PAID:
        return {}, kept_of(after)
    if event.kind in (EventKind.REFUNDED, EventKind.REFUND_FAILED):
        return kept_of(before), kept_of(after)
    held, won, lost = (key in booked for key in dispute_keys(event))
    match event.kind:
        case EventKind.DISPUTED if not won and not lost:
            return kept_of(before), _without(before, event.amount)
        case EventKind.DISPUTE_WON if held:
            return _without(before, event.amount), kept_of(before)
        case EventKind.DISPUTE_LOST if not held:
            return kept_of(before), kept_of(after)
    return None


def dispute_keys(event: RailEvent) -> tuple[str, str, str]:
    """The keys of a dispute's entries: held, won, lost."""
    held, won, lost = (f"dispute:{event.rail}:{event.their_id}:{end}" for end in ("held", "won", "lost"))
    return held, won, lost


def _without(tips: Sequence[Tip], amount: Money | None) -> dict[UUID, int]:
    """What is left of them while so much is in dispute."""
    kept = kept_of(tips)
    for tip, taken in (spread(tips, at_most(tips, amount), {}) if amount is not None else None) or ():
        kept[tip.id] -= taken.minor
    return kept


def moves(
    arrived: Money, tips: Sequence[Tip], organisations: Mapping[UUID, UUID], change: tuple[Kept, Kept],
    known: Iterable[Transfer],
) -> dict[UUID, Money]:  # fmt: skip
    """How much goes to each organisation, or comes back (negative), after what stands of a charge's tips changed.

    Each has its part in the proportion of what still stands, rounded down: in the end all of it, or nothing. `known` is
    what was planned before; never more than the part goes, and never more than went comes back.
    """
    parts, given = parts_of(arrived, tips, organisations), dict.fromkeys(organisations.values(), 0)
    stands = [dict.fromkeys(parts, 0) for _ in change]
    for tip in tips:
        given[organisations[tip.project]] += tip.amount.minor
        for sums, kept in zip(stands, change, strict=True):
            sums[organisations[tip.project]] += kept.get(tip.id, 0)
    planned = dict.fromkeys(parts, 0)
    for one in known:
        if one.state is not TransferState.DROPPED and one.organisation in planned:
            planned[one.organisation] += one.amount.minor
    found: dict[UUID, Money] = {}
    for organisation, part in parts.items():
        was, is_ = (part.minor * sums[organisation] // given[organisation] for sums in stands)
        there = planned[organisation]
        minor = min(max(there + is_ - was, 0), part.minor) - there
        if minor:
            found[organisation] = Money(minor, arrived.currency)
    return found


def set_off(move: Transfer, known: Sequence[Transfer]) -> tuple[list[Transfer], Transfer | None]:
    """A new move against those of its organisation that no rail was asked for yet: changed ones, and what is left."""
    changed, left = [], move.amount.minor
    for one in known:
        open_ = one.state is TransferState.DUE and one.organisation == move.organisation
        if not open_ or not left or (one.amount.minor > 0) is (left > 0):
            continue
        cut = min(abs(left), abs(one.amount.minor))
        rest = one.amount.minor - (cut if one.amount.minor > 0 else -cut)
        left += cut if left < 0 else -cut
        if rest:
            changed.append(replace(one, amount=Money(rest, one.amount.currency)))
        else:
            changed.append(replace(one, state=TransferState.DROPPED))
    return changed, replace(move, amount=Money(left, move.amount.currency)) if left else None


def source_of(back: Transfer, known: Sequence[Transfer]) -> tuple[str, Money] | None:
    """Which transfer is taken back, and how much of it at most; None while none was taken by the rail."""
    best: tuple[str, Money] | None = None
    for one in known:
        if one.organisation != back.organisation or one.amount.minor <= 0 or one.their_id is None:
            continue
        taken = sum(each.amount.minor for each in known if each.reverses == one.their_id and each.id != back.id)
        left = Money(one.amount.minor + taken, one.amount.currency)
        if left.minor > 0 and (best is None or left.minor > best[1].minor):
            best = one.their_id, left
    return best


def arrived_by(postings: Iterable[Posting], clearing: str) -> Money | None:
    """What a payment's entry brought to the operator; None if it went elsewhere."""
    return next((one.amount for one in postings if one.account == clearing and one.amount.minor > 0), None)
