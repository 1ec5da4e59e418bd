"""The journal: entries are appended, never changed; each account's balance moves in the same commit."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.accounts import Account
from giving.ledger import Entry, Posting
from giving.money import Money
from storage.ids import new_id
from storage.tables import accounts, entries, postings
from storage.upsert import insert_into


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
        return set((await self._connection.execute(select(entries.c.key).where(entries.c.key.in_(keys)))).scalars())

    async def append(self, new: Sequence[Entry], *, now: datetime) -> None:
        """Append entries and move their accounts. The caller left out keys that are booked.

        Raises: IntegrityError if a key is booked after all (another replica was faster): the unit of work is lost.
        """
        if not new:
            return
        ids = await self._account_ids({(p.account, p.amount.currency) for entry in new for p in entry.postings})
        entry_rows, posting_rows = [], []
        moved: dict[UUID, int] = defaultdict(int)
        for entry in new:
            entry_id = new_id()
            entry_rows.append({"id": entry_id, "key": entry.key, "occurred_at": entry.occurred_at, "booked_at": now})
            for line, posting in enumerate(entry.postings):
                account, amount = ids[posting.account, posting.amount.currency], posting.amount
                moved[account] += amount.minor
                posting_rows.append(
                    {
                        "entry_id": entry_id,
                        "line": line,
                        "account_id": account,
                        "amount_minor": amount.minor,
                        "currency": amount.currency,
                    }
                )
        await self._connection.execute(insert(entries), entry_rows)
        await self._connection.execute(insert(postings), posting_rows)
        await self._move(moved)

    async def _move(self, moved: dict[UUID, int]) -> None:
        """Balances in one order of accounts, so that no two writers wait for each other."""
        statement = (
            update(accounts)
            .where(accounts.c.id == bindparam("_id"))
            .values(balance_minor=accounts.c.balance_minor + bindparam("_minor"))
        )
        rows = [{"_id": account, "_minor": minor} for account, minor in sorted(moved.items()) if minor]
        if rows:
            await self._connection.execute(statement, rows)

    async def _account_ids(self, wanted: set[tuple[Account, str]]) -> dict[tuple[str, str], UUID]:
        found = await self._find_accounts(name for name, _ in wanted)
        missing = sorted(wanted - found.keys())
        if missing:
            rows = [{"id": new_id(), "name": name, "currency": c, "balance_minor": 0} for name, c in missing]
            opened = insert_into(self._connection, accounts)
            await self._connection.execute(opened.on_conflict_do_nothing(index_elements=["name", "currency"]), rows)
            found = await self._find_accounts(name for name, _ in wanted)
        return found

    async def _find_accounts(self, names: Iterable[str]) -> dict[tuple[str, str], UUID]:
        columns = (accounts.c.name, accounts.c.currency, accounts.c.id)
        rows = await self._connection.execute(select(*columns).where(accounts.c.name.in_(set(names))))
        return {(row.name, row.currency): row.id for row in rows}

    async def balance(self, account: str, currency: str = "CNY") -> Money:
        """The account's balance; debit positive, zero if it was never posted to."""
        where = (accounts.c.name == account) & (accounts.c.currency == currency)
        return Money(await self._connection.scalar(select(accounts.c.balance_minor).where(where)) or 0, currency)

    async def balances(self) -> list[tuple[str, Money]]:
        """Every account with its balance, by name."""
        rows = await self._connection.execute(select(accounts).order_by(accounts.c.name, accounts.c.currency))
        return [(row.name, Money(row.balance_minor, row.currency)) for row in rows]

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
