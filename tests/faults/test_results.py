"""What the suite found becomes a page that nobody types."""

import json
from pathlib import Path

import pytest

from tests.faults.results import note
from tools.reliability import BOTH, ROWS, missing_of, page


def test_notes_become_rows_of_the_page_and_one_fault_stands_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    results = tmp_path / "results.jsonl"
    monkeypatch.setenv("YIZAN_FAULTS_RESULTS", str(results))

    note("disk full", engine="sqlite", refused=3, lost=0)
    note("power | loss", cuts=12000, points={"offered": 2, "sent": 3})
    note("disk full", engine="postgresql", refused=4, lost=0)

    lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    rows = page(lines, machine="2 cores, 24 GB", runs="commit abc: 3 passed, 1 minutes").splitlines()[-3:]
    assert rows == [
        "| disk full | sqlite | refused: 3; lost: 0 |",
        "| disk full | postgresql | refused: 4; lost: 0 |",
        "| power \\| loss |  | cuts: 12,000; points: offered 2, sent 3 |",
    ]


def test_a_fault_that_was_left_out_is_missed_and_there_is_no_page():
    rows = [{"row": begins, "engine": engine} for begins, engines in ROWS.items() for engine in engines]
    assert missing_of(rows) == []
    assert missing_of(rows[1:]) == [f"{next(iter(ROWS))} ({BOTH[0]})"]
