"""What a broadcast looks like: written once for each language, however many read it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson
from aiogram.types import InlineKeyboardButton

from giving.broadcasts import Content
from giving.subscriptions import SubscriptionKind

# The row below its own buttons, by which whoever reads it gets fewer of them, or none.
Footer = Callable[[str, SubscriptionKind], list[InlineKeyboardButton]]
# What every message of the bot's says besides (that it is test money), by language.
Dress = Callable[[str, str], str]
_NO_PREVIEW: Final = {"is_disabled": True}


def nothing_below(_language: str, _kind: SubscriptionKind) -> list[InlineKeyboardButton]:
    """No such row."""
    return []


def as_it_is(_language: str, text: str) -> str:
    """Nothing besides."""
    return text


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to anybody who reads this language: the Bot API's method, and its parameters but the chat.

    `upload`: a file of ours that Telegram has not seen yet, instead of parameter `photo`.
    """

    method: str
    parameters: dict[str, Any]
    upload: str | None = None

    def body(self, chat: int) -> bytes:
        """As JSON, to this chat."""
        return orjson.dumps({"chat_id": chat, **self.parameters})


def letter(
    content: Content, kind: SubscriptionKind, language: str, footer: Footer, dress: Dress, *, paid: bool
) -> Letter:
    """What is sent to who reads this language."""
    rows = [[{"text": button.text(language), "url": button.url}] for button in content.buttons]
    rows.append([button.model_dump(mode="json", exclude_none=True) for button in footer(language, kind)])
    more: dict[str, Any] = {"parse_mode": "HTML"}
    if any(rows):
        more["reply_markup"] = {"inline_keyboard": [row for row in rows if row]}
    if paid:
        more["allow_paid_broadcast"] = True
    text = dress(language, content.text(language))
    if content.photo is None:
        return Letter("sendMessage", {"text": text, "link_preview_options": _NO_PREVIEW, **more})
    if content.photo.file_id is not None:
        return Letter("sendPhoto", {"photo": content.photo.file_id, "caption": text, **more})
    return Letter("sendPhoto", {"caption": text, **more}, upload=content.photo.path)
