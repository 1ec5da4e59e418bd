"""Texts: escaping, isolation, figures, fallbacks."""

import datetime as dt
import html
import re
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.money import Money
from texts import Html, TextMissing, Texts, link

MESSAGES = {
    "zh-CN": "name = 你好，{ $name }\nboth = { $who } 捐了 { $amount }\ncount = { $n } 人\nonly = 只有中文\n",
    "en": "name = Hello { $name }\nboth = { $who } gave { $amount }\n"
    "count = { $n ->\n    [one] { $n } person\n   *[other] { $n } people\n }\n",
}


@pytest.fixture
def folder(tmp_path):
    for language, text in MESSAGES.items():
        (tmp_path / language).mkdir()
        (tmp_path / language / "a.ftl").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def strict(folder):
    return Texts.load(folder, zone=ZoneInfo("Asia/Shanghai"), strict=True)


def test_chat_text_from_people_is_escaped_and_isolated(strict):
    assert strict.chat("en", "name", name="<b>&") == "Hello \u2068&lt;b&gt;&amp;\u2069"


def test_plain_text_is_neither_escaped_nor_isolated(strict):
    assert strict.plain("en", "name", name="<b>&") == "Hello <b>&"


def test_html_made_before_is_not_escaped_again(strict):
    assert strict.chat("en", "name", name=Html("<b>x</b>")) == "Hello <b>x</b>"
    assert strict.chat("en", "name", name=link('https://a/?b=1&c="', "<")) == (
        'Hello <a href="https://a/?b=1&amp;c=&quot;">\u2068&lt;\u2069</a>'
    )


def test_html_in_a_plain_message_is_a_mistake(strict):
    with pytest.raises(TypeError):
        strict.plain("en", "name", name=Html("<b>x</b>"))


def test_direction_controls_in_arguments_do_not_reach_the_line(strict):
    assert strict.chat("en", "name", name="a\u202eb\u2069c") == "Hello \u2068abc\u2069"


def test_money_and_times_are_written_in_the_language(strict):
    assert strict.plain("en", "both", who="A", amount=Money(150, "CNY")) == "A gave ¥1.50"
    at = dt.datetime(2026, 11, 21, 17, 5, tzinfo=dt.UTC)
    assert strict.plain("zh-CN", "name", name=at) == "你好，2026年11月22日 01:05"
    assert strict.plain("zh-CN", "name", name=dt.date(2026, 1, 2)) == "你好，2026年1月2日"


def test_plurals_and_grouping_come_from_the_language(strict):
    assert strict.plain("en", "count", n=1) == "1 person"
    assert strict.plain("en", "count", n=12845) == "12,845 people"
    assert strict.plain("zh-CN", "count", n=12845) == "12,845 人"


@pytest.mark.parametrize(("key", "args"), [("nothing", {}), ("name", {}), ("name", {"nme": "x"})])
def test_what_is_missing_raises_in_tests(strict, key, args):
    with pytest.raises(TextMissing):
        strict.plain("en", key, **args)


def test_what_is_missing_falls_back_in_production(folder):
    lenient = Texts.load(folder)
    assert lenient.plain("en", "only") == "只有中文"
    assert lenient.plain("fr", "only") == "只有中文"
    assert lenient.plain("en", "nothing") == "nothing"
    assert "Hello" in lenient.plain("en", "name")


def test_a_value_nobody_knows_how_to_write_is_a_mistake(strict):
    for value in (1.5, True, None, object()):
        with pytest.raises(TypeError):
            strict.plain("en", "name", name=value)


def test_an_enum_is_for_choosing_not_for_showing(folder):
    (folder / "en" / "b.ftl").write_text("state = { $s ->\n    [on] yes\n   *[off] no\n }\n", encoding="utf-8")

    class State(StrEnum):
        ON = "on"

    assert Texts.load(folder, strict=True).chat("en", "state", s=State.ON) == "yes"


def test_long_texts_are_no_problem(strict):
    assert "x" * 4000 in strict.chat("en", "name", name="x" * 4000)


def test_a_broken_file_and_a_key_twice_are_refused(folder):
    (folder / "en" / "b.ftl").write_text("name = again\n", encoding="utf-8")
    with pytest.raises(ValueError, match="already"):
        Texts.load(folder)
    (folder / "en" / "b.ftl").write_text("this is no Fluent\n", encoding="utf-8")
    with pytest.raises(ValueError, match="not Fluent"):
        Texts.load(folder)


def test_a_default_language_without_messages_is_refused(folder):
    with pytest.raises(TextMissing):
        Texts.load(folder, default="fr")


@given(st.text(max_size=80))
def test_no_name_breaks_the_markup(name):
    shown = link("https://a", name)
    inside = re.fullmatch(r'<a href="https://a">\u2068(.*)\u2069</a>', shown, re.DOTALL)
    assert inside is not None
    assert "<" not in inside[1]
    assert ">" not in inside[1]
    assert "\u2069" not in inside[1]
    assert html.unescape(inside[1]) is not None
