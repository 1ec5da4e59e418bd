"""Inline keyboards: which buttons are right, and in what order a person counts them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from sandbox.telegram.errors import bad_request, not_played

LONGEST_DATA = 64
MOST_BUTTONS = 100
LOOKS = {"text", "style", "icon_custom_emoji_id"}
PLAYED = {"url", "callback_data"}

Button = dict[str, Any]
Markup = dict[str, Any]


def read_markup(markup: Markup | None) -> Markup | None:
    """The inline keyboard to keep, None for none. Other markups that show nothing here pass without an effect."""
    if markup is None or "inline_keyboard" not in markup:
        if markup and "keyboard" in markup:
            raise not_played("reply keyboards; use an inline keyboard")
        return None
    rows = [[_button(button) for button in row] for row in markup["inline_keyboard"] if row]
    if sum(map(len, rows)) > MOST_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": rows} if rows else None


def _button(button: Button) -> Button:
    actions = set(button) - LOOKS
    if not button["text"].strip():
        raise bad_request("BUTTON_TEXT_INVALID: text of an inline keyboard button is empty")
    if len(actions) != 1:
        raise bad_request("can't parse inline keyboard button: text buttons are unallowed in the inline keyboard")
    if not actions <= PLAYED:
        raise not_played(f"{actions.pop()} buttons")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= LONGEST_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not _is_link(button["url"]):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    return button


def _is_link(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "tg" or (parts.scheme in ("http", "https") and bool(parts.hostname))
