"""The errors of stripe-stateful-mock, by the charges of old, which the rail never makes: as it would hear them."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from payments.provider import RailDown, RailRefused
from payments.stripe_rail.calls import Calls, options
from tests.payments.stripe.peers import stateful_mock

KEY = "sk_test_peers"


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    with stateful_mock() as url:
        yield url


@pytest.fixture
async def calls(mock: str) -> AsyncIterator[Calls]:
    made = Calls(api_base=mock, api_key=KEY)
    yield made
    await made.close()


def _charge(calls: Calls, source: str, key: str, minor: int = 3000, account: str | None = None) -> Any:
    asked = calls.client.v1.charges.create_async(
        {"amount": minor, "currency": "usd", "source": source}, options(account, key)
    )
    return calls.ask(asked)


async def test_the_mock_replays_a_key_and_refuses_it_with_other_parameters(calls: Calls):
    made = await _charge(calls, "tok_visa", "k1")
    assert made["status"] == "succeeded"
    assert (await _charge(calls, "tok_visa", "k1"))["id"] == made["id"]
    assert (await _charge(calls, "tok_visa", "k2"))["id"] != made["id"]
    with pytest.raises(RailRefused, match=r"^idempotency_error$"):
        await _charge(calls, "tok_visa", "k1", 4000)


@pytest.mark.parametrize(("source", "code"), [
    ("tok_chargeDeclined", "card_declined"), ("tok_chargeDeclinedInsufficientFunds", "card_declined"),
    ("tok_chargeDeclinedFraudulent", "card_declined"), ("tok_chargeDeclinedExpiredCard", "expired_card"),
    ("tok_chargeDeclinedProcessingError", "processing_error"),
])  # fmt: skip
async def test_the_mock_declines_and_no_more_is_told_than_the_code(calls: Calls, source: str, code: str):
    for _ in range(2):
        with pytest.raises(RailRefused) as refused:
            await _charge(calls, source, f"decline:{source}")
        assert str(refused.value) == code
        assert not isinstance(refused.value, RailDown)


@pytest.mark.parametrize("source", ["tok_429", "tok_500"])
async def test_the_mock_fails_and_nothing_is_known_after_it(calls: Calls, source: str):
    with pytest.raises(RailDown):
        await _charge(calls, source, f"fail:{source}")
    assert (await _charge(calls, "tok_visa", f"after:{source}"))["status"] == "succeeded"


async def test_the_mock_refuses_what_is_too_small_and_what_was_given_back(calls: Calls):
    with pytest.raises(RailRefused, match=r"^amount_too_small$"):
        await _charge(calls, "tok_visa", "small", 14)
    made = await _charge(calls, "tok_visa", "back")
    give = calls.client.v1.refunds.create_async
    assert (await calls.ask(give({"charge": made["id"]}, options(None, "r1"))))["status"] == "succeeded"
    with pytest.raises(RailRefused, match=r"^charge_already_refunded$"):
        await calls.ask(give({"charge": made["id"]}, options(None, "r2")))
    with pytest.raises(RailRefused, match=r"^resource_missing$"):
        await calls.ask(calls.client.v1.charges.retrieve_async("ch_nobody"))


async def test_the_mock_replays_a_failure_under_its_key_as_stripe_does(calls: Calls):
    """So that the library's own second try changes nothing there; what is known after a 500 comes from a look-up."""
    source = "tok_500|tok_visa|again"
    for _ in range(2):
        with pytest.raises(RailDown):
            await _charge(calls, source, "again1")
    assert (await _charge(calls, source, "again2"))["status"] == "succeeded"
