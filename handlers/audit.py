"""/audit: owners see the last acts of admins, in words."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import Message

from bot.cards import Rendered, paragraphs
from giving.creators import Chat
from giving.giving_days import GivingDay
from giving.names import clean
from giving.people import Person, Role
from giving.projects import Organisation, Project
from handlers.admin import name_of
from handlers.here import Here
from services.audit import ActCard, AuditService, changes
from texts import Html

SHOWN: Final = 10
VALUE_GRAPHEMES: Final = 40
CHANGES_SHOWN: Final = 4


class Act(StrEnum):
    """Acts that have words of their own; any other is shown by its code."""

    ROLE_GRANTED = "role-granted"
    ROLE_REVOKED = "role-revoked"
    PROJECT_ADDED = "project-added"
    PROJECT_CHANGED = "project-changed"
    ORGANISATION_ADDED = "organisation-added"
    ORGANISATION_CHANGED = "organisation-changed"
    CHAT_CHANGED = "chat-changed"
    CHAT_HANDED_OVER = "chat-handed-over"
    PERSON_FORGOTTEN = "person-forgotten"
    REFUND_GRANTED = "refund-granted"
    REFUND_DECLINED = "refund-declined"
    ACCOUNT_OPENED = "account-opened"
    LEDGER_CONVERTED = "ledger-converted"
    LEDGER_REVERSED = "ledger-reversed"
    GIVING_DAY_DRAFTED = "giving-day-drafted"
    GIVING_DAY_CHANGED = "giving-day-changed"
    GIVING_DAY_SCHEDULED = "giving-day-scheduled"
    GIVING_DAY_ASKED = "giving-day-asked"
    GIVING_DAY_WENT_LIVE = "giving-day-went-live"
    GIVING_DAY_BEGAN = "giving-day-began"
    GIVING_DAY_ENDED = "giving-day-ended"
    GIVING_DAY_CLOSED = "giving-day-closed"
    GIVING_DAY_EXTENDED = "giving-day-extended"
    GIVING_DAY_STOPPED = "giving-day-stopped"
    GIVING_DAY_CANCELLED = "giving-day-cancelled"
    GIVING_DAY_REPEATED = "giving-day-repeated"
    GIVING_DAY_SERIES_SET = "giving-day-series-set"
    GIVING_DAY_SERIES_ENDED = "giving-day-series-ended"


def router() -> Router:
    """In private chats only."""
    fresh = Router(name="audit")
    fresh.message.register(show, Command("audit"), F.chat.type == "private")
    return fresh


async def show(message: Message, here: Here, audit: AuditService) -> None:
    """The newest acts, newest first."""
    cards = await audit.shown_to(here.person, limit=SHOWN)
    if not cards:
        await here.say.send(message.chat.id, Rendered(here.chat("audit-none")))
        return
    acts = [_act(here, card) for card in cards]
    await here.say.send(message.chat.id, Rendered(paragraphs(here.chat("audit-title"), *acts)))


def _act(here: Here, card: ActCard) -> Html:
    record = card.act.record
    known = next((act for act in Act if act == record.action.replace(".", "-").replace("_", "-")), None)
    what = here.plain("audit-what", act=known) if known else record.action
    who, subject = _who(here, card), _subject(here, card)
    head = here.chat("audit-act", at=card.act.at, who=who, what=what, subject=subject)
    return Html("\n".join((head, *_changes(here, card))))


def _who(here: Here, card: ActCard) -> str:
    if card.act.record.actor is None:
        return here.plain("audit-by-itself" if card.act.record.way == "clock" else "audit-command-line")
    return name_of(card.actor) if card.actor else here.plain("audit-somebody-who-left")


def _subject(here: Here, card: ActCard) -> str:
    match card.subject:
        case Person():
            return name_of(card.subject)
        case Organisation():
            return card.subject.name(here.language)
        case Project():
            return card.subject.title(here.language)
        case Chat():
            return card.subject.title
        case GivingDay():
            return card.subject.title(here.language)
    return f"{card.act.record.subject_kind} {card.act.record.subject_id}"


def _changes(here: Here, card: ActCard) -> Iterator[Html]:
    all_ = list(changes(card.act.record))
    for field, before, after in all_[:CHANGES_SHOWN]:
        was, is_ = (_value(here, field, value) for value in (before, after))
        name = here.plain("audit-field-role") if field == "role" else field
        yield here.chat("audit-change", field=name, before=was, after=is_)
    if len(all_) > CHANGES_SHOWN:
        yield here.chat("audit-more-changes", count=len(all_) - CHANGES_SHOWN)


def _value(here: Here, field: str, value: str | None) -> str:
    if field == "role" and value in list(Role):
        return here.plain("role-name", role=Role(value))
    return clean(value, most=VALUE_GRAPHEMES) if value else "–"
