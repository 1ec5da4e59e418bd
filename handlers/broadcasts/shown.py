"""A broadcast as its readers see it, and as its admins do."""

from uuid import UUID

from aiogram.types import CallbackQuery

from bot import broadcast_cards as cards
from bot import broadcast_edit_cards as edit_cards
from bot.cards import Rendered
from giving.broadcasts import Broadcast, BroadcastState, Segment
from giving.errors import ProjectUnknown
from giving.people import LANGUAGES
from handlers.here import Here
from services.broadcasts import BroadcastDesk, EditLook


async def title_of(here: Here, segment: Segment) -> str | None:
    """The title of the project whose donors it goes to."""
    if segment.project is None:
        return None
    try:
        return (await here.projects.card(segment.project)).project.title(here.language)
    except ProjectUnknown:
        return None


async def preview(chat: int, here: Here, desk: BroadcastDesk, broadcast: UUID) -> None:
    """Each language's message just as its readers get it, and below them what can be done."""
    look = await desk.look(broadcast, here.person)
    for language in sorted(look.broadcast.content.texts, reverse=True):
        await send_as_read(chat, here, look.broadcast, language)
    title = await title_of(here, look.broadcast.segment)
    await here.say.send(chat, cards.look(here.texts, here.language, look, title))


async def send_as_read(chat: int, here: Here, broadcast: Broadcast, language: str) -> None:
    """One message of it, as who speaks this language gets it."""
    message = cards.message(here.texts, language, broadcast.kind, broadcast.content)
    photo = broadcast.content.photo
    say = here.say.speaking(language)
    if photo is None:
        await say.send(chat, message)
    else:
        await say.send_known_photo(chat, photo.file_id or photo.path or "", message)


async def send_to_each(chat: int, here: Here, broadcast: Broadcast) -> None:
    """What readers of each language get, said above it; also of one it was not written in, who get the other words."""
    for language in LANGUAGES:
        await here.say.send(chat, edit_cards.read_by(here.texts, here.language, language))
        await send_as_read(chat, here, broadcast, language)


async def progress(here: Here, desk: BroadcastDesk, broadcast: Broadcast) -> Rendered:
    """How far it is."""
    far, report = await desk.progress(broadcast.id)
    return cards.progress(here.texts, here.language, far, report, await title_of(here, broadcast.segment))


async def watch(query: CallbackQuery, here: Here, desk: BroadcastDesk, broadcast: UUID) -> None:
    """In place of what was pressed, how far it is; the leader keeps it so."""
    found = await desk.broadcasts.one(broadcast, here.person)
    shown = await here.say.turn(query, await progress(here, desk, found))
    await desk.show(broadcast, here.person, shown)


async def show(chat: int, here: Here, desk: BroadcastDesk, broadcast: UUID) -> None:
    """As it is now: a draft with what it would do, other words that wait, or how far it is."""
    cast = await desk.broadcasts.one(broadcast, here.person)
    if cast.state is BroadcastState.DRAFT:
        await preview(chat, here, desk, cast.id)
        return
    if (seen := await desk.edits.look(broadcast, here.person)) is not None:
        await show_edit(chat, here, seen)
        return
    sent = await here.say.send(chat, await progress(here, desk, cast))
    await desk.show(cast.id, here.person, sent.message_id)


async def show_edit(chat: int, here: Here, seen: EditLook) -> None:
    """Other words for one that was started, as each of its readers would get them, and what can be decided."""
    await send_to_each(chat, here, seen.as_read)
    title = await title_of(here, seen.broadcast.segment)
    await here.say.send(chat, edit_cards.look(here.texts, here.language, seen, title))
