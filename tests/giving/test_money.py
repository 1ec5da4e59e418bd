"""Money: what people type, and that amounts never mix or lose a cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.errors import AmountNotUnderstood, GivingError, TipTooLarge, TipTooSmall
from giving.money import CurrencyMismatch, Money, parse_amount, sum_of

LEAST, MOST = Money(100, "CNY"), Money(5_000_000, "CNY")


@pytest.mark.parametrize(("typed", "minor"), [
    ("5", 500), ("１０", 1000), ("¥5", 500), ("￥5", 500), ("5元", 500), ("5 元", 500), (" 5 ", 500), ("5块钱", 500),
    ("1.5", 150), ("1.50", 150), ("1,000.50", 100_050), ("RMB 8", 800), ("８．８", 880), ("50000", 5_000_000),
])  # fmt: skip
def test_amounts_as_people_write_them(typed: str, minor: int):
    assert parse_amount(typed, least=LEAST, most=MOST) == Money(minor, "CNY")


@pytest.mark.parametrize(("typed", "refusal"), [
    ("0", TipTooSmall), ("0.99", TipTooSmall), ("50000.01", TipTooLarge), ("999999999999", TipTooLarge),
    ("-5", AmountNotUnderstood), ("1.234", AmountNotUnderstood), ("十", AmountNotUnderstood),
    ("1e9", AmountNotUnderstood), ("abc", AmountNotUnderstood), ("9" * 400, AmountNotUnderstood),
    ("", AmountNotUnderstood), ("5 5", AmountNotUnderstood), ("$5", AmountNotUnderstood), ("٥", AmountNotUnderstood),
    ("1,5", AmountNotUnderstood), ("¥", AmountNotUnderstood), ("5.", AmountNotUnderstood), ("+5", AmountNotUnderstood),
])  # fmt: skip
def test_the_rest_is_refused_with_the_least_and_the_most(typed: str, refusal: type[GivingError]):
    with pytest.raises(refusal) as refused:
        parse_amount(typed, least=LEAST, most=MOST)
    assert refused.value.args_for_message == {"least": LEAST, "most": MOST}


def test_yen_have_no_decimals():
    least, most = Money(1, "JPY"), Money(10**6, "JPY")
    assert parse_amount("500円", least=least, most=most) == Money(500, "JPY")
    with pytest.raises(AmountNotUnderstood):
        parse_amount("500.5", least=least, most=most)


@given(st.text(max_size=80))
def test_no_text_is_more_than_refused(typed: str):
    try:
        amount = parse_amount(typed, least=LEAST, most=MOST)
    except GivingError:
        return
    assert LEAST <= amount <= MOST


@given(st.integers(100, 5_000_000))
def test_what_is_written_out_is_read_back(minor: int):
    assert parse_amount(f"¥{minor / 100:.2f}", least=LEAST, most=MOST).minor == minor


@given(st.lists(st.integers(-(10**15), 10**15)))
def test_sums_are_exact(minors: list[int]):
    assert sum_of((Money(m, "CNY") for m in minors), "CNY").minor == sum(minors)


def test_currencies_never_mix_and_floats_are_no_money():
    with pytest.raises(CurrencyMismatch):
        Money(1, "CNY") + Money(1, "JPY")
    with pytest.raises(CurrencyMismatch):
        assert Money(1, "CNY") < Money(2, "USD")
    for wrong in (1.0, True, "1"):
        with pytest.raises(TypeError):
            Money(wrong, "CNY")  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        Money(1, "DOGE")
