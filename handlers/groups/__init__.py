"""Groups: /tip as an answer to a message, /charity, the bot's coming and going, discussion groups of channels."""

from aiogram import F, Router
from aiogram.filters import Command, CommandStart

from giving.creators import GROUPS
from handlers.groups import chats, discussions, tips, unknown


def router() -> Router:
    """In groups the bot says one line at most; what takes words happens in private."""
    fresh = Router(name="groups")
    group = F.chat.type.in_(GROUPS)
    fresh.my_chat_member.register(chats.changed, group)
    fresh.message.register(chats.upgraded, F.migrate_to_chat_id | F.migrate_from_chat_id)
    fresh.message.register(discussions.forwarded, F.is_automatic_forward, group)
    fresh.message.register(tips.tip, Command("tip", ignore_case=True), group)
    fresh.message.register(chats.charity, Command("charity", ignore_case=True), group)
    fresh.message.register(unknown.command, group, unknown.meant_for_us)
    card = CommandStart(deep_link=True, magic=F.args.startswith("c_"))
    fresh.message.register(chats.open_card, card, F.chat.type == "private")
    return fresh
