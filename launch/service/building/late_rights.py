"""The bot's rights, before there is a bot."""

from giving.creators import BotRights
from services.creators import ChatRights


class LateRights:
    """Stands for the bot's rights until the bot is there; nobody can ask before it listens."""

    asks: ChatRights

    async def is_administrator(self, chat: int, user: int) -> bool:
        """Ask Telegram."""
        return await self.asks.is_administrator(chat, user)

    async def of_bot(self, chat: int) -> BotRights:
        """Ask Telegram."""
        return await self.asks.of_bot(chat)

    async def has_lost(self, chat: int, user: int) -> bool:
        """Ask Telegram."""
        return await self.asks.has_lost(chat, user)

    async def administrators_of(self, chat: int) -> tuple[int, ...]:
        """Ask Telegram."""
        return await self.asks.administrators_of(chat)

    async def chat_named(self, username: str) -> int | None:
        """Ask Telegram."""
        return await self.asks.chat_named(username)
