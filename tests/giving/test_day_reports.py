"""What a day came to, from what was counted of it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.day_reports import (
    Charged,
    Counted,
    Minute,
    Part,
    begins_of,
    disagreements,
    fees_of,
    median,
    report_of,
)
from giving.giving_days import GivingDay
from giving.money import Money

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
START = datetime(2026, 11, 10, 16, tzinfo=UTC)  # midnight in Shanghai
A, B, ADA = UUID(int=1), UUID(int=2), UUID(int=3)


def day(hours: float = 24, starts: datetime = START, projects: tuple[UUID, ...] = (A, B)) -> GivingDay:
    ends = starts + timedelta(hours=hours)
    return GivingDay(uuid4(), "d", {"en": "Day"}, "", projects, starts, ends, ends, (Money(100, "CNY"),))


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def test_a_day_of_nothing_has_every_hour_and_nothing_in_them():
    report = report_of(day(), Counted(), (), SHANGHAI, START)
    assert (report.whole.gifts, report.whole.given, report.median, report.fees) == (0, (), None, ())
    assert len(report.hours) == 24
    assert [figures.gifts for _, figures in report.projects] == [0, 0]
    assert disagreements(report) == []


def test_parts_add_up_by_project_and_by_creator():
    parts = [Part(A, ADA, "CNY", 2, 300), Part(A, None, "CNY", 1, 100), Part(B, ADA, "CNY", 1, 500)]
    parts.append(Part(B, ADA, "XTR", 1, 80))
    counted = Counted(
        parts=parts, matched=[Part(A, ADA, "CNY", 0, 150)], donors=3, donors_of={A: 2, B: 2, ADA: 3, None: 1},
        minutes=[Minute(START, "CNY", 4, 900), Minute(START + timedelta(hours=23, minutes=59), "XTR", 1, 80)],
        amounts={100: 2, 200: 1, 500: 1}, returning=1,
    )  # fmt: skip
    report = report_of(day(), counted, (), SHANGHAI, START)
    assert report.whole.given == (cny(900), Money(80, "XTR"))
    assert report.whole.matched == (cny(150),)
    assert dict(report.projects)[A].given == (cny(400),)
    assert dict(report.projects)[B].given == (cny(500), Money(80, "XTR"))
    assert [creator for creator, _ in report.creators] == [ADA, None]
    assert (report.hours[0].given, report.hours[0].gifts, report.hours[23].gifts) == (cny(900), 4, 1)
    assert (report.new, report.returning, report.median) == (2, 1, cny(150))
    assert disagreements(report) == []


def test_figures_that_do_not_add_up_are_found():
    report = report_of(day(), Counted(parts=[Part(A, None, "CNY", 1, 100)], donors=1), (), SHANGHAI, START)
    assert disagreements(report) == ["hours: gifts", "hours: given"]


def test_what_was_tapped_outside_counts_for_the_nearest_hour():
    minutes = [Minute(START - timedelta(days=1), "CNY", 1, 100), Minute(START + timedelta(days=2), "CNY", 1, 200)]
    hours = report_of(day(), Counted(minutes=minutes), (), SHANGHAI, START).hours
    assert (hours[0].given, hours[-1].given) == (cny(100), cny(200))


def test_hours_are_those_of_the_clock_and_a_day_may_begin_within_one():
    begins = begins_of(START + timedelta(minutes=30), START + timedelta(hours=3), SHANGHAI)
    assert [at.astimezone(SHANGHAI).strftime("%H:%M") for at in begins] == ["00:30", "01:00", "02:00"]
    kathmandu = begins_of(START, START + timedelta(hours=2), ZoneInfo("Asia/Kathmandu"))  # +05:45
    assert [at.astimezone(ZoneInfo("Asia/Kathmandu")).minute for at in kathmandu] == [45, 0, 0]


def test_a_day_on_which_clocks_change_has_the_hours_it_has():
    autumn = datetime(2026, 10, 25, tzinfo=BERLIN), datetime(2026, 10, 26, tzinfo=BERLIN)
    spring = datetime(2026, 3, 29, tzinfo=BERLIN), datetime(2026, 3, 30, tzinfo=BERLIN)
    assert len(begins_of(*autumn, BERLIN)) == 25
    assert len(begins_of(*spring, BERLIN)) == 23


def test_a_longer_day_is_told_by_the_date():
    report = report_of(day(hours=24 * 9), Counted(), (), SHANGHAI, START)
    assert report.by_date
    assert [hour.begins.astimezone(SHANGHAI).day for hour in report.hours] == list(range(11, 20))
    assert not report_of(day(hours=48), Counted(), (), SHANGHAI, START).by_date


@pytest.mark.parametrize(
    ("amounts", "middle"), [({}, None), ({100: 1}, 100), ({100: 1, 200: 1}, 150), ({100: 1, 101: 1}, 101),
    ({100: 5, 100_000: 1}, 100)],
)  # fmt: skip
def test_the_median_is_the_gift_in_the_middle(amounts: dict[int, int], middle: int | None):
    assert median(amounts, "CNY") == (cny(middle) if middle is not None else None)


@given(st.dictionaries(st.integers(1, 10_000), st.integers(1, 50), min_size=1))
def test_half_of_the_gifts_are_at_least_the_median(amounts: dict[int, int]):
    middle = median(amounts, "CNY")
    assert middle is not None
    gifts = sum(amounts.values())
    assert 2 * sum(n for minor, n in amounts.items() if minor >= middle.minor) >= gifts - 1
    assert 2 * sum(n for minor, n in amounts.items() if minor <= middle.minor) >= gifts - 1


def test_a_fee_for_other_gifts_too_is_the_days_by_its_part():
    assert fees_of([Charged(cny(30), 100, 100), Charged(cny(30), 100, 300), Charged(Money(5, "USD"), 1, 2)]) == (
        cny(40), Money(3, "USD"),
    )  # fmt: skip


@given(st.integers(0, 10_000), st.lists(st.integers(1, 10_000), min_size=1, max_size=6))
def test_the_shares_of_a_fee_come_to_it_within_half_a_unit_each(fee: int, parts: list[int]):
    whole = sum(parts)
    shares = sum(sum(a.minor for a in fees_of([Charged(cny(fee), part, whole)])) for part in parts)
    assert abs(shares - fee) * 2 <= len(parts)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([A, B]), st.sampled_from([ADA, None]), st.sampled_from(["CNY", "XTR"]),
            st.integers(1, 10_000), st.integers(0, 24 * 60 - 1),
        ),
        max_size=40,
    )
)  # fmt: skip
def test_whatever_is_given_all_figures_of_a_report_agree(gifts: list[tuple[UUID, UUID | None, str, int, int]]):
    counted = Counted(
        parts=[Part(project, creator, currency, 1, minor) for project, creator, currency, minor, _ in gifts],
        matched=[Part(project, creator, currency, 0, minor) for project, creator, currency, minor, _ in gifts[::2]],
        minutes=[Minute(START + timedelta(minutes=at), currency, 1, minor) for _, _, currency, minor, at in gifts],
        donors=len(gifts), returning=len(gifts) // 2,
    )  # fmt: skip
    assert disagreements(report_of(day(), counted, (), SHANGHAI, START)) == []
