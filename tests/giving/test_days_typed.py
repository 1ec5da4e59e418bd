"""Times, amounts and rules of giving days as admins type them."""

import contextlib
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.errors import DayAmounts, MonthDayNotUnderstood, TimeNotUnderstood, TipTooLarge
from giving.giving_days import (
    DayOfMonth,
    NthWeekday,
    moved,
    read_amounts,
    read_moment,
    read_month_day,
    weekdays_of,
    window,
)
from giving.money import Money
from giving.tips import Limits

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NEAR = datetime(2026, 12, 11, 4, 0, tzinfo=UTC)  # noon in Shanghai
LIMITS = Limits(Money(100, "CNY"), Money(5_000_000, "CNY"))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-12-11 00:00", datetime(2026, 12, 10, 16, tzinfo=UTC)),
        (" 2026/12/11  9:05 ", datetime(2026, 12, 11, 1, 5, tzinfo=UTC)),
        ("２０２６－12－11 00：00", datetime(2026, 12, 10, 16, tzinfo=UTC)),
        ("2026年12月11日 20:00", datetime(2026, 12, 11, 12, tzinfo=UTC)),
        ("2026-12-11", datetime(2026, 12, 10, 16, tzinfo=UTC)),
        ("2026-12-11 24:00", datetime(2026, 12, 11, 16, tzinfo=UTC)),
        ("2026-12-11T20:00", datetime(2026, 12, 11, 12, tzinfo=UTC)),
        ("20:30", datetime(2026, 12, 11, 12, 30, tzinfo=UTC)),
        ("12:00", datetime(2026, 12, 12, 4, 0, tzinfo=UTC)),
        ("09:00", datetime(2026, 12, 12, 1, 0, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_on_the_operators_clock(text: str, at: datetime) -> None:
    assert read_moment(text, SHANGHAI, near=NEAR) == at


@pytest.mark.parametrize(
    "text",
    ["", "明天", "2026-13-01", "2026-02-30 00:00", "2026-12-11 24:01", "2026-12-11 12:60", "25:00", "9999-12-31 24:00",
     "2026-12-11 00:00 " + " " * 40, "12-11 00:00", "0000-01-01"],
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(TimeNotUnderstood):
        read_moment(text, SHANGHAI, near=NEAR)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_time_or_refused(text: str) -> None:
    with contextlib.suppress(TimeNotUnderstood):
        assert read_moment(text, BERLIN, near=NEAR).utcoffset() == timedelta(0)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001 - what a clock shows
def test_what_is_shown_is_read_back(local: datetime) -> None:
    local = local.replace(second=0, microsecond=0)
    at = read_moment(f"{local:%Y-%m-%d %H:%M}", SHANGHAI, near=NEAR)
    assert at.astimezone(SHANGHAI).replace(tzinfo=None) == local


def test_a_moved_day_is_as_long_by_the_clock_where_clocks_change() -> None:
    whole = window(date(2026, 10, 24), datetime.min.time(), 24 * 60, BERLIN)
    starts, ends = window(date(2026, 10, 25), datetime.min.time(), 24 * 60, BERLIN)
    assert ends - starts == timedelta(hours=25)
    assert moved(starts, whole, BERLIN) == ends


def test_amounts_are_read_sorted_and_once() -> None:
    assert [a.minor for a in read_amounts("10、1 5,¥5 6.66元", LIMITS)] == [100, 500, 666, 1000]
    for text in ("", "x", "1 2 3 4 5 6 7", "1 zwei"):
        with pytest.raises(DayAmounts):
            read_amounts(text, LIMITS)
    with pytest.raises(TipTooLarge):
        read_amounts("1 99999999", LIMITS)


def test_a_day_of_the_month_is_read() -> None:
    assert [read_month_day(text) for text in ("11", "３１号", "1日")] == [DayOfMonth(11), DayOfMonth(31), DayOfMonth(1)]
    for text in ("", "0", "32", "elf", "-1", "1 1"):
        with pytest.raises(MonthDayNotUnderstood):
            read_month_day(text)


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_the_weekdays_offered_are_those_of_the_date(on: date) -> None:
    rules = weekdays_of(on)
    assert rules
    assert all(rule.of(on.year, on.month) == on for rule in rules)
    assert len(rules) == len(set(rules)) <= 2
    assert all(isinstance(rule, NthWeekday) for rule in rules)
