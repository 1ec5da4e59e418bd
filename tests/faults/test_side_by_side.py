"""Two processes give and settle on one PostgreSQL, half of it for one project: no deadlock, no drift, nothing lost."""

import asyncio
import json
import sys
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import text

from bench.world import fill
from services.ledger import LedgerService
from storage.engines import Engines
from storage.work import UnitOfWork
from tests.faults.results import FULL, note
from tests.processes import ROOT

ROW = "two processes write the same accounts and tallies at once"
PROCESSES, CALLERS = 2, 32
SECONDS = 20.0 if FULL else 1.5
DEADLOCKS = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")


async def deadlocks(engines: Engines) -> int:
    """So many since the database was made, of connections that are closed for certain."""
    async with engines.reader.connect() as connection:
        return int(await connection.scalar(DEADLOCKS) or 0)


async def give(url: str, number: int) -> dict[str, Any]:
    """A process of its own; what was acknowledged to it."""
    words = (sys.executable, "-m", "tests.faults.side_by_side", url, *map(str, (number, PROCESSES, CALLERS, SECONDS)))
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0
    return dict(json.loads(said))


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_two_processes_never_lock_each_other_out_and_lose_nothing(
    work: UnitOfWork, engines: Engines, database_url: str
):
    await fill(work)
    before = await deadlocks(engines)
    done = await asyncio.gather(*(give(database_url, number) for number in range(PROCESSES)))

    assert all(len(one["paid"]) > CALLERS and one["failed"] == 0 for one in done)
    acknowledged = {tip for one in done for tip in one["paid"]}
    async with work.read() as check:
        run = check.connection.execute
        paid = {str(row.id): row for row in await run(text("SELECT id, entry_key FROM tips WHERE state = 'paid'"))}
        keys = [row.key for row in await run(text("SELECT key FROM entries WHERE key LIKE 'payment:%'"))]
        unsettled = (await run(text("SELECT count(*) FROM provider_events WHERE state <> 'settled'"))).scalar()
    again = sum((Counter(one["again"]) for one in done), Counter[str]())
    found = await deadlocks(engines) - before
    note(
        ROW, engine="postgresql", processes=PROCESSES, callers=PROCESSES * CALLERS, seconds=SECONDS,
        tips=len(acknowledged), lost=len(acknowledged - paid.keys()),
        doubled=len(keys) - len(paid), deadlocks=found, begun_again=dict(again),
    )  # fmt: skip
    assert unsettled == 0
    assert acknowledged == paid.keys()
    assert sorted(keys) == sorted(row.entry_key for row in paid.values())
    assert found == 0
    assert again.get("deadlock", 0) == 0
    assert (await LedgerService(work).verify()).clean
