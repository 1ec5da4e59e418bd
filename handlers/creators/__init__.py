"""Creators: the bot joins a channel, charity tipping is switched on and off, figures, and keyboards under new posts."""

from aiogram import F, Router
from aiogram.filters import Command

from bot import callbacks as cb
from bot.callbacks import ChatDeed
from handlers import channels
from handlers.creators import chats, choosing
from handlers.creators.here import HereMiddleware


def router() -> Router:
    """What a creator does happens in private; channels are only listened to."""
    fresh = Router(name="creators")
    private = F.chat.type == "private"
    fresh.message.middleware(HereMiddleware())
    fresh.callback_query.middleware(HereMiddleware())
    channels.register(fresh)
    fresh.message.register(chats.charity, Command("charity"), private)
    fresh.message.register(choosing.search, choosing.ChatProjectSearch.waiting, private)
    fresh.callback_query.register(chats.charity_tapped, cb.Home.filter(F.deed == cb.HomeDeed.CHARITY))
    fresh.callback_query.register(chats.turn_chats, cb.ChatList.filter())
    fresh.callback_query.register(choosing.ask_search, cb.ChatDo.filter(F.deed == ChatDeed.SEARCH))
    fresh.callback_query.register(chats.act, cb.ChatDo.filter())
    fresh.callback_query.register(choosing.turn_projects, cb.ChatProjects.filter())
    fresh.callback_query.register(choosing.show_project, cb.ChatProject.filter())
    fresh.callback_query.register(choosing.confirm, cb.ChatConfirm.filter())
    return fresh
