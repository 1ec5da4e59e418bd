"""Thanks reach those who wish for them, once, and nobody else."""

import asyncio
from datetime import timedelta

import pytest

from giving.errors import ChatUnknown, NobodyToThank, NotAdministrator, NotCreator, SlotUnknown, ThanksTooSoon
from giving.people import Person, Visibility, Visitor
from giving.subscriptions import SubscriptionKind
from giving.tips import OfferRequest
from services.groups import Tipped
from services.outbox import Notice
from services.thanks import WORDS_GRAPHEMES
from storage.ids import new_id
from storage.tables import subscriptions
from tests.world import CHANNEL, GROUP, World, cny


async def subscribe(world: World, person: Person) -> None:
    async with world.unit() as work:
        row = {"person_id": person.id, "kind": "thanks", "since_at": world.time()}
        await work.connection.execute(subscriptions.insert().values(row))


async def gave(world: World, person: Person, visibility: Visibility, amount: str = "5") -> None:
    tip = await world.tip(person, amount, key=f"{person.id}")
    await world.tips.choose_visibility(tip.id, person, visibility)
    await world.pay(tip, person, charge=f"ch_{person.telegram_id}")


@pytest.fixture
async def donors(world: World) -> list[Person]:
    """Alice shows her name and wishes thanks; Bob wishes thanks unnamed; Carol shows her name and wishes nothing."""
    bob = await world.people.meet(Visitor(1004, "Bob", None, "en"), started=True)
    carol = await world.people.meet(Visitor(1006, "Carol", None, "en"), started=True)
    await gave(world, world.alice, Visibility.NAMED)
    await gave(world, bob, Visibility.ANONYMOUS)
    await gave(world, carol, Visibility.NAMED)
    await subscribe(world, world.alice)
    await subscribe(world, bob)
    return [world.alice, bob, carol]


async def thanked(world: World) -> list[int]:
    world.time.passes(seconds=2)
    notices = [n for n in await world.outbox.claim() if n.kind == "thanks"]
    for notice in notices:
        await world.outbox.sent([notice], 1)
    return sorted(n.recipient for n in notices)


async def test_only_those_who_wish_for_it_are_thanked_and_only_shown_names_are_told(world: World, donors: list[Person]):
    chat = world.chat.chat.id
    draft = await world.thanks.draft(chat, world.creator)
    assert (draft.people, draft.named) == (2, ("Alice",))
    await world.thanks.send(chat, world.creator, "谢谢大家")
    assert await thanked(world) == [1002, 1004]
    assert await thanked(world) == []


async def test_the_reader_sees_from_whom_and_for_what(world: World, donors: list[Person]):
    await world.thanks.send(world.chat.chat.id, world.creator, "\u202e<b>谢</b>\n谢" + "长" * 400)
    notice = next(n for n in await world.outbox.claim() if n.kind == "thanks")
    told = await world.outbox.thanks(notice)
    assert told is not None
    assert (told.creator, told.title) == ("林晓雯", "晓雯的阅读时光")
    assert told.words.startswith("<b>谢</b> 谢长")
    assert len(told.words) == WORDS_GRAPHEMES


async def test_once_a_week(world: World, donors: list[Person]):
    chat = world.chat.chat.id
    await world.thanks.send(chat, world.creator, "一")
    world.time.passes(days=6)
    for again in (world.thanks.draft(chat, world.creator), world.thanks.send(chat, world.creator, "二")):
        with pytest.raises(ThanksTooSoon) as refusal:
            await again
        assert refusal.value.args_for_message["at"] == world.time() + timedelta(days=1)
    world.time.passes(days=1)
    await world.thanks.send(chat, world.creator, "二")


async def test_once_a_week_in_each_chat_and_on_the_slot(world: World, donors: list[Person]):
    """Several channels, and the slot, have followers of their own."""
    await world.group()
    tipped = Tipped(70, "读完了", world.time(), None)
    in_group = await world.tip(donors[1], "5", key="g", post=await world.groups.tipped(GROUP, tipped, "读书会"))
    await world.pay(in_group, donors[1], charge="ch_g")
    slot = (await world.slots.open(world.creator, world.library.id, "林晓雯")).slot
    with pytest.raises(NobodyToThank):
        await world.thanks.draft_of_slot(world.creator)
    on_slot = await world.tips.offer(OfferRequest("s", world.alice.id, cny("5"), slot=slot.id))
    await world.pay(on_slot, world.alice, charge="ch_s")
    async with world.unit.read() as work:
        group = await work.creators.chat_by_telegram_id(GROUP)
    assert group is not None
    for about, reached in ((world.chat.chat.id, [1002, 1004]), (group.id, [1004]), (slot.id, [1002])):
        await world.thanks.send(about, world.creator, "谢谢")
        assert await thanked(world) == reached
        with pytest.raises(ThanksTooSoon):
            await world.thanks.draft(about, world.creator)


