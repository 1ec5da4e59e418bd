"""The row `crowd`: 1,000 different people tap within one second; how long each waits until their tip is committed and
answered.

As Telegram brings them: at most 100 at once, the others wait on its side, which counts; what gets 503 is brought again.
Everybody has to have one tip afterwards.
"""

import asyncio
import dataclasses
import gc
import itertools
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import aiohttp
from sqlalchemy import func, select

from bench.callers import Wrong
from bench.databases import Databases, prepared
from bench.load import p99
from bench.over_http.bodies import bodies
from bench.over_http.rows import plan_of
from bench.over_http.site import SECRET, site
from bench.rows import RUNS
from bench.service import Service, service
from bench.world import fill, load
from launch import collector
from services.ledger import LedgerService
from storage.engines import open_engines
from storage.tables import tips
from web.telegram import HEADER

PEOPLE: Final = 1_000
WITHIN_S: Final = 1.0
CONNECTIONS: Final = 100  # Telegram's most
WARM_UP: Final = 50
PATIENCE_S: Final = 120.0
AGAIN_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class CrowdLine:
    """Answers per second from the first tap to the last answer; waits from the person's tap to its answer."""

    name: str
    engine: str
    people: int
    rate: float
    p50_ms: float
    p99_ms: float
    slowest_ms: float


async def measure_crowd(
    engine: str, *, people: int = PEOPLE, server: str | None = None, runs: int = RUNS
) -> CrowdLine:  # fmt: skip
    """Medians of some runs, each on a fresh database. Raises: Wrong, NotDurable, TimeoutError."""
    async with prepared(engine, server, fill) as databases:
        done = [await _run(databases, people) for _ in range(runs)]
    return CrowdLine(
        name="crowd", engine=engine, people=people,
        rate=round(statistics.median(people / seconds for seconds, _ in done), 1),
        p50_ms=round(statistics.median(1000 * statistics.median(waits) for _, waits in done), 1),
        p99_ms=round(statistics.median(1000 * p99(waits) for _, waits in done), 1),
        slowest_ms=round(statistics.median(1000 * max(waits) for _, waits in done), 1),
    )  # fmt: skip


async def _run(databases: Databases, people: int) -> tuple[float, list[float]]:
    engines = open_engines(await databases.fresh())
    try:
        async with service(engines) as served:
            plan = await plan_of("taps", served, await load(served.unit), 1, 1.0)
            made = bodies(dataclasses.replace(plan, replays=0, refusals=0))
            async with site(served, "taps") as at:
                collector.calm()  # as a service does once it is loaded
                url = f"http://127.0.0.1:{at.port}{at.path}"
                await _tap_all(url, list(itertools.islice(made, WARM_UP)), WITHIN_S)
                found = await _tap_all(url, list(itertools.islice(made, people)), WITHIN_S)
            await _one_each(served, WARM_UP + people)
        report = await LedgerService(served.unit).verify()
    finally:
        gc.unfreeze()
        await engines.close()
    if not report.clean:
        raise Wrong(f"the ledger is not clean: {report.findings[:3]}")
    return found


async def _one_each(served: Service, people: int) -> None:
    counted = select(func.count(), func.count(tips.c.donor_id.distinct()))
    async with served.unit.read() as work:
        made, donors = (await work.connection.execute(counted)).one()
    if (made, donors) != (people, people):
        raise Wrong(f"{people} people have {made} tips, {donors} of them any")


async def _tap_all(url: str, taps: Sequence[bytes], within_s: float) -> tuple[float, list[float]]:
    """Seconds from the first tap to the last answer, and how long each waited."""
    headers = {HEADER: SECRET, "Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as http, asyncio.timeout(PATIENCE_S):
        began = time.perf_counter()
        waits = await asyncio.gather(
            *(_tap(http, url, body, began + within_s * number / len(taps)) for number, body in enumerate(taps))
        )
        return time.perf_counter() - began, waits


async def _tap(http: aiohttp.ClientSession, url: str, body: bytes, at: float) -> float:
    await asyncio.sleep(max(0.0, at - time.perf_counter()))
    while True:
        async with http.post(url, data=body) as answer:
            await answer.read()
            if answer.status == 200:
                return time.perf_counter() - at
            if answer.status != 503:
                raise Wrong(f"{url}: {answer.status}")
        await asyncio.sleep(AGAIN_S)  # more than fit in hand
