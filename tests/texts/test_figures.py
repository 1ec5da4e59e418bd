"""Money, numbers and times as people write them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.money import DECIMALS, Money
from tests.processes import ROOT
from texts import Texts, figures

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("minor", "currency", "chinese", "english"),
    [
        (100, "CNY", "¥1", "¥1"),
        (150, "CNY", "¥1.50", "¥1.50"),
        (1, "CNY", "¥0.01", "¥0.01"),
        (0, "CNY", "¥0", "¥0"),
        (-150, "CNY", "-¥1.50", "-¥1.50"),
        (1284500, "CNY", "¥12,845", "¥12,845"),
        (500, "USD", "US$5", "$5"),
        (1025, "USD", "US$10.25", "$10.25"),
        (500, "JPY", "JP¥500", "JP¥500"),
        (1500000, "KRW", "₩1,500,000", "₩1,500,000"),
        (50, "XTR", "⭐50", "⭐50"),
        (5_000_000_000_000_001, "CNY", "¥50,000,000,000,000.01", "¥50,000,000,000,000.01"),
    ],
)
def test_money_is_written_as_people_write_it(minor, currency, chinese, english):
    assert figures.money("zh-CN", Money(minor, currency)) == chinese
    assert figures.money("en", Money(minor, currency)) == english


@given(st.integers(min_value=-(10**15), max_value=10**15), st.sampled_from(sorted(DECIMALS)))
def test_every_amount_can_be_read_back_exactly(minor, currency):
    written = figures.money("en", Money(minor, currency))
    digits = "".join(c for c in written if c.isdigit() or c == ".")
    whole, _, part = digits.partition(".")
    decimals = DECIMALS[currency]
    assert int(whole + part.ljust(decimals, "0")) == abs(minor)
    assert written.startswith("-") == (minor < 0)


def test_no_two_currencies_look_alike():
    for language in ("zh-CN", "en"):
        written = [figures.money(language, Money(10 ** DECIMALS[currency], currency)) for currency in DECIMALS]
        assert len(set(written)) == len(DECIMALS)


def test_times_are_told_in_the_operators_zone():
    at = dt.datetime(2026, 11, 21, 17, 5, tzinfo=dt.UTC)
    assert figures.moment("zh-CN", at, SHANGHAI) == "2026年11月22日 01:05"
    assert figures.moment("en", at, SHANGHAI) == "Nov 22, 2026 01:05"


def test_what_was_lately_is_told_without_its_year_and_in_the_operators_zone_too():
    at = dt.datetime(2026, 11, 21, 17, 5, tzinfo=dt.UTC)
    texts = Texts.load(ROOT / "locales", zone=SHANGHAI)
    assert [texts.short_day(language, at) for language in ("zh-CN", "en")] == ["11月22日", "Nov 22"]


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        figures.moment("en", dt.datetime(2026, 11, 22), SHANGHAI)  # noqa: DTZ001


def test_numbers_are_grouped():
    assert figures.number("zh-CN", 12845) == figures.number("en", 12845) == "12,845"


@pytest.mark.parametrize(
    ("hour", "chinese", "english"),
    [
        (0, "11月25日周三凌晨", "Wed, Nov 25 in the morning"),
        (9, "11月25日周三上午", "Wed, Nov 25 in the morning"),
        (12, "11月25日周三中午", "Wed, Nov 25 in the afternoon"),
        (21, "11月25日周三晚上", "Wed, Nov 25 at night"),
    ],
)
def test_what_is_in_a_few_days_is_named_by_its_day_and_the_part_of_it(hour: int, chinese: str, english: str):
    at = dt.datetime(2026, 11, 25, hour, tzinfo=SHANGHAI).astimezone(dt.UTC)
    assert figures.about("zh-CN", at, SHANGHAI) == chinese
    assert figures.about("en", at, SHANGHAI) == english
