"""What no dialog can take for an answer: stickers, forwarded and edited messages. Each is told what to do instead."""

from typing import Final

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.types import Message

from bot import keyboards
from bot.cards import Rendered
from giving.errors import AmountNotUnderstood
from handlers.broadcasts.writing import Cast
from handlers.creators.finding import ChatSearch
from handlers.here import Here
from handlers.tips.other import OtherAmount

_WITH_PHOTO: Final = frozenset({Cast.words.state, Cast.edit.state})


def router() -> Router:
    """Stands before the dialogs, in private chats only."""
    fresh = Router(name="unanswered")
    private = F.chat.type == "private"
    fresh.message.register(forwarded, private, F.forward_origin, ~StateFilter(ChatSearch.waiting))
    fresh.message.register(not_words, private, in_dialog, ~F.text)
    fresh.edited_message.register(edited, private)
    return fresh


async def in_dialog(message: Message, raw_state: str | None = None) -> bool:
    """Whether something was asked; a forwarded picture answers the question for a post of a chat."""
    if raw_state == ChatSearch.waiting.state and message.forward_origin is not None:
        return False
    if raw_state in _WITH_PHOTO and message.photo:
        return False
    return raw_state is not None


async def not_words(message: Message, here: Here, raw_state: str | None = None) -> None:
    """A sticker, a photo, a voice message, where words were asked for; the question stays."""
    if raw_state == OtherAmount.waiting.state:
        limits = here.tips.limits
        text = here.chat(AmountNotUnderstood.message_key, least=limits.least, most=limits.most)
    else:
        text = here.chat("dialog-not-words")
    await here.say.send(message.chat.id, Rendered(text, keyboards.leave(here.texts, here.language)))


async def forwarded(message: Message, here: Here, raw_state: str | None = None) -> None:
    """Somebody else's words (or a card, whose buttons stay behind) are no answer and no command."""
    await _hint(message, here, "dialog-forwarded", asked=raw_state is not None)


async def edited(message: Message, here: Here, raw_state: str | None = None) -> None:
    """What was changed afterwards is not read again: the first words may have led to something already."""
    await _hint(message, here, "dialog-edited", asked=raw_state is not None)


async def _hint(message: Message, here: Here, key: str, *, asked: bool) -> None:
    ways = keyboards.leave if asked else keyboards.home
    await here.say.send(message.chat.id, Rendered(here.chat(key), ways(here.texts, here.language)))
