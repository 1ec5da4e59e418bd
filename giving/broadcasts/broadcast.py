"""A broadcast: what it says, to whom, and what may be done with it when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from giving.broadcasts.segments import Segment
from giving.errors import AudienceGrown, BroadcastEmpty, BroadcastNotNow, BroadcastTooLong, ButtonsWrong
from giving.people import LANGUAGES
from giving.projects import in_language
from giving.subscriptions import SubscriptionKind

# Telegram counts what is shown, without markup. Source: core.telegram.org/bots/api (sendMessage, sendPhoto)
TEXT_MOST: Final = 4096
CAPTION_MOST: Final = 1024
MARKUP_MOST: Final = 16_384
BUTTONS_MOST: Final = 6
BUTTON_TEXT_MOST: Final = 64
PHOTO_UNREADABLE: Final = "photo"  # why one was stopped, where it is a file of ours and not Telegram
GROWS_BY: Final = 10  # so many people, or one in so many: what is more is shown again


class BroadcastState(StrEnum):
    """DRAFT until it is started; DONE when everybody was told, or is known not to be told."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class BroadcastAct(StrEnum):
    """What can be done with one."""

    START = "start"
    EDIT = "edit"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


RUNNABLE: Final = frozenset({BroadcastState.RUNNING, BroadcastState.PAUSED})
_FROM: Final[dict[BroadcastAct, frozenset[BroadcastState]]] = {
    BroadcastAct.START: frozenset({BroadcastState.DRAFT}),
    BroadcastAct.EDIT: frozenset({BroadcastState.DRAFT}) | RUNNABLE,
    BroadcastAct.PAUSE: frozenset({BroadcastState.RUNNING}),
    BroadcastAct.RESUME: frozenset({BroadcastState.PAUSED}),
    BroadcastAct.CANCEL: frozenset({BroadcastState.DRAFT}) | RUNNABLE,
}


def may(state: BroadcastState, act: BroadcastAct) -> bool:
    """Whether a broadcast in this state allows it."""
    return state in _FROM[act]


def must(state: BroadcastState, act: BroadcastAct) -> None:
    """Nothing if it does. Raises: BroadcastNotNow."""
    if not may(state, act):
        raise BroadcastNotNow(state=state)


def must_be_as_many(shown: int | None, now: int) -> None:
    """Nothing where about as many people would get it `now` as were `shown` (None: nobody was shown any number).

    A tenth more, or ten, changes nobody's mind; fewer never does. Raises: AudienceGrown.
    """
    if shown is not None and now > shown + max(GROWS_BY, shown // GROWS_BY):
        raise AudienceGrown(people=now, shown=shown)


@dataclass(frozen=True, slots=True)
class Photo:
    """What Telegram knows as `file_id`; or `path`, a file of ours that is uploaded with the first message."""

    file_id: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class UrlButton:
    """A button that opens a page; what it says by language."""

    texts: Mapping[str, str]
    url: str

    def text(self, language: str) -> str:
        """In this language, or the one there is."""
        return in_language(self.texts, language)


@dataclass(frozen=True, slots=True)
class Content:
    """What is said: Telegram's HTML by language, perhaps under a photo, with buttons below it."""

    texts: Mapping[str, str]
    photo: Photo | None = None
    buttons: tuple[UrlButton, ...] = ()

    def __post_init__(self) -> None:
        """Raises: BroadcastEmpty, BroadcastTooLong, ButtonsWrong."""
        if not self.texts or not all(text.strip() for text in self.texts.values()) or set(self.texts) - set(LANGUAGES):
            raise BroadcastEmpty
        most = CAPTION_MOST if self.photo is not None else TEXT_MOST
        for text in self.texts.values():
            if len(text) > MARKUP_MOST or _shown_length(text) > most:
                raise BroadcastTooLong(most=most)
        if len(self.buttons) > BUTTONS_MOST or not all(_is_good(button) for button in self.buttons):
            raise ButtonsWrong(most=BUTTONS_MOST)

    def text(self, language: str) -> str:
        """In this language, or the one there is."""
        return in_language(self.texts, language)

    def as_json(self) -> dict[str, Any]:
        """As plain JSON."""
        photo = {"file_id": self.photo.file_id, "path": self.photo.path} if self.photo else None
        buttons = [{"texts": dict(button.texts), "url": button.url} for button in self.buttons]
        return {"texts": dict(self.texts), "photo": photo, "buttons": buttons}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "Content":
        """What `as_json` told."""
        photo = Photo(**kept["photo"]) if kept.get("photo") else None
        return cls(kept["texts"], photo, tuple(UrlButton(b["texts"], b["url"]) for b in kept.get("buttons", ())))


@dataclass(frozen=True, slots=True)
class Broadcast:
    """`audience`: how many it was to reach when it was started. `version` grows with every change by somebody.

    `cursor`: people up to this id were looked at; `looked_through`: all were. `paid`: at the paid rate.
    `stopped_by`: what Telegram said of the message itself, when it was paused for that, or PHOTO_UNREADABLE.
    `gifts`, `donors`: given within a day of it, and by how many; None until that is over and counted for the last time.
    """

    id: UUID
    kind: SubscriptionKind
    segment: Segment
    content: Content
    state: BroadcastState
    version: int
    created_at: datetime
    author: UUID | None = None
    paid: bool = False
    audience: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    cursor: UUID | None = None
    looked_through: bool = False
    stopped_by: str | None = None
    tallies: Mapping[str, int] = field(default_factory=dict)
    gifts: int | None = None
    donors: int | None = None

    def tally(self, outcome: str) -> int:
        """How many deliveries ended so."""
        return self.tallies.get(outcome, 0)


def _shown_length(html: str) -> int:
    """At most what Telegram counts: tags are left out, an entity counts as it is written (so never too little)."""
    inside, length = False, 0
    for c in html:
        if c == "<":
            inside = True
        elif c == ">" and inside:
            inside = False
        elif not inside:
            length += 2 if ord(c) > 0xFFFF else 1  # UTF-16 code units
    return length


def _is_good(button: UrlButton) -> bool:
    if not button.texts or not all(0 < len(text.strip()) <= BUTTON_TEXT_MOST for text in button.texts.values()):
        return False
    try:
        parts = urlsplit(button.url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https", "tg") and bool(parts.netloc) and not any(c.isspace() for c in button.url)
