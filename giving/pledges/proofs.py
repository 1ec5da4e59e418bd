"""Which instalments a certificate follows, and how long somebody has given in a row: a skipped month shames nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final
from uuid import UUID

from giving.money import Money
from giving.pledges.months import Month

FIRST: Final = (1, 3, 6, 12)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A proof to keep. `months`: paid ones of its pledge when it was made (`in_a_row`: of these, the last ones).

    `total`: what stood of them then. `project`: what the last one went to. `name`: as its donor wishes to be named on
    it; None: 爱心人士. `hidden`: it was made without its amount, and never shows one.
    """

    id: UUID
    pledge: UUID
    donor: UUID
    project: UUID
    number: str
    months: int
    in_a_row: int
    total: Money
    name: str | None
    made_at: datetime
    hidden: bool = False


def has_certificate(paid: int) -> bool:
    """Whether a pledge's so-many-th paid month brings one: 1, 3, 6, 12, then every year."""
    return paid in FIRST or (paid > 0 and paid % 12 == 0)


def levels(before: int, after: int) -> list[int]:
    """Those reached by going from so many paid months to so many: more than one where months were noted late."""
    return [paid for paid in range(before + 1, after + 1) if has_certificate(paid)]


@dataclass(frozen=True, slots=True)
class MonthGone:
    """A month that is over for its pledge: `paid`, and it stands; `skipped` (left out); or missed. `every`: it was
    for 1 month, or for 3.
    """

    month: Month
    every: int
    paid: bool
    skipped: bool


def covered(gone: Sequence[MonthGone]) -> list[int]:
    """How many months each stands for by now, oldest first: never more than there are until the next.

    Of a quarter that was just paid one month has begun; the others count when they are over, with the next gift.
    """
    return [
        *(min(each.every, each.month.until(after.month)) for each, after in pairwise(gone)),
        *(1 for _ in gone[-1:]),
    ]


def months_in_all(gone: Sequence[MonthGone]) -> int:
    """How many months were given."""
    return sum(many for each, many in zip(gone, covered(gone), strict=True) if each.paid)


def in_a_row(gone: Sequence[MonthGone]) -> int:
    """Months in a row up to now: one that was skipped or paused breaks nothing.

    It doesn't count either; one that was missed begins anew.
    """
    row = 0
    for each, many in zip(gone, covered(gone), strict=True):
        row = row + many if each.paid else row if each.skipped else 0
    return row
