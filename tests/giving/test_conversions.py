"""A conversion balances in each currency, and contradicts neither its rate nor its proof."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from giving.conversions import Conversion, ConversionRefused, amount_of, rate_of
from giving.ledger import imbalance
from giving.money import Money

AT = datetime(2026, 11, 22, tzinfo=UTC)


def conversion(**change: Any) -> Conversion:
    known: dict[str, Any] = {
        "rail": "stars", "sold": Money(10_000, "XTR"), "bought": Money(94_157, "CNY"), "rate": Decimal("0.0942"),
        "proof": "TX-2026-11-20 withdrawn by Fragment",
    }  # fmt: skip
    return Conversion(**(known | change))


def test_one_entry_with_a_leg_for_each_currency():
    entry = conversion().entry(AT)
    assert entry.key == "convert:stars:TX-2026-11-20"
    moved = {(str(p.account), p.amount.currency): p.amount.minor for p in entry.postings}
    assert moved == {
        ("rail:stars:clearing", "XTR"): -10_000,
        ("exchange:stars", "XTR"): 10_000,
        ("exchange:stars", "CNY"): -94_157,
        ("rail:stars:clearing", "CNY"): 94_157,
    }


@given(st.integers(1, 10**9), st.integers(1, 10**12), st.integers(0, 12))
def test_whatever_the_figures_it_balances_and_a_rate_rounded_where_it_is_written_fits(
    sold: int, bought: int, digits: int
):
    rate = round(Decimal(bought) / 100 / sold, digits)
    assume(rate > 0)
    made = conversion(sold=Money(sold, "XTR"), bought=Money(bought, "CNY"), rate=rate)
    assert set(imbalance(made.entry(AT).postings).values()) == {0}


@pytest.mark.parametrize("rate", ["0.0942", "0.094", "0.09", "0.1", "0.094157", "0.0941570"])
def test_a_rate_may_be_rounded(rate: str):
    assert conversion(rate=Decimal(rate)).rate == Decimal(rate)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rate": Decimal("0.0943")}, "0.094157 CNY for one XTR, not 0.0943"),
        ({"rate": Decimal("0.0941")}, "does not fit"),
        ({"rate": Decimal("9.4157")}, "does not fit"),
        ({"rate": Decimal("NaN")}, "does not fit"),
        ({"rate": Decimal(0)}, "does not fit"),
        ({"rate": Decimal("-0.0942")}, "does not fit"),
        ({"bought": Money(10_000, "XTR")}, "two currencies"),
        ({"sold": Money(0, "XTR")}, "more than nothing"),
        ({"bought": Money(-1, "CNY")}, "more than nothing"),
        ({"proof": ""}, "begins with its id"),
        ({"proof": "a b"}, "begins with its id"),
        ({"proof": "编号7"}, "begins with its id"),
        ({"proof": "x" * 101}, "begins with its id"),
        ({"proof": "TX7 " + "x" * 200}, "begins with its id"),
    ],
)
def test_what_contradicts_itself_is_refused_in_words(change: dict[str, Any], words: str):
    with pytest.raises(ConversionRefused, match=words):
        conversion(**change)


def test_the_same_proof_in_other_words_is_the_same_conversion():
    assert conversion(proof="TX7").key == conversion(proof="TX7 told again").key


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("941.57", "CNY", 94_157),
        ("941", "CNY", 94_100),
        ("0.5", "CNY", 50),
        ("941", "JPY", 941),
        ("007.10", "CNY", 710),
    ],
)
def test_amounts_are_read_exactly(text: str, currency: str, minor: int):
    assert amount_of(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [("941.575", "CNY"), ("1.5", "JPY"), ("1e3", "CNY"), ("-5", "CNY"), ("", "CNY"), ("1,000", "CNY"), ("٥", "CNY"),
     ("5", "ABC"), ("1" * 16, "CNY")],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str, currency: str):
    with pytest.raises(ConversionRefused):
        amount_of(text, currency)


@pytest.mark.parametrize("text", ["", "1e-3", "-1", "abc", "0.", "1/8", "0." + "1" * 13])
def test_what_is_no_rate_is_refused(text: str):
    with pytest.raises(ConversionRefused):
        rate_of(text)
