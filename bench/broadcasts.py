"""The rows `broadcast` and `planning`: how fast a broadcast goes; how soon one to a million begins, in which memory.

`broadcast` sends to the sandbox's Bot API with its rate limits on, receipts among it, as the service does. `planning`
sends to a handler of one line, since only the first message counts; then night falls, and all the others are claimed.
"""

import asyncio
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
import yaml
from aiogram import Bot
from aiohttp import web
from sqlalchemy import func, insert, select, text

from bench.databases import disk_folder, empty_one
from bot.broadcasts import BroadcastSender
from bot.build import build_bot
from bot.sending import Limiter, Limits, Priority, sending_as
from giving.broadcasts import Broadcast, Content, DeliveryState, Segment
from giving.quiet import QuietHours
from giving.subscriptions import SubscriptionKind
from services.broadcasts import BroadcastRules, BroadcastSending, BroadcastService
from services.metrics import TELEGRAM_RETRY_AFTER
from services.people import PeopleService
from services.wake import Wakes
from storage import migrate
from storage.engines import open_engines
from storage.ids import new_id
from storage.tables import broadcast_deliveries, broadcasts, people, subscriptions
from storage.work import UnitOfWork

ROOT: Final = Path(__file__).parent.parent
TOKEN: Final = "100000001:sandbox"
FIRST: Final = 1_000_000
RECEIPT_EVERY_S: Final = 0.5
NEWS: Final = SubscriptionKind.PROJECT_NEWS
CHUNK: Final = 5000
PLANNED: Final = 1_000_000
NIGHT_S: Final = 1_800  # until all of them are to be decided on


class TooSlow(RuntimeError):
    """It did not come to its end."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages a second over the whole time, receipts among them; how long these waited; what was refused by 429."""

    name: str
    engine: str
    of: int
    seconds: float
    rate: float
    receipt_p50_ms: float
    receipt_max_ms: float
    refused: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Planned:
    """Seconds from the start to the first message; then from nightfall until all are decided on, to wait for morning.

    `above_mb`: megabytes above idle, at most, over all of it.
    """

    name: str
    engine: str
    recipients: int
    count_s: float
    first_s: float
    all_s: float
    above_mb: float


