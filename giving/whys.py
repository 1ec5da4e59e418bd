"""Why somebody gives every month: one sentence of theirs, read by a reviewer before others see it. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from giving.names import clean, units

WORDS_GRAPHEMES: Final = 140
WORDS_UNITS: Final = 600  # a grapheme can be many code units, and ten of these sentences stand in one message


class WhyState(StrEnum):
    """WAITING for a reviewer; SHOWN on the project's page; REFUSED, with a reason."""

    WAITING = "waiting"
    SHOWN = "shown"
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why a sentence is not shown, one tap each; each has words that say what would be."""

    PRIVATE = "private"  # tells something about somebody that is not for all
    ADVERT = "advert"
    RUDE = "rude"
    UNRELATED = "unrelated"  # not about giving to this project
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a donor wrote for a project. Written anew it has another `id`: what was approved is what was read.

    `name`: theirs as it was then, if they showed it; no other one stands beside it. None: it is shown without one.
    """

    id: UUID
    donor: UUID
    project: UUID
    words: str
    state: WhyState
    written_at: datetime
    reason: Refusal | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ShownSentence:
    """One as everybody sees it; `name`: None where its donor does not show theirs."""

    words: str
    name: str | None


def sentence_of(text: str) -> str | None:
    """The text on one line, harmless; empty if nothing can be read, None if it is too long: nothing is cut off."""
    words = clean(text, most=WORDS_GRAPHEMES + 1)
    too_long = clean(words, most=WORDS_GRAPHEMES) != words or units(words) > WORDS_UNITS
    return None if too_long else words
