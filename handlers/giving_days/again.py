"""Every month by itself: by which rule, or no more."""

from aiogram.types import CallbackQuery

from bot import callbacks as cb
from bot import day_cards
from giving.giving_days import rule_of
from handlers.giving_days.here import Here


async def rule(query: CallbackQuery, callback_data: cb.DayRule, here: Here) -> None:
    """From now on by this rule; without one, no more."""
    if callback_data.rule is None:
        await here.giving_days.end_series(callback_data.day, here.person)
        said = here.chat("day-repeat-ended")
    else:
        chosen = rule_of(callback_data.rule.replace(".", ":"))
        series = await here.giving_days.repeat(callback_data.day, here.person, chosen)
        words = day_cards.rule_words(here.texts, here.language, series.rule)
        said = here.chat("day-repeat-begun", rule=words, next=series.next_on)
    await here.say.turn(query, await here.card(callback_data.day, said=said))
    await here.say.answer(query)


async def nth(query: CallbackQuery, callback_data: cb.DayNth, here: Here) -> None:
    """The second Saturday, the last Sunday: which one?"""
    day = await here.giving_days.one(callback_data.day)
    await here.say.turn(query, day_cards.nth(here.texts, here.language, day, callback_data.nth))
    await here.say.answer(query)
