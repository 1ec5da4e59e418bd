"""The Telegram side of the service: loads aiogram, so service/running.py imports it late."""

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import structlog
from aiogram import Dispatcher
from aiogram.exceptions import AiogramError, TelegramNotFound, TelegramUnauthorizedError

from bot import commands, notices
from bot.broadcast_progress import ProgressEditor
from bot.broadcasts import BroadcastSender
from bot.build import build_bot, build_dispatcher
from bot.carriers import Carriers
from bot.checkouts import Checkouts
from bot.cleanups import Cleaner
from bot.counters import CounterEditor
from bot.dialogs import DialogStorage
from bot.ephemeral import Whispers
from bot.intake import Intake
from bot.isolation import PersonIsolation
from bot.lane import TapLane
from bot.leading import LeaseGuard
from bot.live_editor import LiveCards
from bot.loops import first_of
from bot.outbox import OutboxSender
from bot.pace import Limits
from bot.paper_money import on_text
from bot.polling import Polling
from bot.rights import TelegramRights
from bot.sending import Limiter
from bot.session import TokenRefused
from bot.stars import connect
from bot.subscription_cards import way_out
from bot.webhook import Webhook, WebhookRefused
from handlers import routers
from launch.failures import StartFailed
from launch.stopping import BOT_S, Stopping
from launch.telegram_rails import rate_of
from services.leadership import Part, in_nobodys_name
from settings import Settings
from web.telegram import TelegramHook

if TYPE_CHECKING:
    from launch.service.building import Services

log = structlog.get_logger()
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
NO_TOKEN: Final = "telegram.token: is not a bot token; copy it again from @BotFather"  # noqa: S105 - a sentence
TOKEN_REFUSED: Final = "telegram.token: Telegram refuses it; copy it again from @BotFather"  # noqa: S105 - a sentence


