"""Chats and posts as Telegram shows them, and how much of their words is kept."""

from dataclasses import dataclass
from typing import Final

EXCERPT_GRAPHEMES: Final = 40
TITLE_GRAPHEMES: Final = 64


@dataclass(frozen=True, slots=True)
class ChatSeen:
    """A chat as Telegram shows it at this moment."""

    telegram_id: int
    kind: str
    title: str
    username: str | None
