"""The clock jumps by 40 days, forward and back, between any two steps: nothing is done twice, and it is said.

Not with libfaketime but with the clocks the service takes; the provider's own clock stays right.
"""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, select
from structlog.testing import capture_logs

from giving.people import Person, Visitor
from giving.tips import TipState
from payments.provider import BadSignature
from services.clock_watch import TOLERANCE_S, ClockWatch
from services.ledger import LedgerService
from services.outbox import OutboxService
from storage.tables import entries, outbox
from tests.faults.provider import ModelledRail, Provider, pay_by, signed
from tests.faults.results import FULL, note
from tests.world import Time, World

ROW = "clock jumps of ±40 days"
JUMP_DAYS = (40, -40)
ROUNDS = 60 if FULL else 12


class Ticks:
    """A clock that only goes on."""

    def __init__(self) -> None:
        self.now = 5000.0

    def __call__(self) -> float:
        return self.now


async def alarms(watch: ClockWatch) -> int:
    """How many lines of the log say so when it looks at the clock now."""
    with capture_logs() as logs:
        await watch.look()
    return len([line for line in logs if line["event"] == "clock_jumped"])


class Machine:
    """One machine: its wall clock can be set, its other clock can't; the provider has a clock of its own."""

    def __init__(self, world: World) -> None:
        self.world, self.ticks, self.right = world, Ticks(), Time()
        self.provider = Provider(self.right)
        pay_by(world, ModelledRail(self.provider, world.time))
        self.watch = ClockWatch(now=world.time, monotonic=self.ticks)
        self.sent: Counter[str] = Counter()
        self.jumps = self.alarms = 0
        self.senders = [self.sender() for _ in range(2)]

    def sender(self) -> OutboxService:
        """A process's own."""
        return OutboxService(
            self.world.unit, self.world.tips, wakes=self.world.wakes, quiet=None, language="en", currency="CNY",
            now=self.world.time,
        )  # fmt: skip

    def passes(self, **delta: float) -> None:
        """Time, for everybody."""
        self.world.time.passes(**delta)
        self.right.passes(**delta)
        self.ticks.now += timedelta(**delta).total_seconds()

    async def jumps_by(self, days: float) -> None:
        """Somebody sets the wall clock, and the log says so."""
        if not days:
            return
        self.passes(seconds=1)
        self.world.time.passes(days=days)
        self.jumps += 1
        self.alarms += await alarms(self.watch)

    async def everything_due(self) -> None:
        """One turn of every loop: settle, sweep, refunds, digests, the sender."""
        await self.world.payments.settle_pending()
        await self.world.sweep.sweep()
        await self.world.refunds.sweep()
        await self.world.outbox.queue_digests()
        for notice in await self.senders[0].claim():
            if await self.senders[0].begin([notice]):
                self.sent[str(notice.id)] += 1
                await self.senders[0].sent([notice], 1)
            self.senders[0].let_go([notice])

    async def told(self, fact: Any) -> str:
        """An event arrives, signed by the provider's clock; or it is refused as too old or too new, and comes again."""
        try:
            return await self.world.payments.receive("sandbox", fact.body, signed(fact.body, self.right))
        except BadSignature:
            return "refused"


@pytest.fixture
def machine(world: World) -> Machine:
    return Machine(world)


