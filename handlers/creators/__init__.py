"""Creators: their channels, what is given there, their slot, and thanking; channels are only listened to."""

from aiogram import F, Router
from aiogram.filters import Command, CommandStart

from bot import callbacks as cb
from bot.callbacks import ChatDeed, SlotDeed
from handlers import channels
from handlers.creators import chats, choosing, finding, handover, presets, slots, thanks, thanks_posts
from handlers.creators.here import Here
from handlers.here import HereMiddleware


def router() -> Router:
    """What a creator does happens in private; channels are only listened to."""
    fresh = Router(name="creators")
    fresh.message.middleware(HereMiddleware(Here))
    fresh.callback_query.middleware(HereMiddleware(Here))
    channels.register(fresh)
    fresh.chat_member.register(handover.somebody_went, handover.IS_ONE_NO_LONGER)
    _messages(fresh)
    _chats(fresh)
    _slots(fresh)
    return fresh


def _messages(fresh: Router) -> None:
    private = F.chat.type == "private"
    deep = CommandStart(deep_link=True, magic=F.args.startswith("s_"))
    fresh.message.register(slots.open_slot, deep, private)
    fresh.message.register(chats.charity, Command("charity"), private)
    fresh.message.register(slots.slot, Command("slot"), private)
    fresh.message.register(choosing.search, choosing.ChatProjectSearch.waiting, private)
    fresh.message.register(presets.typed, presets.PresetWords.waiting, private)
    fresh.message.register(finding.found, finding.ChatSearch.waiting, private)
    fresh.message.register(thanks.written, thanks.ThanksWords.waiting, private)
    fresh.message.register(thanks_posts.written, thanks_posts.ThanksPostWords.waiting, private)
    fresh.message.register(slots.named, slots.SlotName.waiting, private)


def _chats(fresh: Router) -> None:
    fresh.callback_query.register(chats.charity_tapped, cb.Home.filter(F.deed == cb.HomeDeed.CHARITY))
    fresh.callback_query.register(chats.turn_chats, cb.ChatList.filter())
    fresh.callback_query.register(chats.turn_page, cb.ChatPage.filter())
    fresh.callback_query.register(finding.ask, cb.ChatFind.filter())
    fresh.callback_query.register(choosing.ask_search, cb.ChatDo.filter(F.deed == ChatDeed.SEARCH))
    fresh.callback_query.register(presets.ask, cb.ChatDo.filter(F.deed == ChatDeed.PRESETS))
    fresh.callback_query.register(thanks.ask, cb.ChatDo.filter(F.deed == ChatDeed.THANK))
    fresh.callback_query.register(handover.act, cb.ChatDo.filter(F.deed.in_(handover.DEEDS)))
    fresh.callback_query.register(chats.act, cb.ChatDo.filter())
    fresh.callback_query.register(presets.chosen, cb.ChatPresets.filter())
    fresh.callback_query.register(handover.chosen, cb.HandTo.filter())
    fresh.callback_query.register(thanks.send, cb.ThanksSend.filter())
    fresh.callback_query.register(thanks_posts.write, cb.ThanksPostWrite.filter())
    fresh.callback_query.register(thanks_posts.send, cb.ThanksPostSend.filter())
    fresh.callback_query.register(thanks.stop, cb.ThanksStop.filter())
    fresh.callback_query.register(choosing.turn_projects, cb.ChatProjects.filter())
    fresh.callback_query.register(choosing.show_project, cb.ChatProject.filter())
    fresh.callback_query.register(choosing.confirm, cb.ChatConfirm.filter())


def _slots(fresh: Router) -> None:
    fresh.callback_query.register(thanks.ask_on_slot, cb.SlotDo.filter(F.deed == SlotDeed.THANK))
    fresh.callback_query.register(slots.act, cb.SlotDo.filter())
    fresh.callback_query.register(slots.turn_projects, cb.SlotProjects.filter())
    fresh.callback_query.register(slots.show_project, cb.SlotProject.filter())
    fresh.callback_query.register(slots.confirm, cb.SlotOpen.filter())
    fresh.callback_query.register(slots.tapped, cb.SlotTap.filter())
    fresh.callback_query.register(slots.other, cb.SlotOther.filter())
