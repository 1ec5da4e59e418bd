"""What somebody asked to be told: asked once after a first gift, changed with one tap, never more than a week holds."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from giving.errors import ClockUnknown, NobodyToThank
from giving.people import Person
from giving.quiet import QuietHours
from giving.subscriptions import Often, SubscriptionKind
from services.outbox import Notice, NoticeKind, OutboxService
from services.subscriptions import Change, at_clock, by_day
from storage.ids import new_id
from storage.tables import people
from tests.world import SHANGHAI, World

DAYS, THANKS = SubscriptionKind.GIVING_DAYS, SubscriptionKind.THANKS
NIGHT = QuietHours(time(22), time(8), SHANGHAI)


async def send(world: World, *, outbox: OutboxService | None = None) -> list[Notice]:
    """What the sender would send now, in its order; receipts arrive and are marked."""
    outbox = outbox or world.outbox
    notices = [n for n in await outbox.claim() if n.kind is not NoticeKind.DIGEST]
    for notice in notices:
        assert await outbox.begin([notice])
        await outbox.sent([notice], 1)
    return notices


async def gives(world: World, person: Person, number: int) -> None:
    await world.pay(await world.tip(person, "5", key=f"k{number}"), person, charge=f"ch_{number}")


@pytest.fixture(autouse=True)
async def new(world: World) -> None:
    """Nobody was asked yet."""
    async with world.unit() as work:
        await work.connection.execute(people.update().values(asked_at=None))


async def kinds_told(world: World) -> list[NoticeKind]:
    return [notice.kind for notice in await send(world)]


async def test_a_first_receipt_is_followed_by_one_question_and_no_other_ever(world: World):
    await gives(world, world.alice, 1)
    assert await kinds_told(world) == [NoticeKind.RECEIPT]
    (question,) = await send(world)
    assert (question.kind, question.person) == (NoticeKind.WISHES, world.alice.id)
    assert await world.outbox.wishes(question)
    for number in (2, 3):
        await gives(world, world.alice, number)
        assert await kinds_told(world) == [NoticeKind.RECEIPT]
        assert await kinds_told(world) == []


async def test_two_replicas_that_mark_the_same_receipt_ask_once(world: World):
    await gives(world, world.alice, 1)
    notices = await world.outbox.claim()
    await asyncio.gather(*(world.outbox.sent(notices, 1) for _ in range(4)))
    assert await kinds_told(world) == [NoticeKind.WISHES]
    assert await kinds_told(world) == []


async def test_a_question_that_may_have_arrived_is_not_asked_again(world: World):
    await gives(world, world.alice, 1)
    await send(world)
    (question,) = await world.outbox.claim()
    assert await world.outbox.begin([question])
    await world.outbox.retry([question], 1, "timed out")
    world.time.passes(hours=1)
    assert await kinds_told(world) == []


async def test_who_chose_by_themselves_is_not_asked(world: World):
    await world.subscriptions.choose(world.alice, DAYS, Often.ALL)
    await gives(world, world.alice, 1)
    assert await kinds_told(world) == [NoticeKind.RECEIPT]
    assert await kinds_told(world) == []


async def test_who_chose_between_question_and_sending_is_not_asked(world: World):
    await gives(world, world.alice, 1)
    await send(world)
    (question,) = await world.outbox.claim()
    await world.subscriptions.choose(world.alice, DAYS, Often.FEWER)
    assert not await world.outbox.wishes(question)


async def test_who_left_and_came_back_is_somebody_new_and_asked_again(world: World):
    await gives(world, world.alice, 1)
    await send(world)
    await send(world)
    await world.subscriptions.choose(world.alice, DAYS, Often.ALL)
    await world.subscriptions.choose_timezone(world.alice, "Europe/Berlin")
    await world.privacy.leave(world.alice)
    async with world.unit() as work:
        assert await work.subscriptions.of(world.alice.id) == {}
        assert await work.subscriptions.timezone(world.alice.id) is None
        assert await work.subscriptions.ask([world.alice.id], world.time()) == {}, "nobody is there to be asked"


async def test_the_question_waits_for_morning_on_the_readers_own_clock(world: World):
    """At 04:00 UTC it is noon in Shanghai and night in New York."""
    await world.subscriptions.choose_timezone(world.alice, "America/New_York")
    outbox = OutboxService(
        world.unit, world.tips, wakes=world.wakes, quiet=NIGHT, language="zh-CN", currency="CNY", now=world.time
    )
    await gives(world, world.alice, 1)
    (receipt,) = await send(world, outbox=outbox)
    assert receipt.silent, "night on her clock"
    assert await send(world, outbox=outbox) == []
    world.time.now = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)  # 08:00 in New York
    (question,) = await send(world, outbox=outbox)
    assert question.kind is NoticeKind.WISHES


def test_a_morning_is_a_morning_also_when_clocks_change_and_where_a_clock_is_gone():
    before = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)  # midnight in Berlin, where one hour is left out
    assert by_day(before, NIGHT, "Europe/Berlin") == datetime(2026, 3, 29, 6, 0, tzinfo=UTC)
    assert by_day(before, None, "Europe/Berlin") == before
    assert at_clock(NIGHT, "Mars/Olympus") == NIGHT
    assert at_clock(NIGHT, "UTC").zone == ZoneInfo("UTC")


@pytest.mark.parametrize(("was", "asked", "becomes"), [
    (Often.ALL, Often.FEWER, Often.FEWER), (Often.ALL, Often.NONE, Often.NONE), (Often.FEWER, Often.NONE, Often.NONE),
    (Often.FEWER, Often.FEWER, Often.FEWER), (Often.FEWER, Often.ALL, Often.FEWER), (Often.NONE, Often.ALL, Often.NONE),
    (Often.NONE, Often.FEWER, Often.NONE), (Often.NONE, Often.NONE, Often.NONE),
])  # fmt: skip
async def test_less_only_ever_lessens(world: World, was: Often, asked: Often, becomes: Often):
    await world.subscriptions.choose(world.bob, DAYS, was)
    assert await world.subscriptions.less(world.bob, DAYS, asked) == Change(DAYS, was, becomes)
    assert (await world.subscriptions.of(world.bob)).get(DAYS, Often.NONE) is becomes
    undone = await world.subscriptions.choose(world.bob, DAYS, was)
    assert undone == Change(DAYS, becomes, was)


async def test_only_a_clock_that_there_is_can_be_chosen(world: World):
    for wrong in ("Mars/Olympus", "../../etc/passwd", "europe/berlin"):
        with pytest.raises(ClockUnknown):
            await world.subscriptions.choose_timezone(world.bob, wrong)
    await world.subscriptions.choose_timezone(world.bob, "Europe/Berlin")
    assert await world.subscriptions.timezone(world.bob) == "Europe/Berlin"
    assert (await world.privacy.settings(world.bob)).timezone == "Europe/Berlin"
    await world.subscriptions.choose_timezone(world.bob, None)
    assert await world.subscriptions.timezone(world.bob) is None


async def thanked(world: World) -> int:
    """How many a creator's thank-you reaches, and that as many arrive."""
    world.time.passes(days=8)
    draft = await world.thanks.send(world.chat.chat.id, world.creator, "谢谢")
    assert len([n for n in await send(world) if n.kind is NoticeKind.THANKS]) == draft.people
    return draft.people


