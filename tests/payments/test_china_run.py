"""One recorded run of each: a thousand tips by fifty donors, refunds, and news that come twice and in any order."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Iterable
from datetime import timedelta
from typing import TypeVar

from giving.money import Money, sum_of
from giving.payments import EventKind
from giving.people import Visitor
from giving.tips import OfferRequest, Tip
from payments.provider import PaymentRef, Record, RefundAsk
from storage.ids import new_id
from tests.payments.test_china_way import Told, Way, way
from tests.world import cny

__all__ = ["way"]  # a fixture
TIPS, DONORS, AT_ONCE, SEED = 1000, 50, 50, 20261122
Result = TypeVar("Result")


async def in_batches(work: Iterable[Awaitable[Result]]) -> list[Result]:
    """Many at once, as a giving day brings them."""
    slots, done = [*work], list[Result]()
    for first in range(0, len(slots), AT_ONCE):
        done += await asyncio.gather(*slots[first : first + AT_ONCE])
    return done


async def offered_and_paid(way: Way, luck: random.Random) -> tuple[list[Tip], list[Told]]:
    world = way.world
    donors = [await world.people.meet(Visitor(5000 + n, f"捐赠人{n}", None, "zh-hans")) for n in range(DONORS)]
    whose = [luck.choice(donors) for _ in range(TIPS)]
    amounts = luck.sample(range(100, 5001), TIPS)  # the same sum again within a moment would be the same tip
    wishes = [
        OfferRequest(f"run{n}", donor.id, Money(minor, "CNY"), post=world.post.id)
        for n, (donor, minor) in enumerate(zip(whose, amounts, strict=True))
    ]
    tips = await in_batches(way.tips.offer(wish) for wish in wishes)
    urls = await in_batches(
        way.tips.payment_link(tip.id, donor) for tip, donor in zip(tips, whose, strict=True)
    )  # fmt: skip
    return tips, [way.paid(url) for url in urls]


def shuffled(news: list[Told], luck: random.Random) -> list[Told]:
    """Five in a hundred come twice, and all in any order."""
    mixed = news + luck.sample(news, len(news) // 20)
    luck.shuffle(mixed)
    return mixed


async def give_back(way: Way, tips: list[Tip], luck: random.Random) -> list[Money]:
    """Two in a hundred, half of them in part; what is known of it is taken twice."""
    given: list[Money] = []
    for tip in luck.sample(tips, len(tips) // 50):
        fresh = await way.world.fresh(tip)
        assert fresh.charge is not None
        assert fresh.payment is not None
        back = fresh.amount if len(given) % 2 else Money(fresh.amount.minor // 2, "CNY")
        ask = RefundAsk(new_id(), fresh.charge, back, fresh.amount, fresh.payment)
        await way.rail.refund(ask, key=f"refund:{ask.refund}")
        way.refunded(ask.refund.hex)
        found = await way.rail.fetch(PaymentRef(fresh.payment, None, refunds=(ask.refund,)))
        for event in luck.sample([*found.events, *found.events], 2 * len(found.events)):
            await way.payments.found(way.rail.name, event)
        given.append(back)
    return given


async def test_a_thousand_tips_are_booked_to_the_cent_and_the_bill_agrees(way: Way):
    luck, name = random.Random(SEED), way.rail.name
    tips, news = await offered_and_paid(way, luck)
    answers = Counter(await in_batches(way.told(each) for each in shuffled(news, luck)))
    assert answers == {(200, {"wechat": "", "alipay": "success"}[name]): TIPS + TIPS // 20}
    await way.payments.settle_pending()
    back = await give_back(way, tips, luck)
    at = way.clock()
    way.later(timedelta(days=2))

    records = [record async for record in way.rail.records(at, at + timedelta(seconds=1))]
    for record in records:
        if (event := way.rail.fee_event(record)) is not None:
            await way.payments.found(name, event)
    await way.payments.settle_pending()

    def total(kind: EventKind) -> Money:
        return sum_of((record.amount for record in records if record.kind is kind), "CNY")

    given, returned = sum_of((tip.amount for tip in tips), "CNY"), sum_of(back, "CNY")
    assert (total(EventKind.PAID), total(EventKind.REFUNDED)) == (given, returned)
    assert await way.world.balance(f"project:{way.world.library.id}:credited") == -(given - returned)
    fees = total(EventKind.FEE)
    assert fees > cny("0")
    assert await way.world.balance(f"expense:fees:{name}") == fees
    assert await way.world.balance(f"rail:{name}:clearing") == given - returned - fees
    async with way.world.unit.read() as work:
        keys = {key_of(record, name) for record in records}
        assert len(keys) == len(records)
        assert set(await work.ledger.booked(sorted(keys))) == keys


def key_of(record: Record, rail: str) -> str:
    """The entry that this line of the provider's books should be."""
    return {
        EventKind.PAID: f"payment:{rail}:{record.their_id}:paid",
        EventKind.REFUNDED: f"refund:{rail}:{record.their_id}",
        EventKind.FEE: f"fee:{rail}:{record.their_id}",
    }[record.kind]
