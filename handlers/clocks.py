"""By which clock somebody lives: chosen from a few places, or found by what they type."""

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import clock_cards as cards
from bot.cards import Rendered
from giving.errors import ClockUnknown
from giving.names import clean
from handlers.asking import answering
from handlers.here import Here
from services.subscriptions import SubscriptionService
from texts import zones

PLACE_GRAPHEMES = 64


class ClockWords(StatesGroup):
    """The city or country somebody lives in."""

    waiting = State()


def router() -> Router:
    """In private chats only; every act is about who acts."""
    fresh = Router(name="clocks")
    fresh.callback_query.register(show, cb.PrivacyDo.filter(F.deed == cb.PrivacyDeed.CLOCK))
    fresh.callback_query.register(choose, cb.PrivacyClock.filter())
    fresh.message.register(written, ClockWords.waiting, F.chat.type == "private")
    return fresh


async def show(query: CallbackQuery, state: FSMContext, here: Here, subscriptions: SubscriptionService) -> None:
    """How it is, and what else it could be."""
    await state.set_state(ClockWords.waiting)
    await state.set_data({})
    timezone = await subscriptions.timezone(here.person)
    card = cards.clock(here.texts, here.language, timezone, subscriptions.now(), subscriptions.quiet)
    await here.say.turn(query, card)
    await here.say.answer(query)


async def choose(
    query: CallbackQuery, callback_data: cb.PrivacyClock, state: FSMContext, here: Here,
    subscriptions: SubscriptionService,
) -> None:  # fmt: skip
    """This one."""
    await subscriptions.choose_timezone(here.person, callback_data.zone or None)
    await state.clear()
    await here.say.turn(query, _kept(here, subscriptions, callback_data.zone))
    await here.say.answer(query)


async def written(message: Message, state: FSMContext, here: Here, subscriptions: SubscriptionService) -> None:
    """What was typed: the one place it names, or which of several; another word searches again."""
    found = zones.found(clean(message.text or "", most=PLACE_GRAPHEMES), here.texts.languages)
    async with answering(here, state, ClockUnknown):
        if not found:
            raise ClockUnknown
        if len(found) > 1:
            card = cards.which(here.texts, here.language, found, subscriptions.now())
        else:
            await subscriptions.choose_timezone(here.person, found[0])
            await state.clear()
            card = _kept(here, subscriptions, found[0])
        await here.say.send(message.chat.id, card)


def _kept(here: Here, subscriptions: SubscriptionService, zone: str) -> Rendered:
    return cards.kept(here.texts, here.language, zone or subscriptions.zone.key, subscriptions.now())
