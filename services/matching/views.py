"""Pools as anyone may see them: the rule, what is used and left, and every gift they added to, as its donor chose."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from giving.errors import PoolUnknown
from giving.matching import MatchState, Pool, PoolState
from giving.money import Money
from giving.people import Visibility
from giving.projects import Project
from giving.receipts import public_end
from services.projects import Page
from storage.matching import Listed
from storage.work import UnitOfWork, Work

AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class PoolCard:
    """A pool with the names of what it is for; `sponsor`: None where they want none said.

    `gifts`: to how many it has added; `held`: how many wait. `by_project`: what stands of matches, and what was shared.
    """

    pool: Pool
    sponsor: str | None
    projects: tuple[Project, ...]
    gifts: int
    held: int
    by_project: Mapping[UUID, tuple[Money, Money]]
    names: Mapping[UUID, Project]


@dataclass(frozen=True, slots=True)
class Entry:
    """What was added to one gift; `amount`: None where its donor hides theirs, which it would tell.

    Of its receipt's code only the end, and of its time the minute: whoever has the receipt finds it, nobody else its
    donor (docs/privacy.md).
    """

    receipt_end: str
    project: Project
    paid_at: datetime
    amount: Money | None


@dataclass(frozen=True, slots=True)
class Added:
    """What a pool added to a gift, for its donor and on its receipt."""

    pool: UUID
    title: Mapping[str, str]
    sponsor: str | None
    amount: Money


class PoolViews:
    """Reads only. A draft is nobody's business yet."""

    def __init__(self, unit: UnitOfWork) -> None:
        """Read through this unit of work."""
        self._unit = unit

    async def card(self, pool: UUID, *, drafts: bool = False) -> PoolCard:
        """One pool. Raises: PoolUnknown."""
        async with self._unit.read() as work:
            found = (await work.matching.by_ids([pool])).get(pool)
            if found is None or (found.state is PoolState.DRAFT and not drafts):
                raise PoolUnknown
            return await _card(work, found)

    async def cards(self, *, limit: int = 100) -> list[PoolCard]:
        """All of them, drafts too, the newest first: for the command line."""
        async with self._unit.read() as work:
            return [await _card(work, pool) for pool in await work.matching.newest(limit=limit)]

    async def added_for(self, project: UUID) -> tuple[Money, ...]:
        """What all pools have added for a project, each currency for itself."""
        async with self._unit.read() as work:
            sums = (await work.matching.of_projects([project])).get(project, {})
        return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))

    async def entries(self, pool: UUID, *, page: int, size: int) -> Page[Entry]:
        """Every gift it added to, the newest payment first."""
        async with self._unit.read() as work:
            total = await work.matching.count(pool)
            page = min(page, max(0, (total - 1) // size))
            listed = await work.matching.listed(pool, offset=page * size, limit=size)
            shown = await _entries(work, listed)
        return Page.of(shown, number=page, size=size, total=total)

    async def every_entry(self, pool: UUID) -> AsyncIterator[Sequence[Entry]]:
        """All of them, some at a time, each from a short look of its own."""
        after: tuple[datetime, UUID] | None = None
        while True:
            async with self._unit.read() as work:
                listed = await work.matching.listed(pool, limit=AT_ONCE, after=after)
                shown = await _entries(work, listed)
            if shown:
                yield shown
            if len(listed) < AT_ONCE:
                return
            after = listed[-1].match.paid_at, listed[-1].match.id


async def _card(work: Work, pool: Pool) -> PoolCard:
    sponsor = (await work.matching.sponsors([pool.sponsor]))[pool.sponsor]
    shared = await work.matching.shared(pool.id)
    names = await work.projects.by_ids(pool.scope.projects | shared.keys())
    sums = {
        project: (Money(matched, pool.currency), Money(share, pool.currency))
        for project, (matched, share) in shared.items()
        if matched or share
    }
    held = await work.matching.held_count(pool=pool.id) if pool.running else 0
    projects = tuple(names[project] for project in sorted(pool.scope.projects) if project in names)
    named = sponsor.name if sponsor.named else None
    return PoolCard(pool, named, projects, await work.matching.count(pool.id), held, sums, names)


async def _entries(work: Work, listed: Sequence[Listed]) -> list[Entry]:
    projects = await work.projects.by_ids({one.match.project for one in listed})
    return [
        Entry(
            public_end(one.receipt_code),
            projects[one.match.project],
            one.match.paid_at.replace(second=0, microsecond=0),
            None if one.visibility is Visibility.AMOUNT_HIDDEN else one.match.stands,
        )
        for one in listed
    ]


async def added_to(work: Work, tips: Sequence[UUID]) -> dict[UUID, tuple[Added, ...]]:
    """By gift, what pools added to it; for receipts."""
    found = await work.matching.of_tips(tips)
    matched = {tip: [m for m in of if m.state is MatchState.MATCHED and m.stands_minor] for tip, of in found.items()}
    pools = await work.matching.by_ids({match.pool for of in matched.values() for match in of})
    if not pools:
        return {}
    sponsors = await work.matching.sponsors({pool.sponsor for pool in pools.values()})
    names = {id_: sponsor.name if sponsor.named else None for id_, sponsor in sponsors.items()}
    return {
        tip: tuple(
            Added(m.pool, pools[m.pool].titles, names.get(pools[m.pool].sponsor), m.stands) for m in of
        )
        for tip, of in matched.items()
        if of
    }  # fmt: skip
