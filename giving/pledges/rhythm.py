"""Every month, or three in one: from which month on, when a donor changes that. No month twice, none lost. Pure."""

from dataclasses import replace
from typing import Final

from giving.pledges.instalments import Instalment, InstalmentState
from giving.pledges.pledge import Pledge

# Given, or in somebody's hand: it counts for as many months as it was to be for.
_GIVEN: Final = frozenset({InstalmentState.PAID, InstalmentState.CHARGING, InstalmentState.ON_TAB})
CHANGES_ALONG: Final = frozenset({InstalmentState.ANNOUNCED, InstalmentState.ASKED, InstalmentState.RETRY})


def counted_anew(pledge: Pledge, last: Instalment | None, *, along: bool) -> Pledge:
    """A pledge that was given another rhythm (`every`), with the month that is counted from.

    `last`: its newest instalment, as it was. `along`: that one is announced or asked for, and becomes the first of the
    new rhythm. What was given counts for all its months, and the new rhythm follows them; of what was not given, only
    its own month is over. A quarter does not begin with a month that is left out.
    """
    if last is not None and along:
        return replace(pledge, first=last.month)
    first = pledge.first
    if last is not None:
        first = last.month.plus(last.every if last.state in _GIVEN else 1)
    if pledge.every == 1:
        return replace(pledge, first=first)
    monthly = replace(pledge, first=first, every=1)
    return replace(pledge, first=monthly.next_month(first.plus(-1)))


def is_of_before(instalment: Instalment, pledge: Pledge) -> bool:
    """Whether it is of a month before its pledge's rhythm changed: it stays what it was told to be."""
    return instalment.every != pledge.every and instalment.month < pledge.first
