"""SIGKILL at random under load of taps, payments and webhooks: nothing acknowledged lost, nothing doubled."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

import pytest

from giving.notices import RULES, NoticeKind
from giving.people import Visitor
from tests.faults.books import rows, verified
from tests.faults.crowd import POINTS, Crowd
from tests.faults.nursery import Nursery
from tests.faults.outside import LEASE_S, Outside, Wish, paid_body, payment_of
from tests.faults.results import FULL, note
from tests.world import World

KILLS: Final = 100 if FULL else 6
MOST_KILLS: Final = 400  # until each point of the way was hit
DONORS: Final = 60
DRAINED_S: Final = 120.0


@pytest.fixture
async def crowd(cradle: Nursery, database_url: str, world: World) -> AsyncIterator[Crowd]:
    """People before a service that dies."""
    donors = [await world.people.meet(Visitor(5000 + n, f"Donor {n}", None, "en")) for n in range(DONORS)]
    outside = Outside(cradle, database_url)
    yield Crowd(outside, world.unit, [donor.id for donor in donors], world.post.id)
    await outside.kill()


async def test_killed_at_random_under_load(crowd: Crowd, dialect: str):
    dice, kills, hit, lost = random.Random(f"kills {dialect}"), 0, Counter[str](), 0
    async with crowd.giving() as everybody:
        while kills < KILLS or (FULL and kills < MOST_KILLS and set(POINTS) - set(hit)):
            assert not everybody.done(), "somebody was refused"
            await crowd.outside.start()
            crowd.answered.clear()
            if dice.random() < 0.8:  # else while it begins
                await asyncio.wait_for(crowd.answered.wait(), 60)
            await asyncio.sleep(dice.uniform(0, 0.2))
            await crowd.outside.kill()
            kills += 1
            hit += await crowd.points()
            lost += await crowd.lost()
            await verified(crowd.unit)
        await crowd.outside.start()
    await drained(crowd)
    doubled = await crowd.doubled()
    told = [crowd.outside.sent[kind, subject] for kind, subject in crowd.outside.sent if kind == "receipt"]
    note(
        "SIGKILL at random under load", engine=dialect, kills=kills, tips=len(crowd.wishes), events=len(crowd.events),
        lost=lost, doubled=doubled, receipts_told_again=sum(times > 1 for times in told),
        points={point: hit[point] for point in POINTS},
    )  # fmt: skip
    assert lost == 0
    assert doubled == 0
    assert not FULL or set(POINTS) <= set(hit)
    await everything_came_about(crowd)


async def test_killed_while_it_asks_what_may_come_only_once(crowd: Crowd):
    wish = Wish(1, crowd.donors[0], crowd.post)
    crowd.outside.deadly = NoticeKind.WISHES
    await crowd.outside.start()
    tip = await crowd.outside.insist("offer", **wish.offer())
    await crowd.outside.insist("link", tip=tip, donor=wish.donor)
    await crowd.outside.insist("event", body=paid_body(await payment_of(crowd.unit, tip), "ch_1", wish.minor))
    assert await crowd.outside.gone() == -9
    await crowd.outside.start()
    await crowd.outside.ask("wait", seconds=2 * LEASE_S)
    await drained(crowd)
    await asyncio.sleep(0.5)  # ten looks of the sender
    assert {kind: times for (kind, _), times in crowd.outside.sent.items()} == {"receipt": 1, "wishes": 1}
    assert await rows(crowd.unit, "SELECT kind FROM outbox WHERE state = 'unknown'") == [("wishes",)]
    await verified(crowd.unit)


async def drained(crowd: Crowd) -> None:
    """Everything that was queued is told (or was begun, where once is the most), everything stored is settled."""
    waits = (
        "SELECT (SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'unknown'))"
        " + (SELECT count(*) FROM provider_events WHERE state <> 'settled')"
    )
    deadline = time.monotonic() + DRAINED_S
    while True:
        [(left,)] = await rows(crowd.unit, waits)
        if not left:
            return
        assert time.monotonic() < deadline, f"{left} not told or not settled: {await _left(crowd)}"
        await asyncio.sleep(0.05)


async def _left(crowd: Crowd) -> list[tuple[object, ...]]:
    """What nobody was told, and what was not settled, as it stands."""
    told = await rows(crowd.unit, "SELECT * FROM outbox WHERE state NOT IN ('sent', 'unknown')")
    return [*told, *await rows(crowd.unit, "SELECT * FROM provider_events WHERE state <> 'settled'")]


async def everything_came_about(crowd: Crowd) -> None:
    """One tip a wish, one entry a charge, one a refund, and each told of."""
    assert await rows(crowd.unit, "SELECT count(*) FROM tips WHERE extra_of IS NULL") == [(len(crowd.wishes),)]
    paid = await rows(crowd.unit, "SELECT key FROM entries WHERE key LIKE 'payment:%'")
    assert {key for (key,) in paid} == {f"payment:paper:{charge}:paid" for charge in crowd.charges}
    back = await rows(crowd.unit, "SELECT key FROM entries WHERE key LIKE 'refund:%'")
    assert {key for (key,) in back} == {f"refund:paper:re_{charge}" for charge in crowd.returned}
    kinds = Counter(kind for kind, _ in crowd.outside.sent)
    assert kinds["receipt"] == len(crowd.wishes)
    assert kinds["extra"] == len(crowd.charges) - len(crowd.wishes)
    assert kinds["refunded"] == len(crowd.returned)
    begun = await rows(crowd.unit, "SELECT DISTINCT kind FROM outbox WHERE state = 'unknown'")
    assert all(RULES[NoticeKind(kind)].once for (kind,) in begun)
    assert all(times == 1 for (kind, _), times in crowd.outside.sent.items() if RULES[NoticeKind(kind)].once)
    await verified(crowd.unit)
