"""Runs the whole fault suite and writes what it found into docs/reliability.md; never edit that page by hand.

python -m tools.reliability [--quick] [pytest's arguments]

--quick: the half that runs in every `make test`: fewer kills, fewer rounds; the page says so.

A run with a failure writes nothing and ends as pytest does.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "reliability.md"
COMMAND: Final = "make faults"
QUICK: Final = "--quick"
HEAD: Final = """# What happens when something breaks

Written by `{command}` ({machine}; {tests}, {minutes}), unedited. Each row is a fault that the suite in
`tests/faults/` brings about on real parts: a killed process is killed, a full disk is full. What is counted as lost
or doubled is read back from the database, and `ledger verify` runs after every fault; one finding fails the run, and
a failed run writes no page.

| fault | on | found |
|---|---|---|
"""


def main() -> int:
    """Run, then write. Returns pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "results.jsonl"
        began = time.monotonic()
        code, said = _run(found)
        if code:
            print("The suite did not pass; docs/reliability.md stays as it was.", file=sys.stderr)
            return code
        lines = [json.loads(line) for line in found.read_text(encoding="utf-8").splitlines()] if found.exists() else []
    if not lines:
        print("The suite found nothing to tell; docs/reliability.md stays as it was.", file=sys.stderr)
        return 1
    minutes = f"{(time.monotonic() - began) / 60:.0f} minutes"
    PAGE.write_text(page(lines, machine=_machine(), tests=said, minutes=minutes), encoding="utf-8")
    print(f"{len(lines)} lines in {PAGE.relative_to(ROOT)}")
    return 0


def page(lines: list[dict[str, Any]], *, machine: str, tests: str, minutes: str) -> str:
    """The page for these lines of tests/faults/results.py; rows of one fault stand together, as they first came."""
    order = {name: number for number, name in enumerate(dict.fromkeys(line["row"] for line in lines))}
    rows = []
    for line in sorted(lines, key=lambda line: order[line["row"]]):
        figures = {name: value for name, value in line.items() if name not in ("row", "engine")}
        told = "; ".join(f"{name.replace('_', ' ')}: {_figure(value)}" for name, value in figures.items())
        rows.append(f"| {_cell(line['row'])} | {_cell(line.get('engine', ''))} | {_cell(told)} |")
    command = COMMAND if _form() == "full" else f"python -m tools.reliability {QUICK}"
    head = HEAD.format(command=command, machine=machine, tests=tests, minutes=minutes)
    return head + "\n".join(rows) + "\n"


def _figure(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_figure(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(_figure(one) for one in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _run(found: Path) -> tuple[int, str]:
    """pytest's code, and its last line ("41 passed")."""
    environment = {**os.environ, "YIZAN_FAULTS": _form(), "YIZAN_FAULTS_RESULTS": str(found)}
    arguments = [word for word in sys.argv[1:] if word != QUICK]
    command = [sys.executable, "-m", "pytest", "tests/faults", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        last = ""
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            last = line.strip() or last
    return process.returncode, last.strip("= ").partition(" in ")[0]


def _form() -> str:
    return "quick" if QUICK in sys.argv[1:] else "full"


def _machine() -> str:
    """Cores and memory only, and the commit."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    commit = _git("rev-parse", "--short", "HEAD") or "no commit"
    changed = " with local changes" if _git("status", "--porcelain", "--untracked-files=no") else ""
    return f"{os.cpu_count()} cores, {memory:.0f} GB; commit {commit}{changed}"


def _git(*words: str) -> str:
    try:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
