"""Looking at the books: does everything agree?"""

from dataclasses import asdict, dataclass
from typing import Any

from storage.verify import Finding, Progress, counts, findings
from storage.work import UnitOfWork


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
    """Reads only."""

    def __init__(self, unit: UnitOfWork) -> None:
        """Read through this unit of work."""
        self._unit = unit

    async def verify(self, progress: Progress | None = None) -> Report:
        """Every check of storage/verify/ on one consistent view; `progress` hears of checks done, of how many."""
        async with self._unit.snapshot() as work:
            found = tuple([finding async for finding in findings(work.connection, progress)])
            return Report(await counts(work.connection), found)
