"""10,000 gifts at once by two services on one database: never over the pool, in the promised order, to the cent.

Payments are heard of in quite another order than they were made in, as from providers that tell late.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from giving.matching import (
    Caps,
    Fairness,
    Match,
    PaidGift,
    Pool,
    PoolState,
    Ratio,
    Standing,
    Window,
    back_of,
    decide_matches,
)
from giving.matching.deciding import drawn
from giving.money import Money
from giving.payments import EventKind, Payment, PaymentState
from giving.people import Visibility
from giving.receipts import receipt_code
from giving.tips import Tip, TipState
from services.ledger import LedgerService
from services.matching import NewPool
from services.payments import PaymentService
from services.settlement import Matcher, Settler
from services.settlement.batch import Batch
from services.settlement.matching import gift_of
from services.wake import Wakes
from storage.engines import open_engines
from storage.ids import new_id
from storage.tables import people
from storage.work import UnitOfWork, Work
from tests.rails import PaperRail, event
from tests.world import SHANGHAI, World, cny

GIFTS: Final = 10_000
DONORS: Final = 1_000
AT_ONCE: Final = 400  # waiting for an answer, of each service
MIXED: Final = 7_919  # no divisor of GIFTS: the order in which payments are heard of is not that of payment
LENIENT: Final = Fairness(new_days=0, gifts_per_donor=0, ring_gifts=0, payer_people=0)
Booked = tuple[list[PaidGift], dict[UUID, int]]  # of a batch: what was paid, and what is kept of what went back


async def asked_for(world: World) -> list[Tip]:
    """Tips whose donors are about to pay, of many donors, a few for each."""
    now = world.time()
    donors = [new_id() for _ in range(DONORS)]
    async with world.unit() as work:
        rows = [
            {"id": id_, "telegram_id": 10_000 + n, "name": f"D{n}", "visibility": "anonymous", "met_at": now,
             "thanked_by_name": False}
            for n, id_ in enumerate(donors)
        ]  # fmt: skip
        await work.connection.execute(people.insert(), rows)
        payments, tips = [], []
        for n in range(GIFTS):
            payment, donor = new_id(), donors[n % DONORS]
            amount = Money(100 + n // DONORS, "CNY")
            project = (world.library, world.meals)[n % 2]
            payments.append(Payment(payment, donor, "paper", amount, PaymentState.PENDING, now, f"pay_{n}"))
            tips.append(
                Tip(
                    new_id(), donor, project.id, amount, Visibility.ANONYMOUS, receipt_code(n), now,
                    TipState.OFFERED, payment=payment,
                )
            )  # fmt: skip
        await work.payments.add_many(payments)
        await work.tips.add_many(tips)
    return tips


async def opened(world: World, committed: str, caps: Caps) -> Pool:
    start = world.time() - timedelta(hours=1)
    whole = cny(committed)
    halves = (whole.minor // 3, whole.minor - whole.minor // 3)
    windows = (
        Window(1, start, world.time() + timedelta(seconds=30), halves[0]),
        Window(2, world.time() + timedelta(seconds=30), start + timedelta(days=1), halves[1]),
    )
    new = NewPool("晨星公司", True, {"en": "Morning Star"}, whole, Ratio(2, 1), windows, caps)
    pool = await world.pools.create(new)
    return await world.pools.sign(pool.id, signed_by="Wang")


class Watched(Matcher):
    """Keeps what it decided on, batch by batch, in order of booking: whoever comes here has the pools to themselves."""

    def __init__(self, booked: list[Booked]) -> None:
        """Into this list, which several may share."""
        super().__init__(zone=SHANGHAI, fairness=LENIENT)
        self._booked = booked

    async def decide(self, work: Work, batch: Batch, now: datetime) -> None:
        await super().decide(work, batch, now)
        paid = [gift_of(tip, SHANGHAI, None) for tip in batch.paid.values()]
        kept = {tip.id: tip.kept.minor if tip.state is TipState.PAID else 0 for tip in batch.returned.values()}
        self._booked.append((paid, kept))


def promised(pool: Pool, booked: Sequence[Booked]) -> dict[UUID, int]:
    """By gift, what stands of its match: batch after batch, and within one by the time of payment, gift by gift."""
    found, standing = dict[UUID, Match](), Standing()
    for paid, kept in booked:
        for one in sorted(paid, key=lambda one: (one.paid_at, one.tip)):
            decided = decide_matches([pool], [one], standing, LENIENT, new_id, one.paid_at)
            pool = decided.pools[pool.id]
            found |= {match.tip: match for match in decided.matches}
        for tip, minor in kept.items():
            if match := found.get(tip):
                more = back_of(match, minor) - match.back_minor
                pool = drawn(pool, match.window, -more)
                standing.stands_again(match, -more)
                found[tip] = match.with_back(match.back_minor + more)
    return {tip: match.stands_minor for tip, match in found.items()}


def committed_of(booked: Sequence[Booked]) -> list[Booked]:
    """Without batches that were rolled back: what was in them came again in a later one."""
    left, paid_later, kept_later = list[Booked](), set[UUID](), set[UUID]()
    for paid, kept in reversed(booked):
        left.append(
            (
                [one for one in paid if one.tip not in paid_later],
                {tip: minor for tip, minor in kept.items() if tip not in kept_later},
            )
        )
        paid_later |= {one.tip for one in paid}
        kept_later |= kept.keys()
    return left[::-1]


def service(world: World, unit: UnitOfWork, matcher: Matcher) -> PaymentService:
    """As another process has it: on a unit of work, a rail and a settler of its own."""
    rail = PaperRail()
    settler = Settler(
        unit, {"paper": rail}, wakes=Wakes(), digest_every=timedelta(minutes=10),
        matcher=matcher, now=world.time,
    )  # fmt: skip
    return PaymentService(unit, [rail], settler)


async def pay_all(world: World, tips: list[Tip], services: list[PaymentService]) -> None:
    """Each gift's event comes once or twice, to either; every twentieth is then given back."""
    begin = int(world.time().timestamp())
    gate = [asyncio.Semaphore(AT_ONCE) for _ in services]

    async def tell(n: int, tip: Tip) -> None:
        at, minor = begin + n * MIXED % GIFTS * 60 // GIFTS, tip.amount.minor
        paid = event(EventKind.PAID, tip.payment, f"evt_{n}", their_id=f"ch_{n}", minor=minor, at=at)
        for which in (n % 2, (n + 1) % 2)[: 2 if n % 10 == 0 else 1]:
            async with gate[which]:
                await services[which].receive("paper", paid, {"Signature": "paper"})
        if n % 20 == 0:
            back = event(
                EventKind.REFUNDED, tip.payment, f"evt_re_{n}", their_id=f"re_{n}", charge=f"ch_{n}", at=at,
                minor=minor if n % 40 else minor // 2,
            )  # fmt: skip
            async with gate[1 - n % 2]:
                await services[1 - n % 2].receive("paper", back, {"Signature": "paper"})

    await asyncio.gather(*(tell(n, tip) for n, tip in enumerate(tips)))
    for one in services:
        await one.settle_pending()


