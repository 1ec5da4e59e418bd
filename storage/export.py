"""Reading the whole journal in its own order, a thousand entries at a time, for exports."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.accounts import Account
from giving.ledger import Posting
from giving.money import Money
from storage.tables import accounts, entries, organisations, postings, projects, tips

CHUNK: Final = 1000


@dataclass(frozen=True, slots=True)
class Span:
    """Entries that occurred from `since` until before `until`; None: from the first, to the last."""

    since: datetime | None = None
    until: datetime | None = None

    def where(self) -> list[ColumnElement[bool]]:
        """As conditions on `entries`."""
        begins = [] if self.since is None else [entries.c.occurred_at >= self.since]
        return begins if self.until is None else [*begins, entries.c.occurred_at < self.until]


@dataclass(frozen=True, slots=True)
class Extent:
    """How many entries a span has, and when its first and last occurred."""

    entries: int
    first_at: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An entry with its postings, and the receipt codes of the tips it paid."""

    key: str
    occurred_at: datetime
    postings: tuple[Posting, ...]
    receipts: tuple[str, ...]


class ExportStore:
    """Reads the journal; ask for it on `UnitOfWork.snapshot`, so that all its answers are of one moment."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Read in this transaction."""
        self._connection = connection

    async def extent(self, span: Span) -> Extent:
        """Count a span."""
        figures = func.count(), func.min(entries.c.occurred_at), func.max(entries.c.occurred_at)
        count, first, last = (await self._connection.execute(select(*figures).where(*span.where()))).one()
        return Extent(count, first, last)

    async def slugs(self) -> dict[UUID, str]:
        """What projects and organisations are called, for names of accounts."""
        found: dict[UUID, str] = {}
        for table in (organisations, projects):
            found |= {row.id: row.slug for row in await self._connection.execute(select(table.c.id, table.c.slug))}
        return found

    async def sums(self, span: Span) -> dict[tuple[str, str], int]:
        """What each account moved in a span, in minor units by name and currency; without zeros."""
        statement = (
            select(accounts.c.name, accounts.c.currency, func.sum(postings.c.amount_minor))
            .join(postings, postings.c.account_id == accounts.c.id)
            .join(entries, entries.c.id == postings.c.entry_id)
            .where(*span.where())
            .group_by(accounts.c.name, accounts.c.currency)
        )
        rows = await self._connection.execute(statement)
        return {(name, currency): int(total) for name, currency, total in rows if total}

    async def entries(self, span: Span) -> AsyncIterator[JournalEntry]:
        """The entries of a span in the order in which they were booked."""
        last: UUID | None = None
        while True:
            after = [] if last is None else [entries.c.id > last]
            page = select(entries).where(*span.where(), *after).order_by(entries.c.id).limit(CHUNK)
            rows = (await self._connection.execute(page)).all()
            if not rows:
                return
            moved = await self._postings([row.id for row in rows])
            codes = await self._receipts([row.key for row in rows])
            for row in rows:
                yield JournalEntry(row.key, row.occurred_at, tuple(moved[row.id]), tuple(codes[row.key]))
            last = rows[-1].id

    async def _postings(self, ids: Sequence[UUID]) -> dict[UUID, list[Posting]]:
        lines = (
            select(postings.c.entry_id, accounts.c.name, postings.c.amount_minor, postings.c.currency)
            .join(accounts, accounts.c.id == postings.c.account_id)
            .where(postings.c.entry_id.in_(ids))
            .order_by(postings.c.entry_id, postings.c.line)
        )
        found: dict[UUID, list[Posting]] = defaultdict(list)
        for row in await self._connection.execute(lines):
            found[row.entry_id].append(Posting(Account(row.name), Money(row.amount_minor, row.currency)))
        return found

    async def _receipts(self, keys: Sequence[str]) -> dict[str, list[str]]:
        codes = select(tips.c.entry_key, tips.c.receipt_code).where(tips.c.entry_key.in_(keys)).order_by(tips.c.id)
        found: dict[str, list[Any]] = defaultdict(list)
        for row in await self._connection.execute(codes):
            found[row.entry_key].append(row.receipt_code)
        return found
