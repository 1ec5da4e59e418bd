"""A provider's own books against ours: what differs, one record or entry at a time, without a database.

A fact has the same name on both sides (its kind and the provider's id of it), so it is found whatever the time at which
either side wrote it down; the time only says which window a difference belongs to.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from giving.ledger import Posting
from giving.money import Money
from giving.payments import EventKind, RailEvent, key_of
from giving.reconcile_times import GRACE, MARGIN, Window

# A dispute that is lost moves nothing any more: the money was taken when it was opened.
MOVES_NOTHING: Final = frozenset({EventKind.DISPUTE_LOST})
LISTED: Final = (
    EventKind.PAID, EventKind.REFUNDED, EventKind.REFUND_FAILED, EventKind.FEE, EventKind.DISPUTED,
    EventKind.DISPUTE_WON, EventKind.DISPUTE_LOST, EventKind.TRANSFERRED, EventKind.PAYOUT, EventKind.PAYOUT_FAILED,
)  # fmt: skip
_AT_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)  # of what is asked for its name alone


class What(StrEnum):
    """How the two disagree."""

    MISSING_IN_BOOKS = "missing_in_books"
    MISSING_AT_PROVIDER = "missing_at_provider"
    AMOUNT = "amount_differs"
    CURRENCY = "currency_differs"
    KIND = "kind_differs"
    TWICE = "booked_twice"


@dataclass(frozen=True, slots=True)
class Theirs:
    """A line of the provider's books; amounts are positive but for a fee that came back.

    `reference`: our payment, where they name it.
    """

    kind: EventKind
    their_id: str
    amount: Money
    at: datetime
    reference: UUID | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Ours:
    """An entry of ours that says what a provider moved: `amounts` as the donor saw it and, where it was converted, as
    it arrived; one per currency, positive but for a fee that came back.
    """

    key: str
    kind: EventKind
    their_id: str
    amounts: tuple[Money, ...]
    at: datetime

    def in_currency(self, currency: str) -> Money | None:
        """Its amount in that currency, if it moved any."""
        return next((amount for amount in self.amounts if amount.currency == currency), None)


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement. `key`: of the entry, or of the one that should be there; `kind` is the books' word for it.

    `their_kind`: theirs, where that is what differs. `other_key`: under which the same payment is booked as well.
    """

    what: What
    rail: str
    kind: EventKind
    their_id: str
    key: str
    at: datetime
    theirs: Money | None = None
    ours: Money | None = None
    reference: UUID | None = None
    account: str | None = None
    their_kind: EventKind | None = None
    other_key: str | None = None

    @property
    def identity(self) -> str:
        """The same for the same difference, whenever it is found."""
        amounts = (f"{money.minor}{money.currency}" if money else "-" for money in (self.theirs, self.ours))
        return ":".join((self.what, self.their_kind or "-", *amounts, self.key))


@dataclass(frozen=True, slots=True)
class Agreed:
    """How many records of a kind and currency agree with an entry, and their sum."""

    kind: EventKind
    count: int
    total: Money


# Whether a record and an entry belong together, in one sense or another.
Alike = Callable[[Theirs, Ours], bool]


# --- Names -----------------------------------------------------------------------------------------------------------


def key_for(rail: str, kind: EventKind, their_id: str) -> str:
    """The key of the entry that this fact makes. Raises: ValueError (a kind that makes none)."""
    key = key_of(RailEvent(rail, "", kind, _AT_NO_TIME, their_id=their_id))
    if key is None:
        raise ValueError(f"no entry is made of {kind}")
    return key


def prefixes(rail: str) -> tuple[str, ...]:
    """What the keys of a rail's entries begin with."""
    return tuple(f"{fact}:{rail}:" for fact in ("payment", "refund", "fee", "dispute", "transfer", "payout"))


def read_key(rail: str, key: str) -> tuple[EventKind, str] | None:
    """Of which fact an entry is: its kind and the provider's id; None if it is of no such fact of this rail."""
    fact, _, rest = key.partition(":")
    if not rest.startswith(f"{rail}:"):
        return None
    rest = rest.removeprefix(f"{rail}:")
    bare, _, end = rest.rpartition(":")
    match fact, end:
        case "payment", "paid":
            return EventKind.PAID, bare
        case "refund", "failed" if bare:
            return EventKind.REFUND_FAILED, bare
        case "refund", _:
            return EventKind.REFUNDED, rest
        case "fee", _:
            return EventKind.FEE, rest
        case "dispute", "held":
            return EventKind.DISPUTED, bare
        case "dispute", "won":
            return EventKind.DISPUTE_WON, bare
        case "dispute", "lost":
            return EventKind.DISPUTE_LOST, bare
        case "transfer", _:
            return EventKind.TRANSFERRED, rest
        case "payout", "sent":
            return EventKind.PAYOUT, bare
        case "payout", "failed":
            return EventKind.PAYOUT_FAILED, bare
    return None


