"""The floor: the rows a run left behind, inserted again by the bare driver, in batches as large as the run's.

Inserts only, one durable transaction per batch, nothing looked up and nothing updated: no service can be faster on
this machine with this schema. Rows are read back first, in the driver's own types, so that none are made meanwhile.
"""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from storage import tables

Row = tuple[Any, ...]
# In an order that foreign keys allow.
OFFERED: Final = ("payments", "tips", "tip_keys")
SETTLED: Final = ("provider_events", "entries", "postings", "supporters", "outbox")
WHOLE: Final = (*OFFERED, *SETTLED)
MATCHED: Final = (*SETTLED, "matches")
SHARED: Final = ("accounts", "giving_days", "sponsors", "pools")
SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Left:
    """What a run left: per tip the rows of each table, and what they need of others' (accounts, pools)."""

    shared: Mapping[str, list[Row]]
    per_tip: list[Mapping[str, list[Row]]]


async def left_behind(url: str, *, paid: bool) -> Left:
    """Read a run's database back; `paid`: its paid tips, else its unpaid ones."""
    read = await rows_of(url, (*SHARED, *WHOLE, "matches"))
    return Left({name: read[name] for name in SHARED}, _by_tip(read, paid=paid))


async def floor_rate(
    url: str, left: Left, names: Sequence[str], batch: int, *, before: Sequence[str] = ()
) -> float:  # fmt: skip
    """Tips per second whose rows of these tables go into a fresh database; stops after SECONDS; 0 for nothing.

    `before`: tables whose rows are there already, as they were in the run.
    """
    if not left.per_tip:
        return 0.0
    slices = [left.per_tip[i : i + batch] for i in range(0, len(left.per_tip), batch)]
    batches = [{name: [row for tip in part for row in tip[name]] for name in names} for part in slices]
    sizes = [len(part) for part in slices]
    there = dict(left.shared) | {name: [row for tip in left.per_tip for row in tip[name]] for name in before}
    if url.startswith("sqlite"):
        return _insert_sqlite(url, there, batches, sizes)
    return await _insert_postgres(url, there, batches, sizes)


def _table(name: str) -> Table:
    return tables.metadata.tables[name]


def _columns(name: str) -> str:
    return ", ".join(column.name for column in _table(name).columns)


def insert_of(name: str) -> str:
    """One row, every column, for SQLite."""
    return f"INSERT INTO {name} ({_columns(name)}) VALUES ({', '.join('?' * len(_table(name).columns))})"


def _select(name: str) -> str:
    return f"SELECT {_columns(name)} FROM {name}"


def _at(name: str, column: str) -> int:
    return list(_table(name).columns.keys()).index(column)


def _by_tip(read: Mapping[str, list[Row]], *, paid: bool) -> list[Mapping[str, list[Row]]]:
    """Every row under the tip it came with; what two tips share is the first one's."""
    state, id_, payment, charge = (_at("tips", c) for c in ("state", "id", "payment_id", "charge"))
    wanted = [tip for tip in read["tips"] if (tip[state] == "paid") is paid]
    rows: dict[Any, dict[str, list[Row]]] = {tip[id_]: defaultdict(list, tips=[tip]) for tip in wanted}
    of_payment = {tip[payment]: tip[id_] for tip in wanted}
    of_charge = {tip[charge]: tip[id_] for tip in wanted}
    key = _at("entries", "key")
    of_match = {str(UUID(str(tip[id_]))): tip[id_] for tip in wanted}
    of_entry = {entry[0]: _owner(entry[key].split(":"), of_charge, of_match) for entry in read["entries"]}
    of_subject = {
        (tip[_at("tips", subject)], tip[_at("tips", "donor_id")]): tip[id_]
        for tip in reversed(wanted)
        for subject in ("project_id", "post_id", "chat_id")
    }
    owners: dict[str, Iterable[Any]] = {
        "payments": (of_payment.get(row[0]) for row in read["payments"]),
        "tip_keys": (row[_at("tip_keys", "tip_id")] for row in read["tip_keys"]),
        "provider_events": (
            of_payment.get(row[_at("provider_events", "reference")]) for row in read["provider_events"]
        ),
        "entries": (of_entry[row[0]] for row in read["entries"]),
        "postings": (of_entry[row[0]] for row in read["postings"]),
        "supporters": (of_subject.get((row[0], row[1])) for row in read["supporters"]),
        "outbox": (row[_at("outbox", "subject_id")] for row in read["outbox"]),
        "matches": (row[_at("matches", "tip_id")] for row in read["matches"]),
    }
    for name, of_rows in owners.items():
        for owner, row in zip(of_rows, read[name], strict=True):
            if owner in rows:
                rows[owner][name].append(row)
    return list(rows.values())


