"""What I gave, and taking back what was paid twice."""

from aiogram import Bot
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import cards, replies
from giving.people import Person
from services.links import Links
from services.refunds import RefundService
from services.tips import TipService
from texts import Texts


async def take_back(
    query: CallbackQuery,
    callback_data: cb.TakeBack,
    bot: Bot,
    refunds: RefundService,
    texts: Texts,
    person: Person,
    language: str,
) -> None:
    """An extra payment goes back."""
    card = await refunds.take_back(callback_data.tip, person)
    await replies.turn(query, bot, cards.take_back_asked(texts, language, card))
    await replies.answer(query)


async def my_gifts(
    message: Message, bot: Bot, tips: TipService, texts: Texts, links: Links, person: Person, language: str
) -> None:
    """Everything I gave, newest first."""
    page = await tips.gifts(person)
    await replies.send(bot, message.chat.id, cards.gifts(texts, links, language, page, test_money=tips.test_money))


async def turn_gifts(
    query: CallbackQuery,
    callback_data: cb.GiftsPage,
    bot: Bot,
    tips: TipService,
    texts: Texts,
    links: Links,
    person: Person,
    language: str,
) -> None:
    """Another page, in place; from a receipt's button, a new message."""
    page = await tips.gifts(person, page=callback_data.page)
    shown = cards.gifts(texts, links, language, page, test_money=tips.test_money)
    if callback_data.fresh:
        await replies.send(bot, query.from_user.id, shown)
    else:
        await replies.turn(query, bot, shown)
    await replies.answer(query)
