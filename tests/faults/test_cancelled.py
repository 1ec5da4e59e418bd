"""Cancelled at any await: the books balance, the pool is usable, and asking again with the same key gives the truth."""

import asyncio
import itertools
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

import pytest

from giving.money import Money
from giving.payments import EventKind
from giving.tips import OfferRequest, Tip
from services.ledger import LedgerService
from storage.engines import Engines
from tests.faults.books import Standing, standing
from tests.faults.cancelling import Cancelling, tasks_of
from tests.faults.results import FULL, note
from tests.faults.ways import ASKED, CLAIMED, OFFERED
from tests.rails import event
from tests.world import World

COMMITTERS: Final = {"GroupCommit._drain", "TogetherWriter._run"}
MOMENTS: Final = 120 if FULL else 10
LATEST_S: Final = 0.012
STRIDE: Final = 1 if FULL else 4  # awaits between two cancellations
TAKES_S: Final = 60.0  # nothing here takes a second: whoever comes to this hangs
Go = Callable[[World, int], Coroutine[Any, Any, Any]]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is broken off; done once more, it leaves `done`. Acts are numbered, by amount."""

    name: str
    done: Standing
    go: Go
    prepare: Go | None = None


def key(number: int) -> str:
    return f"wish:{number}"


async def offer(world: World, number: int) -> Tip:
    amount = Money(100 + number, "CNY")
    return await world.tips.offer(OfferRequest(key(number), world.alice.id, amount, post=world.post.id))


async def settle(world: World, number: int) -> None:
    await paid(world, number, f"ch_{number}")


async def paid(world: World, number: int, charge: str) -> None:
    tip = world.extras[key(number)]
    body = event(EventKind.PAID, tip.payment, f"evt_{charge}", their_id=charge, minor=tip.amount.minor, fee=3)
    await world.payments.receive("paper", body, {"Signature": "paper"})


async def offered(world: World, number: int) -> None:
    world.extras[key(number)] = await offer(world, number)


async def linked(world: World, number: int) -> None:
    await offered(world, number)
    await world.tips.payment_link(world.extras[key(number)].id, world.alice)


async def claimable(world: World, number: int) -> None:
    await linked(world, number)
    await settle(world, number)


async def claim(world: World, number: int) -> None:
    """A claim that nobody heard of holds until its lease runs out."""
    world.time.passes(seconds=31)
    await world.outbox.claim(10_000)


async def told(world: World, number: int) -> None:
    await claimable(world, number)
    world.time.passes(seconds=31)
    world.extras[f"notices {number}"] = await world.outbox.claim(10_000)


async def mark(world: World, number: int) -> None:
    await world.outbox.sent(world.extras[f"notices {number}"], 7)


async def paid_twice(world: World, number: int) -> None:
    await told(world, number)
    await mark(world, number)
    await paid(world, number, f"ch_{number}_b")
    async with world.unit.read() as work:
        found = await work.tips.of_payments([world.extras[key(number)].payment])
    world.extras[f"extra {number}"] = found[world.extras[key(number)].payment][-1]


async def refund(world: World, number: int) -> None:
    await world.refunds.take_back(world.extras[f"extra {number}"].id, world.alice)


async def link(world: World, number: int) -> None:
    await world.tips.payment_link(world.extras[key(number)].id, world.alice)


LINKED: Final = Standing(tips=1, keys=1, payments=1, worded=1, linked=1)
UNLINKED_PAID: Final = Standing(tips=1, keys=1, payments=1, paid=1, entries=1, queued=1)
SENT: Final = Standing(**{**{name: getattr(CLAIMED, name) for name in CLAIMED.__slots__}, "sent": 1})
ACTS: Final = (
    Act("offer", OFFERED, offer),
    Act("link", LINKED, link, offered),
    Act("settle", UNLINKED_PAID, settle, offered),
    Act("claim", CLAIMED, claim, claimable),
    Act("mark", SENT, mark, told),
    Act("refund", ASKED, refund, paid_twice),
)


async def again(world: World, engines: Engines, act: Act, number: int) -> None:
    """Asked again, by who does not know: done, once; and nothing of the first time is left hanging."""
    async with asyncio.timeout(TAKES_S):
        await act.go(world, number)
    assert await standing(world.unit, key(number), 100 + number) == act.done
    report = await LedgerService(world.unit).verify()
    assert report.clean, report.findings
    assert not engines.turn.locked()
    for engine in (engines.writer.sync_engine, engines.reader.sync_engine, engines.inline, engines.inline_reader):
        assert engine is None or engine.pool.checkedout() == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
async def test_a_caller_is_cancelled_at_any_await(act: Act, world: World, engines: Engines, dialect: str):
    for number in itertools.count(1, STRIDE):
        if act.prepare is not None:
            await act.prepare(world, number)
        cancelling = Cancelling(at=number)
        neighbour = asyncio.create_task(offer(world, 50_000 + number))
        caller = asyncio.create_task(cancelling.within(act.go(world, number)))
        await asyncio.wait([caller], timeout=TAKES_S)
        assert caller.cancelled() == cancelling.struck
        assert (await neighbour).amount.minor == 50_100 + number
        await again(world, engines, act, number)
        if not cancelling.struck:
            break
    note(f"a caller cancelled at any await: {act.name}", engine=dialect, awaits=cancelling.waits)
    assert number > 1


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
async def test_a_caller_is_cancelled_at_any_moment(act: Act, world: World, engines: Engines, dialect: str):
    dice, cancelled = random.Random(act.name), 0
    for number in range(1, MOMENTS + 1):
        if act.prepare is not None:
            await act.prepare(world, number)
        caller = asyncio.ensure_future(act.go(world, number))
        await asyncio.sleep(dice.uniform(0, LATEST_S) if number % 4 else 0)
        caller.cancel()
        await asyncio.wait([caller], timeout=TAKES_S)
        cancelled += caller.cancelled()
        await again(world, engines, act, number)
    note(f"a caller cancelled at any moment: {act.name}", engine=dialect, moments=MOMENTS, cancelled=cancelled)
    assert cancelled


@pytest.mark.parametrize("act", [act for act in ACTS if act.go in (offer, link, settle)], ids=lambda act: act.name)
async def test_whoever_commits_for_the_callers_is_cancelled_at_any_await(
    act: Act, world: World, engines: Engines, dialect: str
):
    """As when the process ends: the callers learn that nobody knows, and nobody waits for ever."""
    for number in itertools.count(1, STRIDE):
        if act.prepare is not None:
            await act.prepare(world, number)
        cancelling = Cancelling(at=number)
        with tasks_of(COMMITTERS, cancelling):
            caller = asyncio.ensure_future(act.go(world, number))
            done, _ = await asyncio.wait([caller], timeout=TAKES_S)
        struck, cancelling.at = cancelling.struck, 0  # what is asked for now is somebody else's
        assert done
        await again(world, engines, act, number)
        if not struck:
            break
    note(f"the committer cancelled at any await: {act.name}", engine=dialect, awaits=cancelling.waits)
    assert number > 2
