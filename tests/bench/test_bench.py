"""The bench measures what it says: whole tips, on both databases, with clean books; and the bad is refused."""

import asyncio
import dataclasses
import json
import random
import subprocess
import sys
from collections import Counter

import pytest
from click import ClickException
from click.testing import CliRunner
from sqlalchemy import select

from bench.__main__ import BEGIN, CASTS, END, PLAN, cli, put_into
from bench.callers import LinkedTips, Wrong
from bench.databases import prepared
from bench.floor import WHOLE, floor_rate, left_behind
from bench.full import measure_full
from bench.ledger import measure_ledger
from bench.load import closed_loop
from bench.pgledger import measure_pgledger_style
from bench.rail import HEADERS, PaperRail, paid_event
from bench.restore import measure_restore
from bench.rows import Line, measure
from bench.service import Ear, service
from bench.settling import Matching
from bench.telling import told
from bench.world import DONORS, fill, load
from giving.money import Money
from giving.payments import EventKind
from services.matching import PoolService
from storage.engines import open_engines
from storage.ids import new_id
from storage.tables import budgets
from storage.work import UnitOfWork
from tests.processes import ROOT

pytestmark = pytest.mark.usefixtures("restored")  # the bench says where its lines go


@pytest.mark.parametrize("name", ["tips", "offer", "settle", "matching"])
async def test_a_row_is_measured_beside_its_floor_and_the_books_are_clean(name: str, dialect: str, postgres: str):
    engine = dialect.removesuffix("ql")
    line, runs = await measure(name, engine, 8, 0.5, server=postgres, runs=1)

    assert (line.name, line.engine, line.callers) == (name, engine, 8)
    assert line.rate > 0
    assert 0 < line.p50_ms <= line.p99_ms
    assert line.floor_rate is not None
    assert line.ratio == pytest.approx(line.rate / line.floor_rate, abs=0.001)
    assert 1 <= runs[0].batch <= 16


async def test_ledger_writes_are_measured_beside_the_bare_driver(dialect: str, postgres: str):
    line = await measure_ledger(dialect.removesuffix("ql"), 8, 0.5, server=postgres, runs=1)

    assert (line.name, line.callers) == ("ledger", 8)
    assert line.rate > 0
    assert line.floor_rate
    assert 0 < line.p50_ms <= line.p99_ms


async def test_giving_and_reading_where_many_gave_is_measured_beside_an_empty_database(dialect: str, postgres: str):
    lines = await measure_full(dialect.removesuffix("ql"), 8, 0.3, 2_000, server=postgres, runs=1)

    assert [line.name for line in lines] == [
        "tips_full",
        "ledger_full",
        "taps_full",
        "events_full",
        "balance",
        "counter",
        "newest",
        "gifts",
        "rankings",
    ]
    assert all(line.rate > 0 and 0 < line.p50_ms <= line.p99_ms for line in lines)
    beside = [line for line in lines if line.floor_rate is not None]
    assert [line.name for line in beside] == ["tips_full", "ledger_full", "taps_full", "events_full"]
    assert all(line.ratio == pytest.approx(line.rate / (line.floor_rate or 0), abs=0.01) for line in beside)
    assert all(line.ratio is None for line in lines if line.floor_rate is None)


async def test_a_backup_is_restored_and_verified_by_the_commands(dialect: str, postgres: str):
    found = await measure_restore(dialect.removesuffix("ql"), 2_000, server=postgres)

    assert (found.name, found.tips) == ("restore", 2_000)
    assert found.mb > 0.1
    assert found.backup_s > 0
    assert found.restore_s > 0


async def test_one_call_per_transfer_is_measured_too(postgres: str):
    line = await measure_pgledger_style(4, 0.5, server=postgres, runs=1)

    assert (line.name, line.engine) == ("pgledger_style", "postgres")
    assert line.rate > 0
    assert (line.floor_rate, line.ratio) == (None, None)
    assert told(dataclasses.asdict(line), as_json=False).split()[6:8] == ["–", "–"]


def test_one_row_is_one_line_of_json_with_the_agreed_fields():
    done = CliRunner().invoke(cli, ["offer", "--callers", "4", "--seconds", "0.3", "--json"])

    assert done.exit_code == 0, done.output
    (line,) = done.output.splitlines()
    fields = ["name", "engine", "callers", "rate", "p50_ms", "p99_ms", "floor_rate", "ratio", "rss_mb"]
    assert list(json.loads(line)) == fields == list(Line.__dataclass_fields__)


@pytest.mark.parametrize("words", [["nonsense"], ["tips", "--engine", "mysql"], ["tips", "--callers", "0"]])
def test_wrong_use_is_one_clear_error(words: list[str]):
    done = CliRunner().invoke(cli, words)

    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_a_row_of_broadcasts_is_one_line_of_json_and_its_sentence():
    done = CliRunner().invoke(cli, ["broadcast", "--of", "30", "--seconds", "0.5", "--json"])
    assert done.exit_code == 0, done.output
    (line,) = done.stdout.splitlines()
    found = json.loads(line)
    assert (found["name"], found["engine"], found["of"]) == ("broadcast", "sqlite", 30)
    assert told(found, as_json=False).startswith("broadcast sqlite ")
    assert {(name, engine) for name, engine, _ in CASTS} == {
        (name, engine) for name in ("broadcast", "planning") for engine in ("sqlite", "postgres")
    }


