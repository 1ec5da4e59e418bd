"""Who gives: an opaque id for the books, and beside it what may be erased."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

LANGUAGES: Final = ("zh-CN", "en")


class Visibility(StrEnum):
    """What others see of a gift: name and amount, amount alone, or name alone."""

    NAMED = "named"
    ANONYMOUS = "anonymous"
    AMOUNT_HIDDEN = "amount_hidden"


class Role(StrEnum):
    """Who somebody is beyond a giver; what each may do stands in giving/permissions.py."""

    OWNER = "owner"  # named in the settings
    ADMIN = "admin"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    ORGANISATION = "organisation"  # a member of one
    CREATOR = "creator"  # whoever switched tipping on for a chat


GRANTABLE: Final = (Role.ADMIN, Role.REVIEWER, Role.FINANCE, Role.ORGANISATION)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person as the chat shows them at this moment; keyed by the numeric id, the rest are labels."""

    telegram_id: int
    name: str
    username: str | None = None
    language_code: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person we have met; `started_at`: the bot may write to them since then; `unreachable_at`: blocked it since.

    `rail`: what they paid by last. `settle_at_minor`, `monthly_minor`: what they chose for their tabs (giving/tabs.py).
    """

    id: UUID
    telegram_id: int
    name: str
    username: str | None
    language_code: str | None
    chosen_language: str | None
    visibility: Visibility
    started_at: datetime | None
    unreachable_at: datetime | None
    thanked_by_name: bool = False
    rail: str | None = None
    settle_at_minor: int | None = None
    monthly_minor: int | None = None

    @property
    def reachable(self) -> bool:
        """Whether a private message can arrive."""
        return self.started_at is not None and self.unreachable_at is None

    def language(self, fallback: str) -> str:
        """The language they chose, else their Telegram's if we have it, else `fallback`."""
        return self.chosen_language or language_of(self.language_code) or fallback


def language_of(code: str | None) -> str | None:
    """Our language for an IETF tag (`zh-hans`, `en-GB`); None if we don't have it."""
    primary = (code or "").replace("_", "-").split("-")[0].lower()
    return {"zh": "zh-CN", "en": "en"}.get(primary)
