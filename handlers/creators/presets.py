"""The amounts under a chat's posts: chosen, or typed."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import creator_cards
from bot.cards import Rendered
from giving.creators import parse_presets
from giving.errors import AmountNotUnderstood, ChatUnknown, PresetsNotUnderstood, TipTooLarge, TipTooSmall
from giving.ids import id_of, token_of
from giving.money import Money, within
from giving.tips import Limits
from handlers.asking import answering
from handlers.creators.here import Here

TIMES: Final = (1, 5, 10)


class PresetWords(StatesGroup):
    """One to three amounts in words; the data names the chat."""

    waiting = State()


async def ask(query: CallbackQuery, callback_data: cb.ChatDo, state: FSMContext, here: Here) -> None:
    """Which amounts shall stand under new posts?"""
    chat = (await here.creators.card(callback_data.chat, here.person)).chat
    usual, limits = here.tips.presets, here.tips.limits
    shown = creator_cards.ask_presets(
        here.texts, here.language, chat, _choices(usual, limits), limits, chat.presets(usual)
    )
    await state.set_state(PresetWords.waiting)
    await state.set_data({"chat": token_of(chat.id)})
    await here.say.turn(query, shown)
    await here.say.answer(query)


def _choices(usual: Sequence[Money], limits: Limits) -> list[tuple[Money, ...]]:
    """The service's amounts, and the same five and ten times, as far as one may give that much."""
    sets = (tuple(Money(amount.minor * times, amount.currency) for amount in usual) for times in TIMES)
    return [amounts for amounts in sets if max(amounts, key=lambda amount: amount.minor) <= limits.most]


async def typed(message: Message, state: FSMContext, here: Here) -> None:
    """`1 5 10`: what can't be read is told in one line, and the question stays. Raises: ChatUnknown, …."""
    chat_id = id_of(str((await state.get_data()).get("chat", "")))
    limits = here.tips.limits
    async with answering(here, state, PresetsNotUnderstood, AmountNotUnderstood, TipTooSmall, TipTooLarge):
        if chat_id is None:
            raise ChatUnknown
        amounts = parse_presets(message.text or "", least=limits.least, most=limits.most)
        shown = await _set(here, chat_id, amounts)
        await state.clear()
        await here.say.send(message.chat.id, shown)


async def chosen(query: CallbackQuery, callback_data: cb.ChatPresets, state: FSMContext, here: Here) -> None:
    """One of the suggestions, or back to the service's own."""
    limits = here.tips.limits
    minor = [int(part) for part in callback_data.minor.split(".") if part]
    amounts = [within(Money(m, limits.least.currency), least=limits.least, most=limits.most) for m in minor]
    shown = await here.say.in_time(query, _set(here, callback_data.chat, amounts))
    await state.clear()
    await here.say.turn(query, shown)
    await here.say.answer(query)


async def _set(here: Here, chat_id: UUID, amounts: Sequence[Money]) -> Rendered:
    usual = here.tips.presets
    card = await here.creators.set_presets(chat_id, here.person, () if tuple(amounts) == usual else amounts)
    return creator_cards.presets_set(here.texts, here.links, here.language, card, card.chat.presets(usual))
