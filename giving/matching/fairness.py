"""What makes a gift one to be looked at before it is matched: rules that everybody can read, thresholds from settings.

A gift that is held reaches its project like any other; only the sponsor's part waits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class HeldReason(StrEnum):
    """Why it waits; of several the first."""

    SHARED_PAYER = "shared_payer"
    RING = "ring"
    MANY_GIFTS = "many_gifts"
    NEW_ACCOUNT = "new_account"


@dataclass(frozen=True, slots=True)
class Fairness:
    """Thresholds; 0 switches a rule off.

    `new_days`: known for less. `gifts_per_donor`: more gifts of one donor to one pool on one (local) day.
    `ring_gifts` gifts or more of one amount by as many donors in one place within `ring_seconds`; amounts that we
    suggest ourselves (`usual`, minor units) make no ring. `payer_people`: more donors that one payment method paid for.
    """

    new_days: int = 7
    gifts_per_donor: int = 20
    ring_gifts: int = 5
    ring_seconds: int = 10
    payer_people: int = 3
    usual: frozenset[int] = frozenset()

    def is_new(self, known_since: datetime, paid_at: datetime) -> bool:
        """Whether its donor had not been known for long when it was paid."""
        return self.new_days > 0 and paid_at - known_since < timedelta(days=self.new_days)

    def is_many(self, before: int) -> bool:
        """Whether a gift after so many of the same donor, pool and day is one too many."""
        return 0 < self.gifts_per_donor <= before

    def is_ring(
        self, amount_minor: int, paid_at: datetime, donor: UUID, others: Iterable[tuple[datetime, UUID]]
    ) -> bool:
        """Whether it makes a ring with others of its amount and place."""
        if self.ring_gifts < 2 or amount_minor in self.usual:
            return False
        near = timedelta(seconds=self.ring_seconds)
        beside = {other for at, other in others if abs(at - paid_at) <= near and other != donor}
        return len(beside) >= self.ring_gifts - 1

    def is_shared(self, donor: UUID, paid_for: frozenset[UUID] | set[UUID]) -> bool:
        """Whether the payment method has paid for so many others already."""
        return self.payer_people > 0 and len(paid_for - {donor}) >= self.payer_people
