"""Amounts as creators type them."""

import pytest

from giving.creators import parse_presets
from giving.errors import PresetsNotUnderstood, TipTooLarge, TipTooSmall
from tests.world import cny

LIMITS = {"least": cny("1"), "most": cny("50000")}


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("1 5 10", ["1", "5", "10"]),
        ("10、1，5", ["1", "5", "10"]),
        ("¥6.66", ["6.66"]),
        ("5 5元 ５", ["5"]),
        (" 1 / 50000 ", ["1", "50000"]),
    ],
)
def test_one_to_three_amounts_are_read_in_the_order_of_their_size(text, amounts):
    assert parse_presets(text, **LIMITS) == tuple(cny(amount) for amount in amounts)


@pytest.mark.parametrize("text", ["", "many", "1 2 3 4", "1 x", "1 5 10 " * 50, "-1"])
def test_anything_else_is_asked_again(text):
    with pytest.raises(PresetsNotUnderstood):
        parse_presets(text, **LIMITS)


def test_each_amount_is_within_the_limits():
    with pytest.raises(TipTooSmall):
        parse_presets("0.5 5", **LIMITS)
    with pytest.raises(TipTooLarge):
        parse_presets("5 50001", **LIMITS)
