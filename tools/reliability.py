"""Runs the whole fault suite and writes what it found into docs/reliability.md; never edit that page by hand.

python -m tools.reliability [--quick] [--again] [pytest's arguments]

--quick: the half that runs in every `make test`: fewer kills, fewer rounds; the page says so.
--again: only the tests that failed in the run before (an hour is long); the page names the commit of each run.

A run with a failure writes no page and ends as pytest does; what passed in it is kept for `--again`, in var/.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "reliability.md"
KEPT: Final = ROOT / "var" / "reliability.jsonl"
COMMAND: Final = "make faults"
QUICK: Final = "--quick"
AGAIN: Final = "--again"
# Of these faults the page has a row on each engine, or there is no page: a test that was skipped is no test.
BOTH: Final = ("sqlite", "postgresql")
ROWS: Final = {
    "a caller cancelled at any await": BOTH,
    "clock jumps of ±40 days": BOTH,
    "power lost at every write": ("sqlite",),
    "I/O error at every n-th write": ("sqlite",),
    "disk full, then space again": BOTH,
    "PostgreSQL stopped hard and started": ("postgresql",),
    "the replica that leads killed": ("postgresql",),
    "provider events duplicated": BOTH,
    "rail answers": BOTH,
    "SIGKILL at random under load": BOTH,
    "SIGKILL at every statement and commit: tip": BOTH,
    "SIGKILL at every statement and commit: settle": BOTH,
    "SIGKILL at every statement and commit: refund": BOTH,
    "Telegram": BOTH,
    "migration up, down and up": BOTH,
}
HEAD: Final = """# What happens when something breaks

Written by `{command}` ({machine}; {runs}), unedited. Each row is a fault that the suite in `tests/faults/` brings about
on real parts: a killed process is killed, a full disk is full (SQLite's is one for the real driver, by a library in
front of it); what is said to be simulated is. What is counted as lost or doubled is read back from the database.
`ledger verify` runs after each kill and each cut, and at the end of whatever else moves money. One finding fails its
test, and while a test fails no page is written: where several runs are named, each ran what had failed in the one
before, or was not in it.

A migration shall let nobody wait for more than 100 ms. That is asked of one revision, from the one before; those from
further back are many at once (on SQLite in one transaction), and their waits stand here to be known.

| fault | on | found |
|---|---|---|
"""
Line = dict[str, Any]


def main() -> int:
    """Run, then write. Returns pytest's exit code."""
    words = [word for word in sys.argv[1:] if word not in (QUICK, AGAIN)]
    kept: list[Line] = []
    if AGAIN in sys.argv[1:]:
        before = _read()
        again = tuple(line["again"] for line in before if "again" in line)
        if not again:
            print("Nothing failed in the run before.", file=sys.stderr)
            return 2
        words = [*words, *again]
        kept = [line for line in before if "again" not in line and not line.get("test", "").startswith(again)]
    _write(kept)
    began = time.monotonic()
    code, said, failed = _run(KEPT, words)
    run = f"commit {_commit()}: {said}, {(time.monotonic() - began) / 60:.0f} minutes"
    lines = [line for line in _read() if line.get("test") not in failed] + [{"run": run}]
    if code:
        lines += [{"again": name} for name in sorted(failed)]
    _write(lines)
    if code:
        print(
            f"The suite did not pass; docs/reliability.md stays as it was. {AGAIN} runs what failed.", file=sys.stderr
        )
        return code
    rows = [line for line in lines if "row" in line]
    if missing := missing_of(rows):
        print(f"No page without {', '.join(missing)}: a test was left out or skipped.", file=sys.stderr)
        return 1
    runs = "; ".join(line["run"] for line in lines if "run" in line)
    PAGE.write_text(page(rows, machine=_machine(), runs=runs), encoding="utf-8")
    print(f"{len(rows)} lines in {PAGE.relative_to(ROOT)}")
    return 0


def missing_of(rows: list[Line]) -> list[str]:
    """Which faults have no row on an engine that they shall be on."""
    found = {(row["row"], row.get("engine", "")) for row in rows}
    return [
        f"{begins} ({engine})"
        for begins, engines in ROWS.items()
        for engine in engines
        if not any(row.startswith(begins) and on in (engine, "") for row, on in found)
    ]


def _write(lines: list[Line]) -> None:
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def _read() -> list[Line]:
    return [json.loads(line) for line in KEPT.read_text(encoding="utf-8").splitlines()] if KEPT.exists() else []


def page(lines: list[Line], *, machine: str, runs: str) -> str:
    """The page for these lines of tests/faults/results.py; rows of one fault stand together, as they first came."""
    order = {name: number for number, name in enumerate(dict.fromkeys(line["row"] for line in lines))}
    rows = []
    for line in sorted(lines, key=lambda line: order[line["row"]]):
        figures = {name: value for name, value in line.items() if name not in ("test", "row", "engine")}
        told = "; ".join(f"{name.replace('_', ' ')}: {_figure(value)}" for name, value in figures.items())
        rows.append(f"| {_cell(line['row'])} | {_cell(line.get('engine', ''))} | {_cell(told)} |")
    command = COMMAND if _form() == "full" else f"python -m tools.reliability {QUICK}"
    return HEAD.format(command=command, machine=machine, runs=runs) + "\n".join(rows) + "\n"


def _figure(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_figure(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_figure(one) for one in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _run(found: Path, words: list[str]) -> tuple[int, str, set[str]]:
    """pytest's code, its last line ("41 passed"), and what failed."""
    environment = {**os.environ, "YIZAN_FAULTS": _form(), "YIZAN_FAULTS_RESULTS": str(found)}
    named = any(word.startswith("tests/") for word in words)
    command = [sys.executable, "-m", "pytest", *([] if named else ["tests/faults"]), *words]
    failed: set[str] = set()
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        last = ""
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            last = line.strip() or last
            if told := _FAILED.match(line):
                failed.add(told[1])
    return process.returncode, last.strip("= ").partition(" in ")[0], failed


_FAILED: Final = re.compile(r"(?:FAILED|ERROR) (tests/.*?)(?: - .*)?$")


def _form() -> str:
    return "quick" if QUICK in sys.argv[1:] else "full"


def _machine() -> str:
    """Cores and memory only."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB"


def _commit() -> str:
    changed = " with local changes" if _git("status", "--porcelain", "--untracked-files=no") else ""
    return (_git("rev-parse", "--short", "HEAD") or "none") + changed


def _git(*words: str) -> str:
    try:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
