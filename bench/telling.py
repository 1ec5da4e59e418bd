"""Rows of the bench as lines, and the machine they were measured on."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
COLUMNS: Final = ("row", "engine", "callers", "rate/s", "p50 ms", "p99 ms", "floor/s", "ratio", "rss MB")
WIDTHS: Final = (15, 9, 8, 9, 9, 9, 10, 7, 8)


# What a row says that is no line of the table.
SENTENCES: Final = {
    "memory": "memory  main.py run {run_mb} MB, bare aiogram {bare_mb} MB: {above_mb} MB above;"
    " at the most while {donors:,} give on a giving day {busy_mb} MB: {busy_above_mb} MB above",
    "broadcast": "broadcast {engine:<9} {rate:,.2f}/s of {of:,} over {seconds:g} s, receipts wait p50"
    " {receipt_p50_ms:,.0f} ms, at most {receipt_max_ms:,.0f} ms; 429: {refused}, unknown: {unknown}",
    "planning": "planning  {engine:<9} {recipients:,} recipients: counted in {count_s} s, first message after"
    " {first_s} s, all decided on in {all_s} s, {above_mb} MB over idle",
    "certificates": "certificates  {rate}/s on a core ({cpu_s} s each), drawn one after the other p50 {p50_ms:,.0f} ms,"
    " p99 {p99_ms:,.0f} ms, {png_kb} kB; for printing {pdf_s} s, {pdf_kb} kB; the process that draws: at most"
    " {rss_mb} MB",
    "crowd": "crowd   {engine:<9}  {people:,} people in one second: {rate:,.0f}/s, wait p50 {p50_ms:,.0f} ms,"
    " p99 {p99_ms:,.0f} ms, slowest {slowest_ms:,.0f} ms",
    "restore": "restore {engine:<9} {tips:,} tips: backup {backup_s} s, {mb:,.0f} MB; restore and verify {restore_s} s",
    "start": "start   config show {config_show_s} s, ledger verify {ledger_verify_s} s; second start of the demo:"
    " page {page_s} s, bot answers {bot_s} s",
}
# Of every other row, in the order of the columns.
CELLS: Final = (
    "{name}", "{engine}", "{callers:,}", "{rate:,.0f}", "{p50_ms:,.1f}", "{p99_ms:,.1f}", "{floor_rate:,.0f}",
    "{ratio:.2f}", "{rss_mb:,.0f}",
)  # fmt: skip


def told(found: Mapping[str, Any], *, as_json: bool) -> str:
    """One row as a line."""
    if as_json:
        return json.dumps(found)
    if (sentence := SENTENCES.get(found["name"])) is not None:
        return sentence.format_map(found)
    return cells(tuple("–" if found[_field(cell)] is None else cell.format_map(found) for cell in CELLS))


def _field(cell: str) -> str:
    return cell.strip("{}").partition(":")[0]


def cells(values: tuple[str, ...]) -> str:
    """In columns, the first two to the left."""
    pairs = list(zip(values, WIDTHS, strict=True))
    return "".join([value.ljust(width) for value, width in pairs[:2]] + [value.rjust(w) for value, w in pairs[2:]])


def machine() -> str:
    """Cores and memory only, the commit, and how busy the machine was with other things."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    commit = _git("rev-parse", "--short", "HEAD") or "no commit"
    changed = " with local changes" if _git("status", "--porcelain") else ""
    busy = f"load {os.getloadavg()[0]:.1f} before"
    return f"{os.cpu_count()} cores, {memory:.0f} GB; commit {commit}{changed}; {busy}"


def _git(*words: str) -> str:
    try:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""
