"""Stars beside money: what is asked and what is said of it, at the operator's rate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.money import CurrencyMismatch, Money
from giving.stars import StarRate

EIGHT = StarRate(8, Money(100, "CNY"))


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


@pytest.mark.parametrize(
    ("amount", "stars"),
    [(100, 8), (1000, 80), (1, 1), (12, 1), (13, 2), (19, 2), (101, 9), (112, 9), (113, 10), (5_000_000, 400_000)],
)
def test_an_amount_costs_whole_stars_rounded_up(amount: int, stars: int):
    assert EIGHT.price(cny(amount)) == Money(stars, "XTR")


@pytest.mark.parametrize(("stars", "minor"), [(8, 100), (1, 13), (80, 1000), (10_000, 125_000)])
def test_stars_are_worth_whole_minor_units(stars: int, minor: int):
    assert EIGHT.worth(Money(stars, "XTR")) == cny(minor)


def test_a_currency_without_minor_units_is_counted_whole():
    assert StarRate(1, Money(2, "JPY")).price(Money(101, "JPY")) == Money(51, "XTR")
    assert StarRate(1, Money(2, "JPY")).price(Money(102, "JPY")) == Money(51, "XTR")


@given(st.integers(1, 1000), st.integers(1, 10_000), st.integers(1, 10**9))
def test_what_is_asked_is_worth_what_was_wished_and_less_than_a_star_more(stars: int, minor: int, amount: int):
    rate = StarRate(stars, cny(minor))
    asked = rate.price(cny(amount)).minor
    assert 0 <= asked * minor - amount * stars < minor
    assert rate.price(cny(amount + 1)).minor >= asked


@pytest.mark.parametrize(("stars", "per"), [(0, cny(100)), (-1, cny(100)), (8, cny(0)), (8, Money(1, "XTR"))])
def test_a_rate_that_is_none_is_refused(stars: int, per: Money):
    with pytest.raises(ValueError):
        StarRate(stars, per)


def test_currencies_never_meet():
    with pytest.raises(CurrencyMismatch):
        EIGHT.price(Money(100, "USD"))
    with pytest.raises(CurrencyMismatch):
        EIGHT.worth(cny(100))
