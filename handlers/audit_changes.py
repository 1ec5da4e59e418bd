"""What an act of an admin changed, in words: which field, what it was, what it is."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from giving.creators import Chat, ChatState
from giving.giving_days import GivingDay
from giving.names import clean
from giving.people import Person, Role
from giving.projects import Organisation, Project, ProjectState
from handlers.admin import name_of
from handlers.here import Here
from services.audit import ActCard, Subject, changes
from texts import Html

VALUE_GRAPHEMES: Final = 40
CHANGES_SHOWN: Final = 4


class Field(StrEnum):
    """Fields that have words of their own; any other is shown by its name."""

    ROLE = "role"
    VERIFIED = "verified"
    WEBSITE = "website"
    NAMES = "names"
    ORGANISATION = "organisation"
    STATE = "state"
    TARGET = "target"
    DESIGNATED_URL = "designated_url"
    FILING_NUMBER = "filing_number"
    TITLE = "title"
    SUMMARY = "summary"
    STORY = "story"
    USE = "use"
    PROJECT = "project"
    CREATOR = "creator"
    PRESETS = "presets"
    DAY_CARD = "day_card"
    REASON = "reason"
    RAIL = "rail"
    ACCOUNT = "account"


class Value(StrEnum):
    """Values that are codes, with words of their own."""

    YES = "yes"
    NO = "no"
    OPEN = ProjectState.OPEN.value
    CLOSED = ProjectState.CLOSED.value
    ON = ChatState.ON.value
    OFF = ChatState.OFF.value
    PAUSED = ChatState.PAUSED.value


CODED: Final = (Field.VERIFIED, Field.STATE, Field.DAY_CARD)


def changed(here: Here, card: ActCard) -> Iterator[Html]:
    """A line for each change, and how many there are besides."""
    all_ = list(changes(card.act.record))
    for name, before, after in all_[:CHANGES_SHOWN]:
        field, language = _field(name)
        was, is_ = (_value(here, card, field, value) for value in (before, after))
        words = here.plain("audit-field", field=field) if isinstance(field, Field) else name
        if isinstance(field, Field) and language in here.texts.languages:
            words = here.plain("audit-field-in", field=words, tongue=here.texts.plain(language, "language-name"))
        yield here.chat("audit-change", field=words, before=was, after=is_)
    if len(all_) > CHANGES_SHOWN:
        yield here.chat("audit-more-changes", count=len(all_) - CHANGES_SHOWN)


def named(here: Here, subject: Subject | None) -> str | None:
    """What a person, organisation, project or chat is called."""
    match subject:
        case Person():
            return name_of(subject)
        case Organisation():
            return subject.name(here.language)
        case Project():
            return subject.title(here.language)
        case Chat():
            return subject.title
        case GivingDay():
            return subject.title(here.language)
    return None


def _field(name: str) -> tuple[Field | str, str]:
    """Texts are kept by language: `texts.en.title`, `names.en`."""
    group, _, rest = name.partition(".")
    language, _, last = rest.partition(".")
    word = last if group == "texts" else group
    return (Field(word) if word in list(Field) else word), language


def _value(here: Here, card: ActCard, field: Field | str, value: str | None) -> str:
    if not value:
        return "–"
    if field is Field.ROLE and value in list(Role):
        return here.plain("role-name", role=Role(value))
    if field in CODED and value in list(Value):
        return here.plain("audit-value", value=Value(value))
    return clean(named(here, card.named.get(value)) or value, most=VALUE_GRAPHEMES)