async def test_thanks_count_toward_the_week_and_wait_for_room_in_it(world: World):
    await gives(world, world.alice, 1)
    await send(world)
    await world.subscriptions.choose(world.alice, THANKS, Often.ALL)
    await send(world)
    assert await thanked(world) == 1
    async with world.unit() as work:
        found = await work.subscriptions.may_be_told([world.alice.id], THANKS, now=world.time(), per_week=1)
        assert found == set(), "the thank-you counts"
        world.time.passes(days=8)
        for _ in range(2):
            await work.subscriptions.told([world.alice.id], DAYS, new_id(), now=world.time())
    with pytest.raises(NobodyToThank):
        await world.thanks.send(world.chat.chat.id, world.creator, "再谢谢")
    world.time.passes(days=6, hours=23)
    with pytest.raises(NobodyToThank):
        await world.thanks.send(world.chat.chat.id, world.creator, "再谢谢")
    world.time.passes(hours=1)
    assert (await world.thanks.send(world.chat.chat.id, world.creator, "再谢谢")).people == 1


async def test_a_thank_you_that_certainly_did_not_go_takes_no_room(world: World):
    await gives(world, world.alice, 1)
    await send(world)
    await world.subscriptions.choose(world.alice, THANKS, Often.FEWER)
    await send(world)
    await world.thanks.send(world.chat.chat.id, world.creator, "谢谢")
    (notice,) = [n for n in await world.outbox.claim() if n.kind is NoticeKind.THANKS]
    for outcome in ("not sent", "blocked"):
        assert await world.outbox.begin([notice])
        if outcome == "blocked":
            await world.outbox.unreachable([notice])
        else:
            await world.outbox.retry([notice], 0, "told to wait", not_sent=True)
            world.time.passes(seconds=1)
            (notice,) = [n for n in await world.outbox.claim() if n.kind is NoticeKind.THANKS]
        async with world.unit.read() as work:
            room = await work.subscriptions.may_be_told([world.alice.id], THANKS, now=world.time(), per_week=1)
        assert room == {world.alice.id}


async def test_a_thank_you_on_its_way_is_dropped_when_the_week_filled_meanwhile(world: World):
    await gives(world, world.alice, 1)
    await world.subscriptions.choose(world.alice, THANKS, Often.ALL)
    await send(world)
    await world.thanks.send(world.chat.chat.id, world.creator, "谢谢")
    (notice,) = [n for n in await world.outbox.claim() if n.kind is NoticeKind.THANKS]
    assert await world.outbox.thanks(notice) is not None
    async with world.unit() as work:
        for ago in (1, 2):
            at = world.time() - timedelta(days=ago)
            await work.subscriptions.told([world.alice.id], DAYS, new_id(), now=at)
    assert await world.outbox.thanks(notice) is None
