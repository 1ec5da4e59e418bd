"""Can this process do its work? Asked by whoever sends people to it, and by whoever restarts it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from services.clock import Clock, utc_now
from storage import health, revision
from storage.work import UnitOfWork

log = structlog.get_logger()
FRESH_S: Final = 1.0  # a look writes: however many ask, it is done once a second
WITHIN_S: Final = 3.0
LATE_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class Look:
    """What the database said: whether it takes writes, the migration it is at, since when the oldest message waits."""

    alive: bool
    migration: str | None = None
    outbox_oldest_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """`problems` name why not: starting, stopping, database, migration, outbox."""

    problems: tuple[str, ...]
    look: Look

    @property
    def ready(self) -> bool:
        """Whether people may be sent here."""
        return not self.problems

    def as_json(self) -> dict[str, object]:
        """For those who may see figures."""
        at = self.look.migration
        known = "ours" if at == revision.HEAD else "older" if at in revision.REVISIONS else "newer"
        return {
            "ready": self.ready,
            "problems": list(self.problems),
            "database": "writable" if self.look.alive else "no answer",
            "migration": {"at": at, "is": known if at else "unknown", "ours": revision.HEAD},
            "outbox_oldest_seconds": round(self.look.outbox_oldest_s, 1),
            "outbox_late": self.look.outbox_oldest_s > LATE_S,
        }


class HealthService:
    """Looks at the database at most once a second, and remembers whether this process starts, runs or stops."""

    def __init__(self, unit: UnitOfWork, *, now: Clock = utc_now) -> None:
        """Look through this unit of work; not ready before `started`."""
        self._unit, self._now = unit, now
        self._state = "starting"
        self._looking: asyncio.Task[Look] | None = None
        self._looked_at = 0.0

    def started(self) -> None:
        """Everything that answers people is loaded."""
        if self._state == "starting":
            self._state = ""

    def stop(self) -> None:
        """Nobody new is to come; those who are here are still served."""
        self._state = "stopping"

    async def readiness(self, outbox_within_s: float | None = None) -> Readiness:
        """Whether people may be sent here; `outbox_within_s`: and no message has been waiting for longer.

        A database that a newer Yizan upgraded is still served: migrations are made so, and otherwise every replica
        would be gone at once. One at an older migration is not.
        """
        look = await self.look()
        problems = [self._state] if self._state else []
        if not look.alive:
            problems.append("database")
        elif look.migration is None or look.migration in revision.REVISIONS[:-1]:
            problems.append("migration")
        if outbox_within_s is not None and look.outbox_oldest_s > outbox_within_s:
            problems.append("outbox")
        return Readiness(tuple(problems), look)

    async def look(self) -> Look:
        """The database, at most FRESH_S ago; it has WITHIN_S to answer. It is not hurried: what hangs is left alone."""
        loop = asyncio.get_running_loop()
        ended = self._looking is None or self._looking.done()
        if ended and (self._looking is None or loop.time() - self._looked_at >= FRESH_S):
            self._looked_at = loop.time()
            self._looking = asyncio.create_task(self._ask(), name="health")
        assert self._looking is not None
        done, _ = await asyncio.wait({self._looking}, timeout=WITHIN_S)
        return self._looking.result() if done else Look(False)

    async def _ask(self) -> Look:
        try:
            async with self._unit() as work:
                await health.write(work.connection)
            async with self._unit.read() as work:
                at = await revision.of(work.connection)
                waiting = await work.outbox.oldest_due(self._now())
        except Exception as error:  # noqa: BLE001 (whatever it is, the database did not do its work)
            log.warning("database_not_ready", error=type(error).__name__)
            return Look(False)
        return Look(True, at, _age(waiting, self._now()))

    async def close(self) -> None:
        """End a look that is still going on."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
