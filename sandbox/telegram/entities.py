"""Texts as Telegram keeps them: trimmed, measured in UTF-16, with the entities it finds; and back to safe HTML."""

from __future__ import annotations

import re
from html import escape
from typing import Any
from urllib.parse import urlsplit

from sandbox.telegram import markdown
from sandbox.telegram.errors import bad_request, not_played
from sandbox.telegram.html import checked_link, parse

Entity = dict[str, Any]
LONGEST = {"text": 4096, "caption": 1024}
# Outer ones first where two cover the same text.
ORDER = (
    *("blockquote", "expandable_blockquote", "pre", "code", "text_link", "text_mention"),
    *("url", "mention", "hashtag", "bot_command", "email"),
    *("bold", "italic", "underline", "strikethrough", "spoiler"),
)
# Telegram finds these by itself, whatever a bot says of them.
AUTOMATIC = frozenset({"url", "mention", "hashtag", "cashtag", "bot_command", "email", "phone_number"})
FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"'，。！？；、（）《》「」]+[^\s<>\"'.,!?;:)\]，。！？；、（）《》「」])"
    r"|(?<![\w@/])(?P<mention>@[A-Za-z][A-Za-z0-9_]{3,31})(?![\w@])"
    r"|(?<![\w/<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z][A-Za-z0-9_]{3,31})?)(?![\w/<>])"
    r"|(?<![\w&])(?P<hashtag>#(?=\w*[^\W\d_])\w{1,256})"
)
WRAP = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
    "spoiler": "tg-spoiler",
}


def units(text: str) -> int:
    """Length in UTF-16 units, which is what Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def read_text(
    text: str, parse_mode: str | None, given: list[Entity] | None, what: str = "text"
) -> tuple[str, list[Entity]]:
    """A bot's text or caption as it will be kept. Raises ApiError for broken markup, empty and too long texts."""
    if parse_mode and given:
        raise bad_request("parse_mode and entities can't be used together")
    mode = (parse_mode or "").lower()
    if mode == "html":
        text, entities = parse(text)
    elif mode == "markdownv2":
        text, entities = markdown.parse(text)
    elif mode == "markdown":
        text, entities = markdown.parse_legacy(text)
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        entities = _checked(text, given or [])
    text, entities = _trimmed(text, entities)
    if not text and what == "text":
        raise bad_request("message text is empty")
    if units(text) > LONGEST[what]:
        raise bad_request("message is too long" if what == "text" else f"message {what} is too long")
    return text, _arranged(text, entities)


def read_plain(text: str, what: str = "text") -> tuple[str, list[Entity]]:
    """A person's text: no markup, but commands, links, mentions and hashtags are found."""
    return read_text(text, None, None, what)


def _checked(text: str, entities: list[Entity]) -> list[Entity]:
    length = units(text)
    entities = [entity for entity in entities if entity["type"] not in AUTOMATIC]
    for entity in entities:
        if entity["type"] not in ORDER:
            raise not_played(f"entities of the type {entity['type']}")
        if not 0 <= entity["offset"] <= entity["offset"] + entity["length"] <= length:
            raise bad_request(f"entity beginning at UTF-16 offset {entity['offset']} ends after the end of the text")
        if entity["type"] == "text_link" and not checked_link(entity.get("url", "")):
            raise bad_request("entity text_link has no valid url")
    kept = [entity | ({"user": entity["user"]["id"]} if "user" in entity else {}) for entity in entities]
    return [entity for entity in kept if entity["length"] > 0]


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without the white space at both ends, which Telegram does not keep."""
    lead = len(text) - len(text.lstrip())
    text = text.strip()
    length, kept = units(text), []
    for entity in entities:
        begin = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] - lead + entity["length"], length)
        if end > begin:
            kept.append(entity | {"offset": begin, "length": end - begin})
    return text, kept


def _arranged(text: str, entities: list[Entity]) -> list[Entity]:
    code = [_span(e) for e in entities if e["type"] in ("code", "pre")]
    styled = [piece for e in entities for piece in _outside(e, code)]
    taken = code + [_span(e) for e in styled if e["type"] in ("text_link", "text_mention")]
    found = []
    for match in FOUND.finditer(text):
        begin = units(text[: match.start()])
        end = begin + units(match.group())
        if not any(begin < stop and start < end for start, stop in taken):
            found.append({"type": match.lastgroup, "offset": begin, "length": end - begin})
    unique = {(e["type"], *_span(e)): e for e in found + styled}
    return sorted(unique.values(), key=lambda e: (e["offset"], -e["length"], ORDER.index(e["type"])))


def _outside(entity: Entity, code: list[tuple[int, int]]) -> list[Entity]:
    """Code holds no other style: a bold text around it is bold before and after."""
    if entity["type"] in ("code", "pre", "blockquote", "expandable_blockquote"):
        return [entity]
    pieces = [_span(entity)]
    for start, stop in code:
        cut = [(a, min(b, start)) for a, b in pieces] + [(max(a, stop), b) for a, b in pieces]
        pieces = [(a, b) for a, b in cut if a < b]
    return [entity | {"offset": a, "length": b - a} for a, b in pieces]


def _span(entity: Entity) -> tuple[int, int]:
    return entity["offset"], entity["offset"] + entity["length"]


def to_html(text: str, entities: list[Entity]) -> str:
    """Safe to insert into a page: everything is escaped, and only our own tags are in it."""
    raw = text.encode("utf-16-le")
    edges = sorted({0, len(raw) // 2} | {edge for e in entities for edge in _span(e)})
    out: list[str] = []
    open_now: list[Entity] = []
    for begin, end in zip(edges, [*edges[1:], None], strict=True):
        again = []
        while any(_span(e)[1] <= begin for e in open_now):
            closing = open_now.pop()
            out.append(_tags(raw, closing)[1])
            if _span(closing)[1] > begin:
                again.append(closing)
        for entity in [*reversed(again), *(e for e in entities if e["offset"] == begin)]:
            out.append(_tags(raw, entity)[0])
            open_now.append(entity)
        if end is not None:
            out.append(escape(raw[begin * 2 : end * 2].decode("utf-16-le", "replace")))
    return "".join(out)


def _tags(raw: bytes, entity: Entity) -> tuple[str, str]:
    begin, end = _span(entity)
    if entity["type"] in ("text_link", "url"):
        href = entity.get("url") or raw[begin * 2 : end * 2].decode("utf-16-le", "replace")
        if urlsplit(href).scheme.lower() not in ("http", "https"):
            return "", ""
        return f'<a href="{escape(href)}" rel="noopener noreferrer">', "</a>"
    tag = WRAP.get(entity["type"])
    return (f"<{tag}>", f"</{tag}>") if tag else ("", "")
