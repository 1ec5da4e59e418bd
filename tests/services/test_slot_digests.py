"""What is given on a slot is told its creator as what is given in a chat: at once, then now and then, not at night."""

from datetime import UTC, datetime, time, timedelta

import pytest

from giving.payments import EventKind
from giving.people import Visibility, Visitor
from giving.quiet import QuietHours
from giving.slots import Slot
from giving.tips import OfferRequest
from services.digests import Digest
from services.outbox import NoticeKind, OutboxService
from services.slots import SlotCard
from tests.world import SHANGHAI, World, cny


@pytest.fixture
async def slot(world: World) -> SlotCard:
    return await world.slots.open(world.creator, world.library.id, "林晓雯")


async def give(
    world: World, slot: SlotCard, number: int, amount: str = "5", seen: Visibility = Visibility.NAMED
) -> None:
    donor = await world.people.meet(Visitor(5000 + number, f"粉丝{number}", None, "zh-hans"), started=True)
    tip = await world.tips.offer(OfferRequest(f"s{number}", donor.id, cny(amount), slot=slot.slot.id, visibility=seen))
    await world.pay(tip, donor, charge=f"ch_s{number}")


async def told(world: World, outbox: OutboxService | None = None) -> list[Digest]:
    """The digests that go out now."""
    outbox = outbox or world.outbox
    await outbox.queue_digests()
    digests = []
    for notice in [n for n in await outbox.claim() if n.kind is NoticeKind.DIGEST]:
        assert notice.recipient == world.creator.telegram_id
        digest = await outbox.digest(notice)
        assert digest is not None
        digests.append(digest)
        await outbox.sent([notice], 1)
    return digests


async def test_its_creator_hears_of_the_first_gift_at_once_and_of_the_next_ones_together(world: World, slot: SlotCard):
    await give(world, slot, 1)
    (first,) = await told(world)
    assert isinstance(first.about, Slot)
    assert first.about.id == slot.slot.id
    assert (first.tally.donors, first.tally.given, first.since) == (1, cny("5"), None)
    assert first.projects == ({"zh-CN": "乡村图书馆", "en": "library project"},)
    assert [(gift.name, gift.amount) for gift in first.named] == [("粉丝1", cny("5"))]

    await give(world, slot, 2, "1")
    await give(world, slot, 3, "2", Visibility.ANONYMOUS)
    assert await told(world) == [], "not again within ten minutes"
    world.time.passes(minutes=11)
    (second,) = await told(world)
    assert (second.tally.donors, second.tally.given, second.ever.given) == (2, cny("3"), cny("8"))
    assert [gift.name for gift in second.named] == ["粉丝2"]
    world.time.passes(minutes=11)
    assert await told(world) == [], "everything is told"


async def test_a_chats_digest_and_a_slots_tell_their_own_gifts(world: World, slot: SlotCard):
    await give(world, slot, 1, "5")
    await world.pay(await world.tip(world.alice, "1"), world.alice)
    digests = {type(digest.about).__name__: digest.tally.given for digest in await told(world)}
    assert digests == {"Slot": cny("5"), "Chat": cny("1")}


async def test_at_night_it_waits_for_the_morning(world: World, slot: SlotCard):
    world.time.now = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
    quiet = QuietHours(time(23), time(8), SHANGHAI)
    night = OutboxService(
        world.unit, world.tips, wakes=world.wakes, quiet=quiet, language="zh-CN", currency="CNY", now=world.time
    )
    await give(world, slot, 1)
    assert await told(world, night) == []
    world.time.passes(hours=9)
    (digest,) = await told(world, night)
    assert digest.tally.given == cny("5")


async def test_what_was_taken_back_is_not_told(world: World, slot: SlotCard):
    await give(world, slot, 1)
    async with world.unit.read() as work:
        donor = await work.people.by_telegram_id(5001)
        assert donor is not None
        (tip,) = await work.tips.gifts_of(donor.id, limit=1, offset=0)
    await world.outbox.queue_digests()
    await world.deliver(EventKind.REFUNDED, tip, "evt_back", their_id="re_1", charge="ch_s1")
    await world.payments.settle_pending()
    (notice,) = [n for n in await world.outbox.claim() if n.kind is NoticeKind.DIGEST]
    assert await world.outbox.digest(notice) is None


async def test_of_a_creator_who_left_nobody_is_told(world: World, slot: SlotCard):
    await world.privacy.leave(world.creator)
    async with world.unit() as work:
        await work.slot_digests.start({slot.slot.id: world.time() - timedelta(seconds=1)})
    await world.outbox.queue_digests()
    assert [n for n in await world.outbox.claim() if n.kind is NoticeKind.DIGEST] == []