async def test_ten_thousand_gifts_at_once_never_overdraw_a_pool(world: World, database_url: str):
    tips = await asked_for(world)
    pool = await opened(world, "12000", Caps(donor_day_minor=1_900))
    other = open_engines(database_url)
    booked: list[Booked] = []
    try:
        await pay_all(world, tips, [service(world, unit, Watched(booked)) for unit in (world.unit, UnitOfWork(other))])
    finally:
        await other.close()
    card = await world.pool_views.card(pool.id)
    after = card.pool
    assert after.state is PoolState.OPEN
    assert after.left.minor >= 0
    assert (await LedgerService(world.unit).verify()).clean
    async with world.unit.read() as work:
        paid = [tip for tip in (await work.tips.by_ids([tip.id for tip in tips[:500]])).values() if tip.charge]
        found = await work.matching.of_tips([tip.id for tip in tips])
    assert len(paid) == 500
    by_donor: dict[object, int] = {}
    for (match,) in found.values():
        by_donor[match.donor] = by_donor.get(match.donor, 0) + match.stands_minor
    assert all(minor <= 1_900 for minor in by_donor.values())
    assert sum(by_donor.values()) == after.used.minor
    assert after.left.minor <= 500 * 220, "but for what the last refunds brought back, all of it is used"
    assert len({match.window for (match,) in found.values()}) == 2
    stands = {tip: match.stands_minor for tip, (match,) in found.items()}
    assert stands == promised(pool, committed_of(booked))
    by_payment = sorted((one for paid, _ in booked for one in paid), key=lambda one: (one.paid_at, one.tip))
    back = {tip: minor for _, kept in booked for tip, minor in kept.items()}
    assert stands != promised(pool, [(by_payment, back)]), "what was heard of late is not put before what was booked"
