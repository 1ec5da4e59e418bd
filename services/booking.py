"""Writing into the books: one entry at a time for who asks, many to a commit for the database."""

from collections.abc import Sequence

from giving.ledger import Entry, decide_entries
from services.clock import Clock, utc_now
from storage.group_commit import GroupCommit
from storage.work import UnitOfWork, Work


class BookingService:
    """Books entries by group commit."""

    def __init__(self, unit: UnitOfWork, *, now: Clock = utc_now) -> None:
        """Write through this unit of work."""
        self._now = now
        self._book = GroupCommit(unit, self._book_many, name="ledger")

    async def book(self, entry: Entry) -> bool:
        """Append it and move its accounts; False if its key was booked before: nothing is changed, whatever it says."""
        return await self._book(entry)

    async def _book_many(self, work: Work, asked: Sequence[Entry]) -> list[bool | Exception]:
        decided = decide_entries(asked, await work.ledger.booked([entry.key for entry in asked]))
        await work.ledger.append([e for e, new in zip(asked, decided, strict=True) if new], now=self._now())
        return [*decided]
