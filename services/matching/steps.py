"""What windows leave over, settled once they are long enough over; the leader's recurring work, harmless when twice."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from giving.ledger import Entry, pool_left, pool_shared
from giving.matching import Pool, PoolState, Remainder, ending, shares
from giving.money import Money
from services.clock import Clock, utc_now
from services.leadership import Write
from services.matching.service import given_back
from storage.audit import AuditRecord
from storage.work import UnitOfWork, Work

log = structlog.get_logger()


class PoolSteps:
    """Windows of pools come to their end here."""

    def __init__(
        self, unit: UnitOfWork, *, settles_after: timedelta, write: Write | None = None, now: Clock = utc_now
    ) -> None:
        """`settles_after`: how long payments of a window may be heard of late."""
        self._unit, self._settles_after, self._write, self._now = unit, settles_after, write or unit, now

    async def settle(self) -> int:
        """Settle the windows that are due; how many pools it changed."""
        now = self._now()
        async with self._unit.read() as work:
            due = [pool.id for pool in await work.matching.newest(open_only=True) if self._due(pool, now)]
        changed = 0
        for pool in due:
            async with self._write() as work:
                standing = (await work.matching.hold([pool])).get(pool)
                if standing is not None:
                    changed += await self._settled(work, standing, now)
        return changed

    def _due(self, pool: Pool, now: datetime) -> bool:
        return bool(ending(pool, now, self._settles_after, ()).windows)

    async def _settled(self, work: Work, pool: Pool, now: datetime) -> bool:
        over = ending(pool, now, self._settles_after, await work.matching.held_windows(pool.id))
        if not over.windows:
            return False
        entries: list[Entry] = []
        if pool.remainder is Remainder.CARRY:
            if pool.left:
                await work.matching.move(given_back(pool), {})
                entries.append(_back(pool, "end", pool.left, now))
        else:
            for number in over.windows:
                entries += await _settle_window(work, pool, number, now)
        windows = tuple(
            replace(window, closed_at=now) if number in over.windows else window
            for number, window in enumerate(pool.windows)
        )
        ended = replace(pool, windows=windows)
        if over.last:
            ended = replace(ended, state=PoolState.ENDED, closed_at=now)
        await work.matching.change(ended)
        await work.ledger.append(entries, now=now)
        after = {"state": ended.state, "windows": [number + 1 for number in over.windows]}
        record = AuditRecord(None, "config", "pool.settled", "pool", str(pool.id), {"state": pool.state}, after)
        await work.audit.add(record, now=now)
        log.info("pool_settled", pool_id=str(pool.id), windows=len(over.windows), ended=over.last)
        return True


async def _settle_window(work: Work, pool: Pool, number: int, now: datetime) -> list[Entry]:
    """What one window leaves: shared among its projects, or back to the sponsor."""
    window, what = pool.windows[number], f"window:{number + 1}"
    left = Money(max(window.left_minor, 0), pool.currency)
    if not left:
        return []
    by_project = await _shares(work, pool, number, left) if pool.remainder is Remainder.SHARED else {}
    given = sum(by_project.values())
    back = Money(left.minor - given, pool.currency)
    shared = {(pool.id, project): (0, minor) for project, minor in by_project.items()}
    await work.matching.move({(pool.id, window.number): (given, back.minor)}, shared)
    parts = {project: Money(minor, pool.currency) for project, minor in by_project.items()}
    entries = [pool_shared(pool=pool.id, what=what, at=now, by_project=parts)] if parts else []
    return [*entries, *([_back(pool, what, back, now)] if back else [])]


async def _shares(work: Work, pool: Pool, number: int, left: Money) -> dict[UUID, int]:
    """Each project's, within the pool's cap for one project; what is over that is the sponsor's."""
    had = {project: matched + shared for project, (matched, shared) in (await work.matching.shared(pool.id)).items()}
    matched = await work.matching.by_project(pool.id, number)
    return shares(left.minor, matched, cap_minor=pool.caps.project_minor, had=had)


def _back(pool: Pool, what: str, left: Money, now: datetime) -> Entry:
    return pool_left(pool=pool.id, sponsor=pool.sponsor, what=what, at=now, amount=left)
