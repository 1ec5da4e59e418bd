"""Messages that are rows: told at least once, receipts first, never to who has blocked the bot."""

import contextlib
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest

from giving.notices import RULES, URGENCY, Urgency
from giving.payments import EventKind
from giving.people import Visitor
from giving.quiet import QuietHours
from giving.subscriptions import Often, SubscriptionKind
from services.counters import CounterService
from services.outbox import NoticeKind, OutboxService
from storage.ids import new_id
from storage.outbox import NewMessage
from tests.world import SHANGHAI, World, cny

AT_NIGHT = {kind for kind, rules in RULES.items() if rules.at_night}
WAITS_FOR_ROOM = {kind for kind, rules in RULES.items() if rules.waits_for_room}


async def paid(world: World, n: int = 1) -> None:
    for i in range(n):
        tip = await world.tip(world.alice, "5", key=f"k{i}")
        await world.tips.card_shown(tip.id, 40 + i)
        await world.pay(tip, world.alice, charge=f"ch_{i}")


async def test_a_receipt_and_the_card_are_queued_with_the_booking(world: World):
    await paid(world)
    notices = await world.outbox.claim()
    assert [(n.kind, n.recipient, n.message_id) for n in notices] == [
        (NoticeKind.RECEIPT, 1002, None), (NoticeKind.CARD, 1002, 40),
    ]  # fmt: skip
    assert notices[0].language == "en"
    (card, _) = await world.outbox.tip_cards(notices)
    assert card.tip.amount == cny("5")


async def test_a_claimed_message_whose_sender_died_comes_again_and_a_sent_one_never(world: World):
    await paid(world)
    first = await world.outbox.claim()
    heir = OutboxService(
        world.unit, world.tips, wakes=world.wakes, quiet=None, language="zh-CN", currency="CNY", now=world.time
    )
    assert await heir.claim() == []
    world.time.passes(seconds=31)
    again = await heir.claim()
    assert [n.id for n in again] == [n.id for n in first]
    assert [n.attempts for n in again] == [2, 2]
    await heir.sent(again, 1)
    world.time.passes(hours=1)
    assert await heir.claim() == []


async def test_what_is_in_hand_is_not_given_out_again_until_it_is_let_go(world: World):
    await paid(world)
    first = await world.outbox.claim()
    world.time.passes(hours=2)
    assert await world.outbox.claim() == [], "its lease is over, its sending is not"
    world.outbox.let_go(first)
    world.time.passes(seconds=31)
    assert [n.id for n in await world.outbox.claim()] == [n.id for n in first]


async def test_marking_lets_go_after_its_commit_and_not_when_it_fails(world: World):
    held: list[set[UUID]] = []
    trouble: list[Exception] = []

    @contextlib.asynccontextmanager
    async def write():
        async with world.unit() as work:
            yield work
            held.append(set(world.outbox._held))
            if trouble:
                raise trouble.pop()
        held.append(set(world.outbox._held))

    await paid(world)
    receipt, card = await world.outbox.claim()
    world.outbox._write = write
    await world.outbox.sent([receipt], 1)
    assert held == [{receipt.id, card.id}] * 2
    assert world.outbox._held == {card.id}
    trouble.append(OSError("disk full"))
    with pytest.raises(OSError, match="disk full"):
        await world.outbox.sent([card], 2)
    assert world.outbox._held == {card.id}, "whoever claimed it may try to mark it again"
    world.outbox.let_go([card])
    world.time.passes(seconds=31)
    trouble.append(OSError("disk full"))
    with pytest.raises(OSError, match="disk full"):
        await world.outbox.claim()
    assert world.outbox._held == set()
    assert [n.id for n in await world.outbox.claim()] == [card.id]


async def test_what_failed_for_now_comes_later_and_what_failed_for_good_does_not(world: World):
    await paid(world)
    receipt, card = await world.outbox.claim()
    await world.outbox.retry([receipt], 5, "TelegramServerError")
    await world.outbox.failed([card], "Bad Request")
    assert await world.outbox.claim() == []
    world.time.passes(seconds=6)
    assert [n.id for n in await world.outbox.claim()] == [receipt.id]


async def test_who_blocked_the_bot_is_marked_and_can_come_back(world: World):
    await paid(world)
    await world.outbox.unreachable(await world.outbox.claim())
    alice = await world.people.meet(Visitor(1002, "Alice", "alice", "en"))
    assert not alice.reachable
    assert (await world.people.meet(Visitor(1002, "Alice", "alice", "en"), started=True)).reachable