async def test_thanks_on_a_slot_are_its_creators_and_say_where_from(world: World, donors: list[Person]):
    slot = (await world.slots.open(world.creator, world.library.id, "晓雯读书会")).slot
    tip = await world.tips.offer(OfferRequest("s", world.alice.id, cny("5"), slot=slot.id))
    await world.pay(tip, world.alice, charge="ch_s")
    with pytest.raises(ChatUnknown):
        await world.thanks.send(slot.id, world.alice, "谢谢")
    with pytest.raises(SlotUnknown):
        await world.thanks.draft_of_slot(world.alice)
    await world.thanks.send(slot.id, world.creator, "谢谢")
    notice = next(n for n in await world.outbox.claim() if n.kind == "thanks")
    told = await world.outbox.thanks(notice)
    assert told is not None
    assert (told.title, told.slot) == ("晓雯读书会", True)


async def test_no_more_thanks_is_at_once_even_for_what_is_on_its_way(world: World, donors: list[Person]):
    chat = world.chat.chat.id
    await world.thanks.send(chat, world.creator, "谢谢")
    notices = {n.recipient: n for n in await world.outbox.claim() if n.kind == "thanks"}
    await world.thanks.stop(world.alice)
    assert await world.outbox.thanks(notices[1002]) is None
    assert await world.outbox.thanks(notices[1004]) is not None
    world.time.passes(days=8)
    assert (await world.thanks.draft(chat, world.creator)).people == 1


async def test_who_blocked_the_bot_gets_no_old_thanks_later(world: World, donors: list[Person]):
    await world.thanks.send(world.chat.chat.id, world.creator, "谢谢")
    notices = [n for n in await world.outbox.claim() if n.recipient == 1002 and n.kind == "thanks"]
    await world.outbox.unreachable(notices)
    await world.people.meet(Visitor(1002, "Alice", "alice", "en"), started=True)
    world.time.passes(minutes=5)
    assert 1002 not in await thanked(world)


async def to_alice(world: World) -> Notice:
    """A thank-you to her, claimed and rendered."""
    await world.thanks.send(world.chat.chat.id, world.creator, "谢谢")
    (notice,) = [n for n in await world.outbox.claim() if n.recipient == 1002 and n.kind == "thanks"]
    assert await world.outbox.thanks(notice) is not None
    return notice


async def has_room(world: World) -> bool:
    async with world.unit.read() as work:
        kind, alice = SubscriptionKind.THANKS, world.alice.id
        return alice in await work.subscriptions.may_be_told([alice], kind, now=world.time(), per_week=1)


async def test_what_telegram_refuses_takes_no_place_in_anybodys_week(world: World, donors: list[Person]):
    notice = await to_alice(world)
    assert await world.outbox.begin([notice])
    assert not await has_room(world)
    await world.outbox.failed([notice], "Bad Request: can't parse entities")
    assert await has_room(world)


async def test_who_was_told_enough_since_it_was_written_is_not_thanked(world: World, donors: list[Person]):
    notice = await to_alice(world)
    async with world.unit() as work:
        await work.subscriptions.hold()
        begins = asyncio.create_task(world.outbox.begin([notice]))
        await asyncio.sleep(0.2)  # long enough to look at a week that is not filled yet, were it not held
        for subject in (new_id(), new_id()):
            await work.subscriptions.told([world.alice.id], SubscriptionKind.MONTHLY, subject, now=world.time())
    assert not await begins
    world.time.passes(days=8)
    assert 1002 not in await thanked(world), "nor when there is room again"


async def test_without_anybody_who_wishes_it_nothing_is_sent(world: World):
    await gave(world, world.alice, Visibility.NAMED)
    with pytest.raises(NobodyToThank):
        await world.thanks.send(world.chat.chat.id, world.creator, "谢谢")
    await subscribe(world, world.bob)
    with pytest.raises(NobodyToThank):
        await world.thanks.draft(world.chat.chat.id, world.creator)


async def test_only_the_creator_thanks_and_only_as_an_administrator(world: World, donors: list[Person]):
    chat = world.chat.chat.id
    with pytest.raises(ChatUnknown):
        await world.thanks.send(chat, world.alice, "谢谢")
    world.rights.administrators.add((CHANNEL, 1002))
    await world.handovers.find(world.alice, telegram_id=CHANNEL)
    with pytest.raises(NotCreator):
        await world.thanks.send(chat, world.alice, "谢谢")
    world.rights.administrators.clear()
    with pytest.raises(NotAdministrator):
        await world.thanks.send(chat, world.creator, "谢谢")
    assert await thanked(world) == []


async def test_a_creator_never_thanks_themself(world: World, donors: list[Person]):
    async with world.unit() as work:
        await work.thanks.stop(donors[1].id)
        tip = (await work.tips.by_keys([str(world.alice.id)]))[str(world.alice.id)]
        about, now = world.chat.chat.id, world.time()
        assert await work.thanks.recipients(about, but=world.alice.id, now=now) == {}
        assert await work.thanks.recipients(about, but=world.creator.id, now=now) == {tip.donor: None}
