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
from handlers.arrivals import promises
from handlers.here import Here
from services.operator import Operator
from services.pledges import PledgeService

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
    fresh.message.register(tip, Command("tip", ignore_case=True), private)
    fresh.message.register(unknown_command, F.text.startswith("/"), private)
    fresh.message.register(unknown_text, F.text, private)
    fresh.message.register(unknown_kind, private)
    fresh.callback_query.register(choose_language, cb.ChooseLanguage.filter())
    fresh.callback_query.register(nothing, cb.Home.filter(F.deed == cb.HomeDeed.NOTHING))
    fresh.callback_query.register(leave_tapped, cb.Home.filter(F.deed == cb.HomeDeed.LEAVE))
    fresh.callback_query.register(unknown_button)
    return fresh


async def start(message: Message, command: CommandObject, here: Here) -> None:
    """A greeting that says what this is (the first time) and what to do next; links nobody knows lead here too."""
    if command.args:
        log.info("callback_refused", way="link", reason="unknown_link")
    if promises(here):
        text = paragraphs(here.chat("welcome"), here.chat("welcome-next"))
    else:
        broken = here.chat("unknown-link") if command.args else None
        text = paragraphs(broken, here.chat("welcome-back"))
    await here.say.send(message.chat.id, Rendered(text, keyboards.home(here.texts, here.language)))
    if here.person.chosen_language or here.people.is_owner(here.person):
        tabs = here.tips.keeps_tabs
        await commands.register_for(here.say.bot, here.texts, here.people, here.person, here.language, tabs=tabs)


async def help_(message: Message, here: Here, operator: Operator, pledges: PledgeService) -> None:
    """What the bot can do, for monthly donors and this person's roles too, and the human behind it."""
    staff = commands.for_staff(here.texts, here.language, await here.people.roles(here.person))
    whom = contact(here.texts, here.language, operator)
    monthly = here.chat("help-monthly") if await pledges.promised(here.person) else None
    text = paragraphs(here.chat("help"), monthly, here.chat("help-more"), staff, whom)
    await here.say.send(message.chat.id, Rendered(text, keyboards.home(here.texts, here.language)))


async def paysupport(message: Message, here: Here, operator: Operator) -> None:
    """When a payment went wrong."""
    await here.say.send(message.chat.id, privacy_cards.paysupport(here.texts, here.language, operator))


async def terms(message: Message, here: Here, operator: Operator) -> None:
    """The rules."""
    await here.say.send(message.chat.id, privacy_cards.terms(here.texts, here.links, here.language, operator))


async def ask_language(message: Message, here: Here) -> None:
    """Which language?"""
    rows = keyboards.languages(here.texts, here.language)
    await here.say.send(message.chat.id, Rendered(here.chat("language-choose"), rows))


async def choose_language(query: CallbackQuery, callback_data: cb.ChooseLanguage, here: Here) -> None:
    """From now on in this language, the command menu too."""
    chosen, texts, say = callback_data.language, here.texts, here.say
    if chosen not in texts.languages:
        await unknown_button(query, here)
        return
    person = await here.people.choose_language(here.person, chosen)
    text = paragraphs(texts.chat(chosen, "language-chosen"), texts.chat(chosen, "welcome-next"))
    say.speak(chosen)
    await say.turn(query, Rendered(text, keyboards.home(texts, chosen)))
    await say.answer(query)
    await commands.register_for(say.bot, texts, here.people, person, chosen, tabs=here.tips.keeps_tabs)


async def leave(message: Message, here: Here) -> None:
    """Out of a dialog by command; any command does the same."""
    await here.say.send(message.chat.id, _left(here))


async def leave_tapped(query: CallbackQuery, state: FSMContext, here: Here) -> None:
    """Out of a dialog by its button."""
    await state.clear()
    await here.say.turn(query, _left(here))
    await here.say.answer(query)


def _left(here: Here) -> Rendered:
    text = paragraphs(here.chat("dialog-left"), here.chat("welcome-next"))
    return Rendered(text, keyboards.home(here.texts, here.language))


async def tip(message: Message, here: Here) -> None:
    """/tip, as the help says, but where there is no message to answer."""
    await _offer_ways(message, here, "tip-in-private")


async def unknown_command(message: Message, here: Here) -> None:
    """A command we don't have."""
    await _offer_ways(message, here, "unknown-command")


async def unknown_text(message: Message, here: Here) -> None:
    """Words where nothing was asked."""
    await _offer_ways(message, here, "unknown-text")


async def unknown_kind(message: Message, here: Here) -> None:
    """A sticker, a photo, a voice message."""
    await _offer_ways(message, here, "unknown-kind")


async def _offer_ways(message: Message, here: Here, key: str) -> None:
    await here.say.send(message.chat.id, Rendered(here.chat(key), keyboards.home(here.texts, here.language)))


async def nothing(query: CallbackQuery, here: Here) -> None:
    """A label that looks like a button (page 2 of 5)."""
    await here.say.answer(query)


async def unknown_button(query: CallbackQuery, here: Here) -> None:
    """A button we no longer know; it is answered all the same."""
    log.info("callback_refused", way="button", reason="unknown_button")
    await here.say.answer(query, here.plain("unknown-button"), alert=True)