def _owner(key: Sequence[str], of_charge: Mapping[str, Any], of_match: Mapping[str, Any]) -> Any:
    """The tip an entry came with: by its payment's charge, or (`match:<tip>:<pool>`) by itself."""
    return of_match.get(key[1]) if key[0] == "match" else of_charge.get(key[2])


def open_sqlite(url: str) -> sqlite3.Connection:
    """As durable as the service's own."""
    connection = sqlite3.connect(Path(url.removeprefix("sqlite:///")), isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -32768"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


async def rows_of(url: str, names: Sequence[str]) -> dict[str, list[Row]]:
    """These tables, in the driver's own types."""
    return _read_sqlite(url, names) if url.startswith("sqlite") else await _read_postgres(url, names)


def _read_sqlite(url: str, names: Sequence[str]) -> dict[str, list[Row]]:
    connection = open_sqlite(url)
    try:
        return {name: connection.execute(_select(name)).fetchall() for name in names}
    finally:
        connection.close()


def _insert_sqlite(
    url: str, there: Mapping[str, list[Row]], batches: list[dict[str, list[Row]]], sizes: Sequence[int]
) -> float:  # fmt: skip
    connection = open_sqlite(url)
    inserts = {name: insert_of(name) for name in (*there, *batches[0])}
    connection.execute("BEGIN IMMEDIATE")
    for name, rows in there.items():
        connection.executemany(inserts[name], rows)
    connection.execute("COMMIT")
    done, started = 0, time.perf_counter()
    for batch, size in zip(batches, sizes, strict=True):
        connection.execute("BEGIN IMMEDIATE")
        for name, rows in batch.items():
            connection.executemany(inserts[name], rows)
        connection.execute("COMMIT")
        done += size
        if time.perf_counter() - started > SECONDS:
            break
    rate = done / (time.perf_counter() - started)
    connection.close()
    return rate


async def _read_postgres(url: str, names: Sequence[str]) -> dict[str, list[Row]]:
    connection = await asyncpg.connect(url)
    try:
        return {name: [tuple(r) for r in await connection.fetch(_select(name))] for name in names}
    finally:
        await connection.close()


async def _insert_postgres(
    url: str, there: Mapping[str, list[Row]], batches: list[dict[str, list[Row]]], sizes: Sequence[int]
) -> float:  # fmt: skip
    connection = await asyncpg.connect(url)
    inserts = {name: await connection.prepare(unnest_of(name)) for name in (*there, *batches[0])}
    for name, rows in there.items():
        if rows:
            await inserts[name].fetch(*map(list, zip(*rows, strict=True)))
    done, started = 0, time.perf_counter()
    for batch, size in zip(batches, sizes, strict=True):
        async with connection.transaction():
            for name, rows in batch.items():
                if rows:
                    await inserts[name].fetch(*map(list, zip(*rows, strict=True)))
        done += size
        if time.perf_counter() - started > SECONDS:
            break
    rate = done / (time.perf_counter() - started)
    await connection.close()
    return rate


def unnest_of(name: str) -> str:
    """One statement however many rows: as fast as COPY for large batches, and without its set-up for small ones."""
    types = [column.type.compile(postgresql.dialect()) for column in _table(name).columns]  # type: ignore[no-untyped-call]
    arrays = ", ".join(f"${number}::{type_}[]" for number, type_ in enumerate(types, 1))
    return f"INSERT INTO {name} ({_columns(name)}) SELECT * FROM unnest({arrays})"
