"""Sending broadcasts: through the bot's one limiter, below everything that somebody waits for."""

from bot.broadcasts.cards import Footer, Letter
from bot.broadcasts.sender import BroadcastSender

__all__ = ["BroadcastSender", "Footer", "Letter"]
