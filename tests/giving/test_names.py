"""Names people gave themselves: harmless, and cut by what the eye counts."""

import unicodedata

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from giving import names
from giving.names import NAME_GRAPHEMES, clean

DIRECTIONS = {"RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI"}


@pytest.mark.parametrize(("given_name", "shown"), [
    ("陈默", "陈默"), ("  Ada \n L. ", "Ada L."), ("a\u202eb", "ab"), ("\u200b\u2060\ufeff", ""), ("\u3164", ""),
    ("👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"), ("🇨🇳", "🇨🇳"), ("<b>x</b>", "<b>x</b>"), ("e\u0301", "é"), ("\x00\x1b[31mred", "[31mred"),
    ("a" + "\u0334" * 50, "a" + "\u0334" * 4), ("林\u200d晓\u200b雯", "林晓雯"), ("می‌روم", "می‌روم"),
])  # fmt: skip
def test_names_are_made_harmless(given_name: str, shown: str):
    assert clean(given_name) == shown


def test_three_hundred_emoji_are_cut_by_graphemes():
    shown = clean("👩🏽‍🚀" * 300)
    assert shown == "👩🏽‍🚀" * (NAME_GRAPHEMES - 1) + "…"


@given(st.text(max_size=300))
@example("0\r\x1f\r0")
def test_whatever_comes_is_one_visible_short_line(text: str):
    shown = clean(text)
    assert len(regex.findall(r"\X", shown)) <= NAME_GRAPHEMES + 1
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in shown)
    assert not any(
        unicodedata.bidirectional(c) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI") for c in shown
    )
    assert clean(shown) == shown or shown.endswith("…")


@given(st.text(st.sampled_from("aZ~!0 陈默一\u9fff"), max_size=NAME_GRAPHEMES + 2))
def test_the_short_way_for_plain_names_says_what_the_long_one_does(text: str):
    assert clean(text) == names._cleaned(text, NAME_GRAPHEMES)
