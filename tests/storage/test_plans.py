"""Where many gave before, no statement over a batch walks a whole table, whatever ANALYZE has told SQLite."""

import importlib
import pkgutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import create_engine, insert

import storage
from bench.many import make
from storage.sets import SetStatement
from storage.tab_charges import ChargeStore
from storage.tables import metadata, tab_charges

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


class Explains:
    """In place of a connection: how each statement is gone about, and what it finds."""

    def __init__(self, connection: Any) -> None:
        self.connection, self.steps = connection, list[str]()

    async def execute(self, query: Any) -> Any:
        sql = str(query.compile(self.connection.engine, compile_kwargs={"render_postcompile": True}))
        plan = self.connection.connection.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?"))
        self.steps += [step for *_, step in plan]
        return self.connection.execute(query)


async def test_open_charges_are_found_among_many_that_are_over():
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    columns = ("tab_id", "payment_id")
    rows = [
        {"id": UUID(int=n), "amount_minor": 1, "currency": "CNY", "reason": "pressed", "begun_at": datetime.now(UTC)}
        | dict.fromkeys(columns, UUID(int=n)) | {"state": "paid" if n % 100 else "asked"}
        for n in range(1, TIPS)
    ]  # fmt: skip
    with engine.connect() as connection:
        connection.execute(insert(tab_charges), rows)
        connection.exec_driver_sql("ANALYZE")
        explains = Explains(connection)
        await ChargeStore(explains).to_step(datetime.now(UTC), SIZE)  # type: ignore[arg-type]
    assert any("tab_charges USING INDEX ix_tab_charges_open" in step for step in explains.steps), explains.steps
    assert not [step for step in explains.steps if step.startswith("SCAN") and "ix_tab_charges_open" not in step]


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
