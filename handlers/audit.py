"""/audit: owners see the last acts of admins, in words."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import Message

from bot.cards import Rendered, paragraphs
from bot.replies import Replies
from giving.creators import Chat
from giving.names import clean
from giving.people import Person, Role
from giving.projects import Organisation, Project
from handlers.admin import name_of
from services.audit import ActCard, AuditService, changes
from texts import Html, Texts

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


def router() -> Router:
    """In private chats only."""
    fresh = Router(name="audit")
    fresh.message.register(show, Command("audit"), F.chat.type == "private")
    return fresh


async def show(
    message: Message, say: Replies, audit: AuditService, texts: Texts, person: Person, language: str
) -> None:
    """The newest acts, newest first."""
    cards = await audit.shown_to(person, limit=SHOWN)
    if not cards:
        await say.send(message.chat.id, Rendered(texts.chat(language, "audit-none")))
        return
    acts = [_act(texts, language, card) for card in cards]
    await say.send(message.chat.id, Rendered(paragraphs(texts.chat(language, "audit-title"), *acts)))


def _act(texts: Texts, language: str, card: ActCard) -> Html:
    record = card.act.record
    known = next((act for act in Act if act == record.action.replace(".", "-").replace("_", "-")), None)
    what = texts.plain(language, "audit-what", act=known) if known else record.action
    who, subject = _who(texts, language, card), _subject(language, card)
    head = texts.chat(language, "audit-act", at=card.act.at, who=who, what=what, subject=subject)
    return Html("\n".join((head, *_changes(texts, language, card))))


def _who(texts: Texts, language: str, card: ActCard) -> str:
    if card.act.record.actor is None:
        return texts.plain(language, "audit-command-line")
    return name_of(card.actor) if card.actor else texts.plain(language, "audit-somebody-who-left")


def _subject(language: str, card: ActCard) -> str:
    match card.subject:
        case Person():
            return name_of(card.subject)
        case Organisation():
            return card.subject.name(language)
        case Project():
            return card.subject.title(language)
        case Chat():
            return card.subject.title
    return f"{card.act.record.subject_kind} {card.act.record.subject_id}"


def _changes(texts: Texts, language: str, card: ActCard) -> Iterator[Html]:
    all_ = list(changes(card.act.record))
    for field, before, after in all_[:CHANGES_SHOWN]:
        was, is_ = (_value(texts, language, field, value) for value in (before, after))
        name = texts.plain(language, "audit-field-role") if field == "role" else field
        yield texts.chat(language, "audit-change", field=name, before=was, after=is_)
    if len(all_) > CHANGES_SHOWN:
        yield texts.chat(language, "audit-more-changes", count=len(all_) - CHANGES_SHOWN)


def _value(texts: Texts, language: str, field: str, value: str | None) -> str:
    if field == "role" and value in list(Role):
        return texts.plain(language, "role-name", role=Role(value))
    return clean(value, most=VALUE_GRAPHEMES) if value else "–"
