"""One leads; what another writes in an old epoch changes nothing, and it learns so. On both databases."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from giving.leases import Lease, Moment
from services.carriers import CarrierService
from services.leadership import Leadership, NotLeading, in_nobodys_name
from services.outbox import OutboxService
from storage.engines import Engines, open_engines
from storage.leases import FROZEN_MS, LeaseStore
from storage.work import UnitOfWork
from tests.world import Time, World


@dataclass
class Clocks:
    """Seconds since boot and by the wall, that tests move."""

    boot: float = 1000.0
    wall: float = 5000.0

    def __call__(self) -> Moment:
        return Moment(self.boot, self.wall)

    def passes(self, seconds: float) -> None:
        self.boot += seconds
        self.wall += seconds


def leader(unit: UnitOfWork, name: str, clock: Clocks | None = None, **more: Any) -> Any:
    """Any: tests look at its term."""
    one = Leadership(unit, holder=name, now=Time(), **more | ({"clock": clock} if clock else {}))
    one.ready.set()
    return one


async def lease(unit: UnitOfWork) -> Lease:
    async with unit.read() as work:
        held = await work.leases.find("leader")
    assert held is not None
    return held.lease


@contextlib.asynccontextmanager
async def running(*leaders: Leadership):
    stop = asyncio.Event()
    tasks = [asyncio.create_task(one.run(stop)) for one in leaders]
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 5)


async def test_one_of_three_leads_and_a_clean_end_hands_over_at_once(work: UnitOfWork, until):
    leaders = [leader(work, name) for name in "abc"]
    stops = [asyncio.Event() for _ in leaders]
    terms: list[str] = []

    def part(name: str):
        async def run(ended: asyncio.Event) -> None:
            terms.append(name)
            await ended.wait()

        return run

    tasks = [
        asyncio.create_task(each)
        for one, stop, name in zip(leaders, stops, "abc", strict=True)
        for each in (one.run(stop), one.while_leading(stop, part(name)))
    ]
    await until(lambda: terms)
    await asyncio.sleep(1.2)
    assert len(terms) == 1
    first = terms[0]
    began = asyncio.get_running_loop().time()
    stops["abc".index(first)].set()
    await until(lambda: len(terms) == 2)
    assert asyncio.get_running_loop().time() - began < 1.5
    assert terms[1] != first
    assert (await lease(work)).epoch == 2
    for stop in stops:
        stop.set()
    await asyncio.wait_for(asyncio.gather(*tasks), 5)
    assert (await lease(work)).holder is None


async def test_who_was_replaced_writes_nothing_and_learns_of_it(work: UnitOfWork, world: World, until):
    old = leader(work, "old")
    outcome: list[object] = []
    go_on = asyncio.Event()

    async def part(ended: asyncio.Event) -> None:
        await go_on.wait()
        for write in (cleanup, through):
            try:
                outcome.append(await write())
            except NotLeading as refused:
                outcome.append(refused)

    async def cleanup() -> int:
        async with old.write() as unit:
            await unit.cleanups.add(1, [2], world.time())
        return 1

    async def through() -> int:
        world.outbox._write = old.write
        await world.outbox.claim()
        return 1

    stop = asyncio.Event()
    async with running(old):
        term = asyncio.create_task(old.while_leading(stop, part))
        await until(lambda: old._term)
        async with work() as unit:
            found = await unit.leases.find("leader")
            assert found is not None
            assert await unit.leases.move(found.lease, Lease("leader", 2, "new"), now=world.time())
        go_on.set()
        await until(lambda: len(outcome) == 2)
        assert isinstance(outcome[0], NotLeading)
        await until(lambda: old._term is None)
        stop.set()
        await term
    async with work.read() as unit:
        assert await unit.cleanups.due(world.time(), 10) == []
    assert (await lease(work)).holder == "new"


async def test_without_a_term_nothing_is_written(work: UnitOfWork):
    one = leader(work, "a")
    with pytest.raises(NotLeading):
        async with one.write():
            raise AssertionError("never here")
    assert one.may_act(), "who speaks in nobody's name may"


async def test_a_leader_that_slept_may_not_act_until_it_has_renewed(work: UnitOfWork, until):
    clock = Clocks()
    one = leader(work, "a", clock)
    told: list[bool] = []

    async def part(ended: asyncio.Event) -> None:
        told.append(one.may_act())
        clock.passes(2.6)
        told.append(one.may_act())
        with in_nobodys_name():
            told.append(one.may_act())
        await until(one.may_act)
        clock.wall += 40 * 86400
        told.append(one.may_act())
        await ended.wait()

    stop = asyncio.Event()
    async with running(one):
        term = asyncio.create_task(one.while_leading(stop, part))
        await until(lambda: len(told) == 4)
        assert told == [True, False, True, False]
        await until(lambda: one._term.renewed.wall > 3e6, seconds=3)
        stop.set()
        await term


async def test_a_silent_leader_is_replaced_and_its_claims_are_free(work: UnitOfWork, world: World, until):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    claimed = await world.outbox.claim()
    assert claimed
    assert await world.outbox.claim() == []
    async with work() as unit:
        dead = Lease("leader", 1, "dead")
        assert await unit.leases.move(Lease("leader"), dead, now=world.time())
    clock = Clocks()
    heir = leader(work, "heir", clock, on_taken=lambda unit: unit.outbox.release())
    async with running(heir):
        await asyncio.sleep(0.7)
        assert heir._term is None
        clock.passes(3)
        await until(lambda: heir._term)
    heirs = OutboxService(
        work, world.tips, wakes=world.wakes, quiet=None, language="zh-CN", currency="CNY", now=world.time
    )
    assert [notice.id for notice in await heirs.claim()] == [notice.id for notice in claimed]


async def test_a_renewal_whose_answer_was_lost_is_found_again(work: UnitOfWork, until):
    one = leader(work, "a")
    async with running(one):
        await until(lambda: one._term)
        term = one._term
        async with work() as unit:
            ahead = Lease("leader", 1, "a", term.lease.beats + 1)
            assert await unit.leases.move(term.lease, ahead, now=Time()())
        before = term.renewed
        await until(lambda: term.renewed != before)
        await until(lambda: term.lease.beats > ahead.beats)
        assert one._term is term


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_a_renewal_passes_beside_a_write_and_a_takeover_waits_for_it(work: UnitOfWork):
    mine = Lease("leader", 1, "a")
    async with work() as unit:
        assert await unit.leases.move(Lease("leader"), mine, now=Time()())

    async def move(was: Lease, to: Lease) -> bool:
        async with work() as unit:
            return await unit.leases.move(was, to, now=Time()())

    async with work() as unit:
        assert await LeaseStore(unit.connection).hold(mine)
        beat = Lease("leader", 1, "a", 1)
        assert await asyncio.wait_for(move(mine, beat), 1)
        taking = asyncio.create_task(move(beat, Lease("leader", 2, "b")))
        await asyncio.sleep(0.3)
        assert not taking.done()
    assert await asyncio.wait_for(taking, 1)


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_a_frozen_writer_is_put_out_by_the_server_before_its_lease_is_over(work: UnitOfWork):
    mine = Lease("leader", 1, "frozen")
    async with work() as unit:
        assert await unit.leases.move(Lease("leader"), mine, now=Time()())
    frozen = work()
    held = await frozen.__aenter__()
    assert await held.leases.hold(mine)
    began = asyncio.get_running_loop().time()
    async with work() as unit:
        assert await unit.leases.move(mine, Lease("leader", 2, "b"), now=Time()())
    assert 1 < asyncio.get_running_loop().time() - began < 2.9
    with pytest.raises(Exception, match="idle"):
        await held.leases.hold(mine)
    with contextlib.suppress(Exception):
        await frozen.__aexit__(None, None, None)


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_who_freezes_between_two_messages_of_one_statement_is_put_out_by_who_takes_over(database_url: str):
    mine, took = Lease("leader", 1, "frozen:1"), Lease("leader", 2, "other:2")
    sleeping, awake = open_engines(database_url, name="frozen:1"), open_engines(database_url, name="other:2")
    try:
        async with UnitOfWork(awake)() as unit:
            assert await unit.leases.move(Lease("leader"), mine, now=Time()())
        frozen = UnitOfWork(sleeping)()
        held = await frozen.__aenter__()
        assert await held.leases.hold(mine)
        driver = (await held.connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.prepare("SELECT 1 AS begun_and_not_ended")
        async with UnitOfWork(awake).read() as unit:
            states = text("SELECT state, wait_event FROM pg_stat_activity WHERE application_name = 'frozen:1'")
            seen = (await unit.connection.execute(states)).all()
        assert ("active", "ClientRead") in [(row.state, row.wait_event) for row in seen], seen
        await asyncio.sleep(FROZEN_MS / 1000 + 0.1)
        async with UnitOfWork(awake)() as unit:
            assert await asyncio.wait_for(unit.leases.move(mine, took, now=Time()()), 1)
        with contextlib.suppress(Exception):
            await frozen.__aexit__(None, None, None)
    finally:
        await awake.close()
        await sleeping.close()


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_a_transaction_that_never_ends_is_ended_by_the_server(database_url: str):
    """In force for the service; commands may take their time."""
    for patient, limit in ((False, "5min"), (True, "0")):
        engines = open_engines(database_url, patient=patient)
        async with UnitOfWork(engines).read() as unit:
            assert (await unit.connection.execute(text("SHOW transaction_timeout"))).scalar_one() == limit
        await engines.close()


@pytest.mark.parametrize("step", ["renewal", "takeover"])
@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_who_freezes_between_a_renewal_and_its_commit_is_put_out_too(work: UnitOfWork, step: str):
    mine = Lease("leader", 1, "frozen")
    async with work() as unit:
        assert await unit.leases.move(Lease("leader"), mine, now=Time()())
    frozen = work()
    open_still = await frozen.__aenter__()
    to = Lease("leader", 1, "frozen", 1) if step == "renewal" else Lease("leader", 2, "other")
    assert await open_still.leases.move(mine, to, now=Time()())
    began = asyncio.get_running_loop().time()
    async with work() as unit:
        assert await unit.leases.move(mine, Lease("leader", 2, "b"), now=Time()()), "it was never committed"
    assert 1 < asyncio.get_running_loop().time() - began < 2.9
    with contextlib.suppress(Exception):
        await frozen.__aexit__(None, None, None)


@pytest.mark.parametrize("why", ["never ready", "deaf"])
async def test_a_leader_that_can_not_send_finishes_and_lets_a_ready_one_lead(work: UnitOfWork, until, why: str):
    clock, done = Clocks(), asyncio.Event()
    one, other = leader(work, "one", clock), leader(work, "other", clock)
    in_hand: list[str] = []

    async def part(ended: asyncio.Event) -> None:
        in_hand.append("begun")
        await ended.wait()
        await done.wait()
        in_hand.append("acts" if one.may_act() else "late")

    stop = asyncio.Event()
    async with running(one):
        term = asyncio.create_task(one.while_leading(stop, part))
        await until(lambda: in_hand)
        one.heard(False)
        if why == "never ready":
            one.heard(True)
            one.ready.clear()
        for _ in range(8):
            clock.passes(2)
            await until(lambda: one._term.renewed == clock() or one._term.yields.is_set())
        await until(lambda: one._term.yields.is_set())
        await asyncio.sleep(0.3)
        assert (await lease(work)).holder == "one", "what is in hand is finished first"
        done.set()
        async with running(other):
            await until(lambda: other._term)
            assert in_hand == ["begun", "acts"]
            assert one._term is None
            one.ready.set()
            one.heard(True)
        await until(lambda: one._term is not None and not one._term.yields.is_set())
        stop.set()
        await term


async def test_the_gauge_shows_a_leader_only_while_its_lease_provably_holds(work: UnitOfWork, until):
    clock = Clocks()
    one = leader(work, "a", clock)

    def shown() -> float | None:
        return REGISTRY.get_sample_value("leader")

    async with running(one):
        await until(lambda: one._term)
        assert shown() == 1
        clock.passes(2.6)
        assert shown() == 0, "cut off, it would not have renewed by now"
        await until(lambda: shown() == 1)
    assert shown() == 0


async def test_carriers_are_written_in_the_leaders_name_where_it_is_the_leader(work: UnitOfWork, world: World, until):
    old = leader(work, "old")
    carriers = CarrierService(work, wakes=world.wakes, write=old.write_as_caller, now=world.time)
    card = await carriers.card(world.post.id)
    refused: list[str] = []
    begun, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def part(ended: asyncio.Event) -> None:
        await carriers.shown(card)
        begun.set()
        await go_on.wait()
        for writes in (
            lambda: carriers.claim(world.post.id, asked=True), lambda: carriers.shown(card),
            lambda: carriers.unsure(world.post.id), lambda: carriers.lost(world.post.id, 1),
            lambda: carriers.moved(-1, -2),
        ):  # fmt: skip
            try:
                await writes()
            except NotLeading:
                refused.append("refused")
        await carriers.not_sent(world.post.id, for_good=False)
        done.set()

    stop = asyncio.Event()
    async with running(old):
        term = asyncio.create_task(old.while_leading(stop, part))
        await until(begun.is_set)
        async with work() as unit:
            found = await unit.leases.find("leader")
            assert found is not None
            assert await unit.leases.move(found.lease, Lease("leader", 2, "new"), now=world.time())
        await carriers.shown(card)
        go_on.set()
        await until(done.is_set)
        assert refused == ["refused"] * 5, "who was replaced; a handler beside it may"
        await carriers.unsure(world.post.id)
        stop.set()
        await term


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_a_renewal_queues_behind_nobodys_work(engines: Engines, work: UnitOfWork, until):
    one = leader(work, "a", beside=UnitOfWork(engines.apart()))
    async with running(one):
        await until(lambda: one._term)
        async with contextlib.AsyncExitStack() as everything:
            for _ in range(10):
                await everything.enter_async_context(work.read())
            beats = one._term.lease.beats
            await until(lambda: one._term.lease.beats >= beats + 2, seconds=4)
