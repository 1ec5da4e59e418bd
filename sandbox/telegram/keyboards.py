"""Keyboards: which buttons are right, and in what order a person counts them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from sandbox.telegram.errors import bad_request, not_played
from sandbox.telegram.html import checked_link

LONGEST_DATA = 64
LONGEST_COPY = 256
MOST_BUTTONS = 100
LOOKS = {"text", "style", "icon_custom_emoji_id"}
SWITCHES = {"switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat"}
PLAYED = {"url", "callback_data", "pay", "copy_text"} | SWITCHES

Button = dict[str, Any]
Markup = dict[str, Any]


def read_markup(markup: Markup | None) -> Markup | None:
    """The inline keyboard to keep, None for none and for other markups."""
    if markup is None or "inline_keyboard" not in markup:
        return None
    rows = [[_button(button) for button in row] for row in markup["inline_keyboard"] if row]
    buttons = [button for row in rows for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    if any("pay" in button for button in buttons[1:]):
        raise bad_request("BUTTON_TYPE_INVALID: a pay button must be the first button in the first row")
    return {"inline_keyboard": rows} if rows else None


def read_keyboard(markup: Markup | None) -> dict[str, Any]:
    """What a message does to the keyboard below the chat: shows one (rows of texts), takes it away, or nothing."""
    if markup is None:
        return {}
    if markup.get("remove_keyboard"):
        return {"keyboard": []}
    rows = [[button["text"] for button in row] for row in markup.get("keyboard", []) if row]
    if any(not text.strip() for row in rows for text in row):
        raise bad_request("BUTTON_TEXT_INVALID: text of a keyboard button is empty")
    if sum(map(len, rows)) > 3 * MOST_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return {"keyboard": rows} if rows else {}


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
    if "url" in button:
        button = button | {"url": _link(button["url"])}
    if "copy_text" in button and not 1 <= len(button["copy_text"]["text"]) <= LONGEST_COPY:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return button


def _link(url: str) -> str:
    """The address as it is kept: with http:// where no scheme was said."""
    parts = urlsplit(url)
    if parts.scheme == "tg" or (parts.scheme in ("http", "https") and parts.hostname):
        return url
    link = checked_link(url)
    if link is None or not link.startswith("http://"):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return link
