"""Followers tip: a tap under a post, another amount, the private card, and all they gave."""

from aiogram import F, Router
from aiogram.filters import Command, CommandStart

from bot import callbacks as cb
from handlers.tips import card, gifts, other, posts


def router() -> Router:
    """Taps come from channels and private chats, messages from private chats only."""
    fresh = Router(name="tips")
    private = F.chat.type == "private"
    fresh.message.register(card.open_tip, _start_with("t_"), private)
    fresh.message.register(posts.open_post, _start_with("p_"), private)
    fresh.message.register(posts.open_other, _start_with("o_"), private)
    fresh.message.register(gifts.my_gifts, CommandStart(deep_link=True, magic=F.args == "gifts"), private)
    fresh.message.register(gifts.my_gifts, Command("gifts"), private)
    fresh.message.register(other.other_amount, other.OtherAmount.waiting, private)
    fresh.callback_query.register(posts.tapped, cb.TipTap.filter())
    fresh.callback_query.register(posts.other_tapped, cb.TipOther.filter())
    fresh.callback_query.register(card.choose_visibility, cb.TipShown.filter())
    fresh.callback_query.register(card.show_again, cb.TipDo.filter(F.deed == cb.TipDeed.SHOW))
    fresh.callback_query.register(card.cancel, cb.TipDo.filter(F.deed == cb.TipDeed.CANCEL))
    fresh.callback_query.register(gifts.turn_gifts, cb.GiftsPage.filter())
    return fresh


def _start_with(prefix: str) -> CommandStart:
    return CommandStart(deep_link=True, magic=F.args.startswith(prefix))
