"""Segments: which of those who asked for a kind of message are written to. What is set has to hold, all of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from giving.errors import SegmentWrong
from giving.people import LANGUAGES

LAPSED_AFTER: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Segment:
    """Nothing set: all who asked for the kind.

    `project`: who gave to it. `last_month`: who gave in the calendar month before, by the operator's clock (with
    `project`: to it). `creators`: who runs a chat or a slot. `lapsed`: who gave (with `project`: to it), but to nothing
    in the last 60 days. `language`: as the bot talks to them. `country`: of their clock, two letters.
    """

    project: UUID | None = None
    last_month: bool = False
    creators: bool = False
    lapsed: bool = False
    language: str | None = None
    country: str | None = None

    def __post_init__(self) -> None:
        """Raises: SegmentWrong (nobody could be in it, or it says something we don't know)."""
        if self.last_month and self.lapsed:
            raise SegmentWrong(said="last_month, lapsed")
        if self.language is not None and self.language not in LANGUAGES:
            raise SegmentWrong(said=self.language)
        if self.country is not None and not (
            len(self.country) == 2 and self.country.isascii() and self.country.isupper()
        ):
            raise SegmentWrong(said=self.country)

    def as_json(self) -> dict[str, Any]:
        """What is set, as plain JSON."""
        return {name: str(v) if isinstance(v, UUID) else v for name, v in asdict(self).items() if v}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> "Segment":
        """The segment that `as_json` told."""
        return cls(**{**kept, "project": UUID(kept["project"]) if kept.get("project") else None})


def last_month(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The calendar month before, by this clock: from (inclusive), to (exclusive), both aware."""
    first = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first - timedelta(days=1)).replace(day=1), first
