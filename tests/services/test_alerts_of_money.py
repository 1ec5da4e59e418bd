"""Those who look after the money hear of disputes, wishes, refusals, guards and payments that stay unknown."""

from datetime import timedelta

import pytest

from bot.notices import render
from giving.alerts import AlertKind
from giving.errors import NotRefundable
from giving.notices import NoticeKind
from giving.payments import EventKind, PaymentState
from giving.people import Role, Visitor
from giving.tips import TipState
from payments.provider import Found, RailRefused
from services.alerts import AlertService
from services.guard_payments import PaymentGuard
from services.links import Links
from services.outbox import Notice
from services.payments import PaymentService
from services.rails import Rails
from services.refunds import RefundService
from services.settlement import Settler
from services.sweep import PaymentSweep
from tests.rails import PaperRail, event
from tests.texts.words import TEXTS
from tests.world import World, at_once, cny


@pytest.fixture
async def alerts(world: World) -> AlertService:
    """The creator looks after the money."""
    async with world.unit() as work:
        await work.people.grant(world.creator.id, Role.FINANCE, by=None, now=world.time())
    return AlertService(owners=[], wakes=world.wakes, now=world.time)


async def told(world: World) -> list[tuple[AlertKind, str]]:
    """What the one who looks after the money is sent now, and the words of it."""
    found: list[tuple[AlertKind, str]] = []
    notices: list[Notice] = [n for n in await world.outbox.claim() if n.kind is NoticeKind.ALERT]
    for notice in notices:
        assert notice.recipient == 1001
        alert = await world.outbox.alert(notice)
        rendered = await render([notice], world.outbox, TEXTS, Links("http://127.0.0.1:8081"))
        assert alert is not None
        assert rendered is not None
        found.append((alert.kind, rendered.text))
    return found


async def test_a_dispute_is_told_from_its_beginning_to_its_end(world: World, alerts: AlertService):
    rails = Rails([world.rail])
    settler = Settler(
        world.unit, rails, wakes=world.wakes, digest_every=timedelta(minutes=10), alerts=alerts, now=world.time
    )
    payments = PaymentService(world.unit, rails.values(), settler)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice)
    for number, kind in enumerate((EventKind.DISPUTED, EventKind.DISPUTED, EventKind.DISPUTE_LOST)):
        body = event(kind, tip.payment, f"evt_d{number}", their_id="dp_1", charge="ch_1", minor=500)
        await payments.receive("paper", body, {"Signature": "paper"})
    heard = await told(world)
    assert [kind for kind, _ in heard] == [AlertKind.DISPUTED, AlertKind.DISPUTE_LOST]
    assert all("¥5" in text and "dp_1" in text for _, text in heard)
    assert (await world.fresh(tip)).state is TipState.REFUNDED
    assert await world.balance(f"project:{tip.project}:credited") == cny("0")
    assert await world.balance("dispute:dp_1:held") == cny("0")


async def test_a_wish_and_a_refusal_are_told(world: World, alerts: AlertService, monkeypatch: pytest.MonkeyPatch):
    refunds = RefundService(world.unit, Rails([world.rail]), world.tips, alerts=alerts, now=world.time)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))

    async def refuses(*_: object, **__: object) -> None:
        raise RailRefused("refund_window_over")

    monkeypatch.setattr(world.rail, "refund", refuses)
    with pytest.raises(NotRefundable):
        await refunds.take_back(tip.id, world.alice)
    world.time.passes(hours=1)
    await refunds.wish(tip.id, world.alice)
    heard = await told(world)
    assert [kind for kind, _ in heard] == [AlertKind.REFUND_REFUSED, AlertKind.REFUND_WISHED]
    assert "refund_window_over" in heard[0][1]
    assert "/refunds" in heard[1][1]


async def test_a_payment_nobody_knows_of_for_a_week_is_told(world: World, alerts: AlertService):
    sweep = PaymentSweep(
        world.unit, {"paper": world.rail}, world.payments, alerts=alerts, now=world.time, sleep=at_once
    )
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    assert tip.payment is not None
    world.rail.found[tip.payment] = Found(PaymentState.PENDING)
    await sweep.sweep()
    world.time.passes(days=6)
    await sweep.sweep()
    assert await told(world) == []
    world.time.passes(days=2)
    await sweep.sweep()
    ((kind, text),) = await told(world)
    assert (kind, str(tip.payment) in text) == (AlertKind.PAYMENT_OPEN, True)


async def test_cards_that_are_tried_are_told_once_a_stage(world: World, alerts: AlertService):
    rail = PaperRail()
    guard = PaymentGuard(world.unit, {"paper": rail}, alerts=alerts, now=world.time)
    settler = Settler(
        world.unit, {"paper": rail}, wakes=world.wakes, digest_every=timedelta(minutes=10), guard=guard, now=world.time
    )
    payments = PaymentService(world.unit, [rail], settler)
    for number in range(20):
        stranger = await world.people.meet(Visitor(7000 + number, "x", None, "en"))
        tip = await world.tip(stranger, "5", key=f"q{number}")
        await world.tips.payment_link(tip.id, stranger)
        body = event(EventKind.DECLINED, tip.payment, f"evt_{number}", minor=tip.amount.minor)
        await payments.receive("paper", body, {"Signature": "paper"})
        await guard.idle()
    kinds = [kind for kind, _ in await told(world)]
    assert kinds == [AlertKind.GUARD_RAISED, AlertKind.GUARD_SHUT]
