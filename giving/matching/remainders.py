"""What windows leave over: when it is settled, and how it is shared."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from giving.matching.pools import Pool, Remainder


@dataclass(frozen=True, slots=True)
class Ending:
    """What to settle now: these windows (by their place in the pool), and whether the pool is over with them."""

    windows: tuple[int, ...]
    last: bool


def ending(pool: Pool, now: datetime, settles_after: timedelta, held: Collection[int]) -> Ending:
    """Windows that ended long enough ago for late payments to have come, and of which no gift is held any more.

    Where remainders are carried on, all of them at once, when the last is over.
    """
    if not pool.running:
        return Ending((), last=False)
    over = {
        number
        for number, window in enumerate(pool.windows)
        if window.ends_at is not None and window.ends_at + settles_after <= now and number not in held
    }
    whole = len(over) == len(pool.windows)
    if pool.remainder is Remainder.CARRY and not whole:
        return Ending((), last=False)
    due = tuple(number for number in sorted(over) if pool.windows[number].closed_at is None)
    return Ending(due, last=whole)


def shares(
    left_minor: int, matched: Mapping[UUID, int], *, cap_minor: int | None = None, had: Mapping[UUID, int] | None = None
) -> dict[UUID, int]:
    """What is left over, among projects in proportion to what was matched for each: whole minor units, all of it.

    `cap_minor`: the most for one project in all, with what it `had` of the pool before; what is over it is nobody's.
    What does not divide goes, one minor unit each, to the largest fractions (of equal ones to the lower id).
    """
    whole = sum(minor for minor in matched.values() if minor > 0)
    if left_minor <= 0 or whole <= 0:
        return {}
    parts = {project: divmod(left_minor * minor, whole) for project, minor in matched.items() if minor > 0}
    given = {project: share for project, (share, _) in parts.items()}
    by_fraction = sorted(parts, key=lambda project: (-parts[project][1], project))
    for project in by_fraction[: left_minor - sum(given.values())]:
        given[project] += 1
    if cap_minor is not None:
        given = {p: min(share, max(cap_minor - (had or {}).get(p, 0), 0)) for p, share in given.items()}
    return {project: share for project, share in given.items() if share}
