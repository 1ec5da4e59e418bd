"""What somebody promised every month is in their export, and ends when they leave; whoever comes back finds none."""

import json

from giving.people import Visibility, Visitor
from giving.pledges import InstalmentState, PledgeState
from services.pledges import PledgeAsk
from storage.held_pledges import pledged
from tests.services.test_pledges import instalment, tip_of, under_way
from tests.world import World, cny


async def test_the_export_holds_what_they_promise_and_nobody_elses(world: World) -> None:
    ask = PledgeAsk(world.library.id, cny("50"))
    hers = await world.pledges.make(ask, world.alice, "tap:alice")
    ticked = PledgeAsk(None, cny("10"), ticked=(world.library.id, world.meals.id))
    await world.pledges.make(ticked, world.alice, "tap:some")
    await world.pledges.make(ask, world.bob, "tap:bob")
    await under_way(world, hers, InstalmentState.ASKED)
    told = json.loads((await world.privacy.export(world.alice)).content)
    assert set(pledged(world.alice.id)) <= set(told)
    assert [(row["amount_minor"], row["state"], row.get("project")) for row in told["monthly"]] == [
        (5000, "active", "library"), (1000, "active", None),
    ]  # fmt: skip
    assert [row["project"] for row in told["monthly_among"]] == ["library", "meals"]
    assert [(row["month"], row["state"]) for row in told["monthly_instalments"]] == [("2026-12", "asked")]
    assert "tap:" not in json.dumps(told)


async def test_leaving_ends_them_and_whoever_comes_back_finds_none(world: World) -> None:
    ask = PledgeAsk(world.library.id, cny("50"))
    hers = await world.pledges.make(ask, world.alice, "tap:alice")
    await world.pledge_changes.show(hers.pledge.id, world.alice, Visibility.NAMED)
    his = await world.pledges.make(ask, world.bob, "tap:bob")
    asked, announced = (
        await under_way(world, hers, InstalmentState.ASKED),
        await under_way(world, his, InstalmentState.ANNOUNCED),
    )
    await world.tips.pay.of_payment(asked.payment, world.alice)  # type: ignore[arg-type]
    await world.privacy.leave(world.alice)
    async with world.unit.read() as work:
        (left,) = await work.pledges.of_donor(world.alice.id)
    assert (left.state, left.visibility) == (PledgeState.CANCELLED, Visibility.ANONYMOUS)
    assert (await instalment(world, asked)).state is InstalmentState.SKIPPED
    assert (await tip_of(world, asked)).state == "cancelled"
    assert world.rail.cancelled
    assert (await instalment(world, announced)).state is InstalmentState.ANNOUNCED
    again = await world.people.meet(Visitor(1002, "Alice", "alice", "en"), started=True)
    assert again.id != world.alice.id
    assert not (await world.pledges.of(again)).cards
    assert (await world.pledges.make(ask, again, "tap:alice")).pledge.donor == again.id
    assert len((await world.pledges.of(world.bob)).cards) == 1
