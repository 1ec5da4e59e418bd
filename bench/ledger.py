"""The row `ledger`: one entry with four postings, its key looked up, its accounts' balances moved; committed.

Its floor is the bare driver with the same rows in batches of the same size, the balances moved once per batch.
"""

import gc
import itertools
import random
import sqlite3
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg

from bench.callers import Wrong
from bench.databases import Databases, prepared
from bench.floor import SECONDS, insert_of, open_sqlite, rows_of, unnest_of
from bench.load import Measured, closed_loop, rss_mb
from bench.rows import RUNS, Line, line_of
from bench.service import service
from bench.world import PROJECTS, REPLAYS, cumulative_shares, fill
from giving.accounts import Account, fees, rail_clearing
from giving.ledger import Entry, Posting
from giving.money import Money
from launch import collector
from services.booking import BookingService
from services.ledger import LedgerService
from storage.engines import open_engines

_NAMES: Final = ("accounts", "entries", "postings")


@dataclass(frozen=True, slots=True)
class LedgerRun:
    """What was measured, and the floor beside it."""

    measured: Measured
    floor: float
    rss_mb: float


class Bookings:
    """Payments with their fee in one entry; one project takes half, 5 % of the keys come twice."""

    def __init__(self, books: BookingService, callers: int, *, first: int = 1) -> None:
        self._books, self._serial = books, itertools.count(first)
        self._dice = [random.Random(f"ledger {number}") for number in range(callers)]
        self._projects = [Account(f"bench:{number}") for number in range(PROJECTS)]  # no tips stand behind them
        self._shares, self._at = cumulative_shares(PROJECTS), datetime.now(UTC)

    async def one(self, caller: int) -> bool:
        dice, number = self._dice[caller], next(self._serial)
        minor = dice.randrange(100, 10_000)
        fee, held = max(1, minor * 6 // 1000), rail_clearing("paper")
        project = dice.choices(self._projects, cum_weights=self._shares)[0]
        postings = ((held, minor), (project, -minor), (fees("paper"), fee), (held, -fee))
        entry = Entry(
            f"payment:paper:{number}:paid", self._at, tuple(Posting(a, Money(m, "CNY")) for a, m in postings)
        )  # fmt: skip
        if not await self._books.book(entry):
            raise Wrong("a new key was taken for a known one")
        if dice.random() < REPLAYS and await self._books.book(entry):
            raise Wrong("a key was booked twice")
        return True


async def measure_ledger(
    engine: str, callers: int, seconds: float, *, server: str | None, runs: int = RUNS
) -> Line:  # fmt: skip
    """Medians of some runs, each on a fresh database. Raises: Wrong, NotDurable, TimeoutError."""
    async with prepared(engine, server, fill) as databases:
        done = [await _run(databases, callers, seconds) for _ in range(runs)]
    return line_of("ledger", engine, callers, done)


async def _run(databases: Databases, callers: int, seconds: float) -> LedgerRun:
    url = await databases.fresh()
    engines = open_engines(url)
    try:
        async with service(engines) as served:
            books = BookingService(served.unit)
            collector.calm()  # as a service does once it is loaded
            before = served.ear.commits
            measured = await closed_loop(callers, Bookings(books, callers).one, seconds)
            memory, commits = rss_mb(), served.ear.commits - before
        report = await LedgerService(served.unit).verify()
    finally:
        gc.unfreeze()
        await engines.close()
    if not report.clean:
        raise Wrong(f"the ledger is not clean: {report.findings[:3]}")
    left = await rows_of(url, _NAMES)
    batch = max(1, round(len(left["entries"]) / max(1, commits)))
    return LedgerRun(measured, await _floor(await databases.fresh(), left, batch), memory)


Batch = tuple[list[Any], list[Any], list[tuple[int, Any]]]


def _batches(left: dict[str, list[Any]], size: int) -> list[Batch]:
    """Entries, their postings, and how each account moves, per batch."""
    of_entry: dict[Any, list[Any]] = defaultdict(list)
    for posting in left["postings"]:
        of_entry[posting[0]].append(posting)
    made: list[Batch] = []
    for at in range(0, len(left["entries"]), size):
        entries = left["entries"][at : at + size]
        postings = [posting for entry in entries for posting in of_entry[entry[0]]]
        moved: dict[Any, int] = defaultdict(int)
        for _, _, account, minor, _ in postings:
            moved[account] += minor
        made.append((entries, postings, [(minor, account) for account, minor in moved.items()]))
    return made


async def _floor(url: str, left: dict[str, list[Any]], size: int) -> float:
    batches = _batches(left, size)
    zeroed = [(*row[:3], 0) for row in left["accounts"]]
    if url.startswith("sqlite"):
        return _floor_sqlite(url, zeroed, batches)
    return await _floor_postgres(url, zeroed, batches)


def _floor_sqlite(url: str, accounts: Sequence[Any], batches: Sequence[Batch]) -> float:
    connection: sqlite3.Connection = open_sqlite(url)
    connection.executemany(insert_of("accounts"), accounts)
    done, began = 0, time.perf_counter()
    for entries, postings, moved in batches:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert_of("entries"), entries)
        connection.executemany(insert_of("postings"), postings)
        connection.executemany("UPDATE accounts SET balance_minor = balance_minor + ? WHERE id = ?", moved)
        connection.execute("COMMIT")
        done += len(entries)
        if time.perf_counter() - began > SECONDS:
            break
    rate = done / (time.perf_counter() - began)
    connection.close()
    return rate


async def _floor_postgres(url: str, accounts: Sequence[Any], batches: Sequence[Batch]) -> float:
    connection = await asyncpg.connect(url)
    prepared_ = {name: await connection.prepare(unnest_of(name)) for name in _NAMES}
    move = await connection.prepare(
        "UPDATE accounts SET balance_minor = balance_minor + r.minor"
        " FROM unnest($1::bigint[], $2::uuid[]) AS r (minor, id) WHERE accounts.id = r.id"
    )
    await prepared_["accounts"].fetch(*_columns(accounts))
    done, began = 0, time.perf_counter()
    for entries, postings, moved in batches:
        async with connection.transaction():
            await prepared_["entries"].fetch(*_columns(entries))
            await prepared_["postings"].fetch(*_columns(postings))
            await move.fetch(*_columns(moved))
        done += len(entries)
        if time.perf_counter() - began > SECONDS:
            break
    rate = done / (time.perf_counter() - began)
    await connection.close()
    return rate


def _columns(rows: Sequence[Any]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
