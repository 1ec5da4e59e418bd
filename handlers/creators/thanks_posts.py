"""Thank everybody in one's own channel or group: a preview, words of one's own, and one tap that publishes it."""

from functools import partial
from typing import Final

import structlog
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import thanks_post_cards
from bot.cards import Rendered
from bot.leading import LeaseOver
from giving.creators import Chat
from giving.errors import GivingError
from giving.ids import id_of, token_of
from giving.thanks_posts import PostState, fitting
from handlers.asking import answering
from handlers.creators.here import Here
from handlers.publishing import publish
from services.thanks_posts import ThanksPostDraft

log = structlog.get_logger()
ENDED: Final = {
    PostState.SENT: thanks_post_cards.sent,
    PostState.REFUSED: thanks_post_cards.refused,
    PostState.UNKNOWN: thanks_post_cards.unanswered,
}
# With these Telegram (or we ourselves) certainly published nothing.
_REFUSED = (
    TelegramBadRequest, TelegramForbiddenError, TelegramNotFound, TelegramMigrateToChat, TelegramRetryAfter,
    TelegramUnauthorizedError, LeaseOver,
)  # fmt: skip


class ThanksPostWords(StatesGroup):
    """What the creator wants to say to all; the data names the chat."""

    waiting = State()


async def write(query: CallbackQuery, callback_data: cb.ThanksPostWrite, state: FSMContext, here: Here) -> None:
    """How it would look; or which words?"""
    await state.clear()
    draft = await here.say.in_time(query, here.thanks_posts.draft(callback_data.chat, here.person))
    if callback_data.own:
        await state.set_state(ThanksPostWords.waiting)
        await state.set_data({"chat": token_of(draft.chat.id)})
        await here.say.send(query.from_user.id, thanks_post_cards.ask(here.texts, here.language))
    else:
        await here.say.turn(query, _preview(here, draft))
    await here.say.answer(query)


async def written(message: Message, state: FSMContext, here: Here) -> None:
    """How it looks in these words; others replace them."""
    chat_id = id_of(str((await state.get_data()).get("chat", "")))
    words = fitting(message.text or "")
    if not words:
        await here.say.send(message.chat.id, thanks_post_cards.ask(here.texts, here.language))
        return
    async with answering(here, state):
        if chat_id is None:
            raise GivingError
        draft = await here.thanks_posts.draft(chat_id, here.person, words)
    await here.say.send(message.chat.id, _preview(here, draft))


def _preview(here: Here, draft: ThanksPostDraft) -> Rendered:
    return thanks_post_cards.preview(here.texts, here.links, here.language, draft)


async def send(query: CallbackQuery, callback_data: cb.ThanksPostSend, state: FSMContext, here: Here) -> None:
    """Publish what was shown, once; if it is not so any more, show it anew instead."""
    draft = await here.say.in_time(query, here.thanks_posts.begin(callback_data.post, here.person))
    if draft.changed:
        await here.say.turn(query, _preview(here, draft))
        await here.say.answer(query, here.plain("thanks-post-changed"), alert=True)
        return
    await state.clear()
    ended = await here.say.in_time(query, _publish(here, draft))
    await here.say.turn(query, ended)
    await here.say.answer(query)


async def _publish(here: Here, draft: ThanksPostDraft) -> Rendered:
    shown = thanks_post_cards.post(here.texts, here.links, here.language, draft)
    note = partial(_note, draft.chat)
    became = await publish(
        here, here.thanks_posts, draft.id, draft.chat, shown, is_refusal=_is_refusal, note=note
    )  # fmt: skip
    return ENDED[became](here.texts, here.language, draft.chat)


def _is_refusal(error: BaseException) -> bool:
    return isinstance(error, _REFUSED)


def _note(chat: Chat, error: BaseException) -> None:
    if _is_refusal(error):
        log.info("thanks_post_refused", chat_id=str(chat.id), error=type(error).__name__)
    else:
        log.warning("thanks_post_unanswered", chat_id=str(chat.id), error=type(error).__name__)