def test_the_table_goes_between_its_marks_and_nowhere_else():
    page = f"# Before\n{BEGIN}\nold\n{END}\nafter\n"
    once = put_into(page, "new")
    assert once == f"# Before\n{BEGIN}\n```\nnew\n```\n{END}\nafter\n"
    assert put_into(once, "new") == once
    with pytest.raises(ClickException):
        put_into("no marks", "new")


def test_the_plan_has_whole_tips_at_three_loads_on_both_engines():
    assert {(engine, callers) for name, engine, callers in PLAN if name == "tips"} == {
        (engine, callers) for engine in ("sqlite", "postgres") for callers in (1, 64, 256)
    }


async def test_one_project_takes_about_half_of_the_gifts():
    async with prepared("sqlite", None, fill) as databases:
        engines = open_engines(await databases.fresh())
        try:
            world = await load(UnitOfWork(engines))
        finally:
            await engines.close()
    dice = random.Random(1)
    given = Counter(world.posts.index(world.some_post(dice)) // 10 for _ in range(20_000))

    assert len(world.donors) == DONORS
    assert len(world.posts) == len(set(world.posts)) == 200
    assert world.closed_post not in world.posts
    assert 0.45 < given[0] / 20_000 < 0.55


async def test_the_floor_inserts_every_row_of_the_run():
    async with prepared("sqlite", None, fill) as databases:
        empty = await databases.fresh()
        nothing = await left_behind(empty, paid=True)

        assert nothing.per_tip == []
        assert await floor_rate(empty, nothing, WHOLE, 10) == 0


async def test_a_gift_of_a_day_with_a_fund_is_matched_and_the_floor_has_its_match(dialect: str, postgres: str):
    async with prepared(dialect.removesuffix("ql"), postgres, fill) as databases:
        url = await databases.fresh()
        engines = open_engines(url)
        try:
            async with service(engines) as served:
                gifts = Matching()
                await gifts.prepare(served, await load(served.unit), 4, 0.01)
                for caller in range(4):
                    assert await gifts.one(caller)
                await gifts.check()
                left = await left_behind(url, paid=True)
                await PoolService(served.unit).withdraw(gifts.pool)
                assert await gifts.one(0)
                with pytest.raises(Wrong, match="4 were matched and 0 held of 5"):
                    await gifts.check()
        finally:
            await engines.close()
        floor = await floor_rate(await databases.fresh(), left, gifts.tables, 2, before=gifts.before)

    of_each = [[len(tip[name]) for name in ("tips", "entries", "postings", "matches")] for tip in left.per_tip]
    assert of_each == [[1, 3, 6, 1]] * 4, "payment, fee and match"
    assert floor > 0


async def test_a_pay_page_is_asked_of_the_guard_as_in_the_service(dialect: str, postgres: str):
    async with prepared(dialect.removesuffix("ql"), postgres, fill) as databases:
        engines = open_engines(await databases.fresh())
        try:
            async with service(engines) as served:
                linked = LinkedTips()
                await linked.prepare(served, await load(served.unit), 4, 0.01)
                paid = sum([await linked.one(caller) for caller in range(4)])
            async with served.unit.read() as work:
                spent = (await work.connection.execute(select(budgets.c.subject))).scalars().all()
        finally:
            await engines.close()
    assert len([subject for subject in spent if subject.startswith("links:")]) == paid > 0


async def test_only_what_counts_within_the_window_is_counted():
    calls = 0

    async def one(caller: int) -> bool:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0.01)
        return caller == 0

    measured = await closed_loop(2, one, 0.2)

    assert 0 < measured.rate * 0.2 < calls / 2
    assert measured.p50_ms >= 10


async def test_the_ear_counts_what_one_commit_served():
    ear = Ear()
    tips = [new_id() for _ in range(4)]
    futures = [ear.paid(tip) for tip in tips]
    for pair in (tips[:2], tips[2:]):
        ear.hear(None, "info", {"event": "tips_paid", "count": 2, "tips": [str(tip) for tip in pair]})

    assert all(future.done() for future in futures)
    assert ear.batch("tips_paid") == 2


def test_the_paper_rail_reads_its_own_events():
    reference = new_id()
    event = PaperRail().read_event(paid_event(reference.hex, 500), HEADERS)

    assert (event.kind, event.reference, event.amount) == (EventKind.PAID, reference, Money(500, "CNY"))
    assert event.fee == Money(3, "CNY")


def test_the_bench_starts_by_itself():
    """A process of its own imports in an order of its own."""
    done = subprocess.run(
        [sys.executable, "-c", "import bench.callers"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
