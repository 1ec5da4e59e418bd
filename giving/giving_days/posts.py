"""A creator's post on a giving day: published by their tap alone, once, and never again by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

# Telegram answers long before; after that whoever began it has died, and nobody knows whether it arrived.
SENDING_FOR: Final = timedelta(seconds=60)


class PostState(StrEnum):
    """SENDING is written before Telegram is asked; UNKNOWN: nobody can say whether it arrived."""

    SENDING = "sending"
    POSTED = "posted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DayPost:
    """What became of a day's post in a chat; `tries`: how often somebody tapped for it."""

    day: UUID
    chat: UUID
    state: PostState
    tries: int
    begun_at: datetime
    message_id: int | None = None


def standing(post: DayPost, now: datetime) -> PostState:
    """What is known of it: one whose sender died is as unknown as one without an answer."""
    if post.state is PostState.SENDING and post.begun_at + SENDING_FOR <= now:
        return PostState.UNKNOWN
    return post.state
