"""The books: writing into them, and looking whether everything agrees."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from giving.ledger import Entry, decide_entries
from services.clock import Clock, utc_now
from storage.group_commit import GroupCommit
from storage.verify import Finding, Progress, counts, findings
from storage.work import UnitOfWork, Work


@dataclass(frozen=True, slots=True)
class Report:
    """How much was looked at and what does not agree."""

    counts: dict[str, int]
    findings: tuple[Finding, ...]

    @property
    def clean(self) -> bool:
        """Whether everything agrees."""
        return not self.findings

    def as_json(self) -> dict[str, Any]:
        """For `ledger verify --json`; amounts in minor units."""
        return {"clean": self.clean, "checked": self.counts, "findings": [asdict(f) for f in self.findings]}


class LedgerService:
    """Books entries by group commit, and looks whether everything agrees."""

    def __init__(self, unit: UnitOfWork, *, now: Clock = utc_now) -> None:
        """Work through this unit of work."""
        self._unit, self._now = unit, now
        self._book = GroupCommit(unit, self._book_many, name="ledger")

    async def book(self, entry: Entry) -> bool:
        """Append it and move its accounts; False if its key was booked before: nothing is changed, whatever it says."""
        return await self._book(entry)

    async def _book_many(self, work: Work, asked: Sequence[Entry]) -> list[bool | Exception]:
        decided = decide_entries(asked, await work.ledger.booked([entry.key for entry in asked]))
        await work.ledger.append([e for e, new in zip(asked, decided, strict=True) if new], now=self._now())
        return [*decided]

    async def verify(self, progress: Progress | None = None) -> Report:
        """Every check of storage/verify.py on one consistent view; `progress` hears of checks done, of how many."""
        async with self._unit.snapshot() as work:
            found = tuple([finding async for finding in findings(work.connection, progress)])
            return Report(await counts(work.connection), found)
