"""Creators: their chats switched on, paused and resumed, posts, and what their followers gave."""

from services.creator_watch import ChatRights
from services.creators.seen import EXCERPT_GRAPHEMES, TITLE_GRAPHEMES, ChatSeen
from services.creators.service import CreatorService

__all__ = ["EXCERPT_GRAPHEMES", "TITLE_GRAPHEMES", "ChatRights", "ChatSeen", "CreatorService"]
