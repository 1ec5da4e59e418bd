"""A creator's thank-you for all to see: whom it names, how much of that fits, and what became of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from giving import names
from giving.names import clean

WORDS_GRAPHEMES: Final = 300
WORDS_UNITS: Final = 1000
# Telegram takes 4,096 UTF-16 units a message: words, sentences and the line on test money fit beside these.
NAMES_UNITS: Final = 2000
NAMES: Final = 60
FURTHEST: Final = timedelta(days=30)  # whom one thanks without having thanked before
ANSWERED_WITHIN: Final = timedelta(minutes=2)  # what is being sent for longer was broken off


class PostState(StrEnum):
    """SHOWN to its creator, SENDING from their tap until Telegram answers; UNKNOWN if it never did."""

    SHOWN = "shown"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


def is_unknown(state: PostState, sent_at: datetime | None, now: datetime) -> bool:
    """Whether one that was to be sent may or may not stand there: after a crash, or a lost network."""
    if state is PostState.SENDING:
        return sent_at is None or sent_at < now - ANSWERED_WITHIN
    return state is PostState.UNKNOWN


@dataclass(frozen=True, slots=True)
class Donor:
    """Somebody who gave, under the name they allowed."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Thanked:
    """Everybody who is thanked: `names`, `more` who allowed theirs, `quiet` who did not. Together all donors."""

    names: tuple[str, ...]
    more: int
    quiet: int

    @property
    def donors(self) -> int:
        """How many there are."""
        return len(self.names) + self.more + self.quiet


def thanked(named: Sequence[Donor], donors: int) -> Thanked:
    """As many of the names as fit, in their order, out of so many donors; who has no name that can be read is quiet."""
    readable = [name for donor in named if (name := clean(donor.name))]
    left, shown = NAMES_UNITS, list[str]()
    for name in readable[:NAMES]:
        left -= units(name) + 5  # the marks around it and the space between
        if left < 0:
            break
        shown.append(name)
    return Thanked(tuple(shown), len(readable) - len(shown), donors - len(readable))


def fitting(words: str) -> str:
    """A creator's words, on one line, as many as fit."""
    return names.fitting(words, most=WORDS_GRAPHEMES, most_units=WORDS_UNITS)


def shown(words: str, named: Sequence[Donor], donors: int, projects: Sequence[UUID]) -> str:
    """What a preview showed, as 64 letters: the same only if the same people stand in it under the same names."""
    parts = [words, str(donors), *sorted(map(str, projects))]
    parts += [f"{donor.id}={donor.name}" for donor in sorted(named, key=lambda donor: donor.id)]
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def units(text: str) -> int:
    """How long Telegram finds it."""
    return names.units(text)
