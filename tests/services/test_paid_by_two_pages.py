"""One gift that stands on two pages, the former one and the newer, and both are paid in the same moment."""

import asyncio
from uuid import UUID

import pytest

from giving.payments import EventKind
from giving.tips import TipState
from services.ledger import LedgerService
from tests.rails import event
from tests.services.test_tabs_together import Street, street
from tests.world import cny

__all__ = ["street"]
SIGNED = {"Signature": "paper"}


@pytest.mark.parametrize("former_first", [True, False])
async def test_paid_by_both_it_is_booked_once_and_the_rest_is_an_extra(street: Street, former_first: bool):
    """Their events are decided in one batch, each on what the other left."""
    house = street.house
    (small, _) = await street.promise("5", "6")
    former = await street.pay("11")
    _, url = await house.charges.settle(await street.tab(0), street.alice)
    newer = UUID((url or "").rpartition("/")[2])
    told = [
        event(EventKind.PAID, former, "evt_1", their_id="ch_1", minor=1100),
        event(EventKind.PAID, newer, "evt_2", their_id="ch_2", minor=500),
    ]
    in_order = told if former_first else told[::-1]
    await asyncio.gather(*(house.payments.receive("card", body, SIGNED) for body in in_order))
    await house.payments.settle_pending()

    given = [card.tip for card in (await house.tips.gifts(street.alice)).items]
    extras = [tip for tip in given if tip.extra_of is not None]
    assert [tip.amount for tip in extras] == [cny("5")]
    assert [tip.extra_of for tip in extras] == [small.id]
    assert sum(tip.amount.minor for tip in given if tip.state is TipState.PAID) == 1_600
    assert (await LedgerService(house.world.unit).verify()).clean
