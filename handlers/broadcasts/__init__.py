"""/broadcast, for admins: write one, look at it as its readers will, let it go, and see how far it is."""

from aiogram import F, Router
from aiogram.filters import Command

from bot import callbacks as cb
from handlers.broadcasts import editing, running, writing
from handlers.broadcasts.writing import Cast

__all__ = ["Cast", "router"]


def router() -> Router:
    """In private chats only; every act asks again whether one may."""
    fresh = Router(name="broadcasts")
    private = F.chat.type == "private"
    fresh.message.register(running.listed, Command("broadcast"), private)
    fresh.message.register(writing.written, Cast.words, private)
    fresh.message.register(writing.buttons_written, Cast.buttons, private)
    fresh.message.register(editing.edited, Cast.edit, private)
    fresh.callback_query.register(writing.step, cb.CastGo.filter())
    fresh.callback_query.register(writing.kind, cb.CastKind.filter())
    fresh.callback_query.register(writing.part, cb.CastSegment.filter())
    fresh.callback_query.register(writing.projects, cb.CastProjects.filter())
    fresh.callback_query.register(writing.project, cb.CastProject.filter())
    fresh.callback_query.register(writing.country, cb.CastCountry.filter())
    fresh.callback_query.register(writing.countries, cb.CastCountries.filter())
    fresh.callback_query.register(running.start, cb.CastStart.filter())
    fresh.callback_query.register(running.do, cb.CastDo.filter())
    fresh.callback_query.register(editing.decide, cb.CastEdit.filter())
    return fresh
