"""What I gave, and taking back what was paid twice."""

from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import cards
from bot.replies import Replies
from giving.people import Person
from services.links import Links
from services.refunds import RefundService
from services.tips import TipService
from texts import Texts


async def take_back(
    query: CallbackQuery,
    callback_data: cb.TakeBack,
    say: Replies,
    refunds: RefundService,
    texts: Texts,
    person: Person,
    language: str,
) -> None:
    """An extra payment goes back."""
    card = await say.in_time(query, refunds.take_back(callback_data.tip, person))
    await say.turn(query, cards.take_back_asked(texts, language, card))
    await say.answer(query)


async def my_gifts(
    message: Message, say: Replies, tips: TipService, texts: Texts, links: Links, person: Person, language: str
) -> None:
    """Everything I gave, newest first."""
    page = await tips.gifts(person)
    await say.send(message.chat.id, cards.gifts(texts, links, language, page))


async def turn_gifts(
    query: CallbackQuery,
    callback_data: cb.GiftsPage,
    say: Replies,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """Another page, in place; from a receipt's button, a new message."""
    page = await tips.gifts(person, page=callback_data.page)
    shown = cards.gifts(texts, links, language, page)
    if callback_data.fresh:
        await say.send(query.from_user.id, shown)
    else:
        await say.turn(query, shown)
    await say.answer(query)
