"""The row `full`: giving and reading where millions have given before, beside the same on an empty database."""

import contextlib
import gc
import itertools
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bench.callers import WholeTips, Wrong
from bench.databases import empty_one, prepared
from bench.ledger import Bookings
from bench.load import Measured, closed_loop, rss_mb
from bench.many import ACCOUNTS, BEGAN, make
from bench.over_http import on_site
from bench.rows import RUNS, Line, line_of
from bench.service import Service, service
from bench.world import World, fill, load
from giving.rankings import OPT_IN, Board, Span
from launch import collector
from services.booking import BookingService
from services.ledger import LedgerService
from services.projects import ProjectService
from services.rankings import RankingService, RankingSteps
from storage.engines import open_engines
from storage.tables import people, tips
from storage.work import UnitOfWork, Work

READERS: Final = 1
SHOWN_DONORS: Final = 1000
ZONE: Final = ZoneInfo("Asia/Shanghai")
LEDGER_CALLERS: Final = 64
HTTP_CALLERS: Final = 100
OVER_HTTP: Final = ("taps", "events")  # what a giving day is made of
Read = Callable[[random.Random], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Beside:
    """One run where millions have given, and the rate of the same on an empty database; a read has none beside it."""

    measured: Measured
    floor: float | None
    rss_mb: float


async def measure_full(
    engine: str, callers: int, seconds: float, tips: int, *, server: str | None, runs: int = RUNS
) -> list[Line]:
    """Medians of some runs, by turns on an empty database and on one with so many tips. Raises: Wrong, TimeoutError."""
    async with prepared(engine, server, fill) as empty, empty_one(engine, server) as url:
        await make(url, tips)
        lines = [
            line_of("tips_full", engine, callers, [
                await _both(url, await empty.fresh(), callers, seconds, _tips) for _ in range(runs)
            ]),
            line_of("ledger_full", engine, LEDGER_CALLERS, [
                await _both(url, await empty.fresh(), LEDGER_CALLERS, seconds, _entries) for _ in range(runs)
            ]),
            *[line_of(f"{name}_full", engine, HTTP_CALLERS, [
                await _both(url, await empty.fresh(), HTTP_CALLERS, seconds, partial(on_site, name))
                for _ in range(runs)
            ]) for name in OVER_HTTP],
            *[line_of(name, engine, READERS, done) for name, done in (await _reads(url, seconds, runs)).items()],
        ]  # fmt: skip
        await _verified(url)
    return lines


Drive = Callable[[Service, int, float], Awaitable[Measured]]


async def _both(full: str, empty: str, callers: int, seconds: float, drive: Drive) -> Beside:
    floor, _ = await _on(empty, callers, seconds, drive)
    measured, memory = await _on(full, callers, seconds, drive)
    return Beside(measured, floor.rate, memory)


async def _on(url: str, callers: int, seconds: float, drive: Drive) -> tuple[Measured, float]:
    async with _served(url) as served:
        return await drive(served, callers, seconds), rss_mb()


@contextlib.asynccontextmanager
async def _served(url: str) -> AsyncIterator[Service]:
    engines = open_engines(url)
    try:
        async with service(engines) as served:
            yield served
    finally:
        gc.unfreeze()
        await engines.close()


class _MoreTips(WholeTips):
    """Each run on one database with keys of its own."""

    async def prepare(self, service: Service, world: World, callers: int, seconds: float) -> None:
        await super().prepare(service, world, callers, seconds)
        self.serial = itertools.count(random.SystemRandom().randrange(10**15))


async def _tips(served: Service, callers: int, seconds: float) -> Measured:
    load_ = _MoreTips()
    await load_.prepare(served, await load(served.unit), callers, seconds)
    collector.calm()  # as a service does once it is loaded
    return await closed_loop(callers, load_.one, seconds)


async def _entries(served: Service, callers: int, seconds: float) -> Measured:
    first = random.SystemRandom().randrange(10**15)
    bookings = Bookings(BookingService(served.unit), callers, first=first)
    collector.calm()
    return await closed_loop(callers, bookings.one, seconds)


async def _reads(url: str, seconds: float, runs: int) -> dict[str, list[Beside]]:
    found: dict[str, list[Beside]] = {}
    async with _served(url) as served:
        world = await load(served.unit)
        await ranked(served.unit)
        for name, read in _reading(served, world).items():
            dice = random.Random(name)

            async def one(_caller: int, read: Read = read, dice: random.Random = dice) -> bool:
                await read(dice)
                return True

            done = [await closed_loop(READERS, one, seconds) for _ in range(runs)]
            found[name] = [Beside(measured, None, rss_mb()) for measured in done]
    return found


def _reading(served: Service, world: World) -> dict[str, Read]:
    """What people and pages read all the time."""
    projects = ProjectService(served.unit)
    accounts = [*ACCOUNTS.values()]

    async def balance(dice: random.Random) -> object:
        async def step(work: Work) -> object:
            return await work.ledger.balance(dice.choice(accounts))

        return await served.unit.look(step)

    async def counter(dice: random.Random) -> object:
        return await served.tips.post(world.some_post(dice))

    async def page(dice: random.Random) -> object:
        card = (await served.tips.post(world.some_post(dice))).project
        return await projects.latest(card.project.id)

    async def gifts(dice: random.Random) -> object:
        return await served.tips.gifts(dice.choice(world.donors), page=dice.randrange(3))

    async def rankings(dice: random.Random) -> object:
        uncached = RankingService(served.unit, zone=ZONE, cached_s=0, now=last_gift)
        return await uncached.current(dice.choice([*Board]), dice.choice([Span.WEEK, Span.MONTH]))

    return {"balance": balance, "counter": counter, "newest": page, "gifts": gifts, "rankings": rankings}


def last_gift() -> datetime:
    """When the last of those that were made was given: this week is that one's week."""
    return GAVE[-1]


GAVE: Final = [datetime.fromtimestamp(BEGAN, UTC)]


async def ranked(unit: UnitOfWork) -> float:
    """Count the rankings of the weeks in which they gave, as the leader does, everybody shown; how long it took."""
    async with unit() as work:
        newest = await work.connection.execute(
            select(tips.c.booked_at).where(tips.c.booked_at.is_not(None)).order_by(tips.c.booked_at.desc()).limit(1)
        )
        GAVE[:] = newest.scalars()
        donors = (await work.connection.execute(select(people.c.id).limit(SHOWN_DONORS))).scalars().all()
        for donor in donors:
            for board in OPT_IN:
                await work.rankings.consent(donor, board, now=GAVE[0])
    began = time.perf_counter()
    await RankingSteps(unit, zone=ZONE, now=last_gift).count()
    return time.perf_counter() - began


async def _verified(url: str) -> None:
    engines = open_engines(url, patient=True)
    try:
        async with service(engines) as served:
            report = await LedgerService(served.unit).verify()
    finally:
        await engines.close()
    if not report.clean:
        raise Wrong(f"the ledger is not clean: {report.findings[:3]}")
