"""Matching, in the very commit that books a payment; unmatching in the one that books what goes back of it.

Without an open pool, a settlement costs one cheap look more.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import structlog

from giving.accounts import pool_committed, sponsor_receivable
from giving.alerts import Alert, AlertKind
from giving.ledger import Entry, matched, unmatched
from giving.matching import Fairness, Match, MatchState, PaidGift, Pool, back_of, comes_again, decide_matches
from giving.matching.deciding import drawn
from giving.money import Money
from giving.tips import Tip, TipState
from services.alerts import ONCE, AlertService
from services.settlement.batch import Batch
from storage.ids import new_id
from storage.work import Work

log = structlog.get_logger()
LONGEST_CAUSE: Final = 110


class Moved:
    """What a batch moves of pools: their windows, and by project."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.windows: dict[tuple[UUID, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
        self.projects: dict[tuple[UUID, UUID], tuple[int, int]] = defaultdict(lambda: (0, 0))

    def add(self, match: Match, minor: int, *, returned: int = 0) -> None:
        """So much more of a match stands (less, below zero); `returned`: so much of that went to the sponsor."""
        window, project = (match.pool, match.window + 1), (match.pool, match.project)
        used, back = self.windows[window]
        self.windows[window] = used + minor, back + returned
        more, shared = self.projects[project]
        self.projects[project] = more + minor, shared

    async def write(self, work: Work) -> None:
        """The pools are held."""
        await work.matching.move(self.windows, self.projects)


class Matcher:
    """Decides for a batch of the settler which gifts are matched, and what goes back of those that were."""

    def __init__(self, *, zone: ZoneInfo, fairness: Fairness, alerts: AlertService | None = None) -> None:
        """`zone`: the operator's, whose days caps count by. `alerts`: for who is to look at what is held."""
        self._zone, self._fairness, self._alerts = zone, fairness, alerts

    async def decide(self, work: Work, batch: Batch, now: datetime) -> None:
        """Into the batch go the entries; pools and matches are written here. The batch's tips are held already."""
        theirs = await work.matching.pools_of_tips(batch.returned.keys()) if batch.returned else set[UUID]()
        if not theirs and not (batch.paid and await work.matching.any_open()):
            return
        pools = {pool.id: pool for pool in await work.matching.hold_open(theirs)}
        moved = Moved()
        if batch.paid:
            await self._match(work, batch, pools, moved, now)
        if batch.returned:
            await self._unmatch(work, batch, pools, moved, now)
        await moved.write(work)
        if failed := _failed(batch):
            await self._match_again(work, batch, pools, failed, now)

    async def _match(self, work: Work, batch: Batch, pools: dict[UUID, Pool], moved: Moved, now: datetime) -> None:
        """What was just paid."""
        running = [pool for pool in pools.values() if pool.running]
        gifts = await self._gifts(work, batch, running)
        if not gifts:
            return
        fairness = await self._fairness_on(work, {gift.giving_day for gift in gifts if gift.giving_day})
        standing = await work.matching.standing(running, gifts, fairness)
        decided = decide_matches(running, gifts, standing, fairness, new_id, now)
        pools.update(decided.pools)
        for match in decided.matches:
            if match.state is MatchState.MATCHED:
                moved.add(match, match.amount_minor)
                batch.entries.append(entry_of(match))
        await work.matching.add_many(decided.matches)
        if held := sum(match.state is MatchState.HELD for match in decided.matches):
            await self._tell(work, held, now)

    async def _fairness_on(self, work: Work, days: Collection[UUID]) -> Fairness:
        """The amounts that a giving day suggests are what many give at once."""
        known = await work.giving_days.by_ids(days) if days else {}
        suggested = {amount.minor for day in known.values() for amount in day.amounts}
        return replace(self._fairness, usual=self._fairness.usual | suggested) if suggested else self._fairness

    async def _gifts(self, work: Work, batch: Batch, pools: Sequence[Pool]) -> list[PaidGift]:
        """Of what was paid, what any of the pools could take."""
        currencies = {pool.currency for pool in pools}
        tips = [tip for tip in batch.paid.values() if tip.amount.currency in currencies and tip.paid_at is not None]
        tips = [tip for tip in tips if any(_may_take(pool, tip) for pool in pools)]
        if not tips:
            return []
        known = await work.matching.known_since({tip.donor for tip in tips})
        payers = _payers(batch)
        return [gift_of(tip, self._zone, known.get(tip.donor), payers.get(tip.id)) for tip in tips]

    async def _unmatch(self, work: Work, batch: Batch, pools: dict[UUID, Pool], moved: Moved, now: datetime) -> None:
        """What goes back of gifts takes its part of the match along.

        Of a gift that is all gone nobody has to decide any more whether it is matched.
        """
        causes = {back.tip.id: key for key, back in batch.returns}
        found = await work.matching.of_tips(batch.returned.keys())
        gone = [match for tip in batch.returned.values() if not tip.kept for match in found.get(tip.id, ())]
        await work.matching.refuse_many([m.id for m in gone if m.state is MatchState.HELD and m.pool in pools], now=now)
        backs: dict[UUID, int] = {}
        for tip in batch.returned.values():
            for match in found.get(tip.id, ()):
                if match.state is not MatchState.MATCHED or match.pool not in pools:
                    continue
                change = back_of(match, _kept(tip)) - match.back_minor
                if change <= 0:
                    continue
                closed = pools[match.pool].windows[match.window].closed_at is not None
                moved.add(match, -change, returned=change if closed else 0)
                backs[match.id] = match.back_minor + change
                batch.entries.append(_turn(pools, match, change, causes[tip.id], now))
        await work.matching.went_back(backs)

    async def _match_again(
        self, work: Work, batch: Batch, pools: dict[UUID, Pool], failed: Sequence[Tip], now: datetime
    ) -> None:
        """Refunds that failed bring again what had gone back, in order of payment: all else of the batch is written."""
        causes = {back.tip.id: key for key, back in batch.returns}
        found = await work.matching.of_tips([tip.id for tip in failed])
        again = [
            (match, tip)
            for tip in failed
            for match in found.get(tip.id, ())
            if match.state is MatchState.MATCHED and match.pool in pools
        ]
        standing, moved = await work.matching.under_caps([match for match, _ in again]), Moved()
        backs: dict[UUID, int] = {}
        for match, tip in sorted(again, key=lambda one: (one[0].paid_at, one[0].tip, one[0].pool)):
            if minor := comes_again(pools[match.pool], match, _kept(tip), standing):
                moved.add(match, minor)
                standing.stands_again(match, minor)
                backs[match.id] = match.back_minor - minor
                batch.entries.append(_turn(pools, match, -minor, causes[tip.id], now))
        await work.matching.went_back(backs)
        await moved.write(work)

    async def _tell(self, work: Work, held: int, now: datetime) -> None:
        """Those who decide, once an hour at most."""
        if self._alerts is None:
            return
        once = f"{AlertKind.MATCH_HELD}:{now:%Y-%m-%dT%H}"
        if await work.alerts.by_id(uuid5(ONCE, once)) is None:
            await self._alerts.queue(work, Alert(AlertKind.MATCH_HELD, {"count": held}), once=once)


