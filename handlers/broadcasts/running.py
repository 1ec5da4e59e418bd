"""What is done with a broadcast that is kept: looked at, tested, started, confirmed, paused, cancelled."""

from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import broadcast_cards as cards
from bot import callbacks as cb
from bot.callbacks import CastDeed
from bot.cards import Rendered
from giving.broadcasts import BroadcastState
from giving.errors import (
    AudienceGrown,
    BroadcastChanged,
    BroadcastNotNow,
    NobodyAsked,
    NobodyElse,
    PaidRateOff,
    PriceNotConfirmed,
    SecondNeeded,
)
from giving.people import LANGUAGES
from handlers.broadcasts.editing import ask_words
from handlers.broadcasts.shown import preview, send_to_each, show, show_edit, watch
from handlers.here import Here
from services.broadcasts import BroadcastDesk

_STALE = (
    AudienceGrown, BroadcastChanged, BroadcastNotNow, NobodyAsked, NobodyElse, PaidRateOff, PriceNotConfirmed,
    SecondNeeded,
)  # fmt: skip


async def listed(message: Message, here: Here, desk: BroadcastDesk) -> None:
    """The newest, and a new one."""
    await here.say.send(message.chat.id, await _list(here, desk))


async def _list(here: Here, desk: BroadcastDesk) -> Rendered:
    newest = await desk.broadcasts.newest(here.person, limit=10)
    return cards.listed(here.texts, here.language, newest)


async def start(query: CallbackQuery, callback_data: cb.CastStart, here: Here, desk: BroadcastDesk) -> None:
    """It goes, or a second admin is asked; where it is not any more what was shown, that is said and shown again."""
    paid, stars, cast = callback_data.stars >= 0, max(0, callback_data.stars), callback_data.cast
    people = callback_data.people
    try:
        if callback_data.ask:
            asked = await desk.ask(cast, callback_data.version, here.person, paid=paid, stars=stars, people=people)
            await here.say.answer(query, here.plain("cast-asked-others", count=asked), alert=True)
            return
        if callback_data.confirm:
            await desk.confirm(cast, callback_data.version, here.person, stars=callback_data.stars, people=people)
        else:
            await desk.start(cast, callback_data.version, here.person, paid=paid, stars=stars, people=people)
    except _STALE as stale:
        await here.say.answer(query, here.plain(stale.message_key, **stale.args_for_message), alert=True)
        if not isinstance(stale, NobodyElse):
            await show(query.from_user.id, here, desk, cast)
        return
    await watch(query, here, desk, cast)
    await here.say.answer(query, here.plain("cast-started"))


async def do(
    query: CallbackQuery, callback_data: cb.CastDo, state: FSMContext, here: Here, desk: BroadcastDesk
) -> None:
    """One of the deeds."""
    cast = await desk.broadcasts.one(callback_data.cast, here.person)
    rewritten = await desk.edits.look(cast.id, here.person)
    match callback_data.deed:
        case CastDeed.LIST:
            await here.say.turn(query, await _list(here, desk))
        case CastDeed.LOOK | CastDeed.SHOW if cast.state is BroadcastState.DRAFT:
            await preview(query.from_user.id, here, desk, cast.id)
        case CastDeed.LOOK | CastDeed.RESUME if rewritten is not None:  # nothing goes on that nobody looked at
            await show_edit(query.from_user.id, here, rewritten)
        case CastDeed.LOOK | CastDeed.SHOW | CastDeed.REPORT:
            await watch(query, here, desk, cast.id)
        case CastDeed.TEST:
            await send_to_each(query.from_user.id, here, cast)
        case CastDeed.EDIT_ZH | CastDeed.EDIT_EN as deed:
            await ask_words(query, state, here, cast, LANGUAGES[deed is CastDeed.EDIT_EN])
        case CastDeed.PAUSE:
            await desk.broadcasts.pause(cast.id, here.person)
            await watch(query, here, desk, cast.id)
        case CastDeed.RESUME:
            await desk.broadcasts.resume(cast.id, here.person)
            await watch(query, here, desk, cast.id)
        case CastDeed.ASK_CANCEL:
            await here.say.send(query.from_user.id, cards.ask_cancel(here.texts, here.language, cast))
        case CastDeed.CANCEL:
            await desk.broadcasts.cancel(cast.id, here.person)
            await watch(query, here, desk, cast.id)
    await here.say.answer(query)
