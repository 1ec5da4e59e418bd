"""A message as the cards make it."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from aiogram.types import InlineKeyboardMarkup

from services.tips import PostCard, TipCard
from texts import Html, Texts

LONG_GRAPHEMES: Final = 700


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message, ready for Telegram."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None
    photo: bytes | None = None  # a PNG; the text stands under it, 1,024 characters at most
    tells: frozenset[UUID] | None = None  # which of the notices it was made of; None: each of them


def paragraphs(*parts: str | None) -> Html:
    """Parts that exist, a blank line between them."""
    return Html("\n\n".join(part for part in parts if part))


def moved_on(texts: Texts, language: str, card: TipCard | PostCard, chat: str) -> Html | None:
    """The chat supports another project by now; this gift goes where its post said."""
    if card.project_now is None:
        return None
    here, now = card.project.project.title(language), card.project_now.title(language)
    return texts.chat(language, "project-changed", chat=chat, project=here, now=now)
