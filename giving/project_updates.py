"""What a project did, told by its organisation: kept always, told to its monthly donors at most once a month. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from giving import names
from giving.pledges import Month

WORDS_GRAPHEMES: Final = 600
WORDS_UNITS: Final = 1500  # with what stands around them they fit into one message
DELIVERED: Final = timedelta(days=1)  # after it was told, wherever its reader is; and clocks are no further apart
APART: Final = timedelta(days=21)  # never at the end of one month and again at the beginning of the next


@dataclass(frozen=True, slots=True)
class ProjectUpdate:
    """`language`: its writer's. `told_at`: when the project's monthly donors were told; None: it is only kept."""

    id: UUID
    project: UUID
    words: str
    language: str
    written_by: UUID
    written_at: datetime
    told_at: datetime | None = None


def words_of(text: str) -> str | None:
    """The text on one line, harmless; empty if nothing can be read, None if it is too long: nothing is cut off.

    Signs and emoji alone tell nothing: a letter (of any script) or a digit is in it.
    """
    words = names.clean(text, most=WORDS_GRAPHEMES + 1)
    too_long = names.clean(words, most=WORDS_GRAPHEMES) != words or names.units(words) > WORDS_UNITS
    if too_long:
        return None
    return words if any(sign.isalnum() for sign in words) else ""


def told_again_from(told_at: datetime, zone: ZoneInfo) -> datetime:
    """From when a project's monthly donors may be told once more: another month, and three weeks later.

    Another month on every reader's clock: the first may have come a day later (it waits for their morning), and where
    the next comes it may be a day earlier.
    """
    next_month = Month.of(told_at + DELIVERED, zone).plus(1)
    begins = datetime(next_month.year, next_month.number, 1, tzinfo=zone) + DELIVERED
    return max(begins, told_at + APART)
