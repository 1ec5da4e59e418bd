"""My channel is not in the list: forward a post of it, or send its name; Telegram is asked whether I administer it."""

import re
from typing import Final

from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message, MessageOriginChannel, MessageOriginChat

from bot import creator_cards
from giving.errors import ChatNotYours
from handlers.asking import answering
from handlers.creators.here import Here

# @name, t.me/name/12, https://t.me/c/1234567/8 (a private one, by its number)
_LINK: Final = re.compile(
    r"(?:https?://)?(?:www\.)?(?:t|telegram)\.me/(?:c/(?P<id>\d{1,15})|(?:s/)?(?P<name>\w+))", re.IGNORECASE
)
_NAME: Final = re.compile(r"@?(?P<name>[A-Za-z]\w{3,31})")


class ChatSearch(StatesGroup):
    """Waiting for a post of the chat, or its name."""

    waiting = State()


async def ask(query: CallbackQuery, state: FSMContext, here: Here) -> None:
    """Which one?"""
    await state.set_state(ChatSearch.waiting)
    await state.set_data({})
    await here.say.send(query.from_user.id, creator_cards.ask_chat(here.texts, here.language))
    await here.say.answer(query)


async def found(message: Message, state: FSMContext, here: Here) -> None:
    """In the list from now on, or why not; the question stays."""
    telegram_id, username = _named(message)
    if telegram_id is None and username is None:
        await here.say.send(message.chat.id, creator_cards.ask_chat(here.texts, here.language))
        return
    async with answering(here, state, ChatNotYours):
        card = await here.handovers.find(here.person, telegram_id=telegram_id, username=username)
        await state.clear()
        await here.say.send(message.chat.id, creator_cards.found_chat(here.texts, here.links, here.language, card))


def _named(message: Message) -> tuple[int | None, str | None]:
    """The chat's number or its public name, whichever was sent."""
    origin = message.forward_origin
    if isinstance(origin, MessageOriginChannel):
        return origin.chat.id, None
    if isinstance(origin, MessageOriginChat):
        return origin.sender_chat.id, None
    text = (message.text or "").strip()[:200]
    match = _LINK.match(text) or _NAME.fullmatch(text)
    if match is None:
        return None, None
    number = match.groupdict().get("id")
    return (int(f"-100{number}"), None) if number else (None, match["name"])
