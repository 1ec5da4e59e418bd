"""Whose gifts a conversion is about: shares of tips, oldest first; and what of it a refund takes back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from giving.accounts import exchange_back, project_credited
from giving.ledger import Entry, Posting
from giving.money import Money
from giving.tips import Tip


class Waiting(NamedTuple):
    """A paid tip, and how much of it is not converted yet."""

    tip: Tip
    left: Money


@dataclass(frozen=True, slots=True)
class Share:
    """So much of a tip was turned into so much of another currency; both are negative where it is turned back."""

    tip: Tip
    sold: Money
    bought: Money

    def __add__(self, more: "Share") -> "Share":
        """What was turned of the same tip by both."""
        return Share(self.tip, self.sold + more.sold, self.bought + more.bought)


def shares_of(waiting: Iterable[Waiting], sold: Money, bought: Money) -> list[Share]:
    """Which tips make up what was sold, the first ones first and the last in part, and what each of them came to.

    All at one rate, rounded along the way, never by itself: where the tips make up all that was sold, what they came to
    adds up to what was bought, to the minor unit; else it is short of it by the part of what nobody's tip was.
    """
    found: list[Share] = []
    done = come = 0
    for tip, left in waiting:
        taken = min(left.minor, sold.minor - done)
        if taken <= 0:
            continue
        done += taken
        until = done * bought.minor // sold.minor
        found.append(Share(tip, Money(taken, sold.currency), Money(until - come, bought.currency)))
        come = until
    return found


def turned_back(returned: Sequence[tuple[Tip, Money]], converted: Mapping[UUID, Share]) -> tuple[Share, ...]:
    """What has to be unmade of conversions when so much of these tips goes back: what was not converted goes first.

    `returned`: tips as they were before, and how much of each; `converted`: what was turned of them, in all.
    """
    found: list[Share] = []
    for tip, amount in returned:
        made = converted.get(tip.id)
        more = amount.minor - (tip.kept.minor - made.sold.minor) if made is not None else 0
        if made is None or more <= 0 or not made.sold:
            continue
        back = made.bought.minor * more // made.sold.minor
        found.append(Share(tip, Money(-more, made.sold.currency), Money(-back, made.bought.currency)))
    return tuple(found)


def turned_back_entry(rail: str, their_id: str, at: datetime, shares: Sequence[Share]) -> Entry:
    """The projects have again what was given, and no longer what it came to: the refund takes off the former.

    Both wait in `exchange:<rail>:back`: what went out to the donor was somebody else's, whom the next conversion gives
    what this one's had come to.
    """
    between = exchange_back(rail)
    postings = list(project_postings(shares))
    sums: dict[str, int] = defaultdict(int)
    for posting in postings:
        sums[posting.amount.currency] -= posting.amount.minor
    postings += [Posting(between, Money(minor, currency)) for currency, minor in sums.items() if minor]
    return Entry(f"convert:{rail}:{their_id}:back", at, tuple(postings))


def project_postings(shares: Iterable[Share]) -> Iterable[Posting]:
    """What projects were credited is turned with their tips: once for each project and currency."""
    sums: dict[tuple[UUID, str], int] = defaultdict(int)
    for share in shares:
        sums[share.tip.project, share.sold.currency] += share.sold.minor
        sums[share.tip.project, share.bought.currency] -= share.bought.minor
    for (project, currency), minor in sorted(sums.items()):
        if minor:
            yield Posting(project_credited(project), Money(minor, currency))
