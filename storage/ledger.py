"""The journal: entries are appended, never changed; each account's balance moves in the same commit."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.accounts import Account
from giving.ledger import Entry, Posting
from giving.money import Money
from storage.ids import new_id, new_text_id
from storage.sets import SetStatement, insert_rows, reader
from storage.tables import accounts, entries, postings

_BOOKED = SetStatement({"key": "text"}, "SELECT r.key FROM r JOIN entries ON entries.key = r.key", gives=1)
_ADD_ENTRIES = insert_rows(entries, ("id", "key", "occurred_at", "booked_at"))
_ADD_POSTINGS = insert_rows(postings, ("entry_id", "line", "account_id", "amount_minor", "currency"))
_OPEN = insert_rows(
    accounts, ("id", "name", "currency", "balance_minor"), "ON CONFLICT (name, currency) DO NOTHING",
    order="name, currency",
)  # fmt: skip
_ACCOUNTS = SetStatement(
    {"name": "text"},
    "SELECT accounts.name, accounts.currency, accounts.id FROM r JOIN accounts ON accounts.name = r.name",
    gives=3,
)
# Locked in one order of ids first, so that no two writers wait for each other.
_HOLD = SetStatement(
    {"id": "uuid"},
    "SELECT 1 FROM r WHERE false",
    postgresql="SELECT 1 FROM accounts WHERE id IN (SELECT id FROM r) ORDER BY id FOR NO KEY UPDATE",
)
_MOVE = SetStatement(
    {"id": "uuid", "minor": "bigint"},
    "UPDATE accounts SET balance_minor = balance_minor + r.minor FROM r WHERE accounts.id = r.id",
)


@dataclass(frozen=True, slots=True)
class BookedEntry:
    """An entry as it stands in the journal."""

    id: UUID
    key: str
    occurred_at: datetime
    booked_at: datetime
    postings: tuple[Posting, ...]


class LedgerStore:
    """Rows of `accounts`, `entries` and `postings`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    async def booked(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that are in the journal."""
        return {row[0] for row in await _BOOKED.run(self._connection, [(key,) for key in keys])}

    async def append(self, new: Sequence[Entry], *, now: datetime) -> None:
        """Append entries and move their accounts. The caller left out keys that are booked.

        Raises: IntegrityError if a key is booked after all (another replica was faster): the unit of work is lost.
        """
        if not new:
            return
        ids = await self._account_ids({(p.account, p.amount.currency) for entry in new for p in entry.postings})
        entry_rows: list[tuple[object, ...]] = []
        posting_rows: list[tuple[object, ...]] = []
        moved: dict[UUID, int] = defaultdict(int)
        for entry in new:
            entry_id = new_text_id()
            entry_rows.append((entry_id, entry.key, entry.occurred_at, now))
            for line, posting in enumerate(entry.postings):
                amount = posting.amount
                account = ids[posting.account, amount.currency]
                moved[account] += amount.minor
                posting_rows.append((entry_id, line, account, amount.minor, amount.currency))
        await _ADD_ENTRIES.run(self._connection, entry_rows)
        await _ADD_POSTINGS.run(self._connection, posting_rows)
        await self._move(moved)

    async def _move(self, moved: Mapping[UUID, int]) -> None:
        """Balances of accounts."""
        rows = [(account, minor) for account, minor in moved.items() if minor]
        if self._connection.dialect.name == "postgresql":
            await _HOLD.run(self._connection, [(account,) for account, _ in rows])
        await _MOVE.run(self._connection, rows)

    async def _account_ids(self, wanted: set[tuple[Account, str]]) -> dict[tuple[str, str], UUID]:
        found = await self._find_accounts(name for name, _ in wanted)
        missing = sorted(wanted - found.keys())
        if missing:
            await _OPEN.run(self._connection, [(new_id(), str(name), currency, 0) for name, currency in missing])
            found = await self._find_accounts(name for name, _ in wanted)
        return found

    async def _find_accounts(self, names: Iterable[str]) -> dict[tuple[str, str], UUID]:
        read = reader(self._connection)
        rows = await _ACCOUNTS.run(self._connection, [(name,) for name in set(names)])
        return {(name, currency): read.id(id_) for name, currency, id_ in rows}

    async def balance(self, account: str, currency: str = "CNY") -> Money:
        """The account's balance; debit positive, zero if it was never posted to."""
        where = (accounts.c.name == account) & (accounts.c.currency == currency)
        return Money(await self._connection.scalar(select(accounts.c.balance_minor).where(where)) or 0, currency)

    async def balances(self) -> list[tuple[str, Money]]:
        """Every account with its balance, by name."""
        rows = await self._connection.execute(select(accounts).order_by(accounts.c.name, accounts.c.currency))
        return [(row.name, Money(row.balance_minor, row.currency)) for row in rows]

    async def balances_of(self, *prefixes: str) -> list[tuple[str, Money]]:
        """Accounts whose names begin so, with their balances, by name."""
        begins = or_(*(accounts.c.name.startswith(prefix, autoescape=True) for prefix in prefixes))
        rows = await self._connection.execute(
            select(accounts).where(begins).order_by(accounts.c.name, accounts.c.currency)
        )
        return [(row.name, Money(row.balance_minor, row.currency)) for row in rows]

    async def sums(self) -> dict[str, int]:
        """Sum of all balances per currency in minor units: zero each, as every entry sums to zero."""
        rows = await self._connection.execute(
            select(accounts.c.currency, func.sum(accounts.c.balance_minor)).group_by(accounts.c.currency)
        )
        return {currency: int(minor) for currency, minor in rows}

    async def by_key(self, key: str) -> BookedEntry | None:
        """One entry with its postings, or None."""
        entry = (await self._connection.execute(select(entries).where(entries.c.key == key))).first()
        if entry is None:
            return None
        lines = (
            select(accounts.c.name, postings.c.amount_minor, postings.c.currency)
            .join(accounts, accounts.c.id == postings.c.account_id)
            .where(postings.c.entry_id == entry.id)
            .order_by(postings.c.line)
        )
        rows = await self._connection.execute(lines)
        moved = tuple(Posting(Account(row.name), Money(row.amount_minor, row.currency)) for row in rows)
        return BookedEntry(entry.id, entry.key, entry.occurred_at, entry.booked_at, moved)
