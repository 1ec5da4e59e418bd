"""Taking back an entry by hand: once, with a reason and a proof, in the audit log."""

from dataclasses import dataclass

import structlog

from giving.ledger import Entry
from giving.reversals import REVERSE, Reversal, ReversalRefused
from services.clock import Clock, utc_now
from storage.audit import AuditRecord
from storage.work import UnitOfWork

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reversed:
    """What was booked; `restores`: it took a reversal back, so the first entry stands again."""

    entry: Entry
    restores: bool


class ReversalService:
    """For the operator's command line."""

    def __init__(self, unit: UnitOfWork, *, now: Clock = utc_now) -> None:
        """Write through this unit of work."""
        self._unit, self._now = unit, now

    async def reverse(self, reversal: Reversal) -> Reversed:
        """Book it.

        Raises: ReversalRefused (no such entry; it was taken back already; it moves what a project was given).
        """
        now = self._now()
        async with self._unit() as work:
            booked = await work.ledger.by_key(reversal.key)
            if booked is None:
                raise ReversalRefused(f"{reversal.key}: no entry has this key; `ledger export` lists them")
            if (before := await work.ledger.by_key(reversal.turned_key)) is not None:
                day = before.booked_at.strftime("%Y-%m-%d")
                raise ReversalRefused(f"{reversal.key}: was taken back on {day} already ({before.key})")
            entry = reversal.entry(booked.postings, now)
            await work.ledger.append([entry], now=now)
            done = {"reason": reversal.reason, "proof": reversal.proof, "by": entry.key}
            await work.audit.add(AuditRecord(None, "cli", "ledger.reversed", "entry", booked.key, after=done), now=now)
        log.info("entry_reversed", key=reversal.key, by=entry.key)
        return Reversed(entry, restores=reversal.key.startswith(REVERSE))
