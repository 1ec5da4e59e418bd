"""A statement: one's gifts line by line, and what they come to for each organisation. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from giving.money import Money
from giving.pledges import Month


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A gift. `returned`: what of it went back. `month`: of a monthly one. `matched`: what sponsors added to it."""

    at: datetime
    code: str
    project: UUID
    amount: Money
    returned: Money
    rail: str
    month: Month | None = None
    matched: Money | None = None

    @property
    def kept(self) -> Money:
        """What stands of it."""
        return self.amount - self.returned


def sums_by(lines: Iterable[StatementLine], whose: Mapping[UUID, UUID]) -> dict[UUID, tuple[Money, ...]]:
    """What stands for each organisation (`whose`: of each project), each currency for itself; nothing for nothing."""
    minors: dict[UUID, dict[str, int]] = {}
    for line in lines:
        its = minors.setdefault(whose[line.project], {})
        its[line.kept.currency] = its.get(line.kept.currency, 0) + line.kept.minor
    return {
        one: tuple(Money(minor, currency) for currency, minor in sorted(its.items()) if minor)
        for one, its in minors.items()
    }  # fmt: skip


def sums_of(lines: Iterable[StatementLine]) -> tuple[Money, ...]:
    """What stands of all of them, each currency for itself."""
    minors: dict[str, int] = {}
    for line in lines:
        minors[line.kept.currency] = minors.get(line.kept.currency, 0) + line.kept.minor
    return tuple(Money(minor, currency) for currency, minor in sorted(minors.items()) if minor)
