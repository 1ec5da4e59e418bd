"""What no dialog can take for an answer: stickers, forwarded and edited messages. Each is told what to do instead."""

from aiogram import F, Router
from aiogram.filters import StateFilter
from aiogram.types import Message

from bot import keyboards
from bot.cards import Rendered
from bot.replies import Replies
from giving.errors import AmountNotUnderstood
from handlers.creators.finding import ChatSearch
from handlers.tips.other import OtherAmount
from services.tips import TipService
from texts import Texts


def router() -> Router:
    """Stands before the dialogs, in private chats only."""
    fresh = Router(name="unanswered")
    private = F.chat.type == "private"
    fresh.message.register(forwarded, private, F.forward_origin, ~StateFilter(ChatSearch.waiting))
    fresh.message.register(not_words, private, in_dialog, ~F.text)
    fresh.edited_message.register(edited, private)
    return fresh


async def in_dialog(message: Message, raw_state: str | None = None) -> bool:
    """Whether something was asked."""
    return raw_state is not None


async def not_words(
    message: Message, say: Replies, tips: TipService, texts: Texts, language: str, raw_state: str | None = None
) -> None:
    """A sticker, a photo, a voice message, where words were asked for; the question stays."""
    if raw_state == OtherAmount.waiting.state:
        limits = tips.limits
        text = texts.chat(language, AmountNotUnderstood.message_key, least=limits.least, most=limits.most)
    else:
        text = texts.chat(language, "dialog-not-words")
    await say.send(message.chat.id, Rendered(text, keyboards.leave(texts, language)))


async def forwarded(message: Message, say: Replies, texts: Texts, language: str, raw_state: str | None = None) -> None:
    """Somebody else's words (or a card, whose buttons stay behind) are no answer and no command."""
    await _hint(message, say, texts, language, "dialog-forwarded", asked=raw_state is not None)


async def edited(message: Message, say: Replies, texts: Texts, language: str, raw_state: str | None = None) -> None:
    """What was changed afterwards is not read again: the first words may have led to something already."""
    await _hint(message, say, texts, language, "dialog-edited", asked=raw_state is not None)


async def _hint(message: Message, say: Replies, texts: Texts, language: str, key: str, *, asked: bool) -> None:
    rows = keyboards.leave(texts, language) if asked else keyboards.home(texts, language)
    await say.send(message.chat.id, Rendered(texts.chat(language, key), rows))
