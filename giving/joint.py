"""Several tabs paid at once: which of somebody's tabs one charge can settle, and for how much.

A charge that is with the operator first and is passed on may be for several organisations (Capabilities.joins).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from giving.money import Money, sum_of

SAME_PAGE: Final = timedelta(minutes=10)  # the same tabs and sums again so soon are the same page


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands on a tab and can be settled now, by which rail.

    `joins`: its organisation's account there may share a charge. `busy`: a saved method is being charged for it.
    """

    tab: UUID
    rail: str
    free: Money
    joins: bool
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Joint:
    """Tabs, in the order of their ids, that one charge by this rail can settle, each with its part of the sum."""

    rail: str
    parts: tuple[tuple[UUID, Money], ...]

    @property
    def tabs(self) -> tuple[UUID, ...]:
        """Which they are."""
        return tuple(tab for tab, _ in self.parts)

    @property
    def sum(self) -> Money:
        """All of it."""
        return sum_of((part for _, part in self.parts), self.parts[0][1].currency)


def joints(tabs: Iterable[Standing]) -> tuple[Joint, ...]:
    """Those of somebody's tabs that can be settled together: at least two of one rail and currency.

    One that is being charged is left out, and so is one whose organisation's account shares no charge.
    """
    groups: dict[tuple[str, str], list[tuple[UUID, Money]]] = {}
    for one in sorted(tabs, key=lambda one: one.tab):
        if one.joins and not one.busy and one.free.minor > 0:
            groups.setdefault((one.rail, one.free.currency), []).append((one.tab, one.free))
    return tuple(Joint(rail, tuple(parts)) for (rail, _), parts in sorted(groups.items()) if len(parts) > 1)
