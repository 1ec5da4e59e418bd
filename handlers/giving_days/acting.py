"""Schedule, go live now, go on longer, stop, cancel, and a second admin's word: each said first, then done."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import structlog
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery

from bot import callbacks as cb
from bot import day_cards
from giving.errors import DayNotNow, PreviewStale, SecondNeeded
from giving.giving_days import DayAct, GivingDay
from handlers.giving_days.here import Here
from handlers.giving_days.showing import seen

log = structlog.get_logger()
SAID_FIRST: Final = (DayAct.SCHEDULE, DayAct.GO_LIVE, DayAct.STOP, DayAct.CANCEL)


async def wish(query: CallbackQuery, callback_data: cb.DayWish, here: Here) -> None:
    """What happens next if they say yes; a preview that is no longer true is shown anew. Raises: DayNotNow."""
    found = await here.giving_days.preview(callback_data.day)
    if callback_data.digest and callback_data.digest != found.digest:
        await _show_anew(query, callback_data.day, here)
        return
    if callback_data.act not in SAID_FIRST:
        raise DayNotNow(state=found.day.state.value)
    shown = day_cards.sure(here.texts, here.language, found, callback_data.act, here.giving_days.now())
    await here.say.turn(query, shown)
    await here.say.answer(query)


async def sure(query: CallbackQuery, callback_data: cb.DaySure, here: Here) -> None:
    """Yes."""
    act = callback_data.act
    try:
        day = await _done(here, callback_data)
    except PreviewStale:
        await _show_anew(query, callback_data.day, here)
        return
    except SecondNeeded:  # the audience has grown meanwhile
        found = await here.giving_days.preview(callback_data.day)
        await here.say.turn(query, day_cards.sure(here.texts, here.language, found, act, here.giving_days.now()))
        await here.say.answer(query)
        return
    said = here.chat("day-done-asked") if day.asked_act else day_cards.acted(here.texts, here.language, act, day)
    await here.say.turn(query, await here.card(day.id, said=said))
    await here.say.answer(query)


async def _done(here: Here, yes: cb.DaySure) -> GivingDay:
    days, who = here.giving_days, here.person
    if yes.second and yes.act in (DayAct.SCHEDULE, DayAct.GO_LIVE):
        return await days.ask(yes.day, who, yes.digest, yes.act)
    match yes.act:
        case DayAct.SCHEDULE:
            return await days.schedule(yes.day, who, yes.digest)
        case DayAct.GO_LIVE:
            return await days.go_live(yes.day, who, yes.digest)
        case DayAct.STOP:
            return await days.stop(yes.day, who)
        case DayAct.CANCEL:
            return await days.cancel(yes.day, who)
        case _:
            raise DayNotNow(state=(await days.one(yes.day)).state.value)


async def _show_anew(query: CallbackQuery, day: UUID, here: Here) -> None:
    """It was changed since they looked: here is how it is now."""
    log.info("giving_day_preview_stale", day_id=str(day))
    await here.say.turn(query, await seen(here, day, said=here.chat(PreviewStale.message_key)))
    await here.say.answer(query, here.plain(PreviewStale.message_key), alert=True)


async def longer(query: CallbackQuery, callback_data: cb.DayLonger, state: FSMContext, here: Here) -> None:
    """Until then: are you sure; and, if they are, so it is."""
    until = datetime.fromtimestamp(callback_data.until * 60, UTC)
    if not callback_data.sure:
        day = await here.giving_days.one(callback_data.day)
        await here.say.turn(query, day_cards.longer(here.texts, here.language, day, until, callback_data.until))
    else:
        day = await here.giving_days.extend(callback_data.day, here.person, until)
        await state.clear()
        said = day_cards.acted(here.texts, here.language, DayAct.EXTEND, day)
        await here.say.turn(query, await here.card(day.id, said=said))
    await here.say.answer(query)


async def confirm(query: CallbackQuery, callback_data: cb.DayConfirm, here: Here) -> None:
    """The second admin's word; a preview that is no longer true is shown anew."""
    try:
        before = await here.giving_days.one(callback_data.day)
        day = await here.giving_days.confirm(callback_data.day, here.person, callback_data.digest)
    except PreviewStale:
        await _show_anew(query, callback_data.day, here)
        return
    said = day_cards.acted(here.texts, here.language, before.asked_act or DayAct.SCHEDULE, day)
    await here.say.turn(query, await here.card(day.id, said=said))
    await here.say.answer(query)
