"""Refusals and failures in words: every GivingError has its message, anything else a polite line and a log event."""

import contextlib
from typing import Any, Final
from uuid import UUID

import structlog
from aiogram import Bot, Dispatcher
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.exceptions import TelegramAPIError, TelegramForbiddenError, TelegramMigrateToChat
from aiogram.types import CallbackQuery, ErrorEvent, Message, Update, User

from bot import keyboards
from bot.callbacks import TipOther, TipTap
from bot.cards import Rendered, paragraphs
from bot.carriers import Carriers
from bot.cleanups import say_shortly
from bot.privacy_cards import contact
from bot.replies import Replies, in_private
from giving.errors import (
    CertificateUnknown,
    ChatNotYours,
    ChatUnknown,
    DayUnknown,
    GivingElsewhere,
    GivingError,
    HandoverOver,
    NoRail,
    NotAdministrator,
    NotAllowed,
    NotCreator,
    NotRefundable,
    NotSaved,
    NotYours,
    PersonUnknown,
    PostUnknown,
    ProjectClosed,
    ProjectUnknown,
    SlotUnknown,
    ThanksPostOver,
    TippingOff,
    TippingPaused,
)
from giving.ids import token_of
from giving.people import Person, language_of
from giving.projects import Project
from services.cleanups import CleanupService
from services.links import Links
from services.operator import Operator
from services.people import PeopleService
from services.tips import TipService
from services.updates import is_away
from texts import Texts

log = structlog.get_logger()
NOBODY: Final = Operator()
# With these the person may have been led astray, or have made something up: either way it is told apart in the log.
REFUSALS: Final = (
    NotYours, PostUnknown, ProjectUnknown, SlotUnknown, ChatUnknown, ChatNotYours, NotAdministrator, NotCreator,
    HandoverOver, ThanksPostOver, NotAllowed, PersonUnknown, DayUnknown, CertificateUnknown,
)  # fmt: skip
ASK_A_HUMAN: Final = (NotRefundable, NotAllowed)
LONGEST_ALERT: Final = 180  # Telegram's 200, less the words on test money


def register(dispatcher: Dispatcher) -> None:
    """Handle what handlers raise."""
    dispatcher.errors.register(on_error)


def words(texts: Texts, language: str, error: Exception, operator: Operator = NOBODY) -> str:
    """One plain line for an alert: what is wrong, then what to do; and whom to ask, where that helps and fits."""
    if isinstance(error, GivingError):
        line = texts.plain(language, error.message_key, **_args(error, language))
    else:
        line = texts.plain(language, GivingError.message_key)
    if not (operator.contact and _for_a_human(error)):
        return line
    longer = f"{line} {texts.plain(language, 'contact', contact=operator.contact)}"
    return longer if len(longer) <= LONGEST_ALERT else line


def _for_a_human(error: Exception) -> bool:
    """Nothing that the bot could do about it."""
    return not isinstance(error, GivingError) or type(error) is GivingError or isinstance(error, ASK_A_HUMAN)


def message(texts: Texts, language: str, error: Exception, operator: Operator = NOBODY) -> Rendered:
    """The same as a message, with the way on as buttons where there is one."""
    whom = contact(texts, language, operator) if _for_a_human(error) else None
    if not isinstance(error, GivingError):
        return Rendered(paragraphs(texts.chat(language, GivingError.message_key), whom))
    text = paragraphs(texts.chat(language, error.message_key, **_args(error, language)), whom)
    match error:
        case TippingOff(args_for_message={"project": Project() as project}):
            off = texts.chat(language, error.message_key.removeprefix("error-"), **_args(error, language))
            way = texts.chat(language, "instead-project", project=project.title(language))
            return Rendered(paragraphs(off, way), keyboards.instead(texts, language, project))
        case ProjectClosed():
            cards = error.args_for_message.get("alternatives", ())
            others = cards if isinstance(cards, tuple) else ()
            way = texts.chat(language, "closed-alternatives" if others else "closed-no-alternatives")
            return Rendered(paragraphs(text, way), keyboards.alternatives(texts, language, others))
        case NoRail(args_for_message={"tip": UUID() as tip, "ways": tuple() as ways}) if ways:
            return Rendered(text, keyboards.keyboard(keyboards.other_ways(texts, language, tip, ways)))
        case GivingElsewhere():
            return Rendered(text, keyboards.elsewhere(texts, language, str(error.args_for_message.get("url", ""))))
    return Rendered(text)


def line(texts: Texts, language: str, error: Exception, links: Links) -> Rendered:
    """The same in a group: one line, with a button only where it opens a page or the private chat."""
    match error:
        case TippingPaused(args_for_message={"project": Project() as project}):
            direct = links.start(f"g_{token_of(project.id)}")
            go = keyboards.opens(texts.plain(language, "button-give-directly"), direct)
            text = texts.chat(language, "group-tipping-paused", **_args(error, language))
            return Rendered(text, keyboards.keyboard([[go]]) if direct else None)
        case ProjectClosed() | TippingOff():
            return Rendered(texts.chat(language, error.message_key, **_args(error, language)))
    return message(texts, language, error)


