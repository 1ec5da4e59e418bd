"""Double entry: an entry sums to zero per currency, is never changed, and its key names one fact outside."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from giving.accounts import (
    Account,
    dispute_held,
    disputes,
    exchange,
    fees,
    operator_received,
    pool_committed,
    project_credited,
    project_matched,
    rail_clearing,
    sponsor_receivable,
    sponsors_money,
)
from giving.money import Money, sum_of


class Unbalanced(ValueError):
    """The postings do not sum to zero: a mistake in the program; the entry is not made."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One account moved by an amount; debit positive."""

    account: Account
    amount: Money


@dataclass(frozen=True, slots=True)
class Entry:
    """Postings that belong together; `key` is unique for ever (`payment:<rail>:<their id>:paid`)."""

    key: str
    occurred_at: datetime
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        """Refuse what does not balance. Raises: Unbalanced."""
        if len(self.postings) < 2:
            raise Unbalanced(f"{self.key}: an entry has two postings or more")
        for currency, minor in imbalance(self.postings).items():
            if minor:
                raise Unbalanced(f"{self.key}: {minor} {currency} too much")


def decide_entries(asked: Sequence[Entry], booked: Collection[str]) -> list[bool]:
    """Which of them are to be appended, in order: those whose key is new, and of one key the first."""
    known = set(booked)
    decided: list[bool] = []
    for entry in asked:
        decided.append(entry.key not in known)
        known.add(entry.key)
    return decided


def imbalance(postings: Iterable[Posting]) -> dict[str, int]:
    """Sum of minor units per currency; all zero in a sound entry."""
    sums: dict[str, int] = {}
    for posting in postings:
        amount = posting.amount
        sums[amount.currency] = sums.get(amount.currency, 0) + amount.minor
    return sums


def payment_received(
    *, rail: str, their_id: str, at: datetime, held: Account, amount: Money, by_project: Mapping[UUID, Money],
    settled: Money | None = None,
) -> Entry:  # fmt: skip
    """The projects are credited every cent the donor gave; the fee is an entry of its own, the operator's.

    `settled`: what arrived, where the provider converted it. Raises: Unbalanced if the tips do not add up.
    """
    credited = tuple(Posting(project_credited(project), -given) for project, given in sorted(by_project.items()))
    return Entry(f"payment:{rail}:{their_id}:paid", at, (*_moved(rail, held, amount, settled), *credited))


def _moved(rail: str, held: Account, amount: Money, settled: Money | None) -> tuple[Posting, ...]:
    """`amount` goes to `held`, in the currency it arrives in: with a conversion, one leg for each currency."""
    if settled is None or settled.currency == amount.currency:
        return (Posting(held, amount),)
    between = exchange(rail)
    return Posting(held, settled), Posting(between, -settled), Posting(between, amount)


def fee_charged(*, rail: str, their_id: str, at: datetime, held: Account, fee: Money) -> Entry:
    """The provider took its fee out of what it holds for us; the operator bears it."""
    return Entry(f"fee:{rail}:{their_id}", at, (Posting(fees(rail), fee), Posting(held, -fee)))


def refund_made(
    *, rail: str, their_id: str, at: datetime, held: Account, amount: Money, by_project: Mapping[UUID, Money],
    settled: Money | None = None,
) -> Entry:  # fmt: skip
    """What was credited is taken off again, whole or in part; the provider keeps its fee. Raises: Unbalanced."""
    debits = tuple(Posting(project_credited(project), back) for project, back in sorted(by_project.items()))
    return Entry(f"refund:{rail}:{their_id}", at, (*debits, *_turned(_moved(rail, held, amount, settled))))


def refund_failed(
    *, rail: str, their_id: str, at: datetime, held: Account, amount: Money, by_project: Mapping[UUID, Money],
    settled: Money | None = None,
) -> Entry:  # fmt: skip
    """The money did not reach the donor and is back: the projects are credited again. Raises: Unbalanced."""
    made = refund_made(
        rail=rail, their_id=their_id, at=at, held=held, amount=amount, by_project=by_project, settled=settled
    )
    return Entry(f"{made.key}:failed", at, _turned(made.postings))


def dispute_withdrawn(
    *, rail: str, their_id: str, at: datetime, held: Account, amount: Money, settled: Money | None = None
) -> Entry:
    """The provider took the money back until it is decided; the projects keep their credit meanwhile."""
    back = _turned(_moved(rail, held, amount, settled))
    return Entry(f"dispute:{rail}:{their_id}:held", at, (Posting(dispute_held(their_id), amount), *back))


def dispute_won(
    *, rail: str, their_id: str, at: datetime, held: Account, amount: Money, settled: Money | None = None
) -> Entry:
    """And gave it back."""
    again = _moved(rail, held, amount, settled)
    return Entry(f"dispute:{rail}:{their_id}:won", at, (*again, Posting(dispute_held(their_id), -amount)))


