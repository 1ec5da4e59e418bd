"""/audit: owners see the last acts of admins, in words."""

from enum import StrEnum
from typing import Final

from aiogram import F, Router
from aiogram.filters import Command
from aiogram.types import Message

from bot.cards import Rendered, paragraphs
from handlers.admin import name_of
from handlers.audit_changes import changed, named
from handlers.here import Here
from services.audit import ActCard, AuditService
from texts import Html

SHOWN: Final = 10


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
    BROADCAST_DRAFTED = "broadcast-drafted"
    BROADCAST_EDITED = "broadcast-edited"
    BROADCAST_REWRITTEN = "broadcast-rewritten"
    BROADCAST_KEPT = "broadcast-kept"
    BROADCAST_SENT_ALONE = "broadcast-sent-alone"
    BROADCAST_ASKED = "broadcast-asked"
    BROADCAST_STARTED = "broadcast-started"
    BROADCAST_PAUSED = "broadcast-paused"
    BROADCAST_STOPPED = "broadcast-stopped"
    BROADCAST_RESUMED = "broadcast-resumed"
    BROADCAST_CANCELLED = "broadcast-cancelled"
    GIVING_DAY_DRAFTED = "giving-day-drafted"
    GIVING_DAY_CHANGED = "giving-day-changed"
    GIVING_DAY_SCHEDULED = "giving-day-scheduled"
    GIVING_DAY_ASKED = "giving-day-asked"
    GIVING_DAY_MATCHED = "giving-day-matched"
    GIVING_DAY_CONFIRMED = "giving-day-confirmed"
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
    MEMBER_ADDED = "member-added"
    MEMBER_REMOVED = "member-removed"
    WHY_SHOWN = "why-shown"
    WHY_TAKEN_DOWN = "why-taken-down"
    WHY_REFUSED = "why-refused"
    NEWS_PUBLISHED = "news-published"


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
    return Html("\n".join((head, *changed(here, card))))


def _who(here: Here, card: ActCard) -> str:
    if card.act.record.actor is None:
        return here.plain("audit-by-itself" if card.act.record.way == "clock" else "audit-command-line")
    return name_of(card.actor) if card.actor else here.plain("audit-somebody-who-left")


def _subject(here: Here, card: ActCard) -> str:
    return named(here, card.subject) or f"{card.act.record.subject_kind} {card.act.record.subject_id}"
