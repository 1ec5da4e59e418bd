"""Gifts that are instalments of a pledge: which month in a row each is."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from giving.pledges import Instalment, in_a_row
from storage.work import Work


@dataclass(frozen=True, slots=True)
class MonthGiven:
    """An instalment that was paid; `in_a_row`: so many months up to it, what was skipped breaking nothing."""

    instalment: Instalment
    in_a_row: int


async def months_given(work: Work, tips: Collection[UUID]) -> dict[UUID, MonthGiven]:
    """By gift, for those that are instalments; also where the sweep has not noted it as paid yet."""
    its = await work.instalments.of_tips(tips) if tips else {}
    if not its:
        return {}
    found: dict[UUID, MonthGiven] = {}
    for tip, one in its.items():
        gone = await work.instalments.gone(one.pledge, one.month)
        sofar = [
            replace(each, paid=True, skipped=False) if each.month == one.month else each
            for each in gone
            if each.month <= one.month
        ]
        found[tip] = MonthGiven(one, in_a_row(sofar))
    return found
