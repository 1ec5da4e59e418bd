"""Double entry: an entry sums to zero per currency, is never changed, and its key names one fact outside."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from giving.accounts import Account, fees, project_credited
from giving.money import Money


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
    sums: dict[str, int] = defaultdict(int)
    for posting in postings:
        sums[posting.amount.currency] += posting.amount.minor
    return dict(sums)


def payment_received(
    *, rail: str, their_id: str, at: datetime, held: Account, amount: Money, by_project: Mapping[UUID, Money]
) -> Entry:
    """The projects are credited every cent the donor gave; the fee is an entry of its own, the operator's.

    Raises: Unbalanced if the tips do not add up to the payment.
    """
    credited = tuple(Posting(project_credited(project), -given) for project, given in sorted(by_project.items()))
    return Entry(f"payment:{rail}:{their_id}:paid", at, (Posting(held, amount), *credited))


def fee_charged(*, rail: str, their_id: str, at: datetime, held: Account, fee: Money) -> Entry:
    """The provider took its fee out of what it holds for us; the operator bears it."""
    return Entry(f"fee:{rail}:{their_id}", at, (Posting(fees(rail), fee), Posting(held, -fee)))


def refund_made(
    *, rail: str, their_id: str, at: datetime, held: Account, amount: Money, by_project: Mapping[UUID, Money]
) -> Entry:
    """What was credited is taken off again, whole or in part; the provider keeps its fee. Raises: Unbalanced."""
    debits = tuple(Posting(project_credited(project), back) for project, back in sorted(by_project.items()))
    return Entry(f"refund:{rail}:{their_id}", at, (*debits, Posting(held, -amount)))
