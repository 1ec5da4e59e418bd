"""A creator invites their followers to give monthly: where, a preview, words of their own, and one tap."""

from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from aiogram import F, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import call_cards
from bot import callbacks as cb
from bot.cards import Rendered
from bot.session import may_have_arrived
from giving.creators import Chat
from giving.errors import GivingError, WordsTooLong
from giving.ids import id_of, token_of
from giving.names import fits
from giving.thanks_posts import WORDS_GRAPHEMES, PostState, fitting
from handlers import here
from handlers.asking import answering
from handlers.here import HereMiddleware
from handlers.publishing import publish
from services.monthly_calls import CallDraft, MonthlyCallService

log = structlog.get_logger()
ENDED: Final = {
    PostState.SENT: call_cards.sent, PostState.REFUSED: call_cards.refused, PostState.UNKNOWN: call_cards.unanswered,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Here(here.Here):
    """With invitations."""

    monthly_calls: MonthlyCallService


class CallWords(StatesGroup):
    """What the creator wants to say to all; the data names the chat."""

    waiting = State()


def router() -> Router:
    """In private chats only."""
    fresh = Router(name="monthly_calls")
    fresh.message.middleware(HereMiddleware(Here))
    fresh.callback_query.middleware(HereMiddleware(Here))
    fresh.message.register(written, CallWords.waiting, F.chat.type == "private")
    fresh.callback_query.register(ask, cb.CallAsk.filter())
    fresh.callback_query.register(write, cb.CallWrite.filter())
    fresh.callback_query.register(send, cb.CallSend.filter())
    return fresh


async def ask(query: CallbackQuery, here: Here) -> None:
    """In which of my chats?"""
    await here.say.turn(query, call_cards.which(here.texts, here.language, await here.monthly_calls.chats(here.person)))
    await here.say.answer(query)


async def write(query: CallbackQuery, callback_data: cb.CallWrite, state: FSMContext, here: Here) -> None:
    """How it would look; or which words?"""
    await state.clear()
    draft = await here.say.in_time(query, here.monthly_calls.draft(callback_data.chat, here.person))
    await state.set_state(CallWords.waiting)  # also under the preview: what they type there is theirs to say
    await state.set_data({"chat": token_of(draft.chat.id)})
    if callback_data.own:
        await here.say.send(query.from_user.id, call_cards.ask(here.texts, here.language))
    else:
        await here.say.turn(query, call_cards.preview(here.texts, here.links, here.language, draft))
    await here.say.answer(query)


async def written(message: Message, state: FSMContext, here: Here) -> None:
    """How it looks in these words; others replace them."""
    chat_id = id_of(str((await state.get_data()).get("chat", "")))
    words = fitting(message.text or "")
    if not words:
        await here.say.send(message.chat.id, call_cards.ask(here.texts, here.language))
        return
    async with answering(here, state, WordsTooLong):
        if chat_id is None:
            raise GivingError
        if not fits(message.text or "", most=WORDS_GRAPHEMES):
            raise WordsTooLong(most=WORDS_GRAPHEMES)
        draft = await here.monthly_calls.draft(chat_id, here.person, words)
        await here.say.send(message.chat.id, call_cards.preview(here.texts, here.links, here.language, draft))


async def send(query: CallbackQuery, callback_data: cb.CallSend, state: FSMContext, here: Here) -> None:
    """Publish what was shown, once."""
    draft = await here.say.in_time(query, here.monthly_calls.begin(callback_data.call, here.person))
    await state.clear()
    await here.say.turn(query, await here.say.in_time(query, _publish(here, draft)))
    await here.say.answer(query)


async def _publish(here: Here, draft: CallDraft) -> Rendered:
    shown = call_cards.post(here.texts, here.links, here.language, draft)
    note = partial(_note, draft.chat)
    became = await publish(
        here, here.monthly_calls, draft.id, draft.chat, shown, is_refusal=_is_refusal, note=note
    )  # fmt: skip
    return ENDED[became](here.texts, here.language, draft.chat)


def _is_refusal(error: BaseException) -> bool:
    return isinstance(error, TelegramAPIError) and not may_have_arrived(error)


def _note(chat: Chat, error: BaseException) -> None:
    if isinstance(error, TelegramAPIError):
        log.info("monthly_call_not_sent", chat_id=str(chat.id), error=type(error).__name__)
    else:
        log.warning("monthly_call_unanswered", chat_id=str(chat.id), error=type(error).__name__)
