"""Two at once: settlements beside counters, digests beside digests; nothing is lost and nothing told twice."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from giving.payments import EventKind
from giving.people import Visibility, Visitor
from giving.projects import Tally
from giving.tips import OfferRequest
from services.outbox import NoticeKind
from storage.tallies import TallyStore
from tests.world import World, cny


async def test_a_tip_that_is_booked_while_the_counter_is_shown_is_shown_next(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    await world.pay(await world.tip(world.alice, "1", key="1"), world.alice, charge="ch_1")
    world.time.passes(seconds=5)
    (counter,) = await world.counters.due()
    second = await world.tip(world.bob, "5", key="2")
    await world.tips.payment_link(second.id, world.bob)
    await world.deliver(EventKind.PAID, second, "evt_2", their_id="ch_2")
    read = TallyStore.of

    async def slowly(self: TallyStore, subjects: list[UUID], currency: str) -> dict[UUID, Tally]:
        found = await read(self, subjects, currency)
        await asyncio.sleep(0.1)  # the settlement beside us commits, or waits for us
        return found

    monkeypatch.setattr(TallyStore, "of", slowly)
    await asyncio.gather(world.counters.shown(counter.post.id, counter.raised), world.payments.settle_pending())
    monkeypatch.undo()
    world.time.passes(seconds=60)
    (due,) = await world.counters.due()
    assert due.raised.given == cny("6")


async def test_two_replicas_make_one_digest(world: World):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    queued = await asyncio.gather(*(world.outbox.queue_digests() for _ in range(3)))
    assert sum(queued) == 1
    assert [n.kind for n in await world.outbox.claim()].count(NoticeKind.DIGEST) == 1


async def test_every_gift_is_in_exactly_one_digest(world: World):
    told = []
    for n in range(4):
        tip = await world.tip(world.alice, "1", key=str(n))
        await world.pay(tip, world.alice, charge=f"ch_{n}")
        world.time.passes(minutes=11 if n % 2 else 1)
        await world.outbox.queue_digests()
        for notice in [n for n in await world.outbox.claim() if n.kind is NoticeKind.DIGEST]:
            late = await world.tip(world.bob, "1", key=f"late{n}")
            await world.pay(late, world.bob, charge=f"late_{n}")  # booked between queueing and sending
            digest = await world.outbox.digest(notice)
            assert digest is not None
            told.append(digest.tally.gifts)
            await world.outbox.sent([notice], 1)
    world.time.passes(minutes=11)
    await world.outbox.queue_digests()
    for notice in [n for n in await world.outbox.claim() if n.kind is NoticeKind.DIGEST]:
        digest = await world.outbox.digest(notice)
        told.append(digest.tally.gifts if digest else 0)
    assert sum(told) == (await world.tips.post(world.post.id)).raised.gifts


async def test_a_digest_does_not_tell_a_hidden_amount_by_subtraction(world: World):
    async def told() -> list[str | None]:
        world.time.passes(minutes=11)
        await world.outbox.queue_digests()
        (notice,) = [n for n in await world.outbox.claim() if n.kind is NoticeKind.DIGEST]
        await world.outbox.sent([notice], 1)
        digest = await world.outbox.digest(notice)
        return [gift.name for gift in digest.named] if digest else []

    async def give(n: int, name: str, visibility: Visibility) -> None:
        donor = await world.people.meet(Visitor(5000 + n, name), started=True)
        tip = await world.tips.offer(OfferRequest(f"k{n}", donor.id, cny("5"), world.post.id, None, visibility))
        await world.pay(tip, donor, charge=f"ch_{n}")

    await give(1, "Named", Visibility.NAMED)
    await give(2, "Hidden", Visibility.AMOUNT_HIDDEN)
    assert await told() == ["Named"]
    await give(3, "Hidden 1", Visibility.AMOUNT_HIDDEN)
    await give(4, "Hidden 2", Visibility.AMOUNT_HIDDEN)
    assert await told() == ["Hidden 2", "Hidden 1"]


async def test_a_receipt_waits_for_who_blocked_the_bot_and_a_digest_does_not(world: World):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    await world.outbox.queue_digests()
    await world.outbox.unreachable(await world.outbox.claim())
    assert await world.outbox.claim() == []
    await world.people.meet(Visitor(1002, "Alice", "alice", "en"), started=True)
    await world.people.meet(Visitor(1001, "林晓雯", "xiaowen", "zh-hans"), started=True)
    assert [n.kind for n in await world.outbox.claim()] == [NoticeKind.RECEIPT]


async def test_a_payment_is_asked_for_with_the_same_words_for_ever(world: World):
    tip = await world.tip(world.alice, "5")
    world.rail.down = True
    with pytest.raises(Exception, match="error-rail"):
        await world.tips.payment_link(tip.id, world.alice)
    world.rail.down = False
    alice = await world.people.choose_language(world.alice, "zh-CN")
    await world.tips.payment_link(tip.id, alice)
    ((_, intent),) = world.rail.asked
    assert (intent.language, intent.description) == ("en", "library project")


async def test_a_crowd_is_met_in_one_commit_each_as_they_came(world: World):
    crowd = [Visitor(6000 + n, f"Newcomer {n}", None, "en") for n in range(300)]
    met = await asyncio.gather(*(world.people.meet(visitor, started=n % 2 == 0) for n, visitor in enumerate(crowd)))
    seen = [(person.telegram_id, person.name, person.reachable) for person in met]
    assert seen == [(visitor.telegram_id, visitor.name, n % 2 == 0) for n, visitor in enumerate(crowd)]
    assert len({person.id for person in met}) == len(crowd)

    renamed = Visitor(6001, "Renamed", "renamed", "zh-hans")
    twice = await asyncio.gather(world.people.meet(crowd[1], started=True), world.people.meet(renamed))
    assert {person.id for person in twice} == {met[1].id}
    last = await world.people.meet(renamed)
    assert (last.id, last.name, last.username, last.reachable) == (met[1].id, "Renamed", "renamed", True)
    await world.people.blocked(6000)
    assert not (await world.people.meet(replace(crowd[0], name="Blocked"))).reachable, "a tap is no message"
    assert (await world.people.meet(crowd[0], started=True)).reachable
