"""Broadcasts go to those who asked, once; what admins do with them, and what they are shown."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from giving.broadcasts import (
    Broadcast,
    BroadcastState,
    Content,
    Delivery,
    DeliveryState,
    Outcome,
    Segment,
    SkipReason,
    UrlButton,
)
from giving.errors import (
    BroadcastChanged,
    BroadcastNotNow,
    BroadcastUnknown,
    NobodyListens,
    NotAllowed,
    PaidRateOff,
)
from giving.notices import NoticeKind
from giving.people import Person, Role, Visitor
from giving.subscriptions import Often, SubscriptionKind
from storage.broadcasts import BroadcastStore
from storage.ids import new_id
from tests.world import World

NEWS = SubscriptionKind.PROJECT_NEWS
HELLO = Content({"zh-CN": "大家好", "en": "Hello all"}, buttons=(UrlButton({"en": "Give"}, "https://example.org/"),))


@pytest.fixture
async def admin(world: World) -> Person:
    """Somebody who may broadcast."""
    person = await world.people.meet(Visitor(1003, "Owner", "owner", "en"), started=True)
    await world.people.grant(person, world.creator.telegram_id, Role.ADMIN)
    return person


async def readers(world: World, number: int, kind: SubscriptionKind = NEWS, first: int = 5000) -> list[Person]:
    """People who asked for a kind."""
    found = [
        await world.people.meet(Visitor(first + i, f"Reader {i}", None, "en" if i % 2 else "zh-hans"), started=True)
        for i in range(number)
    ]
    for person in found:
        await world.subscriptions.choose(person, kind, Often.ALL)
    return found


async def gave(world: World, donor: Person, amount: str, key: str) -> None:
    """They gave, at the time that it is in this world."""
    tip = await world.tip(donor, amount, key=key)
    await world.pay(tip, donor, charge=f"ch_{key}", at=int(world.time().timestamp()))


async def started(world: World, admin: Person, segment: Segment | None = None) -> Broadcast:
    draft = await world.broadcasts.draft(NEWS, segment or Segment(), HELLO, admin)
    return await world.broadcasts.start(draft.id, draft.version, admin)


async def going(world: World, most: int = 100) -> AsyncIterator[Delivery]:
    """As the sender does: ask until nobody can be told now."""
    for broadcast in await world.sending.running():
        while True:
            batch = await world.sending.begin(broadcast, most)
            assert len(batch.deliveries) <= most
            for delivery in batch.deliveries:
                yield delivery
            if not batch.more:
                break


async def send(world: World, *, most: int = 100) -> list[int]:
    """Everything that can go arrives; to whom."""
    told = [delivery async for delivery in going(world, most)]
    await world.sending.record([Outcome(d, DeliveryState.SENT, message_id=d.telegram_id) for d in told])
    for broadcast in await world.sending.running():
        await world.sending.finish(broadcast)
    return sorted(delivery.telegram_id for delivery in told)


@pytest.mark.parametrize("most", [1, 3, 100])
async def test_everybody_who_asked_is_told_once_and_nobody_else(world: World, admin: Person, most: int):
    asked = await readers(world, 7)
    await readers(world, 2, SubscriptionKind.MONTHLY, first=6000)
    blocked = asked.pop()
    await world.people.blocked(blocked.telegram_id)
    draft = await world.broadcasts.draft(NEWS, Segment(), HELLO, admin)
    assert (await world.broadcasts.preview(draft.id, admin)).audience == 6
    assert await send(world) == [], "a draft goes to nobody"

    await world.broadcasts.start(draft.id, draft.version, admin)
    assert await send(world, most=most) == [person.telegram_id for person in asked]
    assert await send(world, most=most) == []
    done = await world.broadcasts.one(draft.id, admin)
    assert (done.state, done.tally("sent"), done.audience) == (BroadcastState.DONE, 6, 6)
    assert done.ended_at is not None


async def test_each_is_written_to_in_their_own_language(world: World, admin: Person):
    await readers(world, 2)
    await started(world, admin)
    told = {delivery.telegram_id: delivery.language async for delivery in going(world)}
    assert told == {5000: "zh-CN", 5001: "en"}


async def test_who_asks_after_the_start_is_not_told_and_who_stops_asking_is_not_either(world: World, admin: Person):
    first, second, third = await readers(world, 3)
    broadcast = await started(world, admin)
    await world.subscriptions.choose(second, NEWS, Often.NONE)
    world.time.passes(seconds=1)
    await readers(world, 1, first=7000)
    assert await send(world) == [first.telegram_id, third.telegram_id]
    report = await world.broadcasts.report(broadcast.id, admin)
    assert report.skipped == {SkipReason.GONE: 1}


async def test_nobody_is_told_more_than_twice_a_week(world: World, admin: Person):
    (reader,) = await readers(world, 1)
    for _ in range(2):
        await started(world, admin)
        assert await send(world) == [reader.telegram_id]
        world.time.passes(hours=1)
    third = await started(world, admin)
    assert await send(world) == []
    assert (await world.broadcasts.report(third.id, admin)).skipped == {SkipReason.CAP: 1}
    world.time.passes(days=7)
    await started(world, admin)
    assert await send(world) == [reader.telegram_id]


async def test_who_wants_fewer_is_told_of_a_kind_once_a_week(world: World, admin: Person):
    (reader,) = await readers(world, 1)
    async with world.unit() as work:
        await work.subscriptions.choose(reader.id, NEWS, Often.FEWER, now=world.time())
    await started(world, admin)
    assert await send(world) == [reader.telegram_id]
    await started(world, admin)
    assert await send(world) == []


async def test_what_certainly_did_not_arrive_does_not_count_for_the_week(world: World, admin: Person):
    (reader,) = await readers(world, 1)
    for state in (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.SENT):
        await started(world, admin)
        (delivery,) = [delivery async for delivery in going(world)]
        await world.sending.record([Outcome(delivery, state)])
        await world.sending.finish((await world.sending.running())[0])
    async with world.unit.read() as work:
        told = await work.subscriptions.may_be_told([reader.id], NEWS, now=world.time(), per_week=2)
        assert told == set()
        told = await work.subscriptions.may_be_told([reader.id], NEWS, now=world.time(), per_week=3)
        assert told == {reader.id}, "the one that Telegram refused was none"


async def test_at_night_is_by_the_clock_of_the_reader(world: World, admin: Person):
    shanghai, berlin = await readers(world, 2)
    async with world.unit() as work:
        await work.subscriptions.choose_timezone(berlin.id, "Europe/Berlin")
    world.time.passes(hours=11)  # 23:00 in Shanghai, 16:00 in Berlin
    await started(world, admin)
    assert await send(world) == [berlin.telegram_id]
    world.time.passes(hours=9)
    assert await send(world) == [shanghai.telegram_id]


async def test_at_night_they_are_told_in_the_morning(world: World, admin: Person):
    await readers(world, 5)
    world.time.passes(hours=11)  # 23:00 in Shanghai
    broadcast = await started(world, admin)
    assert await send(world, most=2) == []
    progress = await world.broadcasts.progress(broadcast.id, admin)
    assert (progress.left, progress.waits_until) == (5, world.time() + timedelta(hours=9))
    world.time.passes(hours=8, minutes=59)
    assert await send(world) == []
    world.time.passes(minutes=1)
    assert await send(world, most=2) == [5000, 5001, 5002, 5003, 5004]
    assert (await world.broadcasts.one(broadcast.id, admin)).state is BroadcastState.DONE


async def test_after_a_crash_what_was_going_is_unknown_and_the_rest_is_told(world: World, admin: Person):
    await readers(world, 6)
    broadcast = await started(world, admin)
    batch = await world.sending.begin((await world.sending.running())[0], 2)
    assert len(batch.deliveries) == 2
    async with world.unit() as work:  # as whoever leads next does in the commit that takes the lease
        assert await work.broadcasts.interrupted() == 2

    assert await send(world) == [5002, 5003, 5004, 5005]
    report = await world.broadcasts.report(broadcast.id, admin)
    assert (report.sent, report.unknown) == (4, 2)
    assert report.broadcast.state is BroadcastState.DONE
    await world.sending.record([Outcome(d, DeliveryState.SENT, 1) for d in batch.deliveries])
    async with world.unit.read() as work:
        assert await work.broadcasts.going(broadcast.id) == 0


async def test_what_is_recorded_twice_counts_once(world: World, admin: Person):
    """A commit whose answer was lost is done again."""
    await readers(world, 3)
    broadcast = await started(world, admin)
    told = [delivery async for delivery in going(world)]
    outcomes = [
        Outcome(told[0], DeliveryState.SENT, message_id=1), Outcome(told[1], DeliveryState.SENT, message_id=2),
        Outcome(told[2], DeliveryState.BLOCKED),
    ]  # fmt: skip
    await world.sending.record(outcomes[:1])
    for _ in range(2):
        await world.sending.record(outcomes)
    found = await world.broadcasts.one(broadcast.id, admin)
    assert {name: n for name, n in found.tallies.items() if n} == {"sent": 2, "blocked": 1}


async def test_what_was_written_down_and_never_came_to_the_sender_is_given_up(world: World, admin: Person):
    await readers(world, 3)
    lost, other = await started(world, admin), await started(world, admin)
    await world.sending.begin(lost, 2)  # the answer of that commit did not come
    await world.sending.begin(other, 1)
    assert await world.sending.lost(lost.id) == 2
    assert await world.sending.lost(lost.id) == 0
    found = await world.broadcasts.one(lost.id, admin)
    assert found.tally("unknown") == 2
    async with world.unit.read() as work:
        assert [await work.broadcasts.going(each.id) for each in (lost, other)] == [0, 1]


async def test_paused_nothing_goes_and_resumed_it_goes_on_where_it_was(world: World, admin: Person):
    await readers(world, 5)
    broadcast = await started(world, admin)
    (running,) = await world.sending.running()
    first = await world.sending.begin(running, 2)
    await world.broadcasts.pause(broadcast.id, admin)
    stopped = await world.sending.begin(running, 2, [Outcome(d, DeliveryState.SENT, 1) for d in first.deliveries])
    assert (stopped.deliveries, stopped.more) == ((), False)
    assert await send(world) == []
    assert not await world.sending.finish(broadcast)
    progress = await world.broadcasts.progress(broadcast.id, admin)
    assert (progress.sent, progress.left, progress.per_minute, progress.time_left) == (2, 3, 0, None)

    await world.broadcasts.resume(broadcast.id, admin)
    assert await send(world) == [5002, 5003, 5004]


async def test_an_edit_reaches_those_who_are_not_told_yet(world: World, admin: Person):
    await readers(world, 3)
    broadcast = await started(world, admin)
    (running,) = await world.sending.running()
    first = await world.sending.begin(running, 1)
    assert first.broadcast.content == HELLO
    other = Content({"en": "Sorry, it is tomorrow"})
    with pytest.raises(BroadcastChanged):
        await world.broadcasts.edit(broadcast.id, broadcast.version - 1, other, admin)
    await world.broadcasts.edit(broadcast.id, broadcast.version, other, admin)
    second = await world.sending.begin(running, 1)
    assert second.broadcast.content == other


async def test_whom_telegram_refused_the_message_is_told_what_it_says_now(world: World, admin: Person):
    await readers(world, 2)
    broadcast = await started(world, admin)
    (running,) = await world.sending.running()
    batch = await world.sending.begin(running, 5)
    await world.sending.record([Outcome(d, DeliveryState.FAILED, said="can't parse") for d in batch.deliveries])
    await world.sending.stop_for(batch.broadcast, "Bad Request: can't parse entities")
    paused = await world.broadcasts.one(broadcast.id, admin)
    assert (paused.state, paused.tally("failed")) == (BroadcastState.PAUSED, 2)
    assert paused.stopped_by == "Bad Request: can't parse entities"
    async with world.unit.read() as work:
        (stopped, *_) = await work.audit.list(limit=1)
    assert (stopped.record.action, stopped.record.way) == ("broadcast.stopped", "clock")
    alerts = [notice for notice in await world.outbox.claim() if notice.kind is NoticeKind.ALERT]
    assert {notice.recipient for notice in alerts} == {admin.telegram_id, world.creator.telegram_id}

    await world.broadcasts.edit(broadcast.id, paused.version, Content({"en": "plain"}), admin)
    await world.broadcasts.resume(broadcast.id, admin)
    assert await send(world) == [5000, 5001]
    done = await world.broadcasts.one(broadcast.id, admin)
    assert (done.state, done.tally("failed"), done.tally("sent"), done.stopped_by) == (BroadcastState.DONE, 0, 2, None)


async def test_who_blocked_the_bot_is_unreachable_from_then_on(world: World, admin: Person):
    (reader,) = await readers(world, 1)
    broadcast = await started(world, admin)
    told = [delivery async for delivery in going(world)]
    await world.sending.record([Outcome(told[0], DeliveryState.BLOCKED)])
    await world.sending.finish(broadcast)
    assert await world.broadcasts.count(NEWS, Segment()) == 0
    assert (await world.broadcasts.report(broadcast.id, admin)).blocked == 1
    async with world.unit.read() as work:
        assert (await work.people.by_ids([reader.id]))[reader.id].unreachable_at is not None


async def test_what_certainly_did_not_go_goes_later(world: World, admin: Person):
    await readers(world, 1)
    broadcast = await started(world, admin)
    told = [delivery async for delivery in going(world)]
    again = world.time() + timedelta(seconds=5)
    await world.sending.record([Outcome(told[0], DeliveryState.WAITING, said="told to wait", again_at=again)])
    assert not await world.sending.finish(broadcast)
    assert await send(world) == []
    world.time.passes(seconds=5)
    assert await send(world) == [5000]


async def test_cancelled_it_never_goes_on(world: World, admin: Person):
    await readers(world, 2)
    broadcast = await started(world, admin)
    await world.broadcasts.cancel(broadcast.id, admin)
    assert await send(world) == []
    with pytest.raises(BroadcastNotNow):
        await world.broadcasts.resume(broadcast.id, admin)


async def test_segments(world: World, admin: Person):
    every = await readers(world, 4)
    for person in (world.alice, world.creator):
        await world.subscriptions.choose(person, NEWS, Often.ALL)
    await gave(world, every[0], "5", "a")
    world.time.passes(days=20)  # into December
    await gave(world, every[1], "5", "b")
    await gave(world, world.alice, "5", "c")

    async def count(**conditions: object) -> int:
        return await world.broadcasts.count(NEWS, Segment(**conditions))  # type: ignore[arg-type]

    assert await count() == 6
    assert await count(language="en") == 3
    assert await count(language="zh-CN") == 3
    assert await count(project=world.library.id) == 3
    assert await count(project=world.meals.id) == 0
    assert await count(project=world.library.id, language="en") == 2
    assert await count(creators=True) == 1
    assert await count(last_month=True) == 1
    assert await count(lapsed=True) == 0
    world.time.passes(days=45)
    assert await count(lapsed=True) == 1
    assert await count(last_month=True) == 2
    assert await count(last_month=True, project=world.library.id, language="zh-CN") == 0
    world.time.passes(days=40)
    assert await count(lapsed=True) == 3
    assert await count(lapsed=True, project=world.meals.id) == 0


async def test_the_country_is_that_of_the_readers_clock(world: World, admin: Person):
    german, chinese, _silent = await readers(world, 3)
    async with world.unit() as work:
        await work.subscriptions.choose_timezone(german.id, "Europe/Berlin")
        await work.subscriptions.choose_timezone(chinese.id, "Asia/Urumqi")
    counts = {country: await world.broadcasts.count(NEWS, Segment(country=country)) for country in ("DE", "CN", "JP")}
    assert counts == {"DE": 1, "CN": 2, "JP": 0}, "who told no clock lives by the operator's, Shanghai's"


async def test_while_it_goes_its_pace_and_what_is_left_are_told(world: World, admin: Person):
    await readers(world, 40)
    broadcast = await started(world, admin)
    before = await world.broadcasts.progress(broadcast.id, admin)
    assert (before.sent, before.left, before.per_minute, before.time_left) == (0, 40, 0, None)
    for seconds, sent, per_minute, left_s in ((10, 10, 60, 30), (10, 20, 60, 20), (60, 30, 10, 60)):
        batch = await world.sending.begin(broadcast, 10)
        await world.sending.record([Outcome(d, DeliveryState.SENT, message_id=1) for d in batch.deliveries])
        world.time.passes(seconds=seconds)
        seen = await world.broadcasts.progress(broadcast.id, admin)
        assert (seen.sent, seen.per_minute, seen.time_left) == (sent, per_minute, timedelta(seconds=left_s))
    await world.broadcasts.pause(broadcast.id, admin)
    paused = await world.broadcasts.progress(broadcast.id, admin)
    assert (paused.left, paused.per_minute, paused.time_left) == (10, 0, None)


async def test_only_who_may_broadcast_does(world: World, admin: Person):
    await readers(world, 1)
    draft = await world.broadcasts.draft(NEWS, Segment(), HELLO, world.creator)
    for act in (
        world.broadcasts.draft(NEWS, Segment(), HELLO, world.alice),
        world.broadcasts.start(draft.id, draft.version, world.alice),
        world.broadcasts.preview(draft.id, world.alice),
        world.broadcasts.cancel(draft.id, world.alice),
        world.broadcasts.edit(draft.id, draft.version, HELLO, world.alice),
        world.broadcasts.progress(draft.id, world.alice),
        world.broadcasts.report(draft.id, world.alice),
        world.broadcasts.newest(world.alice),
    ):
        with pytest.raises(NotAllowed):
            await act
    assert [b.id for b in await world.broadcasts.newest(None)] == [draft.id]
    with pytest.raises(BroadcastUnknown):
        await world.broadcasts.one(new_id(), admin)


async def test_what_can_not_start_says_why(world: World, admin: Person):
    draft = await world.broadcasts.draft(NEWS, Segment(), HELLO, admin)
    with pytest.raises(NobodyListens):
        await world.broadcasts.start(draft.id, draft.version, admin)
    await readers(world, 1)
    with pytest.raises(PaidRateOff):
        await world.broadcasts.start(draft.id, draft.version, admin, paid=True)
    with pytest.raises(BroadcastChanged):
        await world.broadcasts.start(draft.id, draft.version + 1, admin)
    await world.broadcasts.start(draft.id, draft.version, admin)
    with pytest.raises(BroadcastNotNow):
        await world.broadcasts.start(draft.id, draft.version, admin)


async def test_every_act_is_in_the_audit_log(world: World, admin: Person):
    await readers(world, 1)
    broadcast = await started(world, admin)
    await world.broadcasts.pause(broadcast.id, admin)
    await world.broadcasts.resume(broadcast.id, admin)
    await world.broadcasts.cancel(broadcast.id, None)
    async with world.unit.read() as work:
        acts = [act.record for act in await work.audit.list(limit=5)]
    assert {act.action for act in acts} == {
        "broadcast.drafted", "broadcast.started", "broadcast.paused", "broadcast.resumed", "broadcast.cancelled",
    }  # fmt: skip
    assert {act.actor for act in acts} == {admin.id, None}


async def test_the_report_tells_what_was_given_within_a_day(world: World, admin: Person):
    first, second = await readers(world, 2)
    await started(world, admin)
    await send(world)
    (broadcast,) = await world.broadcasts.newest(admin)
    world.time.passes(hours=2)
    await gave(world, first, "5", "a")
    await gave(world, first, "1", "b")
    world.time.passes(hours=23)
    await gave(world, second, "5", "c")
    report = await world.broadcasts.report(broadcast.id, admin)
    assert (report.gifts, report.donors, report.sent) == (2, 1, 2)


async def test_what_was_given_is_counted_to_the_day_of_each_reader_and_kept_once_that_is_over(
    world: World, admin: Person, monkeypatch: pytest.MonkeyPatch
):
    first, second = await readers(world, 2)
    await started(world, admin)
    (broadcast,) = await world.sending.running()
    for _ in range(2):  # the second is told three hours after the first
        batch = await world.sending.begin(broadcast, 1)
        await world.sending.record([Outcome(d, DeliveryState.SENT, message_id=1) for d in batch.deliveries])
        world.time.passes(hours=3)
    await world.sending.begin(broadcast, 1)
    assert await world.sending.finish(broadcast)
    world.time.passes(hours=20)  # 26 after the first, 23 after the second
    for donor in (first, second):
        await gave(world, donor, "5", f"{donor.id}")
    world.time.passes(hours=30)
    await gave(world, second, "5", "late")
    world.time.passes(days=1)
    seen = await world.broadcasts.report(broadcast.id, admin)
    assert (seen.gifts, seen.donors) == (1, 1)

    async def counted_again(*_: object, **__: object) -> tuple[int, int]:
        raise AssertionError("it was counted when its day was over")

    monkeypatch.setattr(BroadcastStore, "gifts_after", counted_again)
    again = await world.broadcasts.report(broadcast.id, admin)
    assert (again.gifts, again.donors) == (1, 1)
