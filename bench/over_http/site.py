"""The service's own site with its webhooks, as `main.py run` puts it together; what the bot says costs nothing."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiogram import Bot, Dispatcher
from aiogram.methods import SendMessage, TelegramMethod
from aiogram.types import Chat, Message
from aiohttp import web

from bench.service import Service
from bot.build import build_dispatcher
from bot.dialogs import DialogStorage
from bot.intake import Intake
from bot.isolation import PersonIsolation
from bot.lane import TapLane
from bot.session import RawSession
from bot.webhook import Webhook
from giving.creators import BotRights
from giving.money import Money
from giving.tips import Limits
from handlers import routers
from services.creators import CreatorService
from services.dialogs import DialogService
from services.guard import Pace
from services.links import Links
from services.people import PeopleService
from services.pledges import PledgeService
from services.projects import ProjectService
from services.rails import Rails
from services.rankings import RankingService
from services.refunds import RefundService
from services.slots import SlotService
from services.tips import TapLook
from services.updates import UpdateService
from services.wake import Wakes
from texts import Texts
from web.app import WebParts, create_app, create_runner
from web.telegram import PATH, TelegramHook

SENT_AT: Final = datetime(2026, 11, 11, tzinfo=UTC)
SECRET: Final = "a-secret-of-the-bench"
TOKEN: Final = "100000001:bench"
EVENTS: Final = "/hooks/paper"
LOCALES: Final = Path(__file__).parent.parent.parent / "locales"
ZONE: Final = ZoneInfo("Asia/Shanghai")
LIMITS: Final = Limits(Money(100, "CNY"), Money(5_000_000, "CNY"))


class Nobody(RawSession):
    """Telegram that says yes at once; counts what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.answers = 0

    async def make_request(  # aiogram names it so
        self,
        bot: Bot,
        method: TelegramMethod[Any],
        timeout: int | None = None,  # noqa: ASYNC109
    ) -> Any:
        self.answers += 1
        if isinstance(method, SendMessage):  # whoever sends a card keeps its number
            chat = Chat(id=int(method.chat_id), type="private")
            return Message(message_id=self.answers, date=SENT_AT, chat=chat, text=method.text)
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


@dataclass(frozen=True, slots=True)
class Site:
    """A port of this machine, and where the requests go on it."""

    port: int
    path: str
    session: Nobody


@contextlib.asynccontextmanager
async def site(served: Service, kind: str) -> AsyncIterator[Site]:
    """`taps` (and `taps_known`) with the lane, `updates` without, or a provider's `events`."""
    session = Nobody()
    bot, hook = Bot(TOKEN, session), TelegramHook(SECRET)
    parts = _parts(served, hook)
    dispatcher, updates = _dispatcher(served, parts), UpdateService(served.unit)
    intake, people = Intake(bot, dispatcher, updates), PeopleService(served.unit, owners=[])
    lane = (
        TapLane(bot.id, people, served.tips, parts.links, TapLook(served.unit), Pace())
        if kind.startswith("taps")
        else None
    )
    hook.deliver = Webhook(bot, dispatcher, intake, url="https://x", secret=SECRET, lane=lane).deliver
    async with listening(create_runner(create_app(parts))) as port:
        yield Site(port, EVENTS if kind == "events" else PATH, session)


@contextlib.asynccontextmanager
async def listening(runner: web.AppRunner) -> AsyncIterator[int]:
    """Its port on this machine."""
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=2048).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _parts(served: Service, hook: TelegramHook) -> WebParts:
    unit = served.unit
    return WebParts(
        projects=ProjectService(unit),
        slots=SlotService(unit, language="zh-CN"),
        rankings=RankingService(unit, zone=ZONE),
        tips=served.tips,
        payments=served.payments,
        texts=Texts.load(LOCALES, zone=ZONE),
        links=Links("https://bench.example", "yizan_bot"),
        default_language="zh-CN",
        telegram=hook,
    )


def _dispatcher(served: Service, parts: WebParts) -> Dispatcher:
    unit = served.unit
    return build_dispatcher(
        people=PeopleService(unit, owners=[]),
        tips=served.tips,
        creators=CreatorService(unit, NoRights(), zone=ZONE, currency="CNY", language="zh-CN"),
        projects=parts.projects,
        refunds=RefundService(unit, Rails(), served.tips),
        pledges=PledgeService(unit, Rails(), limits=LIMITS, presets=(), zone=ZONE, wakes=Wakes()),
        texts=parts.texts,
        links=parts.links,
        routers=routers(),
        storage=DialogStorage(DialogService(unit)),
        isolation=PersonIsolation(),
        default_language="zh-CN",
        pace=Pace(),
    )
