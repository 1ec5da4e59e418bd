"""What pictures are drawn of: plain values, nothing of it looked up."""

from dataclasses import dataclass
from datetime import datetime

from giving.money import Money


@dataclass(frozen=True, slots=True)
class DayBadge:
    """The giving day a picture is for, in the reader's language."""

    title: str
    hashtag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCard:
    """A creator's slot, for sharing: what is given there, and where to give."""

    language: str
    name: str  # as the creator is shown; "" says nothing of a creator
    project: str
    given: tuple[Money, ...] = ()  # currencies side by side
    donors: int = 0
    gifts: int = 0
    link: str  # what the code leads to
    day: DayBadge | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCard:
    """What a giving day came to, for sharing."""

    language: str
    title: str
    hashtag: str
    starts_at: datetime
    ends_at: datetime
    given: tuple[Money, ...]
    matched: tuple[Money, ...]
    donors: int
    gifts: int
    projects: tuple[tuple[str, tuple[Money, ...]], ...]  # titles with what was given to each
    hours: tuple[int, ...]  # what was given in each hour, minor units
    link: str  # what the code leads to
