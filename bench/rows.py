"""The rows: whole tips, and their two halves alone. Each run is verified; a run that lost a cent is no measurement."""

import gc
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bench.callers import LinkedTips, Offers, WholeTips, Wrong
from bench.databases import Databases, prepared
from bench.floor import floor_rate, left_behind
from bench.load import Measured, closed_loop, rss_mb
from bench.service import service
from bench.settling import Matching, Settling
from bench.world import fill, load
from launch import collector
from services.ledger import LedgerService
from storage.engines import open_engines

RUNS: Final = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table. Rates are whole tips (offers, settled events) per second; a floor where there is one."""

    name: str
    engine: str
    callers: int
    rate: float
    p50_ms: float
    p99_ms: float
    floor_rate: float | None
    ratio: float | None
    rss_mb: float


class Sample(Protocol):
    """One run: what was measured, the floor beside it if it has one, and the memory it took."""

    @property
    def measured(self) -> Measured: ...

    @property
    def floor(self) -> float | None: ...

    @property
    def rss_mb(self) -> float: ...


def line_of(name: str, engine: str, callers: int, done: Sequence[Sample]) -> Line:
    """Medians of some runs; the ratio is the median of the runs' own. Without floors there is none to be had."""
    beside = [(run.measured.rate, run.floor) for run in done if run.floor is not None]
    return Line(
        name=name, engine=engine, callers=callers,
        rate=round(statistics.median(run.measured.rate for run in done), 1),
        p50_ms=round(statistics.median(run.measured.p50_ms for run in done), 2),
        p99_ms=round(statistics.median(run.measured.p99_ms for run in done), 2),
        floor_rate=round(statistics.median(floor for _, floor in beside), 1) if beside else None,
        ratio=round(statistics.median(rate / floor for rate, floor in beside), 3) if beside else None,
        rss_mb=round(statistics.median(run.rss_mb for run in done), 1),
    )  # fmt: skip


LOADS: Final[dict[str, type[WholeTips] | type[Offers] | type[Settling] | type[Matching]]] = {
    "tips": WholeTips,
    "linked": LinkedTips,
    "offer": Offers,
    "settle": Settling,
    "matching": Matching,
}


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what was measured, the floor beside it, and how it was served."""

    measured: Measured
    floor: float
    rss_mb: float
    batch: int
    commits_per_item: float


async def measure(
    name: str, engine: str, callers: int, seconds: float, *, server: str | None, runs: int = RUNS
) -> tuple[Line, list[Run]]:
    """Medians of some runs, each on a fresh database. Raises: Wrong, NotDurable, and whatever the services raised."""
    async with prepared(engine, server, fill) as databases:
        done = [await _run(name, databases, callers, seconds) for _ in range(runs)]
    return line_of(name, engine, callers, done), done


async def _run(name: str, databases: Databases, callers: int, seconds: float) -> Run:
    load_ = LOADS[name]()
    url = await databases.fresh()
    engines = open_engines(url)
    try:
        async with service(engines) as served:
            await load_.prepare(served, await load(served.unit), callers, seconds)
            prepared_commits = served.ear.commits
            collector.calm()  # as a service does once it is loaded
            measured = await closed_loop(callers, load_.one, seconds)
            memory, ear = rss_mb(), served.ear
            await load_.check()
        report = await LedgerService(served.unit).verify()
    finally:
        gc.unfreeze()
        await engines.close()
    if not report.clean:
        raise Wrong(f"the ledger is not clean: {report.findings[:3]}")
    left = await left_behind(url, paid=load_.paid)
    items = ear.items.get(load_.counted, 0)
    if len(left.per_tip) != items:
        raise Wrong(f"{items} were told, {len(left.per_tip)} are in the database")
    batch = ear.batch(load_.counted)
    floor = await floor_rate(await databases.fresh(), left, load_.tables, batch, before=load_.before)
    return Run(measured, floor, memory, batch, (ear.commits - prepared_commits) / items)