async def test_receipts_of_one_donor_stand_together_and_before_digests(world: World):
    await paid(world, 3)
    tip = await world.tip(world.bob, "1", key="b")
    await world.pay(tip, world.bob, charge="ch_b")
    world.time.passes(seconds=2)
    await world.outbox.queue_digests()
    kinds = [(n.kind, n.recipient) for n in await world.outbox.claim()]
    recipients = [recipient for _, recipient in kinds[:-1]]
    assert recipients == sorted(recipients, key=recipients.index), "together"
    assert kinds[-1] == (NoticeKind.DIGEST, 1001)


async def test_at_night_receipts_are_silent_and_digests_wait_for_the_morning(world: World):
    quiet = QuietHours(time(22), time(8), SHANGHAI)
    night = OutboxService(
        world.unit, world.tips, wakes=world.wakes, quiet=quiet, language="zh-CN", currency="CNY", now=world.time
    )
    world.time.now = world.time.now.replace(hour=15)  # 23:00 in Shanghai
    await paid(world)
    world.time.passes(seconds=2)
    assert await night.queue_digests() == 0
    assert all(n.silent for n in await night.claim())
    world.time.passes(hours=9, minutes=1)
    assert await night.queue_digests() == 1
    assert not any(n.silent for n in await night.claim())


async def test_a_refund_is_told(world: World):
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice)
    await world.deliver(EventKind.REFUNDED, tip, "evt_r", their_id="re_1", charge="ch_1")
    await world.payments.settle_pending()
    assert {n.kind for n in await world.outbox.claim()} == {NoticeKind.RECEIPT, NoticeKind.REFUNDED}


async def test_a_counter_is_due_at_once_then_at_most_every_three_seconds_and_once_more_at_the_end(world: World):
    counters: CounterService = world.counters
    assert await counters.due() == [], "the post's own handler shows the keyboard first"
    world.time.passes(seconds=5)
    (first,) = await counters.due()
    assert first.raised.gifts == 0
    await counters.shown(first.post.id, first.raised)
    await paid(world, 2)
    assert await counters.due() == [], "edited just now"
    world.time.passes(seconds=3)
    (second,) = await counters.due()
    assert second.raised.gifts == 2
    await world.pay(await world.tip(world.bob, "1", key="late"), world.bob, charge="ch_late")
    await counters.shown(second.post.id, second.raised)
    world.time.passes(seconds=3)
    (last,) = await counters.due()
    assert (last.raised.gifts, last.raised.donors) == (3, 2)
    await counters.shown(last.post.id, last.raised)
    world.time.passes(hours=1)
    assert await counters.due() == []


async def test_a_post_that_is_gone_is_left_alone_and_one_that_failed_is_tried_again(world: World):
    world.time.passes(seconds=5)
    (counter,) = await world.counters.due()
    await world.counters.failed(counter.post.id, gone=False)
    assert await world.counters.due() == []
    world.time.passes(seconds=16)
    assert len(await world.counters.due()) == 1
    await world.counters.failed(counter.post.id, gone=True)
    world.time.passes(days=1)
    assert await world.counters.due() == []


def test_quiet_hours_across_midnight_and_within_a_day():
    night, noon_nap = QuietHours(time(22), time(8), SHANGHAI), QuietHours(time(13), time(14), SHANGHAI)
    noon = datetime(2026, 11, 22, 12, tzinfo=SHANGHAI)
    assert not night.holds(noon)
    assert night.allowed_from(noon) == noon
    assert night.holds(noon + timedelta(hours=10))
    assert night.allowed_from(noon + timedelta(hours=11)) == noon + timedelta(hours=20)
    assert night.allowed_from(noon + timedelta(hours=13)) == noon + timedelta(hours=20)
    assert noon_nap.holds(noon + timedelta(minutes=61))
    assert not noon_nap.holds(noon + timedelta(hours=2))


async def test_what_a_clock_that_ran_ahead_put_off_is_sent_once_it_is_right_again(world: World):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    world.time.passes(days=40)
    claimed = await world.outbox.claim()
    await world.outbox.retry(claimed, 30, "Telegram is away")
    world.time.passes(days=-40)
    assert [notice.id for notice in await world.outbox.claim()] == [notice.id for notice in claimed]


def by_night(world: World) -> OutboxService:
    quiet = QuietHours(time(22), time(8), SHANGHAI)
    return OutboxService(
        world.unit, world.tips, wakes=world.wakes, quiet=quiet, language="zh-CN", currency="CNY", now=world.time
    )


async def queue(world: World, *told: tuple[NoticeKind, UUID]) -> None:
    """Queued by day, due now."""
    now = world.time()
    async with world.unit() as work:
        every = [NewMessage(f"{kind}:{p}", kind, URGENCY[kind], p, new_id(), now) for kind, p in told]
        await work.outbox.add_many(every, now=now)


