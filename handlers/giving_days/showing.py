"""The list of days, one of them, and how others will see it."""

from uuid import UUID

from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import day_cards
from bot.callbacks import DayDeed, DayView
from bot.cards import Rendered
from handlers.giving_days.here import Here


async def days(message: Message, here: Here) -> None:
    """/giving_day: all of them, and how to make the next."""
    await here.say.send(message.chat.id, await _list(here))


async def listed(query: CallbackQuery, here: Here) -> None:
    """The same, in place."""
    await here.say.turn(query, await _list(here))
    await here.say.answer(query)


async def _list(here: Here) -> Rendered:
    return day_cards.day_list(here.texts, here.language, await here.giving_days.list())


async def look(query: CallbackQuery, callback_data: cb.DayDo, here: Here) -> None:
    """What a button of the day's card says."""
    match callback_data.deed:
        case DayDeed.CHANGE:
            shown = day_cards.change(here.texts, here.language, await here.giving_days.one(callback_data.day))
        case DayDeed.TEST:
            await _test(here, callback_data.day)
            await here.say.answer(query, here.plain("day-tested"))
            return
        case DayDeed.REPEAT:
            day = await here.giving_days.one(callback_data.day)
            series = await here.giving_days.series_of(day)
            shown = day_cards.repeat(here.texts, here.language, day, series, here.giving_days.terms.zone)
        case DayDeed.EXTEND:
            shown = day_cards.extend(here.texts, here.language, await here.giving_days.one(callback_data.day))
        case _:
            shown = await here.card(callback_data.day)
    await here.say.turn(query, shown)
    await here.say.answer(query)


async def _test(here: Here, day: UUID) -> None:
    """All that will be sent of it, in every language, to who asks."""
    found = await here.giving_days.preview(day)
    for view in DayView:
        for tongue in here.texts.languages:
            shown = day_cards.seen(here.texts, here.links, tongue, found, view)
            await here.say.speaking(tongue).send(here.person.telegram_id, shown)


async def preview(query: CallbackQuery, callback_data: cb.DayPreview, here: Here) -> None:
    """Just as they will see it, with what can be decided on it."""
    await here.say.turn(query, await seen(here, callback_data.day, callback_data.view, callback_data.language))
    await here.say.answer(query)


async def seen(
    here: Here, day: UUID, view: DayView = DayView.AUDIENCE, tongue: str | None = None, *, said: str | None = None
) -> Rendered:  # fmt: skip
    """The preview as it is now. Raises: DayUnknown."""
    found = await here.giving_days.preview(day)
    asked = found.day.asked_act is not None and found.day.asked_by != here.person.id
    rows = day_cards.decisions(here.texts, here.language, found, here.giving_days.now(), second_asked=asked)
    return day_cards.preview(
        here.texts, here.links, here.language, found, view, tongue or here.language, rows, said=said
    )  # fmt: skip
