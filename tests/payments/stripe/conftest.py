"""Our Stripe, and the rail before it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from payments.stripe_rail import StripeRail
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.stage import On, rail_on


@pytest.fixture
async def our() -> AsyncIterator[OurStripe]:
    """A Stripe of ours; no request may be one that the library's types don't allow."""
    stripe = OurStripe()
    await stripe.start()
    yield stripe
    await stripe.close()
    assert stripe.wrong == []


@pytest.fixture
async def on(our: OurStripe) -> AsyncIterator[On]:
    """Make rails on our Stripe; they are closed afterwards."""
    made: list[StripeRail] = []

    def make(*given: Any, **words: Any) -> StripeRail:
        made.append(rail_on(our, *given, **words))
        return made[-1]

    yield make
    for rail in made:
        await rail.close()


@pytest.fixture
def rail(on: On) -> StripeRail:
    """Direct charges, test mode."""
    return on()
