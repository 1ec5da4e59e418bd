"""Chats whose creators switched charity tipping on, their posts, and what the bot may do there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from giving.projects import ProjectCard, Tally


class ChatState(StrEnum):
    """Whether new posts get a tip keyboard."""

    OFF = "off"
    ON = "on"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class BotRights:
    """What Telegram lets the bot do in a chat; a keyboard under a creator's own post needs `can_edit`."""

    present: bool = False
    can_post: bool = False
    can_edit: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of what tipping still lacks, in the order one would grant it."""
        if not self.present:
            return ("administrator",)
        return () if self.can_edit else ("edit_messages",)


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat the bot is or was in; keyed by Telegram's numeric id, title and username are labels."""

    id: UUID
    telegram_id: int
    kind: str
    title: str
    username: str | None
    state: ChatState
    rights: BotRights
    creator: UUID | None = None
    project: UUID | None = None

    @property
    def tipping(self) -> bool:
        """Whether a new post gets a keyboard now."""
        return self.state is ChatState.ON and self.project is not None and self.creator is not None


@dataclass(frozen=True, slots=True)
class ChatCard:
    """A chat with its chosen project, for its creator."""

    chat: Chat
    project: ProjectCard | None


@dataclass(frozen=True, slots=True)
class Post:
    """A post that carries a keyboard; tips on it go to the project it was published with."""

    id: UUID
    chat: UUID
    chat_telegram_id: int
    message_id: int
    project: UUID
    excerpt: str
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class PostCounter:
    """A post with what was given on it, as its first button shows it."""

    post: Post
    raised: Tally


@dataclass(frozen=True, slots=True)
class CreatorStats:
    """What a chat's followers gave, local days; weeks begin on Monday."""

    chat: Chat
    today: Tally
    week: Tally
    month: Tally
    ever: Tally
    top_posts: tuple[PostCounter, ...]


def periods(now: datetime) -> tuple[datetime, datetime, datetime]:
    """Starts of this day, week (Monday) and month, for `now` in the operator's timezone."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return day, day - timedelta(days=day.weekday()), day.replace(day=1)


def next_digest(now: datetime, last: datetime | None, every: timedelta) -> datetime:
    """When the creator is told of a tip that was just paid: at once, but `every` apart."""
    return now if last is None else max(now, last + every)
