"""What an administrator does to a chat that somebody else runs."""

from datetime import datetime
from typing import Any

from giving.creators import Chat
from giving.people import Person
from storage.audit import AuditRecord
from storage.work import Work


async def record(work: Work, person: Person, before: Chat, after: Chat, *, now: datetime) -> None:
    """It is kept, in the same commit."""
    if before.creator is None or before.creator == person.id:
        return
    was, is_ = _settings(before), _settings(after)
    changed = [name for name in was if was[name] != is_[name]]
    kept = AuditRecord(
        person.id, "chat", "chat.changed", "chat", str(before.id),
        {name: was[name] for name in changed}, {name: is_[name] for name in changed},
    )  # fmt: skip
    await work.audit.add(kept, now=now)


def _settings(chat: Chat) -> dict[str, Any]:
    """What an administrator can change about a chat, as the audit log keeps it."""
    return {
        "state": chat.state.value,
        "project": str(chat.project) if chat.project else None,
        "creator": str(chat.creator) if chat.creator else None,
        "presets": list(chat.presets_minor),
        "day_card": "on" if chat.has_day_cards else "off",
    }
