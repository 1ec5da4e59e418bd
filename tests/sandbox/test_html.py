"""Telegram's HTML: entities in UTF-16 units, its errors, and what pages may insert."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.telegram.entities import read_text, to_html
from sandbox.telegram.errors import ApiError

PARSED: list[tuple[str, str, list[tuple[Any, ...]]]] = [
    ("a<b>b</b>c", "abc", [("bold", 1, 1)]),
    ("😀<strong>好</strong>", "😀好", [("bold", 2, 1)]),
    ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
    ("<u>1</u><ins>2</ins><s>3</s>", "123", [("underline", 0, 1), ("underline", 1, 1), ("strikethrough", 2, 1)]),
    ("&lt;b&gt; &amp;amp; &quot;&#33;&#x1F600;&nbsp;", '<b> &amp; "!😀&nbsp;', []),
    ('<a href="https://x.org/?a=1&amp;b=2">x</a>', "x", [("text_link", 0, 1, "https://x.org/?a=1&b=2")]),
    ("<a href='x.org'>x</a>", "x", [("text_link", 0, 1, "http://x.org")]),
    ('<a href="javascript:alert(1)">x</a>', "x", []),
    ('<pre><code class="language-python">x = 1</code></pre>', "x = 1", [("pre", 0, 5)]),
    ("<code>@admin</code>", "@admin", [("code", 0, 6)]),
    ("<b>a <code>x</code> b</b>", "a x b", [("bold", 0, 2), ("code", 2, 1), ("bold", 3, 2)]),
    ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
    ('<tg-spoiler>s</tg-spoiler><span class="tg-spoiler">t</span>', "st", [("spoiler", 0, 1), ("spoiler", 1, 1)]),
    ("  <b> a </b>\n", "a", [("bold", 0, 1)]),
    ("<B>a</b >", "a", [("bold", 0, 1)]),
    ("<b></b>a", "a", []),
    (
        "/tip@yizan_bot 给 @xiaowen #读书 https://x.org/a。",
        "/tip@yizan_bot 给 @xiaowen #读书 https://x.org/a。",
        [("bot_command", 0, 14), ("mention", 17, 8), ("hashtag", 26, 3), ("url", 30, 15)],
    ),
    ("1/2 a@b.example", "1/2 a@b.example", []),
]
BROKEN = [
    ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
    ("好<br>", 'Unsupported start tag "br" at byte offset 3'),
    ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
    ("<b", "Unclosed start tag at byte offset 0"),
    ("a</b>", "Unexpected end tag at byte offset 1"),
    ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
    ("<b>a</b", "Unclosed end tag at byte offset 4"),
    ("<a href=x/>y</a>", "Unexpected end of name token at byte offset 8"),
    ("<a href>y</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
    ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
    ('<a href="x', "Unclosed start tag at byte offset 0"),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ("&#xD800;", "Text contains invalid Unicode characters after decoding HTML entities"),
]


@pytest.mark.parametrize(("source", "text", "entities"), PARSED)
def test_html_becomes_text_and_entities(source: str, text: str, entities: list[tuple[Any, ...]]) -> None:
    found_text, found = read_text(source, "HTML", None)

    assert found_text == text
    assert [(e["type"], e["offset"], e["length"], *([e["url"]] if "url" in e else [])) for e in found] == entities


@pytest.mark.parametrize(("source", "words"), BROKEN)
def test_broken_html_is_refused_in_telegrams_words(source: str, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        read_text(source, "HTML", None)

    assert refused.value.description.startswith(f"Bad Request: can't parse entities: {words}")


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<b>a<i>b</i></b>c", "<b>a<i>b</i></b>c"),
        ("&lt;script&gt;😀", "&lt;script&gt;😀"),
        (
            '<a href="https://x.org/?a=1&amp;b=2">x</a>',
            '<a href="https://x.org/?a=1&amp;b=2" rel="noopener noreferrer">x</a>',
        ),
        (
            '<a href="https://x.org/\'&quot;&gt;">x</a>',
            '<a href="https://x.org/&#x27;&quot;&gt;" rel="noopener noreferrer">x</a>',
        ),
        ('<a href="tg://user?id=1001">x</a>', "x"),
        ("<tg-spoiler>s</tg-spoiler>", "<tg-spoiler>s</tg-spoiler>"),
        ("<pre>a\nb</pre>", "<pre>a\nb</pre>"),
    ],
)
def test_pages_get_html_that_is_safe_to_insert(source: str, html: str) -> None:
    assert to_html(*read_text(source, "HTML", None)) == html


def test_entities_that_overlap_still_make_well_formed_html() -> None:
    entities = [{"type": "bold", "offset": 0, "length": 2}, {"type": "italic", "offset": 1, "length": 2}]

    assert to_html(*read_text("abc", None, entities)) == "<b>a<i>b</i></b><i>c</i>"


def test_entities_may_be_given_instead_of_html_but_not_beside_it_nor_beyond_the_text() -> None:
    bold = {"type": "bold", "offset": 0, "length": 2}

    assert read_text("😀a", None, [bold])[1] == [bold]
    for mode, entity in (("HTML", bold), (None, bold | {"length": 9})):
        with pytest.raises(ApiError):
            read_text("😀a", mode, [entity])
