"""What the journal has of a rail, page by page; and comparisons that were made, with the differences they found."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, String, TextClause, case, func, insert, or_, select, text, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from giving.accounts import Account
from giving.ledger import Posting
from giving.money import Money
from giving.reconcile import Agreed, Difference, Ours, amounts_of, prefixes, read_key
from giving.reconcile_times import Window
from giving.reversals import REVERSE
from storage.ids import lowest_id, new_id
from storage.sets import SetStatement, reader
from storage.tables import accounts, differences, entries, postings, reconciliations
from storage.upsert import insert_into

CHUNK: Final = 500  # the event loop waits while a page is read through
# An id is made when the entry is booked, which is after it happened; a provider's clock may be ahead of ours.
CLOCKS: Final = timedelta(days=1)
# What was taken back by hand says nothing any more; unless that was taken back in turn (giving/reversals.py).
_STANDS: Final = (
    f"NOT EXISTS (SELECT 1 FROM entries undone WHERE undone.key = '{REVERSE}' || entries.key"  # noqa: S608 - our words
    f" AND NOT EXISTS (SELECT 1 FROM entries redone WHERE redone.key = '{REVERSE}' || undone.key))"
)
_BY_KEY = SetStatement(
    {"key": "text"},
    "SELECT entries.key, entries.occurred_at, accounts.name, postings.amount_minor, postings.currency,"  # noqa: S608
    " postings.line"
    " FROM r JOIN entries ON entries.key = r.key JOIN postings ON postings.entry_id = entries.id"
    " JOIN accounts ON accounts.id = postings.account_id WHERE " + _STANDS,
    gives=6,
)
# Other entries of the same payment.
_TWINS = SetStatement(
    {"key": "text"},
    "SELECT DISTINCT one.entry_key, other.entry_key FROM r JOIN tips one ON one.entry_key = r.key"
    " JOIN tips other ON other.payment_id = one.payment_id"
    " WHERE other.entry_key IS NOT NULL AND other.entry_key <> one.entry_key",
    gives=2,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One that was tried; `finished` False: `reason` says why. `day`: whose daily one it was, None by hand.

    `found`: differences to be told; `young`: what may still be on its way.
    """

    rail: str
    window: Window
    started_at: datetime
    ended_at: datetime
    finished: bool
    day: date | None = None
    agreed: tuple[Agreed, ...] = ()
    found: int = 0
    young: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a rail's daily comparison so far."""

    finished: bool
    times: int
    last_at: datetime | None