@pytest.mark.parametrize("kind", sorted(set(NoticeKind) - AT_NIGHT))
async def test_what_could_not_be_sent_by_day_waits_for_its_readers_morning(world: World, kind: NoticeKind):
    night = by_night(world)
    await queue(world, (kind, world.alice.id))
    world.time.now = world.time.now.replace(hour=15, minute=30)  # 23:30 in Shanghai: Telegram was away since nine
    assert await night.claim() == []
    world.time.passes(hours=8, minutes=29)
    assert await night.claim() == []
    world.time.passes(minutes=1)
    (notice,) = await night.claim()
    assert (notice.kind, notice.attempts, notice.silent) == (kind, 1, False)


@pytest.mark.parametrize("kind", sorted(AT_NIGHT))
async def test_what_may_come_at_night_comes_without_a_sound(world: World, kind: NoticeKind):
    await queue(world, (kind, world.alice.id))
    world.time.now = world.time.now.replace(hour=15, minute=30)
    (notice,) = await by_night(world).claim()
    assert notice.silent


async def test_a_reader_who_moved_since_has_another_night(world: World):
    night = by_night(world)
    await queue(world, (NoticeKind.PLEDGE_ASKED, world.alice.id), (NoticeKind.PLEDGE_ASKED, world.bob.id))
    await world.subscriptions.choose_timezone(world.alice, "America/New_York")
    world.time.now = world.time.now.replace(hour=12)  # eight in the evening in Shanghai, seven in the morning there
    assert [n.person for n in await night.claim()] == [world.bob.id]
    world.time.passes(hours=1)
    assert [n.person for n in await night.claim()] == [world.alice.id]


async def test_what_waits_for_the_morning_keeps_back_nobody_who_is_awake(world: World):
    night = by_night(world)
    await world.subscriptions.choose_timezone(world.bob, "Europe/Berlin")
    kinds = [kind for kind in NoticeKind if URGENCY[kind] is Urgency.NOTICE and kind not in AT_NIGHT]
    await queue(world, *((kind, world.alice.id) for kind in kinds[:5]))
    world.time.passes(seconds=1)
    await queue(world, (NoticeKind.PLEDGE_ASKED, world.bob.id))
    world.time.now = world.time.now.replace(hour=15)
    assert [n.person for n in await night.claim(2, urgency=Urgency.NOTICE)] == [world.bob.id]
    async with world.unit.read() as work:
        assert not await work.outbox.any_due(world.time(), Urgency.NOTICE)


async def full_week(world: World) -> None:
    async with world.unit() as work:
        for _ in range(2):
            await work.subscriptions.told([world.alice.id], SubscriptionKind.PROJECT_NEWS, new_id(), now=world.time())


@pytest.mark.parametrize("kind", sorted(WAITS_FOR_ROOM))
async def test_a_reminder_and_a_certificate_wait_until_the_week_has_room_and_take_it_up(world: World, kind: NoticeKind):
    await full_week(world)
    await queue(world, (kind, world.alice.id))
    for _ in range(7):
        (notice,) = await world.outbox.claim()
        assert not await world.outbox.begin([notice])
        world.outbox.let_go([notice])
        assert await world.outbox.claim() == [], "not before tomorrow"
        world.time.passes(days=1)
    (notice,) = await world.outbox.claim()
    assert notice.attempts == 1
    assert await world.outbox.begin([notice])
    await world.outbox.retry([notice], 1, "TelegramServerError")
    world.time.passes(seconds=2)
    (notice,) = await world.outbox.claim()
    assert await world.outbox.begin([notice]), "it has its room"
    await world.outbox.sent([notice], 1)
    async with world.unit() as work:
        news = SubscriptionKind.PROJECT_NEWS
        await work.subscriptions.choose(world.alice.id, news, Often.ALL, now=world.time())
        await work.subscriptions.told([world.alice.id], news, new_id(), now=world.time())
        assert not await work.subscriptions.may_be_told([world.alice.id], news, now=world.time(), per_week=2)


@pytest.mark.parametrize(
    "kind",
    [
        NoticeKind.PLEDGE_ANNOUNCED, NoticeKind.PLEDGE_ASKED, NoticeKind.PLEDGE_DECLINED, NoticeKind.PLEDGE_PAUSED,
        NoticeKind.PLEDGE_WAITING,
    ],
)  # fmt: skip
async def test_what_must_be_known_of_money_that_was_promised_waits_for_no_room(world: World, kind: NoticeKind):
    await full_week(world)
    await queue(world, (kind, world.alice.id))
    (notice,) = await world.outbox.claim()
    assert await world.outbox.begin([notice])
