"""Chats whose creators switched charity tipping on, their posts, and what the bot may do there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from giving.errors import AmountNotUnderstood, PresetsNotUnderstood
from giving.money import Money, parse_amount
from giving.projects import ProjectCard, Tally

GROUPS: Final = ("group", "supergroup")
BEING_SENT: Final = 0  # a carrier's number from the moment somebody took it on until Telegram numbered it
MOST_PRESETS: Final = 3


class ChatState(StrEnum):
    """Whether new posts get a tip keyboard; PAUSED is ON with a rest: posts keep their counters, nobody can tip."""

    OFF = "off"
    ON = "on"
    PAUSED = "paused"


class PauseReason(StrEnum):
    """Why a chat is paused: its creator wished it, lost the right to run it, or left the service."""

    CREATOR = "creator"
    RIGHTS_LOST = "rights_lost"
    CREATOR_LEFT = "creator_left"


class Carried(StrEnum):
    """Where a post's keyboard stands: under the post itself, or under a reply of the bot's (its carrier)."""

    SELF = "self"
    REPLY = "reply"


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
    presets_minor: tuple[int, ...] = ()
    paused_reason: str | None = None
    handover_to: UUID | None = None
    day_card: bool | None = None

    @property
    def has_day_cards(self) -> bool:
        """Whether giving days have a card here: in a group unless it was switched off, in a channel if it was on."""
        return self.is_group if self.day_card is None else self.day_card

    @property
    def paused(self) -> bool:
        """Whether tipping rests, to be resumed."""
        return self.state is ChatState.PAUSED

    @property
    def orphaned(self) -> bool:
        """Whether it is paused for want of a creator, so that any administrator may take it over."""
        return self.paused and self.paused_reason in (PauseReason.RIGHTS_LOST, PauseReason.CREATOR_LEFT)

    def presets(self, default: Sequence[Money]) -> tuple[Money, ...]:
        """The amounts its keyboards offer: its own, else the service's `default` (of the same currency)."""
        return tuple(Money(minor, default[0].currency) for minor in self.presets_minor) or tuple(default)

    def offered(self, default: Sequence[Money]) -> tuple[Money, ...]:
        """`presets`, or nothing while it is paused: a keyboard without amounts is its counter alone."""
        return () if self.paused else self.presets(default)

    @property
    def is_group(self) -> bool:
        """Whether people talk there, so that a message is tipped by a reply to it."""
        return self.kind in GROUPS

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of what tipping still lacks here; a group asks for less than a channel."""
        if not self.is_group:
            return self.rights.missing
        if not self.rights.present:
            return ("member",)
        return () if self.rights.can_post else ("send_messages",)

    @property
    def tipping(self) -> bool:
        """Whether a new post gets a keyboard now."""
        return self.state is ChatState.ON and self.project is not None and self.creator is not None


@dataclass(frozen=True, slots=True)
class ChatCard:
    """A chat with its chosen project and what it was given, for who runs it.

    `run_by`: the creator's name, for who only administers it too; `back`: the bot came back and found its settings.
    """

    chat: Chat
    project: ProjectCard | None
    raised: Tally | None = None
    run_by: str | None = None
    back: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """A post (in a group: a tipped message) with a keyboard; tips on it go to the project it was published with.

    `carrier_chat`, `reply_to`: where the carrier answers; `carrier_message_id`: the carrier, once it is sent.
    """

    id: UUID
    chat: UUID
    chat_telegram_id: int
    message_id: int
    project: UUID
    excerpt: str
    posted_at: datetime
    carried: Carried = Carried.SELF
    carrier_chat: int | None = None
    carrier_message_id: int | None = None
    reply_to: int | None = None
    author: UUID | None = None

    @property
    def keyboard_at(self) -> tuple[int, int] | None:
        """The chat and the message that have the keyboard now; None if no message has."""
        if self.carried is Carried.SELF:
            return (self.chat_telegram_id, self.message_id)
        if self.carrier_chat is None or not self.carrier_message_id:
            return None
        return (self.carrier_chat, self.carrier_message_id)

    def carries(self, chat: int, message: int, *, by_us: bool) -> bool:
        """Whether its buttons stand under that message; `by_us`: the bot sent it."""
        if (chat, message) in (self.keyboard_at, (self.chat_telegram_id, self.message_id)):
            return True  # a post that had buttons keeps them
        # The bot's own reply, seen and tapped before its number was kept.
        return by_us and self.carrier_message_id == BEING_SENT and chat == self.carrier_chat


@dataclass(frozen=True, slots=True)
class PostCounter:
    """A post with what was given on it, as its first button shows it.

    `day`: what the giving day has raised that is on for its project; None where none is. `amounts`: what that day
    suggests, where the chat has no amounts of its own.
    """

    post: Post
    raised: Tally
    chat: Chat | None = None
    day: Money | None = None
    amounts: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class CreatorStats:
    """What a chat's followers gave, local days; weeks begin on Monday."""

    chat: Chat
    today: Tally
    week: Tally
    month: Tally
    ever: Tally
    top_posts: tuple[PostCounter, ...]


def parse_presets(text: str, *, least: Money, most: Money) -> tuple[Money, ...]:
    """One to three amounts as typed (`1 5 10`, `¥6.66、¥66`), each once, in the order of their size.

    Raises: PresetsNotUnderstood, TipTooSmall, TipTooLarge.
    """
    words = re.sub(r"[、,，;；/|]+\s*", " ", text[:100]).split()
    if not 1 <= len(words) <= MOST_PRESETS:
        raise PresetsNotUnderstood(least=least, most=most)
    try:
        typed = {parse_amount(word, least=least, most=most) for word in words}
    except AmountNotUnderstood as error:
        raise PresetsNotUnderstood(least=least, most=most) from error
    return tuple(sorted(typed, key=lambda amount: amount.minor))


def periods(now: datetime) -> tuple[datetime, datetime, datetime]:
    """Starts of this day, week (Monday) and month, for `now` in the operator's timezone."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return day, day - timedelta(days=day.weekday()), day.replace(day=1)


def next_digest(now: datetime, last: datetime | None, every: timedelta) -> datetime:
    """When the creator is told of a tip that was just paid: at once, but `every` apart."""
    return now if last is None else max(now, last + every)