def _args(error: GivingError, language: str) -> dict[str, object]:
    """The arguments that are for words, projects by their titles; alternatives and addresses become buttons."""
    return {
        name: value.title(language) if isinstance(value, Project) else value
        for name, value in error.args_for_message.items()
        if name not in ("alternatives", "url", "tip", "ways", "day")
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
    operator: Operator = NOBODY,
    carriers: Carriers | None = None,
    cleanups: CleanupService | None = None,
    attempt: int = 1,
) -> Any:
    """Tell the person, whatever happened: once, however often it is tried (`attempt`).

    What bot.intake has to decide (the database was away, the time was over) is raised again, and so is what nobody
    waits for.
    """
    update, error = event.update, event.exception
    if isinstance(error, TelegramMigrateToChat) and carriers is not None:
        await carriers.service.moved(getattr(error.method, "chat_id", 0), error.migrate_to_chat_id)
    undecided = is_away(error) or isinstance(error, TimeoutError)
    user = _user(update)
    if isinstance(error, GivingError):
        way = _way_of(update) if isinstance(error, REFUSALS) else None
        name = "callback_refused" if way else "refused"
        log.info(name, update_id=update.update_id, reason=error.message_key, **({"way": way} if way else {}))
    elif not undecided and user is not None:
        log.error("update_failed", update_id=update.update_id, error=type(error).__name__, exc_info=error)
    if user is None:
        return UNHANDLED
    if attempt > 1 and undecided:
        return UNHANDLED
    spoken = language or language_of(user.language_code) or texts.default
    say = say or Replies(bot, texts, spoken, test_money=tips.test_money)
    told = NotSaved() if is_away(error) else error
    with contextlib.suppress(TelegramAPIError):
        if isinstance(error, TelegramForbiddenError) and getattr(error.method, "chat_id", user.id) == user.id:
            await people.blocked(user.id)
        if update.callback_query is not None:
            await _tell_tap(update.callback_query, say, texts, links, people, person, spoken, told, operator)
        elif (asked := update.message or update.edited_message) is not None and asked.chat.type == "private":
            await say.send(asked.chat.id, message(texts, spoken, told, operator))
        elif update.message is not None and (update.message.text or "").startswith("/") and cleanups is not None:
            await say_shortly(say, cleanups, update.message, line(texts, spoken, told, links))
    return UNHANDLED if undecided else True


def _way_of(update: Update) -> str | None:
    """How somebody came to something that is not for them."""
    if update.callback_query is not None:
        return "button"
    return "link" if update.message is not None and (update.message.text or "").startswith("/start ") else None


async def _tell_tap(
    query: CallbackQuery,
    say: Replies,
    texts: Texts,
    links: Links,
    people: PeopleService,
    person: Person | None,
    language: str,
    error: Exception,
    operator: Operator,
) -> None:
    """An alert; or, if the refusal has buttons or the tap was answered before, a private message, which for strangers
    begins with a deep link.
    """
    line = words(texts, language, error, operator)
    if not _has_ways(error) and not say.answered:
        await say.answer(query, line, alert=True)
        return
    if in_private(query) or (person is not None and person.reachable):
        try:
            await say.send(query.from_user.id, message(texts, language, error, operator))
        except TelegramForbiddenError:
            await people.blocked(query.from_user.id)
        else:
            await say.answer(query, None if in_private(query) else line)
            return
    start = _post_link(query, links)
    await say.answer(query, None if start else line, url=start, alert=not start)


def _has_ways(error: Exception) -> bool:
    """Whether buttons lead on from the refusal."""
    if isinstance(error, TippingOff):
        return isinstance(error.args_for_message.get("project"), Project)
    if isinstance(error, NoRail):
        return bool(error.args_for_message.get("ways"))
    return isinstance(error, ProjectClosed | GivingElsewhere)


def _post_link(query: CallbackQuery, links: Links) -> str | None:
    """The deep link to the post whose button was pressed."""
    for kind in (TipTap, TipOther):
        with contextlib.suppress(TypeError, ValueError):
            return links.start(f"p_{token_of(kind.unpack(query.data or '').post)}") or None
    return None


def _user(update: Update) -> User | None:
    """Who waits for an answer."""
    asked: CallbackQuery | Message | None = update.callback_query or update.message or update.edited_message
    if isinstance(asked, Message) and (asked.successful_payment or asked.refunded_payment):
        return None  # Telegram tells that money moved: "nothing has happened" would not be true
    return asked.from_user if asked is not None else None
