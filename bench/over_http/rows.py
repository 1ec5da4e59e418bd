"""The rows `taps`, `taps_known`, `updates`, `events`: a bare handler is asked first, then the service, the same."""

import asyncio
import contextlib
import gc
import random
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from sqlalchemy import func, select, update

from bench.callers import Wrong
from bench.databases import Databases, prepared
from bench.load import WARM_UP_S, Measured, rss_mb
from bench.over_http.bodies import Plan
from bench.over_http.site import SECRET, Site, site
from bench.rail import HEADERS
from bench.rows import RUNS, Line, line_of
from bench.service import Service, service
from bench.settling import Settling
from bench.world import REFUSALS, World, fill, load
from giving.ids import token_of
from giving.people import Person
from launch import collector
from services.ledger import LedgerService
from storage.engines import open_engines
from storage.tables import people, tip_keys, tips
from web.telegram import HEADER

NAMES: Final = ("taps", "taps_known", "updates", "events")


@dataclass(frozen=True, slots=True)
class HttpRun:
    """What the service did; the floor is what the bare handler did on the same requests."""

    measured: Measured
    floor: float
    rss_mb: float


async def measure_over_http(
    name: str, engine: str, callers: int, seconds: float, *, server: str | None = None, runs: int = RUNS
) -> Line:
    """Medians of some runs, each on a fresh database; the ratio is the median of the runs' own.

    Raises: Wrong, NotDurable, TimeoutError.
    """
    async with prepared(engine, server, fill) as databases, _bare(name) as bare:
        done = [await _run(name, databases, bare, callers, seconds) for _ in range(runs)]
    return line_of(name, engine, callers, done)


async def _run(name: str, databases: Databases, bare_port: int, callers: int, seconds: float) -> HttpRun:
    engines = open_engines(await databases.fresh())
    try:
        async with service(engines) as served:
            plan = await plan_of(name, served, await load(served.unit), callers, seconds)
            async with site(served, name) as at:
                collector.calm()  # as a service does once it is loaded
                bare, _ = await _asked(bare_port, at.path, replace(plan, around=True), callers, seconds)
                ours = await _driven(name, served, at, plan, callers, seconds)
            memory = rss_mb()
        report = await LedgerService(served.unit).verify()
    finally:
        gc.unfreeze()
        await engines.close()
    if not report.clean:
        raise Wrong(f"the ledger is not clean: {report.findings[:3]}")
    return HttpRun(ours, bare.rate, memory)


async def on_site(name: str, served: Service, callers: int, seconds: float) -> Measured:
    """The service alone, once more on the same database, with keys of its own. Raises: Wrong, TimeoutError."""
    plan = await plan_of(name, served, await load(served.unit), callers, seconds)
    async with site(served, name) as at:
        collector.calm()
        once = replace(plan, first=random.SystemRandom().randrange(2, 2**40))
        return await _driven(name, served, at, once, callers, seconds)


async def _driven(name: str, served: Service, at: Site, plan: Plan, callers: int, seconds: float) -> Measured:
    """What was acknowledged is in the database, or was answered, and nothing failed. Raises: Wrong, TimeoutError."""
    before = await _done(name, served, at)
    measured, asked = await _asked(at.port, at.path, plan, callers, seconds)
    done = await _done(name, served, at) - before
    if done != asked or served.ear.failed:
        raise Wrong(f"{name}: {asked} were acknowledged, {done} done, {served.ear.failed} failed")
    return measured


async def plan_of(name: str, served: Service, world: World, callers: int, seconds: float) -> Plan:
    """Of `taps` nobody started the bot: each is answered with the way to it, so that nothing waits for a limit.

    Of `taps_known` everybody did, and gets the tip's card in private.
    """
    if name == "events":
        before = Settling()
        await before.prepare(served, world, callers, 2 * seconds + WARM_UP_S)
        return Plan("events", (), payments=[(t.payment.hex, t.amount.minor) for t in before.unpaid if t.payment])
    half = len(world.donors) // 2
    known, strangers = (world.donors[:half], world.donors[half:]) if name == "updates" else ((), world.donors)
    async with served.unit() as work:
        numbers = [person.telegram_id for person in strangers] if name != "taps_known" else []
        for some in (numbers[i : i + 5000] for i in range(0, len(numbers), 5000)):
            await work.connection.execute(
                update(people).where(people.c.telegram_id.in_(some)).values(started_at=None)
            )  # fmt: skip
        posts = await work.creators.posts_by_ids({*world.posts, world.closed_post})
    *places, closed = [
        (token_of(post), posts[post].chat_telegram_id, posts[post].message_id)
        for post in (*world.posts, world.closed_post)
    ]
    return Plan(name, _users(known), _users(strangers), places, world.weights, refusals=REFUSALS, closed=closed)


def _users(of: tuple[Person, ...]) -> list[tuple[int, str, str]]:
    return [(person.telegram_id, person.name, person.language_code or "en") for person in of]


@contextlib.asynccontextmanager
async def _bare(name: str) -> AsyncIterator[int]:
    """The port of a bare handler in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.over_http.bare", name,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    if process.stdout is None or process.stdin is None:
        raise Wrong("no pipes")
    try:
        port = await process.stdout.readline()
        if not port:
            raise Wrong("the bare handler did not start")
        yield int(port)
    finally:
        process.stdin.close()
        await process.wait()


async def _asked(port: int, path: str, plan: Plan, callers: int, seconds: float) -> tuple[Measured, int]:
    """By callers in a process of their own; how many different requests they made. Raises: Wrong (what it said)."""
    headers = HEADERS if plan.kind == "events" else {HEADER: SECRET}
    todo: dict[str, Any] = {
        "plan": plan.as_json(), "port": port, "path": path, "headers": headers, "callers": callers,
        "seconds": seconds,
    }  # fmt: skip
    client = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.over_http.client",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, complaint = await client.communicate(orjson.dumps(todo))
    if client.returncode:
        raise Wrong(f"{plan.kind}: {complaint.decode()[-500:]}")
    found = orjson.loads(said)
    return Measured(found["rate"], found["p50_ms"], found["p99_ms"]), int(found["different"])


async def _done(name: str, served: Service, at: Site) -> int:
    """How much of what this row asks for was done until now."""
    counted = (
        select(func.count()).select_from(tip_keys).scalar_subquery(),
        select(func.count()).where(tips.c.state == "paid").scalar_subquery(),
    )
    async with served.unit.read() as work:
        made, paid = (await work.connection.execute(select(*counted))).one()
    done: dict[str, int] = {"taps": made, "taps_known": made, "updates": at.session.answers, "events": paid}
    return done[name]
