"""Other words for a broadcast that goes: nobody reads them before they were confirmed, nor the old ones meanwhile."""

import asyncio

import pytest

from giving.broadcasts import Broadcast, BroadcastState, Content, DeliveryState, Outcome, Segment
from giving.errors import (
    BroadcastChanged,
    BroadcastNotNow,
    NobodyAsked,
    NotAllowed,
    SecondIsYou,
    SecondNeeded,
)
from giving.people import Person, Role, Visitor
from giving.subscriptions import Often, SubscriptionKind
from services.audit import AuditService
from tests.world import World

NEWS = SubscriptionKind.PROJECT_NEWS
OLD, NEW, NEWER = (Content({"en": words}) for words in ("old", "new", "newer"))


@pytest.fixture
async def owner(world: World) -> Person:
    return await world.people.meet(Visitor(1003, "O", None, "en"), started=True)


@pytest.fixture
async def admin(world: World, owner: Person) -> Person:
    await world.people.grant(owner, 1001, Role.ADMIN)
    return world.creator


async def running(world: World, readers: int) -> Broadcast:
    """One that was started; `world.desk` asks for a second admin above five."""
    for number in range(readers):
        reader = await world.people.meet(Visitor(5000 + number, "R", None, "en"), started=True)
        await world.subscriptions.choose(reader, NEWS, Often.ALL)
    draft = await world.broadcasts.draft(NEWS, Segment(), OLD, None)
    return await world.broadcasts.start(draft.id, draft.version, None)


async def tell(world: World, most: int = 100) -> list[str]:
    """What is told now, as the sender does it."""
    told: list[str] = []
    for one in await world.sending.running():
        batch = await world.sending.begin(one, most)
        told += [batch.broadcast.content.text(delivery.language) for delivery in batch.deliveries]
        await world.sending.record([Outcome(d, DeliveryState.SENT, message_id=1) for d in batch.deliveries])
    return told


async def test_nothing_goes_until_exactly_what_was_shown_is_confirmed(world: World, owner: Person):
    cast, edits = await running(world, 4), world.desk.edits
    assert await tell(world, 1) == ["old"]
    first = await edits.write(cast.id, cast.version, NEW, owner)
    assert await tell(world) == []
    second = await edits.write(cast.id, first.version, NEWER, owner)
    with pytest.raises(BroadcastChanged):
        await edits.use(cast.id, first.id, owner)
    with pytest.raises(BroadcastChanged):
        await edits.write(cast.id, first.version, NEW, owner)
    assert await tell(world) == []
    used = await edits.use(cast.id, second.id, owner)
    assert used.state is BroadcastState.RUNNING
    assert await tell(world) == ["newer"] * 3
    with pytest.raises(BroadcastChanged):
        await edits.use(cast.id, second.id, owner)


async def test_more_people_than_one_may_write_to_need_two_who_saw_it(world: World, owner: Person, admin: Person):
    cast, edits = await running(world, 7), world.desk.edits
    words = await edits.write(cast.id, cast.version, NEW, owner)
    with pytest.raises(SecondNeeded):
        await edits.use(cast.id, words.id, owner)
    with pytest.raises(NobodyAsked):
        await edits.use(cast.id, words.id, admin)  # its writer is not done with it
    with pytest.raises(NobodyAsked):
        await edits.ask(cast.id, words.id, admin)  # not theirs to ask for
    assert await edits.ask(cast.id, words.id, owner) == 1
    with pytest.raises(SecondIsYou):
        await edits.use(cast.id, words.id, owner)
    with pytest.raises(NotAllowed):
        await edits.use(cast.id, words.id, world.alice)
    assert await tell(world) == []
    await edits.use(cast.id, words.id, admin)
    assert await tell(world) == ["new"] * 7


