"""Thank them: words, a preview, and off it goes to those who wish to be thanked."""

import structlog
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import thanks_cards
from giving.errors import GivingError
from giving.ids import id_of, token_of
from giving.names import clean
from handlers.asking import answering
from handlers.creators.here import Here
from services.thanks import WORDS_GRAPHEMES, ThanksDraft

log = structlog.get_logger()


class ThanksWords(StatesGroup):
    """What the creator wants to say; the data names the chat (or slot), and keeps the words until they are sent."""

    waiting = State()


async def ask(query: CallbackQuery, callback_data: cb.ChatDo, state: FSMContext, here: Here) -> None:
    """What would you like to say?"""
    await _ask(query, await here.say.in_time(query, here.thanks.draft(callback_data.chat, here.person)), state, here)


async def ask_on_slot(query: CallbackQuery, state: FSMContext, here: Here) -> None:
    """The same to those who gave on one's slot."""
    await _ask(query, await here.say.in_time(query, here.thanks.draft_of_slot(here.person)), state, here)


async def _ask(query: CallbackQuery, draft: ThanksDraft, state: FSMContext, here: Here) -> None:
    await state.set_state(ThanksWords.waiting)
    await state.set_data({"chat": token_of(draft.about.id)})
    await here.say.send(query.from_user.id, thanks_cards.ask(here.texts, here.language, draft))
    await here.say.answer(query)


async def written(message: Message, state: FSMContext, here: Here) -> None:
    """How it will look; other words replace these."""
    chat_id = id_of(str((await state.get_data()).get("chat", "")))
    words = clean(message.text or "", most=WORDS_GRAPHEMES)
    async with answering(here, state):
        if chat_id is None:
            raise GivingError
        draft = await here.thanks.draft(chat_id, here.person, words)
    if not words:
        await here.say.send(message.chat.id, thanks_cards.ask(here.texts, here.language, draft))
        return
    await state.update_data(words=draft.words)
    await here.say.send(message.chat.id, thanks_cards.preview(here.texts, here.language, draft, here.person.name))


async def send(query: CallbackQuery, callback_data: cb.ThanksSend, state: FSMContext, here: Here) -> None:
    """Off it goes; a preview whose words are forgotten asks for them again."""
    data = await state.get_data()
    words = str(data.get("words", ""))
    if not words or id_of(str(data.get("chat", ""))) != callback_data.chat:
        await here.say.answer(query, here.plain("thanks-forgotten"), alert=True)
        return
    draft = await here.say.in_time(query, here.thanks.send(callback_data.chat, here.person, words))
    await state.clear()
    await here.say.turn(query, thanks_cards.sent(here.texts, here.language, draft))
    await here.say.answer(query)


async def stop(query: CallbackQuery, here: Here) -> None:
    """No more thanks, from nobody."""
    await here.thanks.stop(here.person)
    log.info("thanks_stopped", person_id=str(here.person.id))
    await here.say.answer(query, here.plain("thanks-stopped"), alert=True)
