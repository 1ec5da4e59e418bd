"""The row `updates`: a tap by webhook, committed and answered; its floor is a bare aiogram handler on the same taps.

Both are asked over HTTP on loopback, in the same run, by callers in this process; Telegram's own answers cost nothing.
People who never started the bot tap: each is answered with the way to the bot, so nothing waits for a limit.
"""

import asyncio
import gc
import itertools
import random
import statistics
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import aiohttp
import orjson
from aiogram import Bot, Dispatcher, Router
from aiogram.methods import TelegramMethod
from aiogram.types import CallbackQuery
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web
from sqlalchemy import update

from bench.databases import Databases, prepared
from bench.load import Measured, closed_loop, rss_mb
from bench.rows import RUNS, Line, Wrong
from bench.service import Service, service
from bench.world import PRESETS, World, fill, load
from bot import callbacks as cb
from bot.build import build_dispatcher
from bot.dialogs import DialogStorage
from bot.intake import Intake
from bot.isolation import PersonIsolation
from bot.session import RawSession
from bot.webhook import Webhook
from giving.creators import BotRights, Post
from giving.people import Person
from handlers import routers
from launch import collector
from services.creators import CreatorService
from services.dialogs import DialogService
from services.ledger import LedgerService
from services.links import Links
from services.people import PeopleService
from services.projects import ProjectService
from services.refunds import RefundService
from services.updates import UpdateService
from storage.engines import open_engines
from storage.tables import people
from texts import Texts
from web.telegram import HEADER, PATH, TelegramHook

SECRET: Final = "a-secret-of-the-bench"
TOKEN: Final = "100000001:bench"
BARE_PATH: Final = "/bare"
LOCALES: Final = Path(__file__).parent.parent / "locales"
ZONE: Final = ZoneInfo("Asia/Shanghai")


