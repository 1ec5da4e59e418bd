"""/start d_…: a day with its projects, for everybody who comes by its link."""

from aiogram.filters import CommandObject
from aiogram.types import Message

from bot import day_cards
from giving.errors import DayUnknown
from giving.ids import id_of
from handlers.giving_days.here import Here


async def open_day(message: Message, command: CommandObject, here: Here) -> None:
    """What it is about, and its projects to give to; no draft, nor one that was cancelled. Raises: DayUnknown."""
    day_id = id_of((command.args or "")[2:])
    if day_id is None:
        raise DayUnknown
    day = await here.giving_days.public(day_id)
    found = await here.giving_days.preview(day.id)
    await here.say.send(message.chat.id, day_cards.to_give(here.texts, here.links, here.language, found))
