"""Other words for a broadcast that is kept: a draft has them at once; one that was started when they are confirmed."""

from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message

from bot import broadcast_cards as cards
from bot import callbacks as cb
from bot.callbacks import EditAct
from bot.cards import Rendered
from giving.broadcasts import Broadcast, BroadcastState, Content, Photo
from giving.errors import (
    BroadcastChanged,
    BroadcastEmpty,
    BroadcastNotNow,
    BroadcastTooLong,
    BroadcastUnknown,
    NobodyAsked,
    NobodyElse,
    SecondIsYou,
    SecondNeeded,
)
from giving.ids import id_of, token_of
from giving.permissions import Permission
from handlers.asking import answering
from handlers.broadcasts.shown import show, watch
from handlers.broadcasts.writing import Cast, words_of
from handlers.here import Here
from services.broadcasts import BroadcastDesk

_REFUSED = (BroadcastChanged, BroadcastNotNow, NobodyAsked, NobodyElse, SecondIsYou, SecondNeeded)


async def ask_words(query: CallbackQuery, state: FSMContext, here: Here, cast: Broadcast, language: str) -> None:
    """Other words for those who were not told yet; only for the version that is being looked at."""
    await state.set_state(Cast.edit)
    await state.set_data({"cast": token_of(cast.id), "version": cast.version, "language": language})
    asked = cards.ask_words(here.texts, here.language, language, skip=False, edits=True)
    await here.say.send(query.from_user.id, asked)


async def edited(message: Message, state: FSMContext, here: Here, desk: BroadcastDesk) -> None:
    """They are shown as they will be read; if somebody else changed it meanwhile, that is shown and nothing is done."""
    async with answering(here, state, BroadcastEmpty, BroadcastTooLong):
        await here.people.must(here.person, Permission.BROADCAST)
        data = await state.get_data()
        broadcast = id_of(str(data.get("cast", "")))
        if broadcast is None:
            raise BroadcastUnknown
        cast = await desk.broadcasts.one(broadcast, here.person)
        seen = await desk.edits.look(broadcast, here.person)
        before = seen.edit.content if seen is not None else cast.content  # in the other language they are kept
        texts = {**before.texts, str(data["language"]): words_of(message)}
        photo = Photo(message.photo[-1].file_id) if message.photo else before.photo
        content, version = Content(texts, photo, before.buttons), int(data["version"])
        try:
            if cast.state is BroadcastState.DRAFT:
                await desk.broadcasts.edit(broadcast, version, content, here.person)
            else:
                await desk.edits.write(broadcast, version, content, here.person)
        except BroadcastChanged as stale:
            await here.say.send(message.chat.id, Rendered(here.chat(stale.message_key)))
        await state.clear()
        await show(message.chat.id, here, desk, broadcast)


async def decide(query: CallbackQuery, callback_data: cb.CastEdit, here: Here, desk: BroadcastDesk) -> None:
    """These words, or the old ones, or another admin's word; what is not any more as it was shown is shown anew."""
    cast, edit, by = callback_data.cast, callback_data.edit, here.person
    try:
        match callback_data.act:
            case EditAct.ASK:
                asked = await desk.edits.ask(cast, edit, by)
                await here.say.answer(query, here.plain("cast-edit-asked-others", count=asked), alert=True)
                return
            case EditAct.USE:
                said = "cast-edit-used"
                await desk.edits.use(cast, edit, by)
            case EditAct.KEEP:
                said = "cast-edit-kept"
                await desk.edits.keep_old(cast, edit, by)
    except _REFUSED as refused:
        await here.say.answer(query, here.plain(refused.message_key, **refused.args_for_message), alert=True)
        if isinstance(refused, BroadcastChanged | BroadcastNotNow | NobodyAsked):
            await show(query.from_user.id, here, desk, cast)
        return
    await watch(query, here, desk, cast)
    await here.say.answer(query, here.plain(said))
