"""What an organisation is owed: what was paid out and goes back to a donor comes off its next payout."""

from giving.accounts import organisation_received, rail_clearing
from giving.ledger import transferred
from giving.payments import EventKind
from services.payouts import PayoutService
from tests.services.test_reconcile import NOON, book
from tests.world import World, cny


async def figures(world: World) -> list[tuple[str, int, int, int]]:
    return [
        (card.organisation.slug, card.owed.due.minor, card.owed.next_payout.minor, card.owed.carried.minor)
        for card in await PayoutService(world.unit).owed()
    ]


async def test_what_was_paid_out_and_given_back_since_comes_off_the_next_payout(world: World):
    assert await figures(world) == []
    organisation = world.library.organisation
    tip = await world.pay(await world.tip(world.alice, "50"), world.alice)
    assert await figures(world) == [(organisation.slug, 5000, 5000, 0)]
    await book(
        world,
        transferred(
            rail="paper",
            their_id="tr_1",
            at=NOON,
            held=rail_clearing("paper"),
            received=organisation_received(organisation.id, "paper"),
            amount=cny("50"),
        ),
    )
    assert await figures(world) == [(organisation.slug, 0, 0, 0)]
    await world.deliver(EventKind.REFUNDED, tip, "evt_r", their_id="re_1", charge=tip.charge)
    await world.payments.settle_pending()
    assert await figures(world) == [(organisation.slug, -5000, 0, 5000)], "it has ¥50 that was given back"
    world.time.passes(minutes=5)
    await world.pay(await world.tip(world.bob, "80", key="q2"), world.bob, charge="ch_2")
    assert await figures(world) == [(organisation.slug, 3000, 3000, 0)], "¥80 less the ¥50"
