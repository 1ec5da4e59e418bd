"""What the figures are held against: each row's aims, and whether a table reaches them. Pure: text in and out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_NUMBER: Final = re.compile(r"[\d,]+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Aim:
    """What one row is to reach: per second at least, p99 in milliseconds at most, part of its floor at least."""

    row: str
    engine: str
    callers: int
    rate: float | None = None
    p99_ms: float | None = None
    ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table, as it was printed."""

    row: str
    engine: str
    callers: int
    rate: float
    p99_ms: float
    ratio: float


def _both(row: str, callers: int, sqlite: tuple[float | None, ...], postgres: tuple[float | None, ...]) -> list[Aim]:
    return [Aim(row, "sqlite", callers, *sqlite), Aim(row, "postgres", callers, *postgres)]


AIMS: Final = (
    *_both("ledger", 64, (15_000, 25), (8_000, 30)),
    *_both("ledger", 1000, (30_000, 90, 0.4), (18_000, 110, 0.5)),
    *_both("tips", 256, (5_000,), (4_000,)),
    *_both("taps", 100, (None, None, 3.0), (None, None, 2.5)),
    *_both("updates", 100, (None, None, 0.6), (None, None, 0.6)),
    *_both("events", 100, (None, None, 0.6), (None, None, 0.6)),
    *_both("tips_full", 256, (None, None, 0.8), (None, None, 0.8)),
    *_both("ledger_full", 64, (None, None, 0.8), (None, None, 0.8)),
    *(aim for read in ("balance", "counter", "newest", "rankings") for aim in _both(read, 1, (None, 10), (None, 10))),
)


def rows(table: str) -> list[Row]:
    """The rows of a table as `python -m bench` prints it; other lines are left out."""
    found: list[Row] = []
    for line in table.splitlines():
        words = line.split()
        if len(words) == 9 and words[1] in ("sqlite", "postgres") and all(map(_NUMBER.fullmatch, words[2:])):
            callers, rate, _, p99, _, ratio, _ = (float(word.replace(",", "")) for word in words[2:])
            found.append(Row(words[0], words[1], int(callers), rate, p99, ratio))
    return found


def judged(table: str) -> list[str]:
    """The aims as a table in Markdown, with what was reached; empty where no row has an aim."""
    known = {(row.row, row.engine, row.callers): row for row in rows(table)}
    lines = [
        f"| `{aim.row}` | {aim.engine} | {aim.callers:,} | {'; '.join(said)} |"
        for aim in AIMS
        if (row := known.get((aim.row, aim.engine, aim.callers))) and (said := list(_judge(aim, row)))
    ]
    if not lines:
        return []
    return ["| row | engine | callers | measured, and the aim |", "|---|---|---|---|", *lines]


def _judge(aim: Aim, row: Row) -> Iterator[str]:
    if aim.rate is not None:
        yield _said(row.rate >= aim.rate, f"{row.rate:,.0f}/s (≥ {aim.rate:,.0f})")
    if aim.p99_ms is not None:
        yield _said(row.p99_ms <= aim.p99_ms, f"p99 {row.p99_ms:,.1f} ms (≤ {aim.p99_ms:,.0f})")
    if aim.ratio is not None:
        yield _said(row.ratio >= aim.ratio, f"{row.ratio:.2f} of the floor (≥ {aim.ratio:g})")


def _said(reached: bool, words: str) -> str:
    return f"**{words}**" if reached else f"{words}, not reached"
