"""/privacy: one message, each choice one tap and told; export, and leaving in two steps."""

import contextlib

from aiogram import F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import Command, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.types import BotCommandScopeChat, CallbackQuery, Message

from bot import callbacks as cb
from bot import privacy_cards
from bot.cards import Rendered
from giving.errors import NotYours
from giving.subscriptions import Often
from handlers.here import Here
from services.privacy import PrivacyService
from services.subscriptions import SubscriptionService


def router() -> Router:
    """In private chats only; every act is about who acts."""
    fresh = Router(name="privacy")
    private = F.chat.type == "private"
    fresh.message.register(show, Command("privacy"), private)
    fresh.message.register(show, CommandStart(deep_link=True, magic=F.args == "privacy"), private)
    fresh.callback_query.register(choose_visibility, cb.PrivacyShown.filter())
    fresh.callback_query.register(name_me, cb.PrivacyNamed.filter())
    fresh.callback_query.register(tell_me, cb.PrivacyTold.filter())
    fresh.callback_query.register(tell_me_less, cb.PrivacyFewer.filter())
    fresh.callback_query.register(back, cb.PrivacyDo.filter(F.deed == cb.PrivacyDeed.SHOW))
    fresh.callback_query.register(export, cb.PrivacyDo.filter(F.deed == cb.PrivacyDeed.EXPORT))
    fresh.callback_query.register(ask_leave, cb.PrivacyDo.filter(F.deed == cb.PrivacyDeed.ASK_LEAVE))
    fresh.callback_query.register(leave, cb.LeaveForGood.filter())
    return fresh


async def show(message: Message, here: Here, privacy: PrivacyService) -> None:
    """How it stands."""
    await here.say.send(message.chat.id, await _card(here, privacy))


async def _card(here: Here, privacy: PrivacyService) -> Rendered:
    chosen = await privacy.settings(here.person)
    return privacy_cards.privacy(here.texts, here.links, here.language, here.person, chosen, here.tips.presets[0])


async def back(query: CallbackQuery, state: FSMContext, here: Here, privacy: PrivacyService) -> None:
    """To the choices, in place; a question that waited for words is over."""
    await state.clear()
    await _kept(query, here, privacy)


async def _kept(query: CallbackQuery, here: Here, privacy: PrivacyService, key: str | None = None) -> None:
    """The choices as they are now, and what came of the tap in a few words."""
    await here.say.turn(query, await _card(here, privacy))
    await here.say.answer(query, here.plain(key) if key else None)


async def choose_visibility(
    query: CallbackQuery, callback_data: cb.PrivacyShown, here: Here, privacy: PrivacyService
) -> None:
    """How the next gift is shown."""
    await privacy.choose_visibility(here.person, callback_data.visibility)
    await _kept(query, here, privacy, "privacy-visibility-kept")


async def name_me(query: CallbackQuery, callback_data: cb.PrivacyNamed, here: Here, privacy: PrivacyService) -> None:
    """Whether groups say whose message was tipped."""
    await privacy.thank_by_name(here.person, callback_data.on)
    await _kept(query, here, privacy, "privacy-named-on" if callback_data.on else "privacy-named-off")


async def tell_me(
    query: CallbackQuery, callback_data: cb.PrivacyTold, here: Here, privacy: PrivacyService,
    subscriptions: SubscriptionService,
) -> None:  # fmt: skip
    """A kind of message on or off."""
    await subscriptions.choose(here.person, callback_data.kind, Often.ALL if callback_data.on else Often.NONE)
    await _kept(query, here, privacy, "privacy-told-on" if callback_data.on else "privacy-told-off")


async def tell_me_less(
    query: CallbackQuery, callback_data: cb.PrivacyFewer, here: Here, privacy: PrivacyService,
    subscriptions: SubscriptionService,
) -> None:  # fmt: skip
    """At most one a week, or all again."""
    await subscriptions.choose(here.person, callback_data.kind, Often.FEWER if callback_data.on else Often.ALL)
    await _kept(query, here, privacy, "privacy-fewer-on" if callback_data.on else "privacy-fewer-off")


async def export(query: CallbackQuery, here: Here, privacy: PrivacyService) -> None:
    """Everything that is held, as a file."""
    file = await here.say.in_time(query, privacy.export(here.person), here.plain("export-coming"))
    caption = here.chat("export-complete" if file.complete else "export-cut-short")
    await here.say.send_file(here.person.telegram_id, file.filename, file.content, caption)
    await here.say.answer(query, here.plain("export-sent"))


async def ask_leave(query: CallbackQuery, here: Here) -> None:
    """The first of two steps."""
    await here.say.turn(query, privacy_cards.ask_leave(here.texts, here.language, here.person))
    await here.say.answer(query)


async def leave(query: CallbackQuery, callback_data: cb.LeaveForGood, here: Here, privacy: PrivacyService) -> None:
    """The second. The button of an earlier self is of no use to who came back as somebody new."""
    if callback_data.person != here.person.id:
        raise NotYours
    await here.say.in_time(query, privacy.leave(here.person), here.plain("leave-begun"))
    await here.say.turn(query, privacy_cards.left(here.texts, here.language))
    await here.say.answer(query, here.plain("leave-begun"))
    with contextlib.suppress(TelegramAPIError):  # the menu in the language they had chosen
        await here.say.bot.delete_my_commands(scope=BotCommandScopeChat(chat_id=query.from_user.id))
