"""Hello, help, language; and an answer to whatever nothing else understands."""

import structlog
from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import commands, keyboards, privacy_cards
from bot.cards import Rendered, paragraphs
from bot.privacy_cards import contact
from bot.replies import Replies
from giving.people import Person
from handlers.arrivals import promises
from services.links import Links
from services.operator import Operator
from services.people import PeopleService
from texts import Texts

log = structlog.get_logger()


def router() -> Router:
    """Last in the row: its final handlers take everything."""
    fresh = Router(name="start")
    private = F.chat.type == "private"
    fresh.message.register(start, CommandStart(), private)
    fresh.message.register(help_, Command("help"), private)
    fresh.message.register(paysupport, Command("paysupport"), private)
    fresh.message.register(terms, Command("terms"), private)
    fresh.message.register(ask_language, Command("language"), private)
    fresh.message.register(leave, Command("cancel"), private)
    fresh.message.register(unknown_command, F.text.startswith("/"), private)
    fresh.message.register(unknown_text, F.text, private)
    fresh.message.register(unknown_kind, private)
    fresh.callback_query.register(choose_language, cb.ChooseLanguage.filter())
    fresh.callback_query.register(nothing, cb.Home.filter(F.deed == cb.HomeDeed.NOTHING))
    fresh.callback_query.register(leave_tapped, cb.Home.filter(F.deed == cb.HomeDeed.LEAVE))
    fresh.callback_query.register(unknown_button)
    return fresh


async def start(
    message: Message,
    command: CommandObject,
    say: Replies,
    people: PeopleService,
    texts: Texts,
    person: Person,
    language: str,
) -> None:
    """A greeting that says what this is (the first time) and what to do next; links nobody knows lead here too."""
    if command.args:
        log.info("callback_refused", way="link", reason="unknown_link")
    if promises(texts, language, person):
        text = paragraphs(texts.chat(language, "welcome"), texts.chat(language, "welcome-next"))
    else:
        broken = texts.chat(language, "unknown-link") if command.args else None
        text = paragraphs(broken, texts.chat(language, "welcome-back"))
    await say.send(message.chat.id, Rendered(text, keyboards.home(texts, language)))
    if person.chosen_language or people.is_owner(person):
        await commands.register_for(say.bot, texts, people, person, language)


async def help_(message: Message, say: Replies, texts: Texts, language: str, operator: Operator) -> None:
    """What the bot can do, and the human behind it."""
    text = paragraphs(
        texts.chat(language, "help"), texts.chat(language, "help-more"), contact(texts, language, operator)
    )
    await say.send(message.chat.id, Rendered(text, keyboards.home(texts, language)))


async def paysupport(message: Message, say: Replies, texts: Texts, language: str, operator: Operator) -> None:
    """When a payment went wrong."""
    await say.send(message.chat.id, privacy_cards.paysupport(texts, language, operator))


async def terms(message: Message, say: Replies, texts: Texts, links: Links, language: str, operator: Operator) -> None:
    """The rules."""
    await say.send(message.chat.id, privacy_cards.terms(texts, links, language, operator))


async def ask_language(message: Message, say: Replies, texts: Texts, language: str) -> None:
    """Which language?"""
    rows = keyboards.languages(texts, language)
    await say.send(message.chat.id, Rendered(texts.chat(language, "language-choose"), rows))


async def choose_language(
    query: CallbackQuery,
    callback_data: cb.ChooseLanguage,
    say: Replies,
    people: PeopleService,
    texts: Texts,
    person: Person,
    language: str,
) -> None:
    """From now on in this language, the command menu too."""
    chosen = callback_data.language
    if chosen not in texts.languages:
        await unknown_button(query, say, texts, language)
        return
    person = await people.choose_language(person, chosen)
    text = paragraphs(texts.chat(chosen, "language-chosen"), texts.chat(chosen, "welcome-next"))
    say.speak(chosen)
    await say.turn(query, Rendered(text, keyboards.home(texts, chosen)))
    await say.answer(query)
    await commands.register_for(say.bot, texts, people, person, chosen)


async def leave(message: Message, say: Replies, texts: Texts, language: str) -> None:
    """Out of a dialog by command; any command does the same."""
    await say.send(message.chat.id, _left(texts, language))


async def leave_tapped(query: CallbackQuery, say: Replies, state: FSMContext, texts: Texts, language: str) -> None:
    """Out of a dialog by its button."""
    await state.clear()
    await say.turn(query, _left(texts, language))
    await say.answer(query)


def _left(texts: Texts, language: str) -> Rendered:
    text = paragraphs(texts.chat(language, "dialog-left"), texts.chat(language, "welcome-next"))
    return Rendered(text, keyboards.home(texts, language))


async def unknown_command(message: Message, say: Replies, texts: Texts, language: str) -> None:
    """A command we don't have."""
    await _offer_ways(message, say, texts, language, "unknown-command")


async def unknown_text(message: Message, say: Replies, texts: Texts, language: str) -> None:
    """Words where nothing was asked."""
    await _offer_ways(message, say, texts, language, "unknown-text")


async def unknown_kind(message: Message, say: Replies, texts: Texts, language: str) -> None:
    """A sticker, a photo, a voice message."""
    await _offer_ways(message, say, texts, language, "unknown-kind")


async def _offer_ways(message: Message, say: Replies, texts: Texts, language: str, key: str) -> None:
    await say.send(message.chat.id, Rendered(texts.chat(language, key), keyboards.home(texts, language)))


async def nothing(query: CallbackQuery, say: Replies) -> None:
    """A label that looks like a button (page 2 of 5)."""
    await say.answer(query)


async def unknown_button(query: CallbackQuery, say: Replies, texts: Texts, language: str) -> None:
    """A button we no longer know; it is answered all the same."""
    log.info("callback_refused", way="button", reason="unknown_button")
    await say.answer(query, texts.plain(language, "unknown-button"), alert=True)
