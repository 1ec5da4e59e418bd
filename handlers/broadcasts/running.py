"""What is done with a broadcast that is kept: looked at, tested, started, confirmed, paused, changed, cancelled."""

from uuid import UUID

from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import broadcast_cards as cards
from bot import callbacks as cb
from bot.callbacks import CastDeed
from bot.cards import Rendered
from giving.broadcasts import Broadcast, BroadcastState, Content, Photo
from giving.errors import (
    AudienceGrown,
    BroadcastChanged,
    BroadcastEmpty,
    BroadcastNotNow,
    BroadcastTooLong,
    BroadcastUnknown,
    NobodyAsked,
    NobodyElse,
    PaidRateOff,
    PriceNotConfirmed,
    SecondNeeded,
)
from giving.ids import id_of, token_of
from giving.people import LANGUAGES
from giving.permissions import Permission
from handlers.asking import answering
from handlers.broadcasts.shown import preview, progress, send_as_read
from handlers.broadcasts.writing import Cast, words_of
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
            await _show(query.from_user.id, here, desk, await desk.broadcasts.one(cast, here.person))
        return
    await _watch(query, here, desk, cast)
    await here.say.answer(query, here.plain("cast-started"))


async def _watch(query: CallbackQuery, here: Here, desk: BroadcastDesk, broadcast: UUID) -> None:
    """In place of what was pressed, how far it is; the leader keeps it so."""
    found = await desk.broadcasts.one(broadcast, here.person)
    shown = await here.say.turn(query, await progress(here, desk, found))
    await desk.show(broadcast, here.person, shown)


async def do(
    query: CallbackQuery, callback_data: cb.CastDo, state: FSMContext, here: Here, desk: BroadcastDesk
) -> None:
    """One of the deeds."""
    cast = await desk.broadcasts.one(callback_data.cast, here.person)
    match callback_data.deed:
        case CastDeed.LIST:
            await here.say.turn(query, await _list(here, desk))
        case CastDeed.LOOK | CastDeed.SHOW if cast.state is BroadcastState.DRAFT:
            await preview(query.from_user.id, here, desk, cast.id)
        case CastDeed.LOOK | CastDeed.SHOW | CastDeed.REPORT:
            await _watch(query, here, desk, cast.id)
        case CastDeed.TEST:
            await send_as_read(query.from_user.id, here, cast, here.language)
        case CastDeed.EDIT_ZH | CastDeed.EDIT_EN as deed:
            await _ask_words(query, state, here, cast, LANGUAGES[deed is CastDeed.EDIT_EN])
        case CastDeed.PAUSE:
            await desk.broadcasts.pause(cast.id, here.person)
            await _watch(query, here, desk, cast.id)
        case CastDeed.RESUME:
            await desk.broadcasts.resume(cast.id, here.person)
            await _watch(query, here, desk, cast.id)
        case CastDeed.ASK_CANCEL:
            await here.say.send(query.from_user.id, cards.ask_cancel(here.texts, here.language, cast))
        case CastDeed.CANCEL:
            await desk.broadcasts.cancel(cast.id, here.person)
            await _watch(query, here, desk, cast.id)
    await here.say.answer(query)


async def _show(chat: int, here: Here, desk: BroadcastDesk, cast: Broadcast) -> None:
    """As it is now: a draft with what it would do, one that goes with how far it is."""
    if cast.state is BroadcastState.DRAFT:
        await preview(chat, here, desk, cast.id)
        return
    sent = await here.say.send(chat, await progress(here, desk, cast))
    await desk.show(cast.id, here.person, sent.message_id)


async def _ask_words(query: CallbackQuery, state: FSMContext, here: Here, cast: Broadcast, language: str) -> None:
    """Other words for those who were not told yet; only for the version that is being looked at."""
    await state.set_state(Cast.edit)
    await state.set_data({"cast": token_of(cast.id), "version": cast.version, "language": language})
    asked = cards.ask_words(here.texts, here.language, language, skip=False, edits=True)
    await here.say.send(query.from_user.id, asked)


async def edited(message: Message, state: FSMContext, here: Here, desk: BroadcastDesk) -> None:
    """Whoever is not told yet gets this; if somebody else changed it meanwhile, it is shown and nothing is done."""
    async with answering(here, state, BroadcastEmpty, BroadcastTooLong):
        await here.people.must(here.person, Permission.BROADCAST)
        data = await state.get_data()
        broadcast = id_of(str(data.get("cast", "")))
        if broadcast is None:
            raise BroadcastUnknown
        cast = await desk.broadcasts.one(broadcast, here.person)
        texts = {**cast.content.texts, str(data["language"]): words_of(message)}
        photo = Photo(message.photo[-1].file_id) if message.photo else cast.content.photo
        content = Content(texts, photo, cast.content.buttons)
        try:
            cast = await desk.broadcasts.edit(broadcast, int(data["version"]), content, here.person)
        except BroadcastChanged as stale:
            await here.say.send(message.chat.id, Rendered(here.chat(stale.message_key)))
        await state.clear()
        await _show(message.chat.id, here, desk, await desk.broadcasts.one(cast.id, here.person))