class Telegram:
    """The bot, its dispatcher, and the loops that send."""

    def __init__(self, settings: Settings, services: "Services", hook: TelegramHook | None) -> None:
        """Wire it; nothing is sent yet. With a `hook` Telegram brings updates. Raises: StartFailed (not a token)."""
        token = settings.telegram.token.get_secret_value() if settings.telegram.token else ""
        pace = settings.notices
        limits = Limits(
            messages_per_second=pace.messages_per_second,
            per_chat_per_second=pace.per_chat_per_second,
            per_group_per_minute=pace.per_group_per_minute,
            counters_per_second=pace.counters_per_second,
            paid_per_second=settings.broadcasts.paid_per_second,
        )
        self._services, self._texts = services, services.texts
        self._limiter = Limiter(limits, clock=time.monotonic)
        try:
            self._bot = build_bot(token, settings.telegram.api_base, self._limiter)
        except TokenRefused:
            raise StartFailed(NO_TOKEN) from None
        leading = services.leadership
        self._bot.session.middleware(LeaseGuard(leading.may_act, leading.heard))  # after the limiter, so inside of it
        connect(services.rails.values(), self._bot, services.texts, rate_of(settings), services.payments.found)
        self.rights = TelegramRights(self._bot)
        self._carriers = Carriers(
            self._bot, services.carriers, services.creators, services.tips, services.texts, services.links
        )
        self._dispatcher = self._dispatching(settings, services)
        self._hook, self._poll_timeout_s = hook, settings.telegram.poll_timeout_s
        self._intake = Intake(self._bot, self._dispatcher, services.updates)
        lane = TapLane(self._bot.id, services.people, services.tips, services.links, services.taps, services.pace)
        self._lane = lane if settings.telegram.tap_lane != "off" else None
        self._in_response = settings.telegram.taps_in_response
        self._webhook = self._brought(settings.web.public_url, hook) if hook is not None else None

    def _dispatching(self, settings: Settings, services: "Services") -> Dispatcher:
        """What handlers may ask for by name."""
        return build_dispatcher(
            people=services.people,
            tips=services.tips,
            creators=services.creators,
            projects=services.projects,
            refunds=services.refunds,
            texts=services.texts,
            links=services.links,
            routers=routers(renews=any(can.renews for can in services.rails.capabilities.values())),
            storage=DialogStorage(services.dialogs),
            isolation=PersonIsolation(),
            default_language=settings.language,
            audit=services.audit,
            operator=services.operator,
            match_review=services.match_review,
            privacy=services.privacy,
            subscriptions=services.subscriptions,
            desk=services.desk,
            groups=services.groups,
            carriers=self._carriers,
            cleanups=services.cleanups,
            whispers=Whispers(),
            watch=services.watch,
            handovers=services.handovers,
            slots=services.slots,
            giving_days=services.giving_days,
            day_reports=services.day_reports,
            certificates=services.certificates,
            recaps=services.recaps,
            statements=services.statements,
            day_posts=services.day_posts,
            inline=services.inline,
            pictures=services.pictures,
            thanks=services.thanks,
            rankings=services.rankings,
            thanks_posts=services.thanks_posts,
            members=services.members,
            circles=services.circles,
            monthly_calls=services.monthly_calls,
            whys=services.whys,
            news=services.news,
            tabs=services.tabs,
            charges=services.tab_charges,
            pledges=services.pledges,
            pledge_changes=services.pledge_changes,
            pledge_pages=services.pledge_pages,
            renewed=services.renewed,
            methods=services.methods,
            connections=services.connections,
            pace=services.pace,
            payments=services.payments,
            checkouts=Checkouts(services.checkouts, services.texts, settings.language),
        )

    def _dressed(self, services: "Services", language: str, text: str) -> str:
        """What every message of the bot's says besides."""
        return on_text(self._texts, language, text, services.tips.test_money)

    def _brought(self, public_url: str, hook: TelegramHook) -> Webhook:
        url = public_url + hook.path
        return Webhook(
            self._bot,
            self._dispatcher,
            self._intake,
            url=url,
            secret=hook.secret,
            lane=self._lane,
            in_response=self._in_response,
        )

    async def _poll(self, ended: asyncio.Event) -> None:
        """Fetch updates: Telegram gives them to one caller, so only the leader asks. What they lead to is nobody's."""
        with in_nobodys_name():
            polling = Polling(
                self._bot, self._dispatcher, self._intake, lane=self._lane, timeout_s=self._poll_timeout_s
            )
            await polling.run(ended)

    async def run(self, stopping: Stopping, on_ready: Callable[[str], None] | None) -> None:
        """Listen and send until we are to stop; what is in hand is finished.

        Raises: StartFailed (the token, now or later; the webhook's address).
        """
        try:
            await self._listen(stopping, on_ready)
        except TokenRefused:
            raise StartFailed(TOKEN_REFUSED) from None
        except WebhookRefused as refusal:
            raise StartFailed(f"web.public_url: Telegram refuses it as a webhook: {refusal}") from None

    async def _listen(self, stopping: Stopping, on_ready: Callable[[str], None] | None) -> None:
        stop = stopping.event
        username = await self._username(stop)
        if username is None:
            return
        services = self._services
        services.links.bot_username = username
        render = functools.partial(notices.render, test_money=services.tips.test_money)
        sender = OutboxSender(self._bot, services.outbox, services.texts, services.links, render)
        editor = CounterEditor(
            self._bot, services.counters, services.creators, services.tips, services.texts, services.links,
            carriers=self._carriers,
        )  # fmt: skip
        leading = services.leadership
        broadcaster = BroadcastSender(
            self._bot, services.sending, self._limiter, footer=functools.partial(way_out, services.texts),
            dress=functools.partial(self._dressed, services), may_act=leading.may_act, heard=leading.heard,
        )  # fmt: skip
        live_cards = LiveCards(
            self._bot, services.day_cards, services.texts, services.links, test_money=services.tips.test_money
        )
        cleaner = Cleaner(self._bot, services.cleanups)
        watched = ProgressEditor(
            self._bot, services.desk, services.projects, services.texts, test_money=services.tips.test_money
        )
        log.info("bot_listens", username=username)
        if on_ready is not None:
            on_ready(username)
        introducing = asyncio.create_task(self._introduce())
        leader: list[Part] = [
            sender.run, editor.run, live_cards.run, cleaner.run, broadcaster.run, watched.run,
        ]  # fmt: skip
        everybody: list[Awaitable[None]] = []
        if self._hook is not None and self._webhook is not None:
            self._hook.deliver = self._webhook.deliver  # not before the links know where they lead
            everybody.append(self._webhook.run(stop))
        else:
            leader.append(self._poll)
        services.leadership.ready.set()
        try:
            await _together(stopping, *everybody, services.leadership.while_leading(stop, *leader))
        finally:
            if self._hook is not None:
                self._hook.deliver = None
            introducing.cancel()
            await asyncio.gather(introducing, return_exceptions=True)

    async def close(self) -> None:
        """Close the connection to Telegram, after the last handler."""
        await self._dispatcher.storage.close()
        await self._bot.session.close()

    async def _username(self, stop: asyncio.Event) -> str | None:
        """Who we are, asked until Telegram answers; None if stopped before. Raises: TokenRefused."""
        pause = FIRST_PAUSE_S
        while not stop.is_set():
            try:
                me = await self._bot.get_me()
                self._services.links.inline = bool(me.supports_inline_queries)
                return me.username or ""
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise TokenRefused from None
            except AiogramError as error:
                log.warning("telegram_unreachable", error=type(error).__name__, again_in_s=pause)
            await first_of((stop,), pause)
            pause = min(LONGEST_PAUSE_S, 2 * pause)
        return None

    async def _introduce(self) -> None:
        """Menus and descriptions; the bot works without them, so a refusal is only logged."""
        try:
            await commands.register(self._bot, self._texts, tabs=self._services.tips.keeps_tabs)
            await commands.introduce(self._bot, self._texts)
        except AiogramError as refusal:
            log.warning("bot_not_introduced", error=type(refusal).__name__)


async def _together(stopping: Stopping, *parts: Awaitable[None]) -> None:
    """Run until all have ended; the first that fails stops the others in order, and its error is raised.

    What has not ended in time after that is cancelled.
    """
    tasks = [asyncio.ensure_future(part) for part in parts]
    wanted = asyncio.ensure_future(stopping.event.wait())
    try:
        failing = asyncio.ensure_future(asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION))
        await asyncio.wait((failing, wanted), return_when=asyncio.FIRST_COMPLETED)
    finally:
        failing.cancel()
        wanted.cancel()
        stopping.event.set()
        _, late = await asyncio.wait(tasks, timeout=stopping.left(BOT_S))
        for task in late:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for task, result in zip(tasks, results, strict=True):
        if isinstance(result, BaseException) and task not in late:
            raise result
