"""Matching pools of a draft, by taps."""

from uuid import UUID

from aiogram.types import CallbackQuery

from bot import callbacks as cb
from bot import day_cards
from bot.cards import Rendered
from handlers.giving_days.here import Here
from texts import Html


async def card(here: Here, day: UUID, *, said: Html | None = None) -> Rendered:
    """Which ones? Raises: DayUnknown."""
    preview = await here.giving_days.preview(day)
    found = await here.giving_days.pools(day)
    return day_cards.pools(here.texts, here.language, preview.day, found, preview.projects, said=said)


async def toggled(query: CallbackQuery, callback_data: cb.DayPool, here: Here) -> None:
    """One more, or one less. Raises: DayUnknown, DayNotNow, PoolUnknown, PoolNotOpen, PoolCurrency, PoolOffDay."""
    await here.giving_days.pool(callback_data.day, callback_data.pool, here.person, on=callback_data.on)
    await here.say.turn(query, await card(here, callback_data.day, said=here.chat("day-changed")))
    await here.say.answer(query)