async def measure_broadcast(engine: str, of: int, seconds: float, *, server: str | None) -> Sent:
    """At `of` messages a second, 30 free or more paid. Raises: TooSlow."""
    number = int(of * seconds * 1.2) + 100
    with disk_folder() as folder:
        async with empty_one(engine, server) as url, _sandbox(folder, number) as api:
            unit, close = await _filled(url, number)
            rules = BroadcastRules(ZoneInfo("UTC"), "en", paid=of > 30, paid_per_second=of)
            broadcast, _ = await _started(unit, rules, paid=of > 30)
            refused_before = _refused()
            sent, waits, took = await _sent_for(unit, rules, api, of, seconds)
            async with unit.read() as work:
                kept = await work.broadcasts.by_id(broadcast.id)
            await close()
    unknown = kept.tally(DeliveryState.UNKNOWN) if kept is not None else -1
    waits.sort()
    return Sent(
        "broadcast", engine, of, round(took, 1), round(sent / took, 2), round(1000 * waits[len(waits) // 2], 1),
        round(1000 * waits[-1], 1), _refused() - refused_before, unknown,
    )  # fmt: skip


async def _sent_for(
    unit: UnitOfWork, rules: BroadcastRules, api: str, of: int, seconds: float
) -> tuple[int, list[float], float]:
    """Messages and receipts in that time, how long each receipt took, and the time itself."""
    limiter = Limiter(Limits(paid_per_second=max(31, of)), clock=time.monotonic)
    bot = build_bot(TOKEN, api, limiter)
    stop, waits = asyncio.Event(), list[float]()
    sending = BroadcastSending(unit, rules, wakes=Wakes())
    task = asyncio.create_task(BroadcastSender(bot, sending, limiter).run(stop))
    while not await _told(unit):  # noqa: ASYNC110 - the sender is asked as anybody else would, by the database
        await asyncio.sleep(0.05)
    began, before = time.monotonic(), await _told(unit)
    while time.monotonic() - began < seconds and not task.done():
        waits.append(await _receipt(bot, len(waits)))
        await asyncio.sleep(max(0.0, RECEIPT_EVERY_S - waits[-1]))
    sent, took = await _told(unit) - before + len(waits), time.monotonic() - began
    stop.set()
    await task
    await bot.session.close()
    return sent, waits, took


async def _receipt(bot: Bot, number: int) -> float:
    began = time.monotonic()
    with sending_as(Priority.RECEIPT):
        await bot.send_message(FIRST - 1 - number % 50, "A receipt")
    return time.monotonic() - began


async def measure_planning(
    engine: str, *, server: str | None, recipients: int = PLANNED, day_s: float = 10.0
) -> Planned:
    """The first message by day, and a while after it; then night falls, and all that are left are claimed at once.

    Raises: TooSlow.
    """
    arrived = asyncio.Event()

    async def answer(_request: web.Request) -> web.Response:
        arrived.set()
        return web.json_response({"ok": True, "result": {"message_id": 1}})

    async with empty_one(engine, server) as url, _listening(answer) as api:
        unit, close = await _filled(url, recipients)
        rules = BroadcastRules(ZoneInfo("UTC"), "en")
        idle_mb = _rss_mb()
        limiter, stop = Limiter(Limits(), clock=time.monotonic), asyncio.Event()
        bot = build_bot(TOKEN, api, limiter)
        task = asyncio.create_task(
            BroadcastSender(bot, BroadcastSending(unit, rules, wakes=Wakes()), limiter).run(stop)
        )
        began = time.monotonic()
        broadcast, count_s = await _started(unit, rules, paid=False)
        async with asyncio.timeout(120):
            await arrived.wait()
        first_s = time.monotonic() - began
        peak_mb = idle_mb
        by_day = asyncio.get_running_loop().time() + day_s
        while asyncio.get_running_loop().time() < by_day:
            await asyncio.sleep(0.2)
            peak_mb = max(peak_mb, _rss_mb())
        stop.set()
        await task
        all_s, night_mb = await _night(unit, rules, bot, limiter, broadcast, recipients)
        await bot.session.close()
        await close()
    above = round(max(peak_mb, night_mb) - idle_mb, 1)
    return Planned("planning", engine, recipients, round(count_s, 2), round(first_s, 2), round(all_s, 2), above)


async def _night(
    unit: UnitOfWork, rules: BroadcastRules, bot: Bot, limiter: Limiter, broadcast: Broadcast, recipients: int
) -> tuple[float, float]:
    """Everybody sleeps from now on: seconds until all are decided on, and megabytes meanwhile. Raises: TooSlow."""
    now, peak_mb = datetime.now(UTC), _rss_mb()
    quiet = QuietHours((now - timedelta(hours=2)).time(), (now + timedelta(hours=4)).time(), ZoneInfo("UTC"))
    sending = BroadcastSending(unit, replace(rules, quiet=quiet), wakes=Wakes())
    stop, began = asyncio.Event(), time.monotonic()
    task = asyncio.create_task(BroadcastSender(bot, sending, limiter).run(stop))
    async with unit.read() as work:
        last = await work.connection.scalar(select(people.c.id).order_by(people.c.id.desc()).limit(1))
    cursor = select(broadcasts.c.cursor_id).where(broadcasts.c.id == broadcast.id)
    while True:
        async with unit.read() as work:
            done = await work.connection.scalar(cursor) == last
        peak_mb = max(peak_mb, _rss_mb())
        if done:
            break
        if task.done() or time.monotonic() - began > NIGHT_S:
            raise TooSlow("not everybody was decided on")
        await asyncio.sleep(0.2)
    took = time.monotonic() - began
    stop.set()
    await task
    async with unit.read() as work:
        decided = await work.connection.scalar(select(func.count()).select_from(broadcast_deliveries))
    if decided != recipients:
        raise TooSlow(f"{decided} of {recipients} were decided on")
    return took, peak_mb


async def _filled(url: str, number: int) -> tuple[UnitOfWork, Any]:
    """People who asked for news."""
    engines = open_engines(url, patient=True)
    await migrate.upgrade(engines)
    unit, now = UnitOfWork(engines), datetime.now(UTC)
    for at in range(0, number, CHUNK):
        some = [
            {"id": new_id(), "telegram_id": FIRST + i, "name": "R", "visibility": "named", "met_at": now,
             "started_at": now}
            for i in range(at, min(number, at + CHUNK))
        ]  # fmt: skip
        asked = [{"person_id": one["id"], "kind": NEWS.value, "since_at": now} for one in some]
        async with unit() as work:
            await work.connection.execute(insert(people), some)
            await work.connection.execute(insert(subscriptions), asked)
    async with unit() as work:
        await work.connection.execute(text("ANALYZE"))
    return unit, engines.close


async def _started(unit: UnitOfWork, rules: BroadcastRules, *, paid: bool) -> tuple[Broadcast, float]:
    """A broadcast to all of them, and how long counting them took."""
    service = BroadcastService(unit, PeopleService(unit, owners=()), rules, wakes=Wakes())
    draft = await service.draft(NEWS, Segment(), Content({"en": "<b>Hello</b>, it is the 11th. " * 8}), None)
    began = time.monotonic()
    preview = await service.preview(draft.id, None)
    count_s = time.monotonic() - began
    stars = preview.paid_stars or 0
    return await service.start(draft.id, draft.version, None, paid=paid, stars=stars), count_s


async def _told(unit: UnitOfWork) -> int:
    async with unit.read() as work:
        found = await work.connection.scalar(text("SELECT sum(number) FROM broadcast_tallies WHERE outcome = 'sent'"))
    return int(found or 0)


def _refused() -> int:
    return int(sum(s.value for m in TELEGRAM_RETRY_AFTER.collect() for s in m.samples if s.name.endswith("_count")))


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


@asynccontextmanager
async def _listening(handler: Any) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/{tail:.*}", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _sandbox(folder: Path, number: int) -> AsyncIterator[str]:
    """The sandbox in a process of its own, with limits, and so many readers who pressed START.

    It does not wait for the disk, which Telegram's servers don't share with us either.
    """
    users = [{"id": FIRST + i, "name": "R", "language": "en"} for i in range(-50, number)]
    bot = {"id": 100000001, "name": "Bot", "username": "yizan_bot", "token": TOKEN}
    plan: dict[str, Any] = {"bots": [bot], "users": [{"id": 1001, "name": "A", "persona": "creator"}, *users]}
    plan["started"] = [user["id"] for user in users]
    seed = folder / "seed.yaml"
    await asyncio.to_thread(seed.write_text, yaml.dump(plan, Dumper=yaml.CSafeDumper), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "sandbox",
        "--port",
        "0",
        "--data",
        str(folder / "sandbox.db"),
        "--seed",
        str(seed),
    ]
    process = await asyncio.create_subprocess_exec(
        *command,
        "--rate-limits",
        "--no-fsync",
        "--exit-with-parent",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        yield await _address(process)
    finally:
        process.kill()
        await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    """What it prints once it listens. Raises: TooSlow."""
    if process.stdout is None:
        raise TooSlow
    async with asyncio.timeout(300):
        while line := await process.stdout.readline():
            if line.startswith(b'{"ready"'):
                return str(orjson.loads(line)["url"])
    raise TooSlow("the sandbox did not start")
