"""`ledger export` by real processes: a whole file or none, progress on stderr, constant memory, clear refusals."""

import os
import pty
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT, command, environment, together

ENTRIES = 20_000
ACCOUNTS = {"rail:stripe:clearing": 1, "project:0:credited": -1}


def fill(path: Path, entries: int) -> None:
    """A journal of that many payments of ¥1, as the program would have booked them."""
    with sqlite3.connect(path) as books:
        for number, (name, sign) in enumerate(ACCOUNTS.items()):
            row = (f"{number:032x}", name, "CNY", sign * 100 * entries)
            books.execute("INSERT INTO accounts (id, name, currency, balance_minor) VALUES (?, ?, ?, ?)", row)
        for n in range(entries):
            at = f"2026-11-{n % 28 + 1:02} 08:00:00.000000"
            books.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", (f"{n:032x}", f"payment:stripe:{n}:paid", at, at))
            for line, (_, sign) in enumerate(ACCOUNTS.items()):
                posting = (f"{n:032x}", line, f"{line:032x}", sign * 100, "CNY")
                books.execute("INSERT INTO postings VALUES (?, ?, ?, ?, ?)", posting)
    books.close()


@pytest.fixture(scope="module")
def database(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "yizan.db"
    shutil.copy(sqlite_template, path)
    fill(path, ENTRIES)
    return path


def export(database: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command("ledger", "export", *arguments, YIZAN_DATABASE__URL=f"sqlite:///{database}")


def test_a_link_that_leads_to_itself_is_refused(database: Path, tmp_path: Path):
    link = tmp_path / "link.csv"
    link.symlink_to(link)
    done = export(database, "--format", "csv", "--out", str(link))
    assert (done.returncode, done.stderr) == (2, f"yizan: --out {link}: is a link that leads to itself\n")


def test_a_file_is_written_whole_with_a_new_name_at_its_end(database: Path, tmp_path: Path):
    out, link = tmp_path / "books.journal", tmp_path / "link.csv"
    out.write_text("what was there before", encoding="utf-8")
    link.symlink_to(tmp_path / "meant.csv")
    done, linked = together(
        lambda: export(database, "--format", "hledger", "--out", str(out)),
        lambda: export(database, "--format", "csv", "--from", "2026-11-03", "--to", "2026-11-03", "--out", str(link)),
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"wrote {ENTRIES:,} entries, {2 * ENTRIES:,} postings to {out}\n"
    text = out.read_text(encoding="utf-8")
    assert text.count("key:payment:stripe:") == ENTRIES
    assert text.endswith(f"= {ENTRIES}.00 CNY\n")
    assert linked.returncode == 0
    assert link.is_symlink()
    days = (tmp_path / "meant.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert {line.split(",")[0] for line in days} == {"2026-11-03"}
    assert sum("opening balances" in line for line in days) == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["books.journal", "link.csv", "meant.csv"]
    if hledger := shutil.which("hledger"):
        subprocess.run([hledger, "-f", str(out), "check", "--strict"], check=True)


def test_a_file_that_could_not_be_written_whole_is_as_it_was(database: Path, tmp_path: Path):
    """The disk is full at 100 kB."""
    out = tmp_path / "books.csv"
    out.write_text("before", encoding="utf-8")
    limited = f"ulimit -f 100; trap '' XFSZ; exec {sys.executable} main.py ledger export --format csv --out {out}"
    done = subprocess.run(
        ["bash", "-c", limited], cwd=ROOT, env=environment(YIZAN_DATABASE__URL=f"sqlite:///{database}"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stderr == f"yizan: --out {out}: File too large\n"
    assert [p.name for p in tmp_path.iterdir()] == ["books.csv"]
    assert out.read_text(encoding="utf-8") == "before"


def test_a_reader_who_has_enough_is_no_error(database: Path):
    piped = f"set -o pipefail; {sys.executable} main.py ledger export --format beancount | head -n 1"
    done = subprocess.run(
        ["bash", "-c", piped], cwd=ROOT, env=environment(YIZAN_DATABASE__URL=f"sqlite:///{database}"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("; Yizan: the books")


def test_a_terminal_sees_a_bar(database: Path, tmp_path: Path):
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "main.py", "ledger", "export", "--format", "csv", "--out", tmp_path / "x.csv"],
        cwd=ROOT, env=environment(YIZAN_DATABASE__URL=f"sqlite:///{database}"), stderr=theirs,
    ) as running:  # fmt: skip
        os.close(theirs)
        seen = b""
        while True:
            try:
                seen += os.read(ours, 4096)
            except OSError:  # the terminal's other side is closed
                break
    os.close(ours)
    assert running.returncode == 0
    said = seen.decode()
    assert f"\r[{'#' * 30}] {ENTRIES:,} of {ENTRIES:,} entries\r\nwrote {ENTRIES:,} entries" in said
    assert "-] " in said, "it was seen growing"


def test_memory_does_not_grow_with_the_books(database: Path, sqlite_template: Path):
    def peak_mb(path: Path) -> float:
        arguments = [sys.executable, "main.py", "ledger", "export", "--format", "beancount"]
        environ = environment(YIZAN_DATABASE__URL=f"sqlite:///{path}")
        running = subprocess.Popen(arguments, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        assert running.returncode == 0
        return used.ru_maxrss / 1024

    nothing, much = together(lambda: peak_mb(sqlite_template), lambda: peak_mb(database))
    assert much - nothing < 15, f"{nothing:.0f} MB for no entries, {much:.0f} MB for {ENTRIES}"
