"""/recap 2026: a year looked back at; a donor's own, and what a creator called for."""

from aiogram.filters import CommandObject
from aiogram.types import CallbackQuery, Message

from bot import callbacks as cb
from bot import proof_cards as cards
from giving.errors import RecapUnknown
from handlers.here import Here
from services.recaps import Recap, RecapService, may_be_named


async def mine(message: Message, command: CommandObject, here: Here, recaps: RecapService) -> None:
    """My year; where I only called for gifts, those. Raises: YearUnknown, RecapUnknown."""
    typed = command.args or ""
    called = await recaps.called(here.person, typed)
    try:
        found = await recaps.mine(here.person, typed)
    except RecapUnknown:
        if called is None:
            raise
        found, called = called, None
    await _send(here, recaps, found, called=called is not None)


async def show(query: CallbackQuery, callback_data: cb.RecapShow, here: Here, recaps: RecapService) -> None:
    """Another year, or what I called for. Raises: YearUnknown, RecapUnknown."""
    asked = callback_data
    called = await recaps.called(here.person, str(asked.year))
    if asked.called and called is None:
        raise RecapUnknown
    found = called if asked.called and called is not None else await recaps.mine(here.person, str(asked.year))
    await here.say.in_time(query, _send(here, recaps, found, called=called is not None))
    await here.say.answer(query)


async def ask(query: CallbackQuery, callback_data: cb.RecapPublic, here: Here, recaps: RecapService) -> None:
    """What a page would show, before there is one; by name or not. Raises: as `show`."""
    found = await recaps.mine(here.person, str(callback_data.year))
    if found.shown:
        await _as_it_is(query, here, recaps, found)
        return
    asked = cards.recap_ask(here.texts, here.language, found, here.person.name if may_be_named(here.person) else "")
    await here.say.send(query.from_user.id, asked)
    await here.say.answer(query)


async def open_(query: CallbackQuery, callback_data: cb.RecapOpen, here: Here, recaps: RecapService) -> None:
    """Open to whoever has the link. Raises: as `show`."""
    found = await recaps.show(here.person, callback_data.year, True, named=callback_data.named)
    await _as_it_is(query, here, recaps, found)


async def hide(query: CallbackQuery, callback_data: cb.RecapPublic, here: Here, recaps: RecapService) -> None:
    """Mine alone again. Raises: as `show`."""
    await _as_it_is(query, here, recaps, await recaps.show(here.person, callback_data.year, False))


async def _as_it_is(query: CallbackQuery, here: Here, recaps: RecapService, found: Recap) -> None:
    """The picture anew, since its code leads to the page, or not."""
    called = await recaps.called(here.person, str(found.year))
    await here.say.in_time(query, _send(here, recaps, found, called=called is not None))
    await here.say.answer(query, here.plain("recap-is-public" if found.shown else "recap-is-private"))


async def _send(here: Here, recaps: RecapService, found: Recap, *, called: bool) -> None:
    png = await recaps.picture_or_none(found, here.language)
    shown = cards.recap(here.texts, here.links, here.language, found, png, this_year=recaps.this_year(), called=called)
    if png is None:
        await here.say.send(here.person.telegram_id, shown)
    else:
        await here.say.send_photo(here.person.telegram_id, f"yizan-{found.year}.png", png, shown)
