"""MarkdownV2 and the Markdown before it."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.telegram.entities import read_text
from sandbox.telegram.errors import ApiError

Spans = list[tuple[str, int, int]]


def spans(entities: list[dict[str, Any]]) -> Spans:
    return [(e["type"], e["offset"], e["length"]) for e in entities]


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("*bold* _it_ __under__ ~gone~ ||hush||", "bold it under gone hush", None),
        (r"1\.50 \* 2", "1.50 * 2", []),
        ("*b _bi_*", "b bi", [("bold", 0, 4), ("italic", 2, 2)]),
        ("😀 *x*", "😀 x", [("bold", 3, 1)]),
        ("`a_b*c`", "a_b*c", [("code", 0, 5)]),
        ("```py\nx = 1\n```", "x = 1", [("pre", 0, 5)]),
        ("[a](https://x.org/\\))", "a", [("text_link", 0, 1)]),
        ("[林](tg://user?id=1002)", "林", [("text_mention", 0, 1)]),
        (">one\n>two\nthree", "one\ntwo\nthree", [("blockquote", 0, 7)]),
        (">one\n>two||", "one\ntwo", [("expandable_blockquote", 0, 7)]),
    ],
)
def test_markdown_v2_becomes_text_and_entities(source: str, text: str, found: Spans | None) -> None:
    plain, entities = read_text(source, "MarkdownV2", None)

    assert plain == text
    if found is None:
        found = [("bold", 0, 4), ("italic", 5, 2), ("underline", 8, 5), ("strikethrough", 14, 4), ("spoiler", 19, 4)]
    assert spans(entities) == found


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("a.b", r"Character '.' is reserved and must be escaped with the preceding '\'"),
        ("*b", "Can't find end of Bold entity at byte offset 0"),
        ("你 _b", "Can't find end of Italic entity at byte offset 4"),
        ("`b", "Can't find end of Code entity"),
        ("[b", "Can't find end of TextUrl entity"),
        ("[b](x", "Can't find end of a URL at byte offset 3"),
    ],
)
def test_what_is_broken_is_told_as_telegram_does(source: str, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        read_text(source, "MarkdownV2", None)
    assert refused.value.description == f"Bad Request: can't parse entities: {words}" or words in str(refused.value)
    assert refused.value.code == 400


def test_the_first_markdown_nests_nothing() -> None:
    text, entities = read_text(r"*b* _i_ `c` [l](https://x.org) \*", "Markdown", None)
    assert text == "b i c l *"
    assert spans(entities) == [("bold", 0, 1), ("italic", 2, 1), ("code", 4, 1), ("text_link", 6, 1)]
    with pytest.raises(ApiError, match="Can't find end of the entity starting at byte offset 2"):
        read_text("a *b", "Markdown", None)
