"""Telegram's MarkdownV2, and the Markdown before it, to text and entities.

Source: core.telegram.org/bots/api#markdownv2-style; the messages follow TDLib's parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sandbox.telegram.errors import bad_request
from sandbox.telegram.html import USER_LINK, checked_link

Entity = dict[str, Any]
RESERVED = "_*[]()~`>#+-=|{}.!"
# Longer marks first: `__` is no empty italic.
MARKS = {"__": "underline", "||": "spoiler", "```": "pre"}
MARKS |= {"_": "italic", "*": "bold", "~": "strikethrough", "`": "code"}
NAMES = {"text_link": "TextUrl", "underline": "Underline", "pre": "Pre", "code": "Code", "spoiler": "Spoiler"}
LEGACY = {"_": "italic", "*": "bold", "`": "code", "```": "pre", "[": "text_link"}


@dataclass(slots=True)
class Open:
    kind: str
    mark: str
    offset: int
    at: int
    begin: int


class MarkdownError(Exception):
    """What is broken; the byte offset is in the text."""


def parse(source: str) -> tuple[str, list[Entity]]:
    """MarkdownV2: the text without marks and its entities, offsets in UTF-16 units."""
    try:
        return _Reader(source).read()
    except MarkdownError as error:
        raise bad_request(f"can't parse entities: {error}") from None


def parse_legacy(source: str) -> tuple[str, list[Entity]]:
    """The first Markdown: nothing nests, and only the four marks can be escaped."""
    reader = _Reader(source)
    while reader.at < len(source):
        character = source[reader.at]
        if character == "\\" and source[reader.at + 1 : reader.at + 2] in tuple("_*`["):
            reader.put(source[reader.at + 1])
            reader.at += 2
        elif character not in "_*`[":
            reader.put(character)
            reader.at += 1
        else:
            _legacy_entity(reader, "```" if source.startswith("```", reader.at) else character)
    return "".join(reader.text), reader.entities


def _legacy_entity(reader: _Reader, mark: str) -> None:
    source, begin = reader.source, reader.at
    end = source.find("]" if mark == "[" else mark, begin + len(mark))
    if end < 0:
        where = len(source[:begin].encode())
        raise bad_request(f"can't parse entities: Can't find end of the entity starting at byte offset {where}")
    words, reader.at = source[begin + len(mark) : end], end + (1 if mark == "[" else len(mark))
    if mark == "```":
        words = re.sub(r"^\w*\n", "", words)
    opened = Open(LEGACY[mark], mark, reader.units, begin, len(reader.text))
    for character in words:
        reader.put(character)
    if mark == "[":
        link = re.match(r"\(([^)]*)\)", source[reader.at :])
        reader.at += link.end() if link else 0
        reader.close(opened, link[1] if link else words)
    else:
        reader.close(opened, "")


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text: list[str] = []
        self.units = 0
        self.open: list[Open] = []
        self.entities: list[Entity] = []
        self.quote: Open | None = None

    def read(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            self._step()
        self._end_quote()
        if self.open:
            raise MarkdownError(self._no_end(self.open[-1]))
        return "".join(self.text), self.entities

    def put(self, character: str) -> None:
        self.text.append(character)
        self.units += 2 if ord(character) > 0xFFFF else 1

    def close(self, opened: Open, url: str) -> None:
        length = self.units - opened.offset
        if length <= 0:
            return
        entity: Entity = {"type": opened.kind, "offset": opened.offset, "length": length}
        if opened.kind == "text_link":
            user, link = USER_LINK.fullmatch(url), checked_link(url)
            if user:
                entity.update(type="text_mention", user=int(user[1]))
            elif link:
                entity["url"] = link
            else:
                return
        self.entities.append(entity)

    def _step(self) -> None:
        character = self.source[self.at]
        following = self.source[self.at + 1 : self.at + 2]
        if character == "\\" and following and ord(following) < 127:
            self.put(following)
            self.at += 2
        elif self.open and self.open[-1].kind in ("code", "pre"):
            self._in_code(character)
        elif character == ">" and (not self.text or self.text[-1] == "\n"):
            self.quote = self.quote or Open("blockquote", ">", self.units, self.at, len(self.text))
            self.at += 1
        elif character == "\n" or character not in RESERVED:
            if character == "\n" and following != ">":
                self._end_quote()
            self.put(character)
            self.at += 1
        else:
            self._mark(character)

    def _in_code(self, character: str) -> None:
        mark = self.open[-1].mark
        if self.source.startswith(mark, self.at):
            self.at += len(mark)
            self.close(self.open.pop(), "")
        else:
            self.put(character)
            self.at += 1

    def _mark(self, character: str) -> None:
        if character == "]" and self.open and self.open[-1].kind == "text_link":
            self._close_link()
            return
        if character == "[":
            self._begin("text_link", "[")
            return
        mark = next((mark for mark in MARKS if self.source.startswith(mark, self.at)), None)
        if mark is None:
            raise MarkdownError(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
        if self.open and self.open[-1].mark == mark:
            self.at += len(mark)
            self.close(self.open.pop(), "")
        elif mark == "||" and self.quote and self.source[self.at + 2 : self.at + 3] in ("", "\n"):
            self.quote.kind = "expandable_blockquote"
            self.at += 2
        else:
            self._begin(MARKS[mark], mark)
            if mark == "```":
                self._skip_language()

    def _begin(self, kind: str, mark: str) -> None:
        self.open.append(Open(kind, mark, self.units, self.at, len(self.text)))
        self.at += len(mark)

    def _skip_language(self) -> None:
        language = re.match(r"[\w+-]*\n", self.source[self.at :])
        if language:
            self.at += language.end()

    def _close_link(self) -> None:
        opened = self.open.pop()
        self.at += 1
        url = "".join(self.text[opened.begin :])
        if self.source.startswith("(", self.at):
            match = re.match(r"\(((?:\\.|[^)\\])*)\)", self.source[self.at :], re.DOTALL)
            if match is None:
                raise MarkdownError(f"Can't find end of a URL at byte offset {self._byte(self.at)}")
            url = re.sub(r"\\(.)", r"\1", match[1])
            self.at += match.end()
        self.close(opened, url)

    def _end_quote(self) -> None:
        if self.quote:
            self.close(self.quote, "")
            self.quote = None

    def _byte(self, index: int) -> int:
        return len(self.source[:index].encode())

    def _no_end(self, opened: Open) -> str:
        name = NAMES.get(opened.kind, opened.kind.capitalize())
        return f"Can't find end of {name} entity at byte offset {self._byte(opened.at)}"
