"""With what somebody paid: told apart by a keyed hash, which says nothing more."""

import pytest

from payments.payer import payer_of
from payments.stripe_rail.found import paid_with


def test_the_same_by_the_same_key_and_nothing_of_it_shows():
    found = payer_of("secret", "4242424242424242")
    assert found == payer_of("secret", "4242424242424242")
    assert found not in (payer_of("another", "4242424242424242"), payer_of("secret", "4000056655665556"))
    assert found is not None
    assert "4242" not in found
    assert len(found) == 32


@pytest.mark.parametrize("named", [None, "", 7, {"id": "x"}, "x" * 257])
def test_what_names_nobody_is_nobody(named: object):
    assert payer_of("secret", named) is None


@pytest.mark.parametrize(
    ("charge", "named"),
    [
        ({"payment_method_details": {"type": "card", "card": {"fingerprint": "mToisGZ01V71BCos"}}}, "mToisGZ01V71BCos"),
        ({"payment_method_details": {"type": "alipay", "alipay": {"buyer_id": "2088"}}}, "2088"),
        ({"payment_method_details": {"type": "wechat_pay", "wechat_pay": {}}}, None),
        ({"payment_method_details": {"type": "card"}}, None),
        ({"payment_method_details": None}, None),
        ({}, None),
        (None, None),
        ("ch_1", None),
    ],
)
def test_what_stripe_calls_a_card(charge: object, named: str | None):
    assert paid_with({"latest_charge": charge}) == named
