"""Where many gave before, no statement over a batch walks a whole table, whatever ANALYZE has told SQLite."""

import importlib
import pkgutil
import sqlite3
from pathlib import Path
from typing import Final

import storage
from bench.many import make
from storage.sets import SetStatement

SMALL: Final = {
    "organisations",
    "projects",
    "chats",
    "posts",
}  # here, and never millions
TIPS: Final = 20_000
SIZE: Final = 64


def statements() -> dict[str, SetStatement]:
    """Every one of ours, by where it stands."""
    found: dict[str, SetStatement] = {}
    for module in pkgutil.walk_packages(storage.__path__, "storage."):
        if "migrations" not in module.name:
            of_module = vars(importlib.import_module(module.name)).items()
            found |= {f"{module.name}.{name}": one for name, one in of_module if isinstance(one, SetStatement)}
    return found


async def test_every_statement_over_a_batch_goes_by_an_index(tmp_path: Path):
    await make(f"sqlite:///{tmp_path}/many.db", TIPS)  # ends with ANALYZE
    connection = sqlite3.connect(tmp_path / "many.db")
    known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")} - SMALL
    assert "tips" in known
    walked = set()
    for name, statement in statements().items():
        for sql in statement.sqlite_of(SIZE):
            for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?")):
                words = step.split()
                if words[0] == "SCAN" and words[1] in known and "INDEX" not in words:
                    walked.add((name, step))
    found = statements()["storage.broadcasts.deliveries.GIFTS"].sqlite_of(1)[0]
    steps = [step for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {found}", [None] * found.count("?"))]
    assert any("paid_at>? AND paid_at<?" in step for step in steps), "gifts of a few days, not of everybody ever"
    assert any("broadcast_deliveries USING" in step and "person_id=?" in step for step in steps), steps
    connection.close()
    assert len(statements()) > 30
    assert walked == set()
