"""A chat changes hands: whom to ask, the answer, taking over what has no creator any more."""

from uuid import UUID

import structlog
from aiogram import F
from aiogram.types import CallbackQuery, ChatMemberUpdated

from bot import callbacks as cb
from bot import handover_cards
from bot.callbacks import ChatDeed
from bot.cards import Rendered
from handlers.creators.here import Here
from services.creator_watch import CreatorWatch

log = structlog.get_logger()
_ADMINISTERS = {"administrator", "creator"}
DEEDS = frozenset({ChatDeed.HAND_OVER, ChatDeed.ACCEPT, ChatDeed.DECLINE, ChatDeed.TAKE_OVER})
# Only these: in a large group people come and go all the time.
IS_ONE_NO_LONGER = F.old_chat_member.status.in_(_ADMINISTERS) & ~F.new_chat_member.status.in_(_ADMINISTERS)


async def act(query: CallbackQuery, callback_data: cb.ChatDo, here: Here) -> None:
    """What was asked, or answered."""
    shown = await here.say.in_time(query, _do(here, callback_data.deed, callback_data.chat))
    await here.say.turn(query, shown)
    await here.say.answer(query)


async def _do(here: Here, deed: ChatDeed, chat_id: UUID) -> Rendered:
    handovers, texts, language = here.handovers, here.texts, here.language
    match deed:
        case ChatDeed.ACCEPT:
            return handover_cards.taken(texts, here.links, language, await handovers.accept(chat_id, here.person))
        case ChatDeed.TAKE_OVER:
            return handover_cards.taken(texts, here.links, language, await handovers.take_over(chat_id, here.person))
        case ChatDeed.DECLINE:
            chat = await handovers.decline(chat_id, here.person)
            log.info("handover_declined", chat_id=str(chat_id), by=str(here.person.id))
            return handover_cards.declined(texts, language, chat)
        case _:
            return handover_cards.successors(texts, language, await handovers.successors(chat_id, here.person))


async def chosen(query: CallbackQuery, callback_data: cb.HandTo, here: Here) -> None:
    """They are asked; nothing changes before they say yes."""
    asking = here.handovers.ask(callback_data.chat, here.person, callback_data.person)
    chat, person = await here.say.in_time(query, asking)
    await here.say.turn(query, handover_cards.asked(here.texts, here.language, chat, person))
    await here.say.answer(query)


async def somebody_went(event: ChatMemberUpdated, watch: CreatorWatch) -> None:
    """An administrator is one no longer."""
    await watch.somebody_went(event.chat.id, event.new_chat_member.user.id)
