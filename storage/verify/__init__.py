"""`ledger verify`: questions to the books that must all come back empty."""

from storage.verify.questions import Finding, Progress, counts, findings, recent_findings

__all__ = ["Finding", "Progress", "counts", "findings", "recent_findings"]
