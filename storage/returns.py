"""What was taken off which tip, by the entry that did it."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from giving.money import Money
from storage.sets import SetStatement, insert_rows, reader
from storage.tables import returns

_ADD = insert_rows(returns, ("entry_key", "tip_id", "amount_minor", "currency"))
_OF = SetStatement(
    {"key": "text"},
    "SELECT returns.entry_key, returns.tip_id, returns.amount_minor, returns.currency"
    " FROM r JOIN returns ON returns.entry_key = r.key",
    gives=4,
)


class ReturnStore:
    """Rows of `returns`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def add_many(self, taken: Sequence[tuple[str, UUID, Money]]) -> None:
        """Entry keys, tips, and how much of each."""
        await _ADD.run(self._connection, [(key, tip, amount.minor, amount.currency) for key, tip, amount in taken])

    async def of(self, keys: Collection[str]) -> dict[str, dict[UUID, Money]]:
        """By entry and tip, for those of the entries that took something off tips."""
        read = reader(self._connection)
        found: dict[str, dict[UUID, Money]] = {}
        for key, tip, minor, currency in await _OF.run(self._connection, [(key,) for key in keys]):
            found.setdefault(key, {})[read.id(tip)] = Money(minor, currency)
        return found
