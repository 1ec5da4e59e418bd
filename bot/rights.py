"""What Telegram says, right now, about who administers a chat and what the bot may do there."""

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError
from aiogram.types import ChatMemberAdministrator, ChatMemberMember, ChatMemberOwner, ChatMemberRestricted

from giving.creators import BotRights


class TelegramRights:
    """`services.creators.ChatRights`, asked of Telegram each time. Raises: TelegramNetworkError when it is away."""

    def __init__(self, bot: Bot) -> None:
        """Ask as this bot."""
        self._bot = bot

    async def is_administrator(self, chat: int, user: int) -> bool:
        """Whether this person administers the chat at this moment."""
        try:
            member = await self._bot.get_chat_member(chat, user)
        except (TelegramForbiddenError, TelegramBadRequest):
            return False
        return isinstance(member, ChatMemberOwner | ChatMemberAdministrator)

    async def has_lost(self, chat: int, user: int) -> bool:
        """Whether Telegram says clearly that they administer it no longer; a refusal to tell is none."""
        try:
            member = await self._bot.get_chat_member(chat, user)
        except (TelegramForbiddenError, TelegramBadRequest):
            return False
        return not isinstance(member, ChatMemberOwner | ChatMemberAdministrator)

    async def administrators_of(self, chat: int) -> tuple[int, ...]:
        """The people who administer it, bots left out; nobody where the bot may not ask."""
        try:
            members = await self._bot.get_chat_administrators(chat)
        except (TelegramForbiddenError, TelegramBadRequest):
            return ()
        return tuple(member.user.id for member in members if not member.user.is_bot)

    async def chat_named(self, username: str) -> int | None:
        """The channel or group that has this public name at this moment."""
        try:
            chat = await self._bot.get_chat(f"@{username}")
        except (TelegramForbiddenError, TelegramBadRequest):
            return None
        return None if chat.type == "private" else chat.id

    async def of_bot(self, chat: int) -> BotRights:
        """What the bot may do; nothing if it is not in the chat."""
        try:
            member = await self._bot.get_chat_member(chat, self._bot.id)
            if isinstance(member, ChatMemberOwner):
                return BotRights(present=True, can_post=True, can_edit=True)
            if isinstance(member, ChatMemberAdministrator):
                return await self._of_administrator(chat, member)
            present = isinstance(member, ChatMemberMember) or (
                isinstance(member, ChatMemberRestricted) and member.is_member
            )
            writes = present and not await self._is_channel(chat)
        except (TelegramForbiddenError, TelegramBadRequest):
            return BotRights()
        return BotRights(present=present, can_post=writes, can_edit=writes)

    async def _of_administrator(self, chat: int, member: ChatMemberAdministrator) -> BotRights:
        if member.can_post_messages is None and member.can_edit_messages is None and not await self._is_channel(chat):
            return BotRights(present=True, can_post=True, can_edit=True)  # a group: these rights are for channels only
        return BotRights(present=True, can_post=bool(member.can_post_messages), can_edit=bool(member.can_edit_messages))

    async def _is_channel(self, chat: int) -> bool:
        return (await self._bot.get_chat(chat)).type == "channel"
