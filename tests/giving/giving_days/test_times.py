"""Local times are kept on days on which clocks change, in every zone there is."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from giving.giving_days import DayOfMonth, GivingDay, NthWeekday, Series, begins, following, moment, next_on, window
from giving.giving_days.days import Audience, DayState, next_state, turned
from giving.giving_days.rules import LAST, rule_of
from giving.money import Money

ZONES = sorted(zone for zone in available_timezones() if zone not in ("localtime", "Factory"))
zones = st.sampled_from(ZONES).map(ZoneInfo)
dates = st.dates(date(2000, 1, 2), date(2040, 12, 30))
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
rules = st.builds(DayOfMonth, st.integers(1, 31)) | st.builds(
    NthWeekday, st.sampled_from([1, 2, 3, 4, 5, LAST]), st.integers(0, 6)
)


def local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


@given(zones, dates, times)
def test_a_local_time_is_kept_or_is_the_moment_at_which_clocks_jump_over_it(zone: ZoneInfo, on: date, at: time):
    meant = datetime.combine(on, at)
    found = begins(on, at, zone)
    assert found.tzinfo is UTC
    if local(found, zone) != meant:  # there is no such time on that date
        assert local(found - timedelta(seconds=1), zone) < meant < local(found, zone)


@given(zones, dates, times)
def test_of_two_equal_local_times_it_is_the_first(zone: ZoneInfo, on: date, at: time):
    found = begins(on, at, zone)
    assume(local(found, zone) == datetime.combine(on, at))
    for minutes in (30, 60, 120):
        earlier = found - timedelta(minutes=minutes)
        assert local(earlier, zone) != local(found, zone)


@given(zones, dates, times, st.integers(1, 31 * 24 * 60))
def test_a_window_is_over_when_the_local_clock_says_so(zone: ZoneInfo, on: date, starts: time, minutes: int):
    begin, end = window(on, starts, minutes, zone)
    assert begin <= end
    meant = datetime.combine(on, starts) + timedelta(minutes=minutes)
    assert local(end, zone) == meant or local(end - timedelta(seconds=1), zone) < meant < local(end, zone)


@given(zones, dates)
def test_one_whole_date_ends_where_the_next_begins(zone: ZoneInfo, on: date):
    _, end = window(on, time(0), 24 * 60, zone)
    begin, _ = window(on + timedelta(days=1), time(0), 24 * 60, zone)
    assert end == begin


@pytest.mark.parametrize(("zone", "on", "hours"), [
    ("Asia/Shanghai", date(2026, 3, 29), 24), ("Europe/Berlin", date(2026, 3, 29), 23),
    ("Europe/Berlin", date(2026, 10, 25), 25), ("America/Santiago", date(2026, 9, 6), 23),  # there is no midnight then
    ("America/Havana", date(2026, 11, 1), 25),  # midnight comes twice
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
])  # fmt: skip
def test_a_day_on_which_clocks_change_is_as_long_as_it_is_there(zone: str, on: date, hours: float):
    begin, end = window(on, time(0), 24 * 60, ZoneInfo(zone))
    assert end - begin == timedelta(hours=hours)
    assert local(begin, ZoneInfo(zone)).date() == on


def test_a_time_that_has_a_zone_is_no_local_time():
    with pytest.raises(ValueError, match="no timezone of its own"):
        moment(datetime(2026, 11, 11, tzinfo=UTC), ZoneInfo("UTC"))


@given(rules, dates)
def test_a_rule_gives_one_date_in_each_month(rule: DayOfMonth | NthWeekday, after: date):
    found = next_on(rule, after)
    assert found > after
    assert (found.year * 12 + found.month) - (after.year * 12 + after.month) in (0, 1)
    assert rule.of(found.year, found.month) == found
    assert rule_of(str(rule)) == rule


@given(st.integers(1, 31), dates)
def test_a_day_of_the_month_that_is_not_there_is_the_last(day: int, month: date):
    found = DayOfMonth(day).of(month.year, month.month)
    assert found.day == day or (found.day < day and (found + timedelta(days=1)).month != found.month)


@given(st.sampled_from([1, 2, 3, 4, 5, LAST]), st.integers(0, 6), dates)
def test_the_nth_weekday_is_one_and_a_fifth_that_is_not_there_is_the_last(nth: int, weekday: int, month: date):
    found = NthWeekday(nth, weekday).of(month.year, month.month)
    assert found.weekday() == weekday
    before = (found.day - 1) // 7
    is_last = (found + timedelta(days=7)).month != found.month
    assert before == nth - 1 or (nth in (5, LAST) and is_last)


@pytest.mark.parametrize("kept", ["", "day:0", "day:32", "day:x", "week:0:1", "week:6:1", "week:2:7", "month:1"])
def test_what_is_no_rule_is_refused(kept: str):
    with pytest.raises(ValueError, match=r"monthly rule|day of the month|nth is"):
        rule_of(kept)


@given(zones, rules, dates, st.integers(0, 400))
def test_what_follows_is_a_date_of_the_rule_that_is_not_over(
    zone: ZoneInfo, rule: DayOfMonth | NthWeekday, on: date, late: int
):  # fmt: skip
    series = Series(day().id, rule, time(0), 24 * 60, rule.of(on.year, on.month), datetime.now(UTC))
    now = series.window(zone)[0] + timedelta(days=late)
    next_, draft_at = following(series, now, zone)
    assert next_ > series.next_on
    assert rule.of(next_.year, next_.month) == next_
    assert window(next_, time(0), 24 * 60, zone)[1] > now
    assert draft_at < begins(next_, time(0), zone)


def day(**what: object) -> GivingDay:
    start = datetime(2026, 11, 10, 16, tzinfo=UTC)
    made = GivingDay(
        UUID(int=1), "2026-11-11", {"zh-CN": "一元公益日"}, "", (UUID(int=2),), start, start + timedelta(days=1),
        start + timedelta(days=2), (Money(100, "CNY"),), Audience.NOBODY,
    )  # fmt: skip
    return replace(made, **what)  # type: ignore[arg-type]


@given(st.sampled_from(list(DayState)), st.integers(-3, 5))
def test_turning_step_by_step_ends_where_the_clock_says(state: DayState, days: int):
    now = day().starts_at + timedelta(hours=12 * days)
    turning = day(state=state)
    while (step := next_state(turning, now)) is not None:
        turning = replace(turning, state=step)
    assert turning.state is turned(day(state=state), now)
    assert next_state(turning, now) is None
