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


def told(found: Mapping[str, Any], *, as_json: bool) -> str:
    """One row as a line."""
    if as_json:
        return json.dumps(found)
    if found["name"] == "memory":
        return (
            f"memory  main.py run {found['run_mb']} MB, bare aiogram {found['bare_mb']} MB: "
            f"{found['above_mb']} MB above"
        )
    if found["name"] == "broadcast":
        return (
            f"broadcast {found['engine']:<9} {found['rate']:,.2f}/s of {found['of']:,} over {found['seconds']:g} s, "
            f"receipts wait p50 {found['receipt_p50_ms']:,.0f} ms, at most {found['receipt_max_ms']:,.0f} ms; "
            f"429: {found['refused']}, unknown: {found['unknown']}"
        )
    if found["name"] == "planning":
        return (
            f"planning  {found['engine']:<9} {found['recipients']:,} recipients: counted in {found['count_s']} s, "
            f"first message after {found['first_s']} s, all decided on in {found['all_s']} s, "
            f"{found['above_mb']} MB over idle"
        )
    if found["name"] == "crowd":
        return (
            f"crowd   {found['engine']:<9}  {found['people']:,} people in one second: "
            f"{found['rate']:,.0f}/s, wait p50 {found['p50_ms']:,.0f} ms, p99 {found['p99_ms']:,.0f} ms, "
            f"slowest {found['slowest_ms']:,.0f} ms"
        )
    if found["name"] == "start":
        return (
            f"start   config show {found['config_show_s']} s, ledger verify {found['ledger_verify_s']} s; "
            f"second start of the demo: page {found['page_s']} s, bot answers {found['bot_s']} s"
        )
    return cells(
        (
            found["name"], found["engine"], f"{found['callers']:,}", f"{found['rate']:,.0f}",
            f"{found['p50_ms']:,.1f}", f"{found['p99_ms']:,.1f}", f"{found['floor_rate']:,.0f}",
            f"{found['ratio']:.2f}", f"{found['rss_mb']:,.0f}",
        )
    )  # fmt: skip


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
