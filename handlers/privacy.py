"""/privacy: one message, each choice one tap and told; export, and leaving in two steps."""

import contextlib

from aiogram import F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import Command, CommandStart
from aiogram.types import BotCommandScopeChat, CallbackQuery, Message

from bot import callbacks as cb
from bot import privacy_cards
from bot.cards import Rendered
from bot.replies import Replies
from giving.errors import NotYours
from giving.people import Person
from services.links import Links
from services.privacy import PrivacyService
from services.tips import TipService
from texts import Texts


def router() -> Router:
    """In private chats only; every act is about who acts."""
    fresh = Router(name="privacy")
    private = F.chat.type == "private"
    fresh.message.register(show, Command("privacy"), private)
    fresh.message.register(show, CommandStart(deep_link=True, magic=F.args == "privacy"), private)
    fresh.callback_query.register(choose_visibility, cb.PrivacyShown.filter())
    fresh.callback_query.register(name_me, cb.PrivacyNamed.filter())
    fresh.callback_query.register(tell_me, cb.PrivacyTold.filter())
    fresh.callback_query.register(back, cb.PrivacyDo.filter(F.deed == cb.PrivacyDeed.SHOW))
    fresh.callback_query.register(export, cb.PrivacyDo.filter(F.deed == cb.PrivacyDeed.EXPORT))
    fresh.callback_query.register(ask_leave, cb.PrivacyDo.filter(F.deed == cb.PrivacyDeed.ASK_LEAVE))
    fresh.callback_query.register(leave, cb.LeaveForGood.filter())
    return fresh


async def show(
    message: Message,
    say: Replies,
    privacy: PrivacyService,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """How it stands."""
    await say.send(message.chat.id, await _card(privacy, tips, texts, links, person, language))


async def _card(
    privacy: PrivacyService, tips: TipService, texts: Texts, links: Links, person: Person, language: str
) -> Rendered:
    chosen = await privacy.settings(person)
    return privacy_cards.privacy(texts, links, language, person, chosen, tips.presets[0])


async def back(
    query: CallbackQuery,
    say: Replies,
    privacy: PrivacyService,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """To the choices, in place."""
    await say.turn(query, await _card(privacy, tips, texts, links, person, language))
    await say.answer(query)


async def choose_visibility(
    query: CallbackQuery,
    callback_data: cb.PrivacyShown,
    say: Replies,
    privacy: PrivacyService,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """How the next gift is shown."""
    await privacy.choose_visibility(person, callback_data.visibility)
    await say.turn(query, await _card(privacy, tips, texts, links, person, language))
    await say.answer(query, texts.plain(language, "privacy-visibility-kept"))


async def name_me(
    query: CallbackQuery,
    callback_data: cb.PrivacyNamed,
    say: Replies,
    privacy: PrivacyService,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """Whether groups say whose message was tipped."""
    await privacy.thank_by_name(person, callback_data.on)
    await say.turn(query, await _card(privacy, tips, texts, links, person, language))
    await say.answer(query, texts.plain(language, "privacy-named-on" if callback_data.on else "privacy-named-off"))


async def tell_me(
    query: CallbackQuery,
    callback_data: cb.PrivacyTold,
    say: Replies,
    privacy: PrivacyService,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """A kind of message on or off."""
    await privacy.subscribe(person, callback_data.kind, callback_data.on)
    await say.turn(query, await _card(privacy, tips, texts, links, person, language))
    await say.answer(query, texts.plain(language, "privacy-told-on" if callback_data.on else "privacy-told-off"))


async def export(
    query: CallbackQuery, say: Replies, privacy: PrivacyService, texts: Texts, person: Person, language: str
) -> None:
    """Everything that is held, as a file."""
    file = await say.in_time(query, privacy.export(person), texts.plain(language, "export-coming"))
    caption = texts.chat(language, "export-complete" if file.complete else "export-cut-short")
    await say.send_file(person.telegram_id, file.filename, file.content, caption)
    await say.answer(query, texts.plain(language, "export-sent"))


async def ask_leave(query: CallbackQuery, say: Replies, texts: Texts, person: Person, language: str) -> None:
    """The first of two steps."""
    await say.turn(query, privacy_cards.ask_leave(texts, language, person))
    await say.answer(query)


async def leave(
    query: CallbackQuery,
    callback_data: cb.LeaveForGood,
    say: Replies,
    privacy: PrivacyService,
    texts: Texts,
    person: Person,
    language: str,
) -> None:
    """The second. The button of an earlier self is of no use to who came back as somebody new."""
    if callback_data.person != person.id:
        raise NotYours
    await say.in_time(query, privacy.leave(person), texts.plain(language, "leave-begun"))
    await say.turn(query, privacy_cards.left(texts, language))
    await say.answer(query, texts.plain(language, "leave-begun"))
    with contextlib.suppress(TelegramAPIError):  # the menu in the language they had chosen
        await say.bot.delete_my_commands(scope=BotCommandScopeChat(chat_id=query.from_user.id))
