"""SIGKILL at the statements of a month of a pledge: announced, told, debited, heard of, noted; one charge, no more.

The provider at the other end outlives the service; its event comes twice.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from giving.money import Money
from giving.payments import EventKind, SavedMethod
from giving.people import Person, Visibility, Visitor
from giving.pledges import Pledge, PledgeState, Way, debit_at, first_month, look_at
from storage.ids import new_id
from tests.faults.books import rows, verified
from tests.faults.results import FULL, note
from tests.faults.test_kill_tabs import Stage
from tests.faults.test_kill_tabs import stage as tab_stage
from tests.faults.wire import Gone
from tests.world import SHANGHAI

STRIDE: Final = 1 if FULL else 23  # points between two kills
TELLINGS: Final = (1, 2)  # a message whose sender died may come again
stage = tab_stage


@dataclass(frozen=True, slots=True)
class Promise:
    """A pledge whose amount is nobody else's, so its rows are known by it; and when its first month is due."""

    pledge: Pledge
    minor: int
    due_at: datetime


async def promised(stage: Stage, number: int, donor: Person) -> Promise:
    """Somebody who has saved a card, and gives by it every month."""
    world = stage.world
    minor = 100 + number
    async with world.unit() as work:
        method = await work.methods.ask(donor.id, world.library.organisation.id, "paper", now=world.time())
        assert await work.methods.saved(method, SavedMethod("cus_1", "pm_1", "Visa"), now=world.time())
    now = datetime.fromtimestamp(stage.now, UTC)
    day = (now.astimezone(SHANGHAI) + timedelta(days=8)).day
    first = first_month(now, day, SHANGHAI, notice_days=7)
    pledge = Pledge(
        new_id(), donor.id, Money(minor, "CNY"), day, Way.SAVED, "paper", Visibility.ANONYMOUS, now, first,
        project=world.library.id,
    )  # fmt: skip
    async with world.unit() as work:
        await work.pledges.add(pledge, f"pledge-{number}", look_at(pledge, None, SHANGHAI))
    return Promise(pledge, minor, debit_at(first, day, SHANGHAI))


async def month(stage: Stage, promise: Promise) -> None:
    """Made, announced, told; a week later debited, heard of twice, booked, told, noted."""
    await stage.until(promise.due_at - timedelta(days=7))
    await stage.ask("pledges")
    await stage.until(promise.due_at - timedelta(days=7) + timedelta(minutes=5))
    await stage.ask("tell")
    await stage.until(promise.due_at + timedelta(minutes=10))
    await stage.ask("pledges")
    await stage.until(promise.due_at + timedelta(minutes=20))  # what was not answered is asked again
    await stage.ask("pledges")
    payment = await paying(stage, promise)
    (charge, minor) = stage.outside.charged[f"payment:{payment}"]
    await stage.brings(EventKind.PAID, payment, charge, minor)
    await stage.brings(EventKind.PAID, payment, charge, minor)
    await stage.ask("pledges")
    await stage.ask("tell")


async def paying(stage: Stage, promise: Promise) -> UUID:
    (payment,) = await stage.one("SELECT payment_id FROM instalments WHERE amount_minor = :m", m=promise.minor)
    return payment if isinstance(payment, UUID) else UUID(payment)


async def ended(stage: Stage, promise: Promise, number: int) -> None:
    charges = [c for c in stage.outside.charged.values() if c[1] == promise.minor]
    assert len(charges) == 1, "one charge at the provider, however often it was asked"
    found = await rows(stage.world.unit, "SELECT state FROM instalments WHERE amount_minor = :m", m=promise.minor)
    assert found == [("paid",)]
    gifts = "SELECT state FROM tips WHERE amount_minor = :m"
    assert await rows(stage.world.unit, gifts, m=promise.minor) == [("paid",)]
    booked = await stage.one("SELECT count(*) FROM entries WHERE key = :k", k=f"payment:paper:{charges[0][0]}:paid")
    assert booked == (1,)
    assert len(stage.told("pledge_announced")) == len(stage.told("receipt")) == number
    assert set(stage.told("pledge_announced")) | set(stage.told("receipt")) <= set(TELLINGS)


async def test_killed_at_every_statement_a_month_is_debited_once(stage: Stage, dialect: str):
    kills, at, points = 0, 1 if FULL else 7, 0
    await stage.begin()
    for number in range(1, 10_000):
        donor = await stage.world.people.meet(Visitor(5000 + number, "Donor", None, "en"), started=True)
        promise = await promised(stage, number, donor)
        await stage.ask("arm", at=at)
        try:
            await month(stage, promise)
        except Gone:
            assert await stage.outside.gone() == -9
        else:
            points = await stage.ask("counted")
            await ended(stage, promise, number)
            await over(stage, promise)
            break
        kills, at = kills + 1, at + STRIDE
        await whole(stage)
        await stage.begin()
        await month(stage, promise)
        await ended(stage, promise, number)
        await verified(stage.world.unit)
        await over(stage, promise)
    note("SIGKILL at every statement and commit: monthly gift", engine=dialect, points=points, kills=kills)
    await verified(stage.world.unit)
    assert kills >= 2


async def over(stage: Stage, promise: Promise) -> None:
    """It ends, so that the months of the next one are alone."""
    async with stage.world.unit() as work:
        held = await work.pledges.lock(promise.pledge.id)
        assert held is not None
        assert held.state is PledgeState.ACTIVE
        await work.pledges.save(held, due_at=None)


async def whole(stage: Stage) -> None:
    """Right after the kill nothing is half done: each thing stands with what belongs to it."""
    await verified(stage.world.unit)
    alone = (
        "SELECT (SELECT count(*) FROM instalments i WHERE NOT EXISTS"
        " (SELECT 1 FROM outbox o WHERE o.subject_id = i.id AND o.kind = 'pledge_announced'))"
        " + (SELECT count(*) FROM instalments i WHERE i.state = 'charging' AND NOT EXISTS"
        " (SELECT 1 FROM tips t JOIN payments p ON p.id = t.payment_id"
        " WHERE t.id = i.tip_id AND p.id = i.payment_id AND p.wish IS NOT NULL))"
        " + (SELECT count(*) FROM instalments i JOIN tips t ON t.id = i.tip_id"
        " WHERE i.state = 'paid' AND t.state <> 'paid')"
        " + (SELECT count(*) FROM tips t WHERE t.state = 'paid' AND NOT EXISTS"
        " (SELECT 1 FROM entries e WHERE e.key = t.entry_key))"
    )
    assert await rows(stage.world.unit, alone) == [(0,)]
