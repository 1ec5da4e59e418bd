"""A match: what a pool adds to one gift; held, refused, or there; and how much of it goes back with the gift."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from giving.matching.fairness import HeldReason
from giving.money import Money
from giving.quick import quick


class MatchState(StrEnum):
    """MATCHED: added to the gift (as far as it did not go back). HELD until a person decides; or REFUSED by them."""

    MATCHED = "matched"
    HELD = "held"
    REFUSED = "refused"


@quick
@dataclass(frozen=True, slots=True)
class PaidGift:
    """A gift as a pool sees it. `place`: where it was given; `local_day`: the operator's, of the payment.

    `payer`: a keyed hash of the payment method, where the rail tells one.
    """

    tip: UUID
    receipt_code: str
    donor: UUID
    project: UUID
    place: UUID
    amount: Money
    paid_at: datetime
    local_day: date
    known_since: datetime
    creator: UUID | None = None
    giving_day: UUID | None = None
    payer: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class Match:
    """`gift_minor`: what it was decided on; `amount_minor`: what was added (or, of one that is held, would be).

    `back_minor`: what of it went back to the pool, or to the sponsor, as its gift went back.
    """

    id: UUID
    tip: UUID
    pool: UUID
    donor: UUID
    project: UUID
    place: UUID
    window: int
    local_day: date
    gift_minor: int
    amount_minor: int
    currency: str
    state: MatchState
    paid_at: datetime
    decided_at: datetime
    back_minor: int = 0
    reason: HeldReason | None = None
    payer: str | None = None

    @property
    def stands_minor(self) -> int:
        """What is added to the gift now."""
        return self.amount_minor - self.back_minor if self.state is MatchState.MATCHED else 0

    @property
    def stands(self) -> Money:
        """The same as money."""
        return Money(self.stands_minor, self.currency)

    def with_back(self, back_minor: int) -> "Match":
        """The same, with so much of it gone back in all."""
        return replace(self, back_minor=back_minor)


def back_of(match: Match, kept_minor: int) -> int:
    """How much of a match should have gone back once so much of its gift is kept: in proportion.

    What is kept is rounded down, so that a pool never pays for what was given back.
    """
    kept = min(max(kept_minor, 0), match.gift_minor)
    return match.amount_minor - match.amount_minor * kept // match.gift_minor
