"""What only the leader does writes nothing in a term that is over, and what is due in one that holds.

The services are those that `run` builds. The term is one in which another replica has taken the lease meanwhile: so
wakes a leader that was frozen.
"""

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from giving.giving_days import Audience, DayState
from giving.leases import Lease
from giving.matching import Ratio, Remainder
from giving.people import Visitor
from giving.pledges import Month
from giving.subscriptions import Often, SubscriptionKind
from giving.transfers import Transfer
from launch.service.building import LateRights, Services, build_services
from launch.service.running import done_once
from services.clock import utc_now
from services.leadership import NotLeading
from services.leadership.leader import moment
from services.leadership.terms import TERM, Term
from settings import Settings
from storage.engines import Engines
from storage.ids import new_id
from storage.tables import metadata
from storage.work import UnitOfWork
from tests.services.giving_days.test_watch import gives, target
from tests.services.giving_days.town import on, state_of
from tests.services.months import Monthly, monthly_of
from tests.services.test_matching import a_pool
from tests.world import SHANGHAI, World, cny

OLD, NEW = Lease("leader", 1, "frozen"), Lease("leader", 2, "another")
Rows = dict[str, list[str]]


@pytest.fixture
async def everything_due(world: World) -> Monthly:
    """Something of each kind is due now, by the clock that services have by themselves."""
    house, now = monthly_of(world), utc_now()
    world.time.now = now - timedelta(days=40)
    async with world.unit() as work:
        await work.updates.add_many([7], now=world.time())
    await _reported(world)
    await a_pool(world, Ratio(1, 1), remainder=Remainder.BACK)

    world.time.now = now - timedelta(days=12)
    begun = world.time().astimezone(SHANGHAI).date()
    await house.pledge(world.bob, day=min(28, (now - timedelta(days=1)).day), first=Month(begun.year, begun.month))
    await house.house.promise(world.alice, "30")
    await _refund_and_transfer(world)
    await _forgotten_method(house)

    await _days_of_now(world, now)
    return house


async def _reported(world: World) -> None:
    """A day that is over, and of which no report was made."""
    day = await on(world)
    await gives(world, "5", 900)
    world.time.now = day.closes_at + timedelta(hours=1)
    await world.day_steps.sweep()
    assert await state_of(world, day) is DayState.REPORTED


async def _refund_and_transfer(world: World) -> None:
    tip = await world.pay(await world.tip(world.alice, "5", key="back"), world.alice, charge="ch_back")
    world.rail.down = True
    with contextlib.suppress(Exception):
        await world.refunds.take_back(tip.id, world.alice)
    world.rail.down = False
    assert tip.payment is not None
    assert tip.entry_key is not None
    whose = world.library.organisation.id
    part = Transfer(new_id(), tip.payment, "ch_back", whose, cny("5"), tip.entry_key, world.time())
    async with world.unit() as work:
        await work.transfers.add_many([part])


async def _forgotten_method(house: Monthly) -> None:
    """Its rail was away when its donor took it back."""
    world = house.world
    dora = await world.people.meet(Visitor(7_777, "Dora"), started=True)
    await house.house.save(dora)
    async with world.unit() as work:
        (kept,) = await work.methods.of(dora.id)
        await work.methods.forget(kept.id, now=world.time())


async def _days_of_now(world: World, now: datetime) -> None:
    """One is on since two hours, passed a mark, and its invitation waits; one should have begun an hour ago."""
    world.time.now = now - timedelta(hours=3)
    reader = await world.people.meet(Visitor(7_000, "R", None, "en"), started=True)
    await world.subscriptions.choose(reader, SubscriptionKind.GIVING_DAYS, Often.ALL)
    await target(world, world.library, cny("100"))
    await on(world, projects=(world.library.id,), audience=Audience.SUBSCRIBERS)
    await world.day_steps.sweep()
    await gives(world, "60", 901)
    world.time.now = now - timedelta(hours=2)
    await on(world, projects=(world.meals.id,))


@pytest.fixture
async def services(everything_due: Monthly, engines: Engines, monkeypatch: pytest.MonkeyPatch) -> Services:
    """What `run` builds, with the rails of the test."""
    rails = dict(everything_due.house.rails)
    monkeypatch.setattr("launch.service.building.ground.rails_of", lambda _settings: rails)
    return built(engines)


def built(engines: Engines, **settings: Any) -> Services:
    """By these settings; no network is touched."""
    every = {"telegram": {"token": "1:x"}, "reconcile": {"hour": 0}} | settings
    return build_services(Settings.model_validate(every), engines, LateRights())


@contextlib.contextmanager
def term_of(lease: Lease) -> Iterator[None]:
    """What runs in it runs in the leader's name, as far as that one knows."""
    token = TERM.set(Term(lease, moment()))
    try:
        yield
    finally:
        TERM.reset(token)


async def rows(unit: UnitOfWork) -> Rows:
    """All there is, but for the lease itself."""
    async with unit.read() as work:
        run = work.connection.execute
        return {
            table.name: sorted(map(str, await run(select(table)))) for table in metadata.sorted_tables
            if table.name != "leases"
        }  # fmt: skip


def changed(before: Rows, after: Rows) -> list[str]:
    return [name for name, those in after.items() if those != before[name]]


async def test_in_a_term_that_is_over_nothing_is_written_and_in_the_next_one_it_is(
    services: Services, work: UnitOfWork, world: World
):
    async with work() as unit:
        assert await unit.leases.move(Lease("leader"), NEW, now=world.time())
    wrote, went_on, idle = {}, [], []
    for name, (sweep, _, _) in done_once(services).items():
        before = await rows(work)
        with term_of(OLD):
            try:
                await sweep()
            except NotLeading:
                pass
            else:
                went_on.append(name)
        after = await rows(work)
        if changed(before, after):
            wrote[name] = changed(before, after)
        services.ranking_steps._rest_until = 0.0
        with term_of(NEW):
            await sweep()
        if not changed(before, await rows(work)):
            idle.append(name)
    assert idle == [], "it was not due: then it proves nothing"
    assert wrote == {}
    assert went_on == [], "it is to be told, so that nothing more is begun"


async def test_nobody_is_asked_for_a_second_word_in_a_term_that_is_over(
    services: Services, engines: Engines, work: UnitOfWork, world: World
):
    """The invitation goes to more people than one admin may tell: that is written by the days' own service."""
    careful = built(engines, giving_days={"confirm_over": 0})
    async with work() as unit:
        assert await unit.leases.move(Lease("leader"), NEW, now=world.time())
    before = await rows(work)
    with term_of(OLD), pytest.raises(NotLeading):
        await careful.invitations.sweep()
    assert changed(before, await rows(work)) == []
    with term_of(NEW):
        assert await careful.invitations.sweep() == 0
    assert changed(before, await rows(work)) == ["audit_log", "giving_days", "outbox"]
