"""A giving day's matching pools: read with the names of their sponsors, and how they go into a preview's mark."""

from typing import Any
from uuid import UUID

from giving.giving_days import GivingDay
from giving.giving_days.pools import DayPool, beside
from giving.matching import Pool, Scope
from storage.audit import AuditRecord
from storage.work import Work


async def pools_beside(work: Work, day: GivingDay) -> tuple[DayPool, ...]:
    """Every pool that adds to gifts of the day, names it, or could: signed or not, none that is over; oldest first."""
    pools = [pool for pool in await work.matching.newest() if beside(pool, day, None) is not None][::-1]
    sponsors = await work.matching.sponsors({pool.sponsor for pool in pools})
    named = {id_: sponsor.name if sponsor.named else None for id_, sponsor in sponsors.items()}
    found = [beside(pool, day, named.get(pool.sponsor)) for pool in pools]
    return tuple(each for each in found if each is not None)


def concerned(pools: tuple[DayPool, ...]) -> tuple[DayPool, ...]:
    """Those of them that a preview shows: which match, and which name the day."""
    return tuple(each for each in pools if each.matches or each.named)


def mark_of(found: DayPool) -> list[Any]:
    """All that is seen of it, without what is left: that changes with every gift."""
    pool = found.pool
    return [
        str(pool.id), pool.state.value, dict(pool.titles), found.sponsor, str(pool.committed), repr(pool.rule),
        repr(pool.caps), pool.remainder.value, said(pool.scope), found.named, found.fits,
        [(str(window.starts_at), str(window.ends_at), window.part_minor) for window in pool.windows],
    ]  # fmt: skip


def said(scope: Scope) -> dict[str, Any]:
    """A scope as plain JSON."""
    ids = {"days": scope.days, "projects": scope.projects, "creators": scope.creators}
    return {name: sorted(str(each) for each in its) for name, its in ids.items()} | {"only_days": scope.only_days}


def rescoped(by: UUID | None, before: Pool, after: Pool, *, on: bool) -> AuditRecord:
    """For the audit log."""
    action = "pool.day_added" if on else "pool.day_removed"
    was, is_ = {"scope": said(before.scope)}, {"scope": said(after.scope)}
    return AuditRecord(by, "cli" if by is None else "chat", action, "pool", str(before.id), was, is_)