async def test_it_is_those_who_are_left_that_count(world: World, owner: Person):
    cast, edits = await running(world, 7), world.desk.edits
    assert await tell(world, 2) == ["old"] * 2
    words = await edits.write(cast.id, cast.version, NEW, owner)
    await edits.use(cast.id, words.id, owner)
    assert await tell(world) == ["new"] * 5


async def test_words_of_who_is_no_admin_any_more_are_nobodys(world: World, owner: Person, admin: Person):
    cast, edits = await running(world, 7), world.desk.edits
    words = await edits.write(cast.id, cast.version, NEW, admin)
    await edits.ask(cast.id, words.id, admin)
    await world.people.revoke(owner, 1001, Role.ADMIN)
    with pytest.raises(NobodyAsked):
        await edits.use(cast.id, words.id, owner)
    await edits.keep_old(cast.id, words.id, owner)
    assert await tell(world) == ["old"] * 7


async def test_whatever_else_is_done_with_it_drops_them(world: World, owner: Person):
    cast, edits = await running(world, 2), world.desk.edits
    words = await edits.write(cast.id, cast.version, NEW, owner)
    await world.broadcasts.resume(cast.id, None)  # at the command line
    assert await edits.look(cast.id, owner) is None
    with pytest.raises(BroadcastChanged):
        await edits.use(cast.id, words.id, owner)
    assert await tell(world, 1) == ["old"]
    again = await edits.write(cast.id, (await world.broadcasts.one(cast.id, None)).version, NEW, owner)
    await world.broadcasts.cancel(cast.id, None)
    with pytest.raises(BroadcastChanged):
        await edits.keep_old(cast.id, again.id, owner)
    with pytest.raises(BroadcastNotNow):
        await edits.write(cast.id, again.version + 1, NEW, owner)
    assert await tell(world) == []


async def test_what_was_paused_by_hand_stays_paused(world: World, owner: Person):
    cast, edits = await running(world, 2), world.desk.edits
    paused = await world.broadcasts.pause(cast.id, owner)
    words = await edits.write(cast.id, paused.version, NEW, owner)
    assert (await edits.use(cast.id, words.id, owner)).state is BroadcastState.PAUSED
    later = await edits.write(cast.id, words.version + 1, NEWER, owner)
    assert (await edits.keep_old(cast.id, later.id, owner)).state is BroadcastState.PAUSED
    await world.broadcasts.resume(cast.id, owner)
    assert await tell(world) == ["new"] * 2


async def test_of_two_who_decide_at_once_one_does(world: World, owner: Person, admin: Person):
    cast, edits = await running(world, 3), world.desk.edits
    words = await edits.write(cast.id, cast.version, NEW, owner)
    done = await asyncio.gather(
        edits.use(cast.id, words.id, owner), edits.keep_old(cast.id, words.id, admin), return_exceptions=True
    )  # fmt: skip
    assert sum(isinstance(each, BroadcastChanged) for each in done) == 1
    state = await world.broadcasts.one(cast.id, None)
    assert state.state is BroadcastState.RUNNING
    assert await tell(world) == [state.content.text("en")] * 3


async def test_each_step_is_in_the_audit_log_with_the_words(world: World, owner: Person, admin: Person):
    cast, edits = await running(world, 7), world.desk.edits
    words = await edits.write(cast.id, cast.version, NEW, owner)
    await edits.ask(cast.id, words.id, owner)
    await edits.use(cast.id, words.id, admin)
    acts = [card.act.record for card in await AuditService(world.unit, world.people).shown_to(owner, limit=20)]
    made = [(r.actor, r.action) for r in reversed(acts) if r.action.startswith("broadcast.")][-3:]
    assert made == [
        (owner.id, "broadcast.rewritten"), (owner.id, "broadcast.asked"), (admin.id, "broadcast.edited"),
    ]  # fmt: skip
    [record] = [r for r in acts if r.action == "broadcast.rewritten"]
    assert record.before == {"words": {"en": "old"}}
    assert record.after is not None
    assert record.after["words"] == {"en": "new"}
