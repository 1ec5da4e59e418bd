"""Years and dates on somebody's clock; what a year came to, each currency for itself."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.errors import DatesNotUnderstood, YearUnknown
from giving.money import Money
from giving.recaps import Dates, Part, Year, dates_of, looked_back, year_of
from giving.statements import StatementLine, sums_by, sums_of

ZONES = st.sampled_from([ZoneInfo(name) for name in ("Asia/Shanghai", "America/New_York", "Pacific/Apia", "UTC")])
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@given(st.integers(2024, 2100), ZONES)
def test_years_follow_each_other_without_a_gap(number: int, zone: ZoneInfo) -> None:
    year = Year.of(number, zone)
    assert len(year.bounds) == 13
    assert list(year.bounds) == sorted(year.bounds)
    assert year.ends == Year.of(number + 1, zone).starts
    assert year.starts.astimezone(zone).date() == date(number, 1, 1)


@pytest.mark.parametrize(("typed", "number"), [("", 2026), ("2026", 2026), (" 2025 ", 2025), ("2024", 2024)])
def test_a_year_is_read(typed: str, number: int) -> None:
    assert year_of(typed, NOW, SHANGHAI).number == number


def test_in_january_one_looks_back_at_the_year_that_is_over() -> None:
    assert year_of("", datetime(2026, 12, 31, 20, tzinfo=UTC), SHANGHAI).number == 2026
    assert year_of("", datetime(2027, 2, 1, tzinfo=UTC), SHANGHAI).number == 2027


@pytest.mark.parametrize("typed", ["2023", "2027", "26", "abc", "20266", "-2026", "2026 2025", "２０２３", "٢"])
def test_what_is_no_year_is_refused(typed: str) -> None:
    with pytest.raises(YearUnknown):
        year_of(typed, NOW, SHANGHAI)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("", date(2026, 1, 1), date(2026, 11, 22)),
        ("2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("2026-01-01 2026-06-30", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-11-22 2027-01-01", date(2026, 11, 22), date(2026, 11, 22)),
        ("2024-02-29 2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_dates_are_read_and_what_lies_ahead_is_cut_off(typed: str, first: date, last: date) -> None:
    found = dates_of(typed, NOW, SHANGHAI)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize(
    "typed",
    ["x", "2026-06-30 2026-01-01", "2026-01-01 2026-02-30", "2027-01-01 2027-02-01", "1999-01-01 2026-01-01",
     "99999999999999999999", "2026-01-01 2026-02-01 2026-03-01", "2026-13-01 2026-14-01"],
)  # fmt: skip
def test_what_are_no_dates_is_refused(typed: str) -> None:
    with pytest.raises(DatesNotUnderstood):
        dates_of(typed, NOW, SHANGHAI)


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(0, 800), ZONES)
def test_dates_that_follow_each_other_share_no_moment(first: date, days: int, zone: ZoneInfo) -> None:
    one = Dates(first, first + timedelta(days=days), zone)
    assert one.starts < one.ends
    assert one.ends == Dates(one.last + timedelta(days=1), one.last + timedelta(days=1), zone).starts


PROJECTS = [UUID(int=n) for n in range(1, 4)]
gifts = st.lists(
    st.tuples(
        st.integers(1, 12), st.sampled_from(PROJECTS), st.sampled_from(["CNY", "USD"]), st.integers(1, 10**6),
        st.booleans(),
    ),
    max_size=30,
)  # fmt: skip


@given(gifts)
def test_what_is_looked_back_at_adds_up(given_: list[tuple[int, UUID, str, int, bool]]) -> None:
    by_month = [Part(month, currency, 1, minor) for month, _, currency, minor, _ in given_]
    by_project = [Part(project, currency, 1, minor) for _, project, currency, minor, _ in given_]
    on_days = [Part(PROJECTS[0], currency, 1, minor) for _, _, currency, minor, day in given_ if day]
    found = looked_back(by_month, by_project, on_days, len({1 for g in given_ if g[4]}), 3, [Money(5, "USD")])
    assert found.gifts == len(given_) == sum(number for _, number, _ in found.projects)
    for total in found.given:
        assert total.minor == sum(minor for _, _, currency, minor, _ in given_ if currency == total.currency)
        parts = [amount for _, _, sums in found.projects for amount in sums if amount.currency == total.currency]
        assert sum(part.minor for part in parts) == total.minor
    assert sum(found.months) == (found.given[0].minor if found.given else 0)
    assert found.given_in == len({month for month, *_ in given_})
    assert found.matched == (Money(5, "USD"),)


@given(gifts, st.integers(0, 100))
def test_a_statements_sums_are_those_of_its_lines(
    given_: list[tuple[int, UUID, str, int, bool]], percent: int
) -> None:  # fmt: skip
    lines = [
        StatementLine(NOW, "YZ", project, Money(minor, currency), Money(minor * percent // 100, currency), "paper")
        for _, project, currency, minor, _ in given_
    ]
    whose = {project: PROJECTS[n % 2] for n, project in enumerate(PROJECTS)}
    whole = {amount.currency: amount.minor for amount in sums_of(lines)}
    assert sum(whole.values()) == sum(line.kept.minor for line in lines)
    each = [amount for amounts in sums_by(lines, whose).values() for amount in amounts]
    for currency, minor in whole.items():
        assert sum(amount.minor for amount in each if amount.currency == currency) == minor
