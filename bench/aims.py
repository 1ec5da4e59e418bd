"""What the figures are held against: each row's aims, and whether a table reaches them. Pure: text in and out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_CELL: Final = re.compile(r"[\d,]+(?:\.\d+)?|–")  # a row without a floor has none


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
    ratio: float | None


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
    *_both("taps_full", 100, (None, None, 0.8), (None, None, 0.8)),
    *_both("events_full", 100, (None, None, 0.8), (None, None, 0.8)),
    *(aim for read in ("balance", "counter", "newest", "rankings") for aim in _both(read, 1, (None, 10), (None, 10))),
)


# Of a broadcast: messages a second of those that are allowed, what a receipt may wait, refusals, unknown by itself.
REACH: Final = {30: 29.5, 1000: 950.0}
RECEIPT_MS: Final = 2_000
FIRST_S: Final = 60
OVER_IDLE_MB: Final = 50
# Of `main.py run` over a bare aiogram process, idle and on a giving day; of a million tips, restored and verified.
OVER_BARE_MB: Final = 100
RESTORE_S: Final = 60
_BROADCAST: Final = re.compile(
    r"broadcast (\w+) +([\d,.]+)/s of ([\d,]+) over ([\d.]+) s, .*at most ([\d,]+) ms; 429: (\d+), unknown: (-?\d+)"
)
_PLANNING: Final = re.compile(
    r"planning +(\w+) +([\d,]+) recipients: .*first message after ([\d.]+) s, .*, (-?[\d.]+) MB over idle"
)
_MEMORY: Final = re.compile(r"memory .*: (-?[\d.]+) MB above; .* while ([\d,]+) give .*: (-?[\d.]+) MB above$")
_RESTORE: Final = re.compile(r"restore +(\w+) +([\d,]+) tips: .*restore and verify ([\d.]+) s$")


def rows(table: str) -> list[Row]:
    """The rows of a table as `python -m bench` prints it; other lines are left out."""
    found: list[Row] = []
    for line in table.splitlines():
        words = line.split()
        if len(words) == 9 and words[1] in ("sqlite", "postgres") and all(map(_CELL.fullmatch, words[2:])):
            callers, rate, _, p99, _, ratio, _ = (None if word == "–" else _value(word) for word in words[2:])
            if callers is not None and rate is not None and p99 is not None:
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
    lines += [told for line in table.splitlines() if (told := _of_sentence(line))]
    if not lines:
        return []
    return ["| row | engine | callers | measured, and the aim |", "|---|---|---|---|", *lines]


def _of_sentence(line: str) -> str | None:
    """What a row reached that is printed as a sentence; None for any other line."""
    if found := _BROADCAST.match(line):
        rate, of, receipt, refused = (float(found[n].replace(",", "")) for n in (2, 3, 5, 6))
        least = REACH.get(int(of), of * 0.95)
        said = [
            _said(rate >= least, f"{rate:,.2f}/s over {found[4]} s (≥ {least:g})"),
            _said(receipt <= RECEIPT_MS, f"receipts wait {receipt:,.0f} ms (≤ {RECEIPT_MS:,})"),
            _said(refused == 0, f"429: {refused:.0f} (0)"),
        ]
        return f"| `broadcast` | {found[1]} | {of:,.0f} | {'; '.join(said)} |"
    if found := _PLANNING.match(line):
        first, above = float(found[3]), float(found[4])
        said = [
            _said(first <= FIRST_S, f"first message after {first:g} s (≤ {FIRST_S})"),
            _said(above <= OVER_IDLE_MB, f"{above:g} MB over idle (≤ {OVER_IDLE_MB})"),
        ]
        return f"| `planning` | {found[1]} | {found[2]} | {'; '.join(said)} |"
    if found := _MEMORY.match(line):
        idle, busy = float(found[1]), float(found[3])
        said = [
            _said(idle <= OVER_BARE_MB, f"idle {idle:g} MB over a bare aiogram (≤ {OVER_BARE_MB})"),
            _said(busy <= OVER_BARE_MB, f"on a giving day of {found[2]} {busy:g} MB over it (≤ {OVER_BARE_MB})"),
        ]
        return f"| `memory` | sqlite | | {'; '.join(said)} |"
    if found := _RESTORE.match(line):
        took = float(found[3])
        return f"| `restore` | {found[1]} | {found[2]} | {_said(took <= RESTORE_S, f'{took:g} s (≤ {RESTORE_S})')} |"
    return None


def _judge(aim: Aim, row: Row) -> Iterator[str]:
    if aim.rate is not None:
        yield _said(row.rate >= aim.rate, f"{row.rate:,.0f}/s (≥ {aim.rate:,.0f})")
    if aim.p99_ms is not None:
        yield _said(row.p99_ms <= aim.p99_ms, f"p99 {row.p99_ms:,.1f} ms (≤ {aim.p99_ms:,.0f})")
    if aim.ratio is not None and row.ratio is not None:
        yield _said(row.ratio >= aim.ratio, f"{row.ratio:.2f} of the floor (≥ {aim.ratio:g})")


def _value(word: str) -> float:
    return float(word.replace(",", ""))


def _said(reached: bool, words: str) -> str:
    return f"**{words}**" if reached else f"{words}, not reached"
