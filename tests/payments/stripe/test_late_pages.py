"""Pages that are asked for long after the tap: Stripe takes none that would close within half an hour."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giving.payments import PaymentState
from payments.provider import PaymentRef
from payments.stripe_rail import Mode, StripeRail, asks
from tests.payments.stripe.our_stripe import OurStripe
from tests.payments.stripe.passing import Town
from tests.payments.stripe.stage import On, wish
from tests.world import World

LIFE = timedelta(hours=23)


def id_made_at(seconds: int) -> UUID:
    """As ours are (RFC 9562, version 7)."""
    return UUID(int=seconds * 1000 << 80 | 7 << 76 | 2 << 62 | 12345)


@pytest.mark.parametrize("late_h", [0, 22, 22.5, 23, 24, 26, 700])
async def test_a_page_asked_for_late_can_be_paid_for_half_an_hour_at_the_least(
    our: OurStripe, rail: StripeRail, late_h: float
):
    intent = wish(reference=id_made_at(our.books.clock - int(late_h * 3600)))
    link = await rail.create_payment(intent, key="k")
    assert await rail.create_payment(intent, key="k") == link, "the same key is the same page"


@given(made=st.integers(1_700_000_000, 1_900_000_000), first=st.integers(0, 10**6), then=st.integers(0, 10**5))
def test_whatever_has_the_same_key_says_the_same(made: int, first: int, then: int):
    reference = id_made_at(made)
    at = [datetime.fromtimestamp(made + first, UTC), datetime.fromtimestamp(made + first + then, UTC)]
    asked = [asks.payment_page(wish(reference=reference), Mode.DIRECT, life=LIFE, now=now)["expires_at"] for now in at]
    keys = [asks.key_of("k", reference, LIFE, now) for now in at]
    assert (keys[0] == keys[1]) == (asked[0] == asked[1])
    for now, until in zip(at, asked, strict=True):
        assert 1800 < until - now.timestamp() <= LIFE.total_seconds() + 3600


async def test_a_page_on_which_a_slow_payment_failed_is_over_and_another_is_made(world: World, our: OurStripe, on: On):
    """A bank debit, say: the page was completed, days later the bank said no. Stripe lets nobody pay there again."""
    town = Town(world, our, on())
    await town.settle_in()
    payment = await town.ask((town.well, 3000))
    assert payment.their_id is not None
    our.books.decline(payment.their_id)  # the second of the two events of such a failure; the first follows
    session = our.books.things[payment.their_id]
    session |= {"status": "complete", "url": None}
    our.books.tell("checkout.session.async_payment_failed", session, payment.account)
    await town.hear()
    found = await town.rail.fetch(PaymentRef(payment.id, payment.their_id, payment.account))
    assert found.state is PaymentState.CANCELLED
    async with world.unit.read() as work:
        now = (await work.payments.by_ids([payment.id]))[payment.id]
    assert now.state is PaymentState.CANCELLED
    assert town.rails.page_over(now, town.now()), "whoever presses again gets a page that can be paid"
