"""What is held: listed for those who decide, released (decided anew, by what is left now) or refused."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from giving.errors import MatchDecided, PoolEmpty
from giving.matching import Fairness, HeldReason, Match, MatchState, PaidGift, Pool, Standing
from giving.matching.deciding import drawn, what_pays
from giving.money import Money
from giving.people import Person
from giving.permissions import Permission
from giving.projects import Project
from giving.tips import Tip, TipState
from services.clock import Clock, utc_now
from services.people import PeopleService
from services.settlement.matching import Moved, entry_of, gift_of
from storage.audit import AuditRecord
from storage.work import UnitOfWork, Work

log = structlog.get_logger()
AT_ONCE = 200
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Held:
    """A gift that waits; no donor's name: the code tells it from others.

    `would`: what releasing it now, and nothing else before it, would add.
    """

    match: Match
    pool: Pool
    project: Project
    receipt_code: str
    gift: Tip
    would: Money


@dataclass(frozen=True, slots=True)
class Asked:
    """What releasing all that is held for one reason would do now: by pool, to how many gifts it would add how much.

    `count`: how many wait, also those for which nothing is left. `at`: what is held later is not meant.
    """

    reason: HeldReason
    at: datetime
    count: int
    pools: tuple[tuple[Pool, int, Money], ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What became of several: how many were released, with what in each currency, and for how many nothing was left.

    The latter wait on. What somebody else decided meanwhile is in neither.
    """

    released: int
    empty: int
    amounts: tuple[Money, ...] = ()


class MatchReview:
    """Who may decide is asked every time (`person`; None for the command line)."""

    def __init__(self, unit: UnitOfWork, people: PeopleService, *, zone: ZoneInfo, now: Clock = utc_now) -> None:
        """`zone`: the operator's, whose days caps count by."""
        self._unit, self._people, self._zone, self._now = unit, people, zone, now

    async def held(self, person: Person | None, *, limit: int, pool: UUID | None = None) -> tuple[list[Held], int]:
        """What waits (of this pool), in order of payment, and how much of it there is in all. Raises: NotAllowed."""
        await self._must(person)
        async with self._unit.read() as work:
            waiting = await work.matching.held(limit=limit, pool=pool)
            pools = await work.matching.by_ids({match.pool for match in waiting})
            projects = await work.projects.by_ids({match.project for match in waiting})
            tips = await work.tips.by_ids({match.tip for match in waiting})
            total = await work.matching.held_count(pool=pool)
            gifts, standing = await self._as_paid(work, waiting, tips, pools.values())
        found = []
        for match in waiting:
            of, tip, gift = pools[match.pool], tips[match.tip], gifts.get(match.id)
            pays = what_pays(of, gift, standing) if gift is not None else None
            would = Money(pays.minor if pays is not None else 0, match.currency)
            found.append(Held(match, of, projects[match.project], tip.receipt_code, tip, would))
        return found, total

    async def by_reason(self, person: Person | None) -> dict[HeldReason, int]:
        """How many wait, for which reason. Raises: NotAllowed."""
        await self._must(person)
        async with self._unit.read() as work:
            return await work.matching.held_by_reason()

    async def asked(self, person: Person | None, reason: HeldReason) -> Asked:
        """Before all that is held for one reason is released: what that would do, decided as it will be.

        Not what was noted when they were held: gifts are given back since, and pools and caps used. Raises: NotAllowed.
        """
        await self._must(person)
        now = self._now()
        async with self._unit.snapshot() as work:
            waiting = await work.matching.held(limit=MOST, reason=reason, until=now)
            kept = await work.matching.by_ids({match.pool for match in waiting})
            pools, counted = dict(kept), Standing()
            added: dict[UUID, list[int]] = {pool: [] for pool in pools}
            for begin in range(0, len(waiting), AT_ONCE):
                some = waiting[begin : begin + AT_ONCE]
                tips = await work.tips.by_ids({match.tip for match in some})
                gifts, standing = await self._as_paid(work, some, tips, pools.values())
                _go_on(counted, standing)
                for made in _matched(some, gifts, pools, counted, now):
                    added[made.pool].append(made.amount_minor)
        parts = tuple(
            (kept[pool], len(added[pool]), Money(sum(added[pool]), kept[pool].currency)) for pool in sorted(kept)
        )
        return Asked(reason, now, len(waiting), parts)

    async def release(self, match: UUID, person: Person | None) -> Match:
        """Match it now. Raises: NotAllowed, MatchDecided, PoolEmpty (nothing is left for it, or it went back)."""
        await self._must(person)
        async with self._unit() as work:
            found = await work.matching.match_by_id(match)
            if found is None:
                raise MatchDecided
            done, _ = await self._released(work, [found], person)
            if not done:
                again = await work.matching.match_by_id(match)
                raise MatchDecided if again is None or again.state is not MatchState.HELD else PoolEmpty
            released = done[0]
            await _audit(work, person, "match.released", released, self._now(), amount=released.amount_minor)
        log.info("match_released", match_id=str(match), amount_minor=released.amount_minor)
        return released

    async def release_all(
        self,
        person: Person | None,
        *,
        pool: UUID | None = None,
        reason: HeldReason | None = None,
        until: datetime | None = None,
    ) -> Reviewed:
        """Everything that waits (of this pool, for this reason, held by then), in order of payment.

        What finds nothing left waits on. Raises: NotAllowed.
        """
        await self._must(person)
        async with self._unit.read() as work:
            waiting = await work.matching.held(limit=MOST, pool=pool, reason=reason, until=until)
        ids, released, empty, amounts = [match.id for match in waiting], 0, 0, Counter[str]()
        for begin in range(0, len(ids), AT_ONCE):
            async with self._unit() as work:
                known = await work.matching.matches_by_ids(ids[begin : begin + AT_ONCE])
                some = [known[id_] for id_ in ids[begin : begin + AT_ONCE] if id_ in known]
                done, waits_on = await self._released(work, some, person)
                records = [_record(person, "match.released", match, amount=match.amount_minor) for match in done]
                await work.audit.add_many(records, now=self._now())
            released, empty = released + len(done), empty + waits_on
            for match in done:
                amounts[match.currency] += match.amount_minor
        log.info("matches_released", count=released, of=len(ids), empty=empty)
        added = tuple(Money(minor, currency) for currency, minor in sorted(amounts.items()))
        return Reviewed(released, empty, added)

    async def refuse(self, match: UUID, person: Person | None) -> Match:
        """It is never matched; the gift itself stays as it is. Raises: NotAllowed, MatchDecided."""
        await self._must(person)
        now = self._now()
        async with self._unit() as work:
            found = await work.matching.match_by_id(match)
            pools = await work.matching.hold([found.pool]) if found is not None else {}
            found = await work.matching.match_by_id(match) if pools else None
            if found is None or found.state is not MatchState.HELD:
                raise MatchDecided
            refused = replace(found, state=MatchState.REFUSED, decided_at=now)
            await work.matching.decide(refused, by=person.id if person is not None else None)
            await _audit(work, person, "match.refused", refused, now)
        log.info("match_refused", match_id=str(match))
        return refused

    async def _released(self, work: Work, held: Sequence[Match], person: Person | None) -> tuple[list[Match], int]:
        """Those for which something is left, matched; and how many wait on. Tips are held before pools, as in settling.

        What somebody else decided since is neither.
        """
        now = self._now()
        tips = await work.tips.lock_many({match.tip for match in held})
        pools = await work.matching.hold({match.pool for match in held})
        fresh = await work.matching.matches_by_ids([match.id for match in held])
        again = [fresh[match.id] for match in held if match.id in fresh]
        waiting = [match for match in again if match.state is MatchState.HELD]
        gifts, standing = await self._as_paid(work, waiting, tips, pools.values())
        moved, done = Moved(), _matched(waiting, gifts, pools, standing, now)
        for made in done:
            moved.add(made, made.amount_minor)
        await work.matching.decide_many(done, by=person.id if person is not None else None)
        await moved.write(work)
        await work.ledger.append([entry_of(match) for match in done], now=now)
        return done, len(waiting) - len(done)

    async def _as_paid(
        self, work: Work, waiting: Sequence[Match], tips: Mapping[UUID, Tip], pools: Iterable[Pool]
    ) -> tuple[dict[UUID, PaidGift], Standing]:
        """By match, its gift as far as it is kept (none of it: left out), and what counts for their caps."""
        gifts = {
            match.id: gift_of(tip, self._zone, None)
            for match in waiting
            if (tip := tips.get(match.tip)) is not None and tip.state is TipState.PAID and tip.kept
        }
        return gifts, await work.matching.standing(list(pools), list(gifts.values()), Fairness(ring_gifts=0))

    async def _must(self, person: Person | None) -> None:
        if person is not None:
            await self._people.must(person, Permission.REVIEW_MATCHES)


