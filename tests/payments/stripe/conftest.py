"""Our Stripe, and the rail before it."""

from collections.abc import AsyncIterator

import pytest

from payments.stripe_rail import StripeRail
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.stage import rail_on


@pytest.fixture
async def our() -> AsyncIterator[OurStripe]:
    """A Stripe of ours; no request may be one that the library's types don't allow."""
    stripe = OurStripe()
    await stripe.start()
    yield stripe
    await stripe.close()
    assert stripe.wrong == []


@pytest.fixture
async def rail(our: OurStripe) -> AsyncIterator[StripeRail]:
    """Direct charges, test mode."""
    made = rail_on(our)
    yield made
    await made.close()
