"""Certificates' rules: which months bring one, rows, numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.pledges import (
    Month,
    MonthGone,
    certificate_number,
    covered,
    has_certificate,
    in_a_row,
    levels,
    months_in_all,
    normal_number,
)
from giving.receipts import RANDOM_BITS, normal_code

months = st.integers(0, 400)


@given(months, months)
def test_no_level_is_brought_twice_and_none_is_left_out(first: int, more: int) -> None:
    middle, last = first, first + more
    assert levels(0, middle) + levels(middle, last) == levels(0, last)
    assert levels(0, last) == [n for n in range(1, last + 1) if n in (1, 3, 6) or n % 12 == 0]
    assert not has_certificate(0)


def told(states: list[tuple[bool, bool, int]], gaps: list[int]) -> list[MonthGone]:
    month, gone = Month(2026, 1), []
    for (paid, skipped, every), gap in zip(states, gaps, strict=False):
        gone.append(MonthGone(month, every, paid, skipped and not paid))
        month = month.plus(gap)
    return gone


states = st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from([1, 3])), max_size=40)
gaps = st.lists(st.integers(1, 14), min_size=40, max_size=40)


@given(states)
def test_a_month_that_was_skipped_changes_no_row(states: list[tuple[bool, bool, int]]) -> None:
    gone = told([(paid, skipped, 1) for paid, skipped, _ in states], [1] * 40)
    without = [each for each in gone if not each.skipped]
    assert in_a_row(gone) == in_a_row(without)
    assert 0 <= in_a_row(gone) <= months_in_all(gone) == sum(each.paid for each in gone)
    last = gone[-1].month.plus(1) if gone else Month(2026, 1)
    assert in_a_row([*gone, MonthGone(last, 1, True, False)]) == in_a_row(gone) + 1
    assert in_a_row([*gone, MonthGone(last, 1, False, False)]) == 0


@given(states, gaps)
def test_no_more_months_are_counted_than_were_paid_for_or_have_passed(
    states: list[tuple[bool, bool, int]], gaps: list[int]
) -> None:
    gone = told(states, gaps)
    covers = covered(gone)
    for each, many, coming in zip(gone, covers, gone[1:], strict=False):
        assert 1 <= many <= min(each.every, each.month.until(coming.month))
    assert in_a_row(gone) <= months_in_all(gone)
    if gone:
        assert months_in_all(gone) <= gone[0].month.until(gone[-1].month) + 1


def monthly(*numbers: int, every: int = 1) -> list[MonthGone]:
    return [MonthGone(Month(2026, number), every, True, False) for number in numbers]


def test_a_pause_before_quarters_is_no_month_given() -> None:
    gone = [*monthly(1), *monthly(4, every=3), *monthly(7)]
    assert covered(gone) == [1, 3, 1]
    assert months_in_all(gone) == 5


def test_who_goes_over_to_quarters_and_back_keeps_the_months_that_were_given() -> None:
    gone = [*monthly(1, 2), *monthly(3, 6, every=3), *monthly(9, 10)]
    assert covered(gone) == [1, 1, 3, 3, 1, 1]


@given(st.integers(0, (1 << RANDOM_BITS) - 1))
def test_a_number_is_read_however_it_was_typed_and_is_no_receipt(bits: int) -> None:
    number = certificate_number(bits)
    assert len(number) == 18
    assert normal_number(number) == number
    assert normal_number(number.lower().replace("-", " ")) == number
    assert normal_number(number.replace("0", "O").replace("1", "l")) == number
    assert normal_code(number) is None


@pytest.mark.parametrize("typed", ["", "YC", "YZ-7K3QF-9M2XT-4BD", "YC-7K3QF-9M2XT-4B", "YC-7K3QF-9M2XT-4BDD", "YC-UUUUU-UUUUU-UUU", "证书"])  # noqa: E501  # fmt: skip
def test_what_is_no_number_is_none(typed: str) -> None:
    assert normal_number(typed) is None
