"""What stands in the database about one wish, read by plain SQL, whatever the services would say."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from services.ledger import LedgerService
from storage.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Standing:
    """Rows of one wish; `tips` without the extra ones."""

    tips: int = 0
    keys: int = 0
    payments: int = 0
    worded: int = 0
    linked: int = 0
    paid: int = 0
    entries: int = 0
    queued: int = 0
    claimed: int = 0
    sent: int = 0
    extras: int = 0
    refunds: int = 0
    asked: int = 0
    refunded: int = 0


_QUERY = """
SELECT
 (SELECT count(*) FROM tips WHERE amount_minor = :minor AND extra_of IS NULL),
 (SELECT count(*) FROM tip_keys WHERE key = :key),
 (SELECT count(*) FROM payments WHERE amount_minor = :minor),
 (SELECT count(*) FROM payments WHERE amount_minor = :minor AND wish IS NOT NULL),
 (SELECT count(*) FROM payments WHERE amount_minor = :minor AND their_id IS NOT NULL AND url IS NOT NULL),
 (SELECT count(*) FROM tips WHERE amount_minor = :minor AND extra_of IS NULL AND state = 'paid'),
 (SELECT count(*) FROM entries e JOIN tips t ON t.entry_key = e.key WHERE t.amount_minor = :minor),
 (SELECT count(*) FROM outbox o JOIN tips t ON t.id = o.subject_id WHERE t.amount_minor = :minor),
 (SELECT count(*) FROM outbox o JOIN tips t ON t.id = o.subject_id WHERE t.amount_minor = :minor AND o.attempts > 0),
 (SELECT count(*) FROM outbox o JOIN tips t ON t.id = o.subject_id WHERE t.amount_minor = :minor AND o.state = 'sent'),
 (SELECT count(*) FROM tips WHERE amount_minor = :minor AND extra_of IS NOT NULL),
 (SELECT count(*) FROM refunds r JOIN tips t ON t.id = r.tip_id WHERE t.amount_minor = :minor),
 (SELECT count(*) FROM refunds r JOIN tips t ON t.id = r.tip_id WHERE t.amount_minor = :minor
   AND r.state IN ('asked', 'done')),
 (SELECT count(*) FROM tips WHERE amount_minor = :minor AND state = 'refunded')
"""


async def standing(unit: UnitOfWork, key: str, minor: int) -> Standing:
    """What is committed of the wish with this key and amount."""
    [row] = await rows(unit, _QUERY, key=key, minor=minor)
    return Standing(*row)


async def rows(unit: UnitOfWork, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """What a query gives, in one view."""
    async with unit.snapshot() as work:
        return [tuple(row) for row in await work.connection.execute(text(query), values)]


async def verified(unit: UnitOfWork) -> None:
    """Raises: AssertionError with what `ledger verify` found."""
    report = await LedgerService(unit).verify()
    assert report.clean, report.findings