def _matched(
    waiting: Sequence[Match], gifts: Mapping[UUID, PaidGift], pools: dict[UUID, Pool], standing: Standing, now: datetime
) -> list[Match]:
    """Those for which something is left, one after another; what each takes is gone from `pools` and in `standing`."""
    done = []
    for match in waiting:
        gift = gifts.get(match.id)
        pays = what_pays(pools[match.pool], gift, standing) if gift is not None else None
        if gift is None or pays is None:
            continue
        made = replace(
            match, state=MatchState.MATCHED, amount_minor=pays.minor, gift_minor=gift.amount.minor, decided_at=now,
            window=pays.window,
        )  # fmt: skip
        pools[match.pool] = drawn(pools[match.pool], pays.window, pays.minor)
        standing.added(made)
        done.append(made)
    return done


def _go_on(counted: Standing, read: Standing) -> None:
    """Take over what is read for more gifts, and keep what was counted on for those before."""
    for key, of_day in read.donor_days.items():
        counted.donor_days.setdefault(key, of_day)
    for place, of_project in read.projects.items():
        counted.projects.setdefault(place, of_project)


async def _audit(
    work: Work, person: Person | None, action: str, match: Match, now: datetime, *, amount: int | None = None
) -> None:
    await work.audit.add(_record(person, action, match, amount=amount), now=now)


def _record(person: Person | None, action: str, match: Match, *, amount: int | None = None) -> AuditRecord:
    by, way = (person.id, "chat") if person is not None else (None, "cli")
    after = {"state": match.state} | ({"amount": amount} if amount is not None else {})
    before = {"state": MatchState.HELD, "reason": match.reason}
    return AuditRecord(by, way, action, "match", str(match.id), before, after)
