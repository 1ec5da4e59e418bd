"""What I gave."""

from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import cards
from bot.cards import Rendered
from handlers.here import Here


async def my_gifts(message: Message, here: Here) -> None:
    """Everything I gave, newest first."""
    await here.say.send(message.chat.id, await _gifts(here))


async def turn_gifts(query: CallbackQuery, callback_data: cb.GiftsPage, here: Here) -> None:
    """Another page, in place; from a receipt's button, a new message."""
    shown = await _gifts(here, callback_data.page)
    if callback_data.fresh:
        await here.say.send(query.from_user.id, shown)
    else:
        await here.say.turn(query, shown)
    await here.say.answer(query)


async def _gifts(here: Here, page: int = 0) -> Rendered:
    gifts, sums = await here.tips.gifts(here.person, page=page), await here.tips.sums(here.person)
    return cards.gifts(here.texts, here.links, here.language, gifts, sums)