def dispute_lost(
    *, rail: str, their_id: str, at: datetime, amount: Money, by_project: Mapping[UUID, Money]
) -> Entry:  # fmt: skip
    """And keeps it: the projects lose their credit. What it took beyond that is the operator's loss.

    Raises: Unbalanced if the projects would lose more than it took.
    """
    debits = [Posting(project_credited(project), back) for project, back in sorted(by_project.items())]
    beyond = amount - sum_of(by_project.values(), amount.currency)
    if beyond.minor < 0:
        raise Unbalanced(f"dispute {their_id}: projects would lose more than was taken")
    if beyond.minor:
        debits.append(Posting(disputes(rail), beyond))
    return Entry(f"dispute:{rail}:{their_id}:lost", at, (*debits, Posting(dispute_held(their_id), -amount)))


def transferred(
    *, rail: str, their_id: str, at: datetime, held: Account, received: Account, amount: Money
) -> Entry:  # fmt: skip
    """What was with us went to the organisation; a negative amount came back (a reversal has an id of its own)."""
    return Entry(f"transfer:{rail}:{their_id}", at, (Posting(received, amount), Posting(held, -amount)))


def payout_sent(*, rail: str, their_id: str, at: datetime, amount: Money) -> Entry:
    """What the provider held for us went to the operator's bank; a negative amount it took from there."""
    key = f"payout:{rail}:{their_id}:sent"
    return Entry(key, at, (Posting(operator_received(rail), amount), Posting(rail_clearing(rail), -amount)))


def payout_failed(*, rail: str, their_id: str, at: datetime, amount: Money) -> Entry:
    """The bank did not take it: it is with the provider again."""
    sent = payout_sent(rail=rail, their_id=their_id, at=at, amount=amount)
    return Entry(f"payout:{rail}:{their_id}:failed", at, _turned(sent.postings))


def pool_signed(*, pool: UUID, sponsor: UUID, at: datetime, amount: Money) -> Entry:
    """A sponsor promised so much: they owe it, and the pool can add it to gifts."""
    owed = Posting(sponsor_receivable(sponsor), amount)
    return Entry(f"pool:{pool}:signed", at, (owed, Posting(pool_committed(pool), -amount)))


def sponsor_paid(*, pool: UUID, sponsor: UUID, proof: str, at: datetime, amount: Money) -> Entry:
    """What a sponsor paid in arrived in the operator's bank; `proof` names the transfer, once."""
    arrived = Posting(sponsors_money(), amount)
    return Entry(f"pool:{pool}:paid:{proof}", at, (arrived, Posting(sponsor_receivable(sponsor), -amount)))


def sponsor_paid_back(*, pool: UUID, sponsor: UUID, proof: str, at: datetime, amount: Money) -> Entry:
    """What a sponsor had paid in and no gift drew went back to them."""
    paid = sponsor_paid(pool=pool, sponsor=sponsor, proof=proof, at=at, amount=amount)
    return Entry(f"pool:{pool}:paid_back:{proof}", at, _turned(paid.postings))


def matched(*, tip: UUID, pool: UUID, project: UUID, at: datetime, amount: Money) -> Entry:
    """A pool added so much to a gift."""
    drawn = Posting(pool_committed(pool), amount)
    return Entry(f"match:{tip}:{pool}", at, (drawn, Posting(project_matched(project), -amount)))


def unmatched(*, tip: UUID, pool: UUID, project: UUID, cause: str, at: datetime, amount: Money, to: Account) -> Entry:
    """So much of it goes back as its gift did (`cause`: the key of that entry), to the pool or to its sponsor.

    A negative amount is added again: the refund did not reach the donor.
    """
    taken = Posting(project_matched(project), amount)
    return Entry(f"match:{tip}:{pool}:back:{cause}", at, (taken, Posting(to, -amount)))


def pool_left(*, pool: UUID, sponsor: UUID, what: str, at: datetime, amount: Money) -> Entry:
    """What no gift drew is owed no more; `what` is over: a window, or the whole, withdrawn."""
    back = Posting(pool_committed(pool), amount)
    return Entry(f"pool:{pool}:{what}:left", at, (back, Posting(sponsor_receivable(sponsor), -amount)))


def pool_shared(*, pool: UUID, what: str, at: datetime, by_project: Mapping[UUID, Money]) -> Entry:
    """What no gift drew of a window went to its projects. Raises: Unbalanced if they are none."""
    shares = tuple(Posting(project_matched(project), -share) for project, share in sorted(by_project.items()))
    currency = next(iter(by_project.values())).currency
    drawn = Posting(pool_committed(pool), sum_of(by_project.values(), currency))
    return Entry(f"pool:{pool}:{what}:shared", at, (drawn, *shares))


def _turned(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    return tuple(Posting(posting.account, -posting.amount) for posting in postings)
