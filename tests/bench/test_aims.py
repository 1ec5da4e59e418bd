"""The page says of each aim whether it was reached, from the table that was measured."""

from bench.__main__ import BEGIN, END, put_into
from bench.aims import AIMS, judged, rows
from bench.telling import told

TABLE = """2 cores, 24 GB; commit 23cdb46; load 0.5 before

row            engine    callers   rate/s   p50 ms   p99 ms   floor/s  ratio  rss MB
ledger         sqlite         64   17,397      3.4      9.0    35,455   0.48     131
ledger         sqlite      1,000   29,999     27.5     90.0    52,258   0.39     142
taps           postgres      100    4,472     21.9     31.4     1,949   2.50     280
newest         postgres        1      189      5.0     10.4         –      –     118
crowd   sqlite     1,000 people in one second: 999/s, wait p50 3 ms, p99 12 ms, slowest 18 ms
"""


def test_each_aim_is_held_against_its_own_row():
    assert len(rows(TABLE)) == 4
    assert judged(TABLE)[2:] == [
        "| `ledger` | sqlite | 64 | **17,397/s (≥ 15,000)**; **p99 9.0 ms (≤ 25)** |",
        "| `ledger` | sqlite | 1,000 | 29,999/s (≥ 30,000), not reached; **p99 90.0 ms (≤ 90)**;"
        " 0.39 of the floor (≥ 0.4), not reached |",
        "| `taps` | postgres | 100 | **2.50 of the floor (≥ 2.5)** |",
        "| `newest` | postgres | 1 | p99 10.4 ms (≤ 10), not reached |",
    ]


def test_memory_and_a_restore_are_held_against_theirs_too():
    memory = {
        "name": "memory", "run_mb": 239.8, "bare_mb": 174.7, "above_mb": 65.1, "donors": 2000, "busy_mb": 300.1,
        "busy_above_mb": 125.4,
    }  # fmt: skip
    restored = {
        "name": "restore", "engine": "postgres", "tips": 1_000_000, "backup_s": 9.1, "mb": 210.0, "restore_s": 47.2,
    }  # fmt: skip
    table = "\n".join(told(one, as_json=False) for one in (memory, restored))
    assert judged(table)[2:] == [
        "| `memory` | sqlite | | **idle 65.1 MB over a bare aiogram (≤ 100)**;"
        " on a giving day of 2,000 125.4 MB over it (≤ 100), not reached |",
        "| `restore` | postgres | 1,000,000 | **47.2 s (≤ 60)** |",
    ]


def test_the_page_gets_the_table_and_the_judgement_and_keeps_the_rest():
    page = put_into(f"before\n{BEGIN}\nold\n{END}\nafter\n", TABLE)
    assert page.startswith(f"before\n{BEGIN}\n```\n2 cores")
    assert "old" not in page
    assert "| `taps` | postgres | 100 |" in page
    assert page.endswith(f"|\n{END}\nafter\n")


def test_a_table_without_such_rows_is_put_in_as_it_is():
    assert judged("nothing here") == []
    assert put_into(f"{BEGIN}{END}", "nothing here") == f"{BEGIN}\n```\nnothing here\n```\n{END}"


def test_every_aim_says_something():
    assert all((aim.rate, aim.p99_ms, aim.ratio) != (None, None, None) for aim in AIMS)
    assert len({(aim.row, aim.engine, aim.callers) for aim in AIMS}) == len(AIMS)


def test_what_broadcasts_reached_is_read_from_what_the_bench_says():
    sent = {
        "name": "broadcast", "engine": "sqlite", "of": 30, "seconds": 600.0, "rate": 29.71, "receipt_p50_ms": 3.0,
        "receipt_max_ms": 2_104.0, "refused": 0, "unknown": 0,
    }  # fmt: skip
    paid = sent | {"engine": "postgres", "of": 1000, "rate": 940.0, "receipt_max_ms": 80.0, "refused": 2}
    planned = {
        "name": "planning", "engine": "postgres", "recipients": 1_000_000, "count_s": 0.9, "first_s": 1.2,
        "all_s": 88.1, "above_mb": 51.3,
    }  # fmt: skip
    table = "\n".join(told(one, as_json=False) for one in (sent, paid, planned))
    assert judged(table)[2:] == [
        "| `broadcast` | sqlite | 30 | **29.71/s over 600 s (≥ 29.5)**; receipts wait 2,104 ms (≤ 2,000), not reached;"
        " **429: 0 (0)** |",
        "| `broadcast` | postgres | 1,000 | 940.00/s over 600 s (≥ 950), not reached;"
        " **receipts wait 80 ms (≤ 2,000)**; 429: 2 (0), not reached |",
        "| `planning` | postgres | 1,000,000 | **first message after 1.2 s (≤ 60)**; 51.3 MB over idle (≤ 50),"
        " not reached |",
    ]
