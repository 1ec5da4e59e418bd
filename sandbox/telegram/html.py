"""Telegram's HTML to text and entities, with Telegram's rules and words for what is wrong.

Source: core.telegram.org/bots/api#html-style; the order of checks and the messages follow TDLib's parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sandbox.telegram.errors import bad_request

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
REFERENCE = re.compile(r"&(?:#[xX]([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot)(?![A-Za-z]));?")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
SPACE = " \t\r\n\v"
USER_LINK = re.compile(r"tg://user/?\?id=(\d{1,18})")

Entity = dict[str, Any]


@dataclass(slots=True)
class Open:
    tag: str
    argument: str
    offset: int
    begin: int


class HtmlError(Exception):
    """What is broken; the byte offset is in the text."""


def parse(source: str) -> tuple[str, list[Entity]]:
    """The text without tags and its entities in order, offsets in UTF-16 units."""
    try:
        return _Reader(source).read()
    except HtmlError as error:
        raise bad_request(f"can't parse entities: {error}") from None


def decode_reference(source: str, at: int) -> tuple[str, int] | None:
    """The character a `&…;` at this place stands for and where it ends; None if it is just an ampersand."""
    match = REFERENCE.match(source, at)
    if match is None:
        return None
    hexadecimal, decimal, name = match.groups()
    if name:
        return NAMED[name], match.end()
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if code == 0 or code >= 0x10FFFF or match.end() - at > 10:
        return None
    if 0xD800 <= code <= 0xDFFF:
        raise HtmlError(
            "Text contains invalid Unicode characters after decoding HTML entities,"
            " check for unmatched surrogate code units"
        )
    return chr(code), match.end()


def checked_link(url: str) -> str | None:
    """A link a client would follow, with its scheme; None for others, which Telegram shows as plain text."""
    url = url.strip()
    if re.match(r"(?i)(https?|tg|mailto):", url):
        return url if re.fullmatch(r"\S+", url) else None
    return f"http://{url}" if re.fullmatch(r"[^\s:/]+\.[^\s:/]+(?:[:/]\S*)?", url) else None


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text: list[str] = []
        self.units = 0
        self.open: list[Open] = []
        self.entities: list[Entity] = []

    def read(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            character = self.source[self.at]
            reference = decode_reference(self.source, self.at) if character == "&" else None
            if reference:
                self._put(reference[0])
                self.at = reference[1]
            elif character != "<":
                self._put(character)
                self.at += 1
            elif self.source.startswith("</", self.at):
                self._close()
            else:
                self._begin()
        if self.open:
            raise HtmlError(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.text), self.entities

    def _put(self, character: str) -> None:
        self.text.append(character)
        self.units += 2 if ord(character) > 0xFFFF else 1

    def _byte(self, index: int) -> int:
        return len(self.source[:index].encode())

    def _peek(self) -> str:
        return self.source[self.at] if self.at < len(self.source) else ""

    def _until(self, stops: str) -> str:
        begin = self.at
        while self._peek() and self._peek() not in stops:
            self.at += 1
        return self.source[begin : self.at]

    def _skip_space(self) -> None:
        while self._peek() and self._peek() in SPACE:
            self.at += 1

    def _begin(self) -> None:
        begin = self.at
        self.at += 1
        tag = self._until(SPACE + ">").lower()
        if not self._peek():
            raise HtmlError(f"Unclosed start tag at byte offset {self._byte(begin)}")
        if tag not in TAGS:
            raise HtmlError(f'Unsupported start tag "{tag}" at byte offset {self._byte(begin)}')
        argument = ""
        while True:
            self._skip_space()
            if self._peek() == ">":
                break
            argument = self._attribute(tag, begin) or argument
        self.at += 1
        if tag == "span" and argument != "spoiler":
            raise HtmlError(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}')
        self.open.append(Open(tag, argument, self.units, len(self.text)))

    def _attribute(self, tag: str, begin: int) -> str | None:
        """Read one attribute; its value, if the tag has a use for it."""
        name = self._until(SPACE + "=>" if tag == "blockquote" else SPACE + "=")
        place = f'the tag "{tag}" at byte offset {self._byte(begin)}'
        if not name:
            raise HtmlError(f"Empty attribute name in {place}")
        self._skip_space()
        if tag == "blockquote" and name == "expandable" and self._peek() != "=":
            return name
        if self._peek() != "=":
            raise HtmlError(f"Expected equal sign in declaration of an attribute of {place}")
        self.at += 1
        self._skip_space()
        if not self._peek():
            raise HtmlError(f'Unclosed start tag "{tag}" at byte offset {self._byte(begin)}')
        value = self._attribute_value()
        if not self._peek():
            raise HtmlError(f"Unclosed start tag at byte offset {self._byte(begin)}")
        return _argument(tag, name, value)

    def _attribute_value(self) -> str:
        quote = self._peek()
        if quote not in "'\"":
            begin = self.at
            while re.match(r"[A-Za-z0-9.-]", self._peek()):
                self.at += 1
            if self._peek() not in f"{SPACE}>":
                raise HtmlError(f"Unexpected end of name token at byte offset {self._byte(begin)}")
            return self.source[begin : self.at].lower()
        self.at += 1
        value = []
        while self._peek() and self._peek() != quote:
            reference = decode_reference(self.source, self.at) if self._peek() == "&" else None
            value.append(reference[0] if reference else self._peek())
            self.at = reference[1] if reference else self.at + 1
        if self._peek():
            self.at += 1
        return "".join(value)

    def _close(self) -> None:
        begin = self.at
        if not self.open:
            raise HtmlError(f"Unexpected end tag at byte offset {self._byte(begin)}")
        self.at += 2
        tag = self._until(SPACE + ">").lower()
        self._skip_space()
        if self._peek() != ">":
            raise HtmlError(f"Unclosed end tag at byte offset {self._byte(begin)}")
        self.at += 1
        expected = self.open[-1].tag
        if tag and tag != expected:
            raise HtmlError(
                f'Unmatched end tag at byte offset {self._byte(begin)}, expected "</{expected}>", found "</{tag}>"'
            )
        ended = self.open.pop()
        if self.units > ended.offset:
            self._add(ended)

    def _add(self, ended: Open) -> None:
        entity: Entity = {"type": TAGS[ended.tag], "offset": ended.offset, "length": self.units - ended.offset}
        same = [e for e in self.entities[-1:] if (e["offset"], e["length"]) == (entity["offset"], entity["length"])]
        if ended.tag == "a":
            url = ended.argument or "".join(self.text[ended.begin :])
            user, link = USER_LINK.fullmatch(url), checked_link(url)
            if user:
                entity.update(type="text_mention", user=int(user[1]))
            elif link:
                entity["url"] = link
            else:
                return
        elif ended.tag == "blockquote" and ended.argument:
            entity["type"] = "expandable_blockquote"
        elif ended.tag == "pre" and same and same[0]["type"] == "code":
            same[0]["type"] = "pre"  # <pre><code class="language-x"> is one block of code
            return
        elif ended.tag == "code" and ended.argument:
            entity["language"] = ended.argument
        self.entities.append(entity)


def _argument(tag: str, name: str, value: str) -> str | None:
    if tag == "a" and name == "href":
        return value
    if tag == "code" and name == "class" and value.startswith("language-"):
        return value.removeprefix("language-")
    if tag == "span" and name == "class" and value.startswith("tg-"):
        return value.removeprefix("tg-")
    if tag == "blockquote" and name == "expandable":
        return name
    return None
