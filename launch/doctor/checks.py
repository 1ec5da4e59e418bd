"""What a check says: how it is, what was found, what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Status(StrEnum):
    """NOTE: nothing is wrong, worth knowing. SKIPPED: could not be looked at, for a reason that `found` gives."""

    OK = "ok"
    NOTE = "note"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


# In the order in which they are numbered, from 1.
NAMES: Final = (
    "settings", "database", "disk", "clock", "token", "webhook", "rails", "fonts", "outbox", "books",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One check; `to_do` is empty where there is nothing to do."""

    name: str
    status: Status
    found: str
    to_do: str = ""


@dataclass(frozen=True, slots=True)
class Examination:
    """All checks, in the order of NAMES."""

    checks: Sequence[Check]

    @property
    def ok(self) -> bool:
        """Whether none failed."""
        return not self.of(Status.FAIL)

    def of(self, status: Status) -> list[Check]:
        """Those that came out so."""
        return [check for check in self.checks if check.status is status]

    def as_json(self) -> dict[str, Any]:
        """For `doctor --json`."""
        return {
            "ok": self.ok,
            "checks": [
                {"number": n, "name": c.name, "status": c.status, "found": c.found, "to_do": c.to_do or None}
                for n, c in enumerate(self.checks, 1)
            ],
        }

    def as_lines(self) -> list[str]:
        """For people: a line each, below it what to do."""
        lines = []
        for number, check in enumerate(self.checks, 1):
            loud = check.status.upper() if check.status is Status.FAIL else check.status
            lines.append(f"{number:>2}  {loud:<7}  {check.name:<8}  {check.found}")
            lines += [f"{'':>23}→ {line}" for line in check.to_do.splitlines()]
        failed, warned = len(self.of(Status.FAIL)), len(self.of(Status.WARN))
        return [*lines, f"{failed} failed, {warned} to look at" if failed or warned else "all well"]
