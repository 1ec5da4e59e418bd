"""A broadcast as its readers see it, and as its admins do."""

from uuid import UUID

from bot import broadcast_cards as cards
from bot.cards import Rendered
from giving.broadcasts import Broadcast, Segment
from giving.errors import ProjectUnknown
from handlers.here import Here
from services.broadcasts import BroadcastDesk


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


async def progress(here: Here, desk: BroadcastDesk, broadcast: Broadcast) -> Rendered:
    """How far it is."""
    far, report = await desk.progress(broadcast.id)
    return cards.progress(here.texts, here.language, far, report, await title_of(here, broadcast.segment))