def entry_of(match: Match) -> Entry:
    """What is booked of it."""
    return matched(
        tip=match.tip, pool=match.pool, project=match.project, at=match.paid_at,
        amount=Money(match.amount_minor, match.currency),
    )  # fmt: skip


def gift_of(tip: Tip, zone: ZoneInfo, known_since: datetime | None, payer: str | None = None) -> PaidGift:
    """A paid tip as pools see it, with what is kept of it."""
    paid_at = tip.paid_at or tip.offered_at
    return PaidGift(
        tip=tip.id, receipt_code=tip.receipt_code, donor=tip.donor, project=tip.project,
        place=tip.chat or tip.slot or tip.project, amount=tip.kept, paid_at=paid_at,
        local_day=paid_at.astimezone(zone).date(), known_since=known_since or paid_at, creator=tip.creator,
        giving_day=tip.day, payer=payer,
    )  # fmt: skip


def cause_of(key: str) -> str:
    """The key of the entry it follows from; a long one by its beginning and a digest, to fit into another key."""
    if len(key) <= LONGEST_CAUSE:
        return key
    return f"{key[: LONGEST_CAUSE - 33]}.{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _may_take(pool: Pool, tip: Tip) -> bool:
    return tip.amount.currency == pool.currency and pool.scope.takes(
        day=tip.day, project=tip.project, creator=tip.creator
    )


def _payers(batch: Batch) -> Mapping[UUID, str]:
    """By tip, whose payment method it was, as a keyed hash, where its rail tells."""
    return {
        tip.id: event.payer
        for event, settlement in batch.decided.values()
        if event.payer is not None
        for tip in settlement.paid
    }


def _failed(batch: Batch) -> list[Tip]:
    """Tips of which more is kept after the batch than before it: refunds of them did not reach their donors."""
    back: dict[UUID, int] = defaultdict(int)
    for _, one in batch.returns:
        back[one.tip.id] += one.amount.minor
    return [batch.returned[tip] for tip, minor in back.items() if minor < 0]


def _kept(tip: Tip) -> int:
    return tip.kept.minor if tip.state is TipState.PAID else 0


def _turn(pools: dict[UUID, Pool], match: Match, minor: int, cause: str, now: datetime) -> Entry:
    """So much more of a match goes back to its pool, or to the sponsor where its window is over; below zero, again."""
    pool = pools[match.pool]
    closed = pool.windows[match.window].closed_at is not None
    pools[pool.id] = drawn(pool, match.window, -minor)
    to = sponsor_receivable(pool.sponsor) if closed else pool_committed(pool.id)
    return unmatched(
        tip=match.tip, pool=pool.id, project=match.project, cause=cause_of(cause), at=now,
        amount=Money(minor, match.currency), to=to,
    )  # fmt: skip