class Nobody(RawSession):
    """Telegram that says yes at once; counts the taps that were answered."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = 0

    async def make_request(  # aiogram names it so
        self,
        bot: Bot,
        method: TelegramMethod[Any],
        timeout: int | None = None,  # noqa: ASYNC109
    ) -> Any:
        self.answers += method.__api_method__ == "answerCallbackQuery"
        return True

    async def raw(self, bot: Bot, method: TelegramMethod[Any], timeout_s: float) -> Any:
        return True


class NoRights:
    """Nobody asks here who administers what."""

    async def is_administrator(self, chat: int, user: int) -> bool:
        return False

    async def of_bot(self, chat: int) -> BotRights:
        return BotRights(present=True, can_post=True, can_edit=True)

    async def has_lost(self, chat: int, user: int) -> bool:
        return False

    async def administrators_of(self, chat: int) -> tuple[int, ...]:
        return ()

    async def chat_named(self, username: str) -> int | None:
        return None


class Taps:
    """Updates as Telegram sends them: message and keyboard inside."""

    def __init__(self, world: World, posts: Sequence[Post]) -> None:
        self._donors, self._posts = world.donors, posts
        self._numbers, self._dice = itertools.count(1), random.Random("updates")

    def next(self) -> bytes:
        number, post, dice = next(self._numbers), self._dice.choice(self._posts), self._dice
        donor, amount = self._donors[number % len(self._donors)], dice.choice(PRESETS)
        rows = [[{"text": f"¥{a.minor // 100}", "callback_data": _data(a.minor, post)} for a in PRESETS]]
        chat = {"id": post.chat_telegram_id, "type": "channel", "title": "bench"}
        under = {
            "message_id": post.message_id, "date": 1763784000, "chat": chat, "sender_chat": chat,
            "text": "今天和孩子们读完了一本书。" * 8, "reply_markup": {"inline_keyboard": rows},
        }  # fmt: skip
        tap = {
            "id": str(number), "from": _user(donor), "chat_instance": "1", "message": under,
            "data": _data(amount.minor, post),
        }  # fmt: skip
        return orjson.dumps({"update_id": number, "callback_query": tap})


def _data(minor: int, post: Post) -> str:
    return cb.TipTap(minor=minor, currency="CNY", post=post.id).pack()


def _user(donor: Person) -> dict[str, Any]:
    return {
        "id": donor.telegram_id, "is_bot": False, "first_name": donor.name, "language_code": donor.language_code,
    }  # fmt: skip


async def measure_updates(
    engine: str, callers: int, seconds: float, *, server: str | None = None, runs: int = RUNS
) -> Line:
    """Medians of some runs, each on a fresh database. Raises: Wrong, NotDurable, TimeoutError."""
    async with prepared(engine, server, fill) as databases:
        done = [await _run(databases, callers, seconds) for _ in range(runs)]
    ours, bare = [ours for ours, _, _ in done], [bare for _, bare, _ in done]
    rate, floor = statistics.median(m.rate for m in ours), statistics.median(m.rate for m in bare)
    return Line(
        name="updates", engine=engine, callers=callers, rate=round(rate, 1),
        p50_ms=round(statistics.median(m.p50_ms for m in ours), 2),
        p99_ms=round(statistics.median(m.p99_ms for m in ours), 2),
        floor_rate=round(floor, 1), ratio=round(rate / floor, 3),
        rss_mb=round(statistics.median(memory for _, _, memory in done), 1),
    )  # fmt: skip


async def _run(databases: Databases, callers: int, seconds: float) -> tuple[Measured, Measured, float]:
    engines = open_engines(await databases.fresh())
    try:
        async with service(engines) as served:
            world = await load(served.unit)
            taps = Taps(world, await strangers_and_posts(served, world))
            session = Nobody()
            async with site(served, Bot(TOKEN, session)) as base:
                collector.calm()  # as a service does once it is loaded
                bare = await _measured(base + BARE_PATH, taps, callers, seconds)
                before = session.answers
                ours = await _measured(base + PATH, taps, callers, seconds)
            if session.answers - before < len_of(ours, seconds):
                raise Wrong("taps were acknowledged that were not answered")
        report = await LedgerService(served.unit).verify()
    finally:
        gc.unfreeze()
        await engines.close()
    if not report.clean:
        raise Wrong(f"the ledger is not clean: {report.findings[:3]}")
    return ours, bare, rss_mb()


def len_of(measured: Measured, seconds: float) -> int:
    """How many pieces the window held."""
    return int(measured.rate * seconds)


async def strangers_and_posts(served: Service, world: World) -> list[Post]:
    """Nobody started the bot any more; the posts they tap under."""
    async with served.unit() as work:
        await work.connection.execute(update(people).values(started_at=None))
        return list((await work.creators.posts_by_ids(set(world.posts))).values())


async def _measured(url: str, taps: Taps, callers: int, seconds: float) -> Measured:
    connector = aiohttp.TCPConnector(limit=callers)
    headers = {HEADER: SECRET, "Content-Type": "application/json"}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as http:

        async def one(_caller: int) -> bool:
            body = taps.next()
            for _ in range(50):
                async with http.post(url, data=body) as answer:
                    await answer.read()
                    if answer.status == 200:
                        return True
                    if answer.status != 503:
                        raise Wrong(f"{url}: {answer.status}")
                await asyncio.sleep(0.01)  # more than fit in hand: Telegram would come again too
            raise Wrong(f"{url} never took it")

        return await closed_loop(callers, one, seconds)


@asynccontextmanager
async def site(served: Service, bot: Bot) -> AsyncIterator[str]:
    """Both webhooks on one port: ours, and a bare aiogram handler."""
    hook, dispatcher = TelegramHook(SECRET), _dispatcher(served)
    webhook = Webhook(
        bot, dispatcher, Intake(bot, dispatcher, UpdateService(served.unit)), url="https://x", secret=SECRET
    )
    hook.deliver = webhook.deliver
    app = web.Application()
    app.add_routes(hook.routes())
    SimpleRequestHandler(_bare(), bot, handle_in_background=False).register(app, path=BARE_PATH)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def _bare() -> Dispatcher:
    router = Router()

    @router.callback_query(cb.TipTap.filter())
    async def answer(query: CallbackQuery, callback_data: cb.TipTap) -> None:
        await query.answer(url=f"https://t.me/yizan_bot?start=t_{callback_data.post}")

    dispatcher = Dispatcher()
    dispatcher.include_router(router)
    return dispatcher


def _dispatcher(served: Service) -> Dispatcher:
    unit, rail = served.unit, None
    return build_dispatcher(
        people=PeopleService(unit, owners=[]),
        tips=served.tips,
        creators=CreatorService(unit, NoRights(), zone=ZONE, currency="CNY", language="zh-CN"),
        projects=ProjectService(unit),
        refunds=RefundService(unit, rail, served.tips),
        texts=Texts.load(LOCALES, zone=ZONE),
        links=Links("https://bench.example", "yizan_bot"),
        routers=routers(),
        storage=DialogStorage(DialogService(unit)),
        isolation=PersonIsolation(),
        default_language="zh-CN",
    )
