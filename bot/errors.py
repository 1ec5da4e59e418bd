"""Refusals and failures in words: every GivingError has its message, anything else a polite line and a log event."""

import contextlib
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError
from aiogram.types import CallbackQuery, ErrorEvent, Message, Update, User

from bot import keyboards
from bot.callbacks import TipOther, TipTap
from bot.cards import Rendered, paragraphs
from bot.replies import Replies, in_private
from giving.errors import GivingElsewhere, GivingError, ProjectClosed
from giving.ids import token_of
from giving.people import Person, language_of
from giving.projects import Project
from services.links import Links
from services.people import PeopleService
from services.tips import TipService
from texts import Texts

log = structlog.get_logger()


def register(dispatcher: Dispatcher) -> None:
    """Handle what handlers raise."""
    dispatcher.errors.register(on_error)


def words(texts: Texts, language: str, error: Exception) -> str:
    """One plain line for an alert: what is wrong, then what to do."""
    if isinstance(error, GivingError):
        return texts.plain(language, error.message_key, **_args(error, language))
    return texts.plain(language, GivingError.message_key)


def message(texts: Texts, language: str, error: Exception) -> Rendered:
    """The same as a message, with the way on as buttons where there is one."""
    if not isinstance(error, GivingError):
        return Rendered(texts.chat(language, GivingError.message_key))
    text = texts.chat(language, error.message_key, **_args(error, language))
    match error:
        case ProjectClosed():
            cards = error.args_for_message.get("alternatives", ())
            others = cards if isinstance(cards, tuple) else ()
            way = texts.chat(language, "closed-alternatives" if others else "closed-no-alternatives")
            return Rendered(paragraphs(text, way), keyboards.alternatives(texts, language, others))
        case GivingElsewhere():
            return Rendered(text, keyboards.elsewhere(texts, language, str(error.args_for_message.get("url", ""))))
    return Rendered(text)


def _args(error: GivingError, language: str) -> dict[str, object]:
    """The arguments that are for words, projects by their titles; alternatives and addresses become buttons."""
    return {
        name: value.title(language) if isinstance(value, Project) else value
        for name, value in error.args_for_message.items()
        if name not in ("alternatives", "url")
    }


async def on_error(
    event: ErrorEvent,
    bot: Bot,
    texts: Texts,
    links: Links,
    people: PeopleService,
    tips: TipService,
    person: Person | None = None,
    language: str | None = None,
    say: Replies | None = None,
) -> Any:
    """Tell the person, whatever happened. Updates that nobody waits for are left to the dispatcher's caller."""
    update, error = event.update, event.exception
    if isinstance(error, GivingError):
        log.info("refused", update_id=update.update_id, reason=error.message_key)
    else:
        log.error("update_failed", update_id=update.update_id, error=type(error).__name__, exc_info=error)
    user = _user(update)
    if user is None:
        return UNHANDLED
    spoken = language or language_of(user.language_code) or texts.default
    say = say or Replies(bot, texts, spoken, test_money=tips.test_money)
    with contextlib.suppress(TelegramAPIError):
        if isinstance(error, TelegramForbiddenError):
            await people.blocked(user.id)
        if update.callback_query is not None:
            await _tell_tap(update.callback_query, say, texts, links, people, person, spoken, error)
        elif update.message is not None and update.message.chat.type == "private":
            await say.send(update.message.chat.id, message(texts, spoken, error))
    return True


async def _tell_tap(
    query: CallbackQuery,
    say: Replies,
    texts: Texts,
    links: Links,
    people: PeopleService,
    person: Person | None,
    language: str,
    error: Exception,
) -> None:
    """An alert; or, if the refusal has buttons or the tap was answered before, a private message, which for strangers
    begins with a deep link.
    """
    line = words(texts, language, error)
    if not isinstance(error, ProjectClosed | GivingElsewhere) and not say.answered:
        await say.answer(query, line, alert=True)
        return
    if in_private(query) or (person is not None and person.reachable):
        try:
            await say.send(query.from_user.id, message(texts, language, error))
        except TelegramForbiddenError:
            await people.blocked(query.from_user.id)
        else:
            await say.answer(query, None if in_private(query) else line)
            return
    start = _post_link(query, links)
    await say.answer(query, None if start else line, url=start, alert=not start)


def _post_link(query: CallbackQuery, links: Links) -> str | None:
    """The deep link to the post whose button was pressed."""
    for kind in (TipTap, TipOther):
        with contextlib.suppress(TypeError, ValueError):
            return links.start(f"p_{token_of(kind.unpack(query.data or '').post)}") or None
    return None


def _user(update: Update) -> User | None:
    """Who waits for an answer."""
    asked: CallbackQuery | Message | None = update.callback_query or update.message
    return asked.from_user if asked is not None else None
