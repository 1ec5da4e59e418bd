"""One recorded run of each: a thousand tips by fifty donors, refunds, and news that come twice and in any order."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import time

import pytest

from giving.money import Money
from giving.payments import EventKind
from giving.tips import Tip, TipState
from payments.provider import PaymentRef, RefundAsk
from storage.ids import new_id
from tests.payments.recorded import (
    REFUNDS,
    SEED,
    TIPS,
    Figures,
    Gift,
    Notes,
    assert_agreed,
    assert_credited,
    gifts_of_all,
    in_batches,
    the_only,
    told_badly,
)
from tests.payments.test_china_day import Day, corrupt, day
from tests.payments.test_china_way import Told, Way, way
from tests.payments.wechat.gateway import WeChatGateway
from tests.world import cny

__all__ = ["day", "way"]  # fixtures


async def hear(way: Way, news: Sequence[Told], luck: random.Random, figures: Figures) -> None:
    """All of it is posted to our door, badly, and answered as its provider wants."""
    mixed = told_badly(news, luck)
    answers = Counter(await in_batches(way.told(each) for each in mixed))
    assert answers == {(200, {"wechat": "", "alipay": "success"}[way.rail.name]): len(mixed)}
    await way.payments.settle_pending()
    figures.events += len(news)
    figures.repeated += len(mixed) - len(news)


async def paid(way: Way, gifts: Sequence[Gift]) -> tuple[list[Tip], list[Told]]:
    """Each by its code; and what is told of it."""
    tips = await in_batches(way.tips.offer(gift.wish) for gift in gifts)
    asked = zip(tips, gifts, strict=True)
    urls = await in_batches(way.tips.payment_link(tip.id, gift.donor) for tip, gift in asked)
    return tips, [way.paid(url) for url in urls]


async def whole_back(day: Day, tips: Sequence[Tip], gifts: Sequence[Gift], notes: Notes) -> list[Told]:
    """By their donors, within half an hour; what is told of it."""
    whose = {gift.donor.id: gift.donor for gift in gifts}
    numbers = []
    for tip in tips:
        await day.refunds.take_back(tip.id, whose[tip.donor])
        numbers.append(await day.refund(tip))
        notes.back(tip, tip.amount.minor)
    return [told_of(day.way, number) for number in numbers]


async def half_back(way: Way, tips: Sequence[Tip], notes: Notes) -> list[Told]:
    """A part, by our rail alone: no button of ours asks for less than a gift."""
    news = []
    for tip in tips:
        fresh, back = await way.world.fresh(tip), Money(tip.amount.minor // 2, "CNY")
        assert fresh.charge is not None
        assert fresh.payment is not None
        ask = RefundAsk(new_id(), fresh.charge, back, fresh.amount, fresh.payment)
        await way.rail.refund(ask, key=f"refund:{ask.refund}")
        news.append(told_of(way, ask.refund.hex))
        for event in (await way.rail.fetch(PaymentRef(fresh.payment, None, refunds=(ask.refund,)))).events:
            await way.payments.found(way.rail.name, event)
        notes.back(tip, back.minor)
    return news


def told_of(way: Way, number: str) -> Told:
    """A refund that is done: its notification."""
    if isinstance(way.gateway, WeChatGateway):
        return way.gateway.refund_done(number)
    return way.gateway.refund_told(number), {}


def with_more_yuan(day: Day, tip: Tip, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the line of the bill that tells this payment, it is one yuan more."""
    assert tip.charge is not None
    was, then = (f"{minor / 100:.2f}" for minor in (tip.amount.minor, tip.amount.minor + 100))
    mark, ends = tip.charge, ("`", ",") if isinstance(day.way.gateway, WeChatGateway) else (",", ",")
    corrupt(day, monkeypatch, mark, f"{ends[0]}{was}{ends[1]}", f"{ends[0]}{then}{ends[1]}")


async def test_a_thousand_tips_are_booked_to_the_cent_and_the_bill_agrees(
    day: Day, monkeypatch: pytest.MonkeyPatch
):  # fmt: skip
    way, luck, figures, notes = day.way, random.Random(SEED), Figures(), Notes()
    name, gifts = way.rail.name, await gifts_of_all(way.world, luck)
    tips, news = await paid(way, gifts)
    await hear(way, news, luck, figures)
    notes.given(tips)
    back = luck.sample(tips, REFUNDS)
    whole, half = back[::2], back[1::2]
    refunds = await whole_back(day, whole, gifts, notes) + await half_back(way, half, notes)
    await hear(way, refunds, luck, figures)
    states = [(await way.world.fresh(tip)).state for tip in (*whole, *half)]
    assert states == [TipState.REFUNDED] * len(whole) + [TipState.PAID] * len(half)

    day.until(time(11), days_later=1)
    report = await day.reconcile().run(name, day.window)
    figures.records = assert_agreed(report)
    figures.credited = await assert_credited(way.world.unit, notes)
    totals = {agreed.kind: (agreed.count, agreed.total) for agreed in report.agreed}
    assert totals[EventKind.PAID] == (TIPS, Money(sum(tip.amount.minor for tip in tips), "CNY"))
    assert totals[EventKind.REFUNDED][0] == REFUNDS
    fees = totals[EventKind.FEE][1]
    assert await way.world.balance(f"expense:fees:{name}") == fees > cny("0")
    assert await way.world.balance(f"rail:{name}:clearing") == Money(figures.credited, "CNY") - fees

    spoiled = await way.world.fresh(luck.choice([tip for tip in tips if tip not in back]))
    with_more_yuan(day, spoiled, monkeypatch)
    report = await day.reconcile().run(name, day.window)
    difference = the_only(report)
    assert (difference.kind, difference.their_id) == (EventKind.PAID, spoiled.charge)
    figures.tips, figures.refunds, figures.fees, figures.after_corruption = TIPS, REFUNDS, fees.minor, report.found
    figures.tell(name)
