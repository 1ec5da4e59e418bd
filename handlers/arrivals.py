"""People who come for the first time are told the three promises, once."""

from datetime import UTC, datetime, timedelta
from typing import Final

from giving.people import Person
from handlers.here import Here
from texts import Html

_JUST_NOW: Final = timedelta(seconds=15)


def is_new(person: Person, now: datetime) -> bool:
    """Whether this very message is the one by which they started the bot."""
    return person.started_at is not None and abs(now - person.started_at) < _JUST_NOW


def promises(here: Here) -> Html | None:
    """Three lines on 100 % and privacy for who is new; nothing for the others."""
    return here.chat("welcome-promises") if is_new(here.person, datetime.now(UTC)) else None
