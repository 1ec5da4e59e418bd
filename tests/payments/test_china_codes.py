"""Both rails' codes that ran out, with the real libraries: another order for the same tip, and the old still counts."""

from datetime import timedelta

from giving.rails import Shown
from giving.tips import TipState
from services.rails.qr import qr_png
from tests.payments.test_china_way import Way, way
from tests.world import cny

__all__ = ["way"]


async def test_a_code_that_ran_out_gets_another_order_and_paid_all_the_same_it_counts(way: Way):
    tip, url = await way.asked()
    assert way.rail.capabilities.shown is Shown.QR
    await way.sweep.sweep()
    way.later(timedelta(hours=1))
    assert await way.tips.payment_link(tip.id, way.world.alice) == url
    way.later(timedelta(hours=1, minutes=1))
    code = await way.tips.payment_code(tip.id, way.world.alice)
    assert code.address != url
    assert code.left == timedelta(hours=2)
    assert qr_png(code.address)
    assert len(way.gateway.orders) == 2

    assert (await way.told(way.paid(url)))[0] == 200
    assert await way.books(tip) == (TipState.PAID, cny("1"), cny("1"))
    assert (await way.told(way.paid(code.address)))[0] == 200
    assert await way.books(tip) == (TipState.PAID, cny("2"), cny("2")), "an extra, until it went back"