async def test_between_any_two_steps_nothing_is_done_twice(machine: Machine, dialect: str):
    world, dice = machine.world, random.Random(40)
    refused = 0
    for number in range(ROUNDS):
        donor = await world.people.meet(Visitor(6000 + number, f"D{number}"), started=True)
        steps = [3 + number % 4, dice.randrange(7)]

        async def maybe_jump(step: int, steps: list[int] = steps) -> None:
            if step in steps:
                days = JUMP_DAYS[dice.randrange(2)] if machine.jumps % 2 == 0 else -machine_off(machine)
                await machine.jumps_by(days)
            await machine.everything_due()

        refused += await one_way(machine, donor, number, maybe_jump)
    await machine.jumps_by(-machine_off(machine))
    for _ in range(3):
        machine.passes(minutes=30)
        await machine.everything_due()

    assert machine.alarms == machine.jumps
    charges = [len(their.charges) for their in machine.provider.payments.values()]
    assert charges == [1] * ROUNDS, "charged once each"
    async with world.unit.read() as work:
        count = select(func.count()).select_from(entries)
        booked = int(await work.connection.scalar(count.where(entries.c.key.like("payment:%"))) or 0)
        back = int(await work.connection.scalar(count.where(entries.c.key.like("refund:%"))) or 0)
        told = (await work.connection.execute(select(outbox.c.kind, outbox.c.subject_id, outbox.c.state))).all()
    assert (booked, back) == (ROUNDS, ROUNDS // 3)
    assert max(machine.sent.values()) == 1, "sent once each"
    assert max(Counter((row.kind, row.subject_id) for row in told if row.kind != "digest").values()) == 1
    assert {row.state for row in told} <= {"sent", "queued"}
    assert (await LedgerService(world.unit).verify()).clean
    note(
        ROW,
        engine=dialect,
        jumps=machine.jumps,
        alarms=machine.alarms,
        charges=sum(charges),
        booked=booked,
        refunds=back,
        sent=sum(machine.sent.values()),
        events_refused_meanwhile=refused,
        doubled=0,
    )


async def one_way(machine: Machine, donor: Person, number: int, step: Any) -> int:
    """A tip, from the tap to the receipt, and for each third one back again; each act done twice."""
    world, refused = machine.world, 0
    await step(0)
    tip = await world.tip(donor, "5", key=f"k{number}")
    await step(1)
    assert (await world.tip(donor, "5", key=f"k{number}")).id == tip.id
    link = await world.tips.payment_link(tip.id, donor)
    await step(2)
    assert await world.tips.payment_link(tip.id, donor) == link
    assert tip.payment is not None
    fact = machine.provider.charge(tip.payment)
    await step(3)
    refused += await machine.told(fact) == "refused"
    await step(4)
    refused += await machine.told(fact) == "refused"
    machine.passes(minutes=12)
    await step(5)
    if number % 3 == 0:
        machine.passes(minutes=12)
        await machine.everything_due()
        if (await world.fresh(tip)).state is TipState.OFFERED:  # not yet found: its clock was wrong all the time
            machine.passes(days=1)
            await machine.everything_due()
        (charge,) = machine.provider.payments[tip.payment].charges
        back = machine.provider.refund(tip.payment, charge, charge["amount_minor"])
        if await machine.told(back) == "refused":
            refused += 1
            await machine.jumps_by(-machine_off(machine))
            assert await machine.told(back) == "stored"
    await step(6)
    return refused


def machine_off(machine: Machine) -> float:
    """By how many days its clock is wrong."""
    return (machine.world.time() - machine.right()).total_seconds() / 86400


async def test_an_event_refused_by_a_wrong_clock_is_found_by_the_sweep(machine: Machine):
    world = machine.world
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    assert tip.payment is not None
    fact = machine.provider.charge(tip.payment)
    await machine.jumps_by(40)
    assert await machine.told(fact) == "refused"
    await machine.everything_due()
    machine.passes(minutes=12)
    await machine.everything_due()
    assert (await world.fresh(tip)).state is TipState.PAID


@pytest.mark.parametrize("days", JUMP_DAYS)
async def test_what_is_being_sent_when_the_clock_jumps_is_not_sent_again(machine: Machine, days: int):
    world, sender = machine.world, machine.senders[0]
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    assert tip.payment is not None
    await machine.told(machine.provider.charge(tip.payment))
    sending = await sender.claim()
    assert sending
    machine.passes(seconds=2)
    await machine.jumps_by(days)
    assert await sender.claim() == []
    await sender.sent(sending, 7)
    machine.passes(minutes=1)
    await machine.jumps_by(-days)
    assert await sender.claim() == []


async def test_a_sender_that_died_gives_its_messages_back_when_its_lease_is_over(machine: Machine):
    world, (dead, next_one) = machine.world, machine.senders
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    assert tip.payment is not None
    await machine.told(machine.provider.charge(tip.payment))
    claimed = await dead.claim()
    machine.passes(seconds=31)
    assert await next_one.claim() == [replace(notice, attempts=notice.attempts + 1) for notice in claimed]


@pytest.mark.parametrize("days", JUMP_DAYS)
async def test_a_jump_is_told_once_with_its_seconds(days: int):
    time, ticks = Time(), Ticks()
    watch = ClockWatch(now=time, monotonic=ticks)
    before = REGISTRY.get_sample_value("clock_jumps_total") or 0
    time.passes(days=days, seconds=5)
    ticks.now += 5
    with capture_logs() as logs:
        assert await watch.look() == pytest.approx(days * 86400)
        assert await watch.look() == 0
    (line,) = logs
    assert (line["event"], line["log_level"], line["seconds"]) == ("clock_jumped", "error", days * 86400.0)
    assert REGISTRY.get_sample_value("clock_jumps_total") == before + 1
    assert REGISTRY.get_sample_value("clock_jump_seconds") == days * 86400.0


async def test_time_that_merely_passes_is_no_jump():
    time, ticks = Time(), Ticks()
    watch = ClockWatch(now=time, monotonic=ticks)
    with capture_logs() as logs:
        for drift in (0, TOLERANCE_S * 0.9, -TOLERANCE_S * 0.9):
            time.passes(days=400, seconds=drift)
            ticks.now += 400 * 86400
            await watch.look()
    assert logs == []
    real = ClockWatch()
    assert await real.look() == 0
