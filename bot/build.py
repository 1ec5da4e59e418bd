"""Puts the Telegram kit together: the bot that sends, the dispatcher that listens."""

from collections.abc import Iterable

from aiogram import Bot, Dispatcher, Router
from aiogram.client.default import DefaultBotProperties
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ParseMode
from aiogram.fsm.storage.base import BaseEventIsolation, BaseStorage
from aiogram.types import LinkPreviewOptions
from aiogram.utils.token import TokenValidationError

from bot import errors
from bot.middlewares import DeadlineMiddleware, LogMiddleware, PersonMiddleware, RepliesMiddleware
from bot.pacing import PaceMiddleware
from bot.sending import Limiter
from bot.session import RawSession, TokenRefused
from bot.surplus import Surplus
from services.cleanups import CleanupService
from services.creators import CreatorService
from services.guard import Pace
from services.links import Links
from services.operator import Operator
from services.people import PeopleService
from services.projects import ProjectService
from services.refunds import RefundService
from services.tips import TipService
from texts import Texts

REQUEST_TIMEOUT_S = 20.0


def build_bot(token: str, api_base: str, limiter: Limiter) -> Bot:
    """A bot that talks HTML through the limiter; call it inside the event loop. Raises: TokenRefused."""
    session = RawSession(api=TelegramAPIServer.from_base(api_base), timeout=REQUEST_TIMEOUT_S)
    session.middleware(limiter)
    try:
        # Not link_preview_is_disabled: that also sends the parameter Telegram had before Bot API 7.0.
        no_preview = LinkPreviewOptions(is_disabled=True)
        return Bot(token, session, DefaultBotProperties(parse_mode=ParseMode.HTML, link_preview=no_preview))
    except TokenValidationError:
        raise TokenRefused from None


def build_dispatcher(
    *,
    people: PeopleService,
    tips: TipService,
    creators: CreatorService,
    projects: ProjectService,
    refunds: RefundService,
    texts: Texts,
    links: Links,
    routers: Iterable[Router],
    storage: BaseStorage,
    isolation: BaseEventIsolation,
    default_language: str,
    operator: Operator = Operator(),  # noqa: B008 - frozen
    cleanups: CleanupService | None = None,
    handler_timeout_s: float = 30.0,
    pace: Pace | None = None,
    **more: object,
) -> Dispatcher:
    """A dispatcher whose handlers find the services, `texts`, `links`, `person`, `language` and `more` by name.

    Its "surplus" is for bot.polling.
    """
    services: dict[str, object] = {
        "people": people, "tips": tips, "creators": creators, "projects": projects, "refunds": refunds,
        "texts": texts, "links": links, "operator": operator, "cleanups": cleanups,
        "surplus": Surplus(texts, default_language, test_money=tips.test_money, cleanups=cleanups),
    }  # fmt: skip
    dispatcher = Dispatcher(storage=storage, events_isolation=isolation)
    for name, service in {**services, **more}.items():
        dispatcher[name] = service
    dispatcher.update.outer_middleware(LogMiddleware())
    dispatcher.update.outer_middleware(DeadlineMiddleware(handler_timeout_s))
    dispatcher.update.outer_middleware(PersonMiddleware(people, default_language))
    if pace is not None:
        dispatcher.update.outer_middleware(PaceMiddleware(pace))
    dispatcher.update.outer_middleware(RepliesMiddleware(texts, test_money=tips.test_money))
    errors.register(dispatcher)
    dispatcher.include_routers(*routers)
    return dispatcher