class ReconcileStore:
    """Reads `entries` and their postings; rows of `reconciliations` and `differences`."""

    def __init__(self, connection: AsyncConnection) -> None:
        """Work on this transaction."""
        self._connection = connection

    # -- our books --

    async def count(self, rail: str, window: Window) -> int:
        """How many entries of the rail occurred then."""
        counted = select(func.count()).select_from(entries).where(_first(window), *_of(rail, window))
        return int(await self._connection.scalar(counted) or 0)

    async def entries(self, rail: str, window: Window) -> AsyncIterator[list[Ours]]:
        """Them, a page at a time, in the order they were booked. Reads once over what was booked since the window."""
        begin = _first(window)  # one bound alone: of two, SQLite may walk from the lower one again for every page
        while True:
            page = select(entries.c.id, entries.c.key, entries.c.occurred_at).where(begin, *_of(rail, window))
            some = page.order_by(entries.c.id).limit(CHUNK).subquery()
            lines = (
                select(
                    some.c.key, type_coerce(some.c.id, String), some.c.occurred_at, accounts.c.name,
                    postings.c.amount_minor, postings.c.currency,
                )
                .join(postings, postings.c.entry_id == some.c.id)
                .join(accounts, accounts.c.id == postings.c.account_id)
                .order_by(some.c.id, postings.c.line)
            )  # fmt: skip
            rows = (await self._connection.execute(lines)).all()
            if not rows:
                return
            yield _moved(rail, rows)
            begin = entries.c.id > UUID(str(rows[-1][1]))

    async def by_keys(self, rail: str, keys: Collection[str]) -> list[Ours]:
        """Those of these entries that are booked, whenever they occurred."""
        read = reader(self._connection)
        rows = await _BY_KEY.run(self._connection, [(key,) for key in keys])
        rows.sort(key=lambda row: (row[0], row[-1]))
        return _moved(rail, [(key, None, read.at(at), *posting) for key, at, *posting, _ in rows])

    async def twins(self, keys: Collection[str]) -> dict[str, list[str]]:
        """For those of these entries whose payment has other entries too, the keys of those."""
        found: dict[str, list[str]] = defaultdict(list)
        for key, other in await _TWINS.run(self._connection, [(key,) for key in keys]):
            found[key].append(other)
        return {key: sorted(others) for key, others in found.items()}

    # -- comparisons --

    async def add(self, done: Comparison) -> UUID:
        """Keep that it was tried; its id."""
        id_ = new_id()
        agreed = [[a.kind.value, a.total.currency, a.count, a.total.minor] for a in done.agreed]
        await self._connection.execute(
            insert(reconciliations).values(
                id=id_, rail=done.rail, day=done.day, since_at=done.window.since, until_at=done.window.until,
                started_at=done.started_at, ended_at=done.ended_at, finished=done.finished, agreed=agreed,
                found=done.found, young=done.young, reason=done.reason,
            )
        )  # fmt: skip
        return id_

    async def tried(self, rail: str, day: date) -> Tried:
        """How far the daily comparison of this day is."""
        its = (reconciliations.c.rail == rail) & (reconciliations.c.day == day)
        rows = (await self._connection.execute(select(reconciliations).where(its))).all()
        last = max((row.ended_at for row in rows), default=None)
        return Tried(any(row.finished for row in rows), len(rows), last)

    async def daily_until(self, rail: str) -> datetime | None:
        """Up to when daily comparisons have looked at a rail; None before the first that was finished."""
        its = (reconciliations.c.rail == rail) & reconciliations.c.finished & reconciliations.c.day.is_not(None)
        newest = select(reconciliations.c.until_at).where(its).order_by(reconciliations.c.until_at.desc()).limit(1)
        return await self._connection.scalar(newest)

    async def last_finished(self) -> dict[str, datetime]:
        """When each rail was last compared."""
        newest = func.max(reconciliations.c.ended_at)
        rows = select(reconciliations.c.rail, newest).where(reconciliations.c.finished).group_by(reconciliations.c.rail)
        return {row.rail: row[1] for row in await self._connection.execute(rows)}

    # -- differences --

    async def keep(self, run: UUID, found: Sequence[Difference]) -> list[Difference]:
        """These were found by this comparison; those of them that were not known as open before."""
        unique = {difference.identity: difference for difference in found}
        known: set[str] = set()
        names = list(unique)
        for start in range(0, len(names), CHUNK):
            some = differences.c.identity.in_(names[start : start + CHUNK])
            open_ = select(differences.c.identity).where(some, differences.c.closed_at.is_(None))
            known |= set((await self._connection.scalars(open_)).all())
            rows = [_row(unique[name], run) for name in names[start : start + CHUNK]]
            put = insert_into(self._connection, differences)
            again = {
                "seen_in": run, "closed_at": None, "at": put.excluded.at,
                "found_in": _unless_open(put.excluded.found_in),
            }  # fmt: skip
            await self._connection.execute(put.on_conflict_do_update(index_elements=["identity"], set_=again), rows)
        return [difference for name, difference in unique.items() if name not in known]

    async def close_gone(self, run: UUID, rail: str, window: Window, *, now: datetime) -> int:
        """Differences of this time that this comparison did not find are closed; how many."""
        inside = (differences.c.at >= window.since) & (differences.c.at < window.until)
        gone = (
            (differences.c.rail == rail) & inside & differences.c.closed_at.is_(None) & (differences.c.seen_in != run)
        )
        closed = update(differences).where(gone).values(closed_at=now).returning(differences.c.id)
        return len((await self._connection.execute(closed)).all())

    async def open_counts(self) -> dict[str, int]:
        """How many differences of each rail are open."""
        each = select(differences.c.rail, func.count()).where(differences.c.closed_at.is_(None))
        return {row.rail: row[1] for row in await self._connection.execute(each.group_by(differences.c.rail))}


def _moved(rail: str, rows: Iterable[Sequence[Any]]) -> list[Ours]:
    """Entries from their postings (key, anything, time, account, amount, currency), those of one beside each other."""
    found: list[Ours] = []
    for key, lines in groupby(rows, key=itemgetter(0)):
        moved = list(lines)
        if (fact := read_key(rail, key)) is not None:
            of = [Posting(Account(name), Money(minor, currency)) for _, _, _, name, minor, currency in moved]
            found.append(Ours(key, *fact, amounts_of(of), moved[0][2]))
    return found


def _first(window: Window) -> ColumnElement[bool]:
    """From the first id on that an entry of that time can have."""
    return entries.c.id >= lowest_id(window.since - CLOCKS)


def _of(rail: str, window: Window) -> list[ColumnElement[bool] | TextClause]:
    """Entries of a rail that occurred then, and stand."""
    its = or_(*(entries.c.key.startswith(prefix, autoescape=True) for prefix in prefixes(rail)))
    return [entries.c.occurred_at >= window.since, entries.c.occurred_at < window.until, its, text(_STANDS)]


def _unless_open(new: Any) -> Any:
    """A difference that was closed and is here again was found by the comparison that finds it now."""
    return case((differences.c.closed_at.is_(None), differences.c.found_in), else_=new)


def _row(found: Difference, run: UUID) -> dict[str, Any]:
    theirs, ours = found.theirs, found.ours
    return {
        "id": new_id(), "identity": found.identity, "what": found.what.value, "rail": found.rail,
        "kind": found.kind.value, "their_id": found.their_id, "key": found.key, "at": found.at,
        "their_minor": theirs.minor if theirs else None, "their_currency": theirs.currency if theirs else None,
        "our_minor": ours.minor if ours else None, "our_currency": ours.currency if ours else None,
        "their_kind": found.their_kind.value if found.their_kind else None, "reference": found.reference,
        "account": found.account, "other_key": found.other_key, "found_in": run, "seen_in": run,
    }  # fmt: skip