def amounts_of(postings: Sequence[Posting]) -> tuple[Money, ...]:
    """What an entry moved, positive (but for a fee that came back), once per currency, the donor's first.

    The two legs of a conversion meet in `exchange:<rail>`, which itself holds nothing of what was moved.
    """
    sums: dict[str, list[int]] = {}
    for posting in postings:
        if not posting.account.startswith("exchange:"):
            sums.setdefault(posting.amount.currency, [0, 0])[posting.amount.minor > 0] += abs(posting.amount.minor)
    if len(sums) > 1:
        donors = {p.amount.currency for p in postings if p.account.startswith(("project:", "dispute:"))}
        sums = dict(sorted(sums.items(), key=lambda moved: moved[0] not in donors))
    sign = -1 if any(p.amount.minor < 0 and p.account.startswith("expense:fees:") for p in postings) else 1
    return tuple(Money(sign * max(moved), currency) for currency, moved in sums.items())


# --- Judging ---------------------------------------------------------------------------------------------------------


def differences(rail: str, records: Iterable[Theirs], entries: Iterable[Ours]) -> list[Difference]:
    """Everything in which the two disagree, the oldest first; whether it is to be told now, `Judgement` says."""
    theirs: dict[str, list[Theirs]] = defaultdict(list)
    ours: dict[str, list[Ours]] = defaultdict(list)
    for record in records:
        theirs[record.their_id].append(record)
    for entry in entries:
        ours[entry.their_id].append(entry)
    found = [d for id_ in theirs.keys() | ours.keys() for d in judge(rail, theirs.get(id_, ()), ours.get(id_, ()))]
    return sorted(found, key=lambda difference: (difference.at, difference.key))


def judge(rail: str, records: Sequence[Theirs], entries: Sequence[Ours]) -> list[Difference]:
    """The differences between what both sides have of one id of the provider's.

    Records find the entry that is the same; then the one of their kind; then one of the same amount and another kind,
    of about the same time: a refund may have its charge's id (Stars), and that has a record of its own, long before.
    What a provider lists twice, word for word, is one record.
    """
    open_records, open_entries = list(records), sorted(entries, key=lambda entry: entry.key)
    same = _pair(open_records, open_entries, lambda r, e: r.kind == e.kind and r.amount in e.amounts)
    found = [_differing(rail, r, e) for r, e in _pair(open_records, open_entries, lambda r, e: r.kind == e.kind)]
    pairs = _pair(open_records, open_entries, _of_another_kind)
    found += [
        replace(_at_both(What.KIND, rail, record, entry, record.amount), their_kind=record.kind)
        for record, entry in pairs
    ]
    known = {(record.kind, record.amount) for record, _ in same}
    for record in open_records:
        if (record.kind, record.amount) not in known and record.amount:
            known.add((record.kind, record.amount))
            found.append(_missing_in_books(rail, record))
    found += [_missing_at_provider(rail, entry) for entry in open_entries if entry.kind not in MOVES_NOTHING]
    return found


def _of_another_kind(record: Theirs, entry: Ours) -> bool:
    near = abs(record.at - entry.at) <= MARGIN  # else the provider was not asked for the record that is the entry's
    return near and record.amount in entry.amounts and entry.kind not in MOVES_NOTHING


def _pair(records: list[Theirs], entries: list[Ours], alike: Alike) -> list[tuple[Theirs, Ours]]:
    """Take out of both lists what belongs together."""
    found = []
    for record in list(records):
        for entry in entries:
            if alike(record, entry):
                found.append((record, entry))
                records.remove(record)
                entries.remove(entry)
                break
    return found


def _differing(rail: str, record: Theirs, entry: Ours) -> Difference:
    """Of the same kind, and not the same amount."""
    ours = entry.in_currency(record.amount.currency)
    if ours is None:
        return _at_both(What.CURRENCY, rail, record, entry, entry.amounts[0])
    return _at_both(What.AMOUNT, rail, record, entry, ours)


def _at_both(what: What, rail: str, record: Theirs, entry: Ours, ours: Money) -> Difference:
    return Difference(
        what, rail, entry.kind, entry.their_id, entry.key, record.at, theirs=record.amount, ours=ours,
        reference=record.reference, account=record.account,
    )  # fmt: skip


def _missing_in_books(rail: str, record: Theirs) -> Difference:
    return Difference(
        What.MISSING_IN_BOOKS, rail, record.kind, record.their_id, key_for(rail, record.kind, record.their_id),
        record.at, theirs=record.amount, reference=record.reference, account=record.account,
    )  # fmt: skip


def _missing_at_provider(rail: str, entry: Ours) -> Difference:
    return Difference(
        What.MISSING_AT_PROVIDER, rail, entry.kind, entry.their_id, entry.key, entry.at, ours=entry.amounts[0]
    )  # fmt: skip


def twice(difference: Difference, twins: Sequence[str], at_provider: Collection[str]) -> Difference:
    """The same difference, seen with the entries (`twins`) of the same payment: one of them is at the provider, and
    this one is not, so the payment was booked twice.
    """
    other = next((key for key in twins if key in at_provider), None)
    if difference.what is not What.MISSING_AT_PROVIDER or difference.kind is not EventKind.PAID or other is None:
        return difference
    return replace(difference, what=What.TWICE, other_key=other)


@dataclass(slots=True)
class Judgement:
    """What is to be told of a window: what lies inside, and is old enough that both sides must have it by now."""

    window: Window
    now: datetime
    young: int = field(default=0)

    def tells(self, difference: Difference) -> bool:
        """Whether it is; those that may still be on their way are counted as `young`."""
        if not self.window.holds(difference.at):
            return False
        one_sided = difference.theirs is None or difference.ours is None
        if one_sided and difference.at > self.now - GRACE:
            self.young += 1
            return False
        return True
