"""Those who look after the money hear of disputes, wishes, refusals, guards and payments that stay unknown."""

from datetime import timedelta

import pytest

from bot.notices import render
from giving.alerts import AlertKind
from giving.errors import NotRefundable
from giving.notices import NoticeKind
from giving.payments import EventKind, Outcome, PaymentState, RailEvent, Settlement
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
from services.settlement.telling import tell_finance
from services.sweep import PaymentSweep
from storage.ids import new_id
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


def settled_with(world: World, alerts: AlertService) -> PaymentService:
    """A door behind which those who look after the money are told."""
    rails = Rails([world.rail])
    settler = Settler(
        world.unit, rails, wakes=world.wakes, digest_every=timedelta(minutes=10), alerts=alerts, now=world.time
    )
    return PaymentService(world.unit, rails.values(), settler)


async def test_an_amount_that_differs_is_told(world: World, alerts: AlertService):
    """¥6 for ¥5: money came and nothing is booked."""
    payments = settled_with(world, alerts)
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    body = event(EventKind.PAID, tip.payment, "evt_6", their_id="ch_6", minor=600)
    for _ in range(2):
        await payments.receive("paper", body, {"Signature": "paper"})
    ((kind, text),) = await told(world)
    assert (kind, "ch_6" in text, "¥6，和我们要求的不一样" in text) == (AlertKind.ODD, True, True)
    assert (await world.fresh(tip)).state is TipState.OFFERED


async def test_an_event_that_breaks_settling_is_told(
    world: World, alerts: AlertService, monkeypatch: pytest.MonkeyPatch
):  # fmt: skip
    payments = settled_with(world, alerts)
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)

    async def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("services.settlement.settler.decide", breaks)
    body = event(EventKind.PAID, tip.payment, "evt_5", their_id="ch_5", minor=500)
    await payments.receive("paper", body, {"Signature": "paper"})
    await payments.settle_pending()
    assert [kind for kind, _ in await told(world)] == [AlertKind.ODD]


async def test_events_about_what_nobody_knows_are_told_after_an_hour(world: World, alerts: AlertService):
    payments = settled_with(world, alerts)
    sweep = PaymentSweep(
        world.unit, {"paper": world.rail}, world.payments, alerts=alerts, now=world.time, sleep=at_once
    )
    for number in range(3):
        body = event(EventKind.PAID, new_id(), f"evt_{number}", their_id=f"ch_{number}", minor=500)
        await payments.receive("paper", body, {"Signature": "paper"})
        world.time.passes(seconds=1)
    await sweep.sweep()
    assert await told(world) == []
    world.time.passes(hours=1)
    for _ in range(3):
        await sweep.sweep()
        world.time.passes(hours=5)
    ((kind, text),) = await told(world)
    assert (kind, "3 条" in text, "evt_2" in text) == (AlertKind.WAITING, True, True)


@pytest.mark.parametrize("down", [False, True])
async def test_a_payment_that_stays_unknown_is_told_less_and_less_often(
    world: World, alerts: AlertService, down: bool
):  # fmt: skip
    """Whether its rail answers or not."""
    sweep = PaymentSweep(
        world.unit, {"paper": world.rail}, world.payments, alerts=alerts, now=world.time, sleep=at_once
    )
    tip = await world.tip(world.alice, "5")
    await world.tips.payment_link(tip.id, world.alice)
    await sweep.sweep()
    world.rail.down = down
    days = []
    for day in range(1, 31):
        world.time.passes(days=1)
        await sweep.sweep()
        days += [day for kind, _ in await told(world) if kind is AlertKind.PAYMENT_OPEN]
    assert days == [7, 14, 28]


async def test_a_refund_made_at_the_provider_that_failed_is_told(world: World, alerts: AlertService):
    payments = settled_with(world, alerts)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice)
    for number, (kind, identity) in enumerate(((EventKind.REFUNDED, "re_out"), (EventKind.REFUND_FAILED, "re_out"))):
        at = int(world.time().timestamp()) + 60 * number
        body = event(kind, tip.payment, f"evt_r{number}", their_id=identity, charge="ch_1", minor=500, at=at)
        await payments.receive("paper", body, {"Signature": "paper"})
    assert (await world.fresh(tip)).state is TipState.PAID
    notices = await world.outbox.claim()
    (failed,) = [notice for notice in notices if notice.kind is NoticeKind.REFUND_FAILED]
    rendered = await render([failed], world.outbox, TEXTS, Links("http://127.0.0.1:8081"))
    assert failed.recipient == 1002
    assert rendered is not None
    assert "couldn't return" in rendered.text
    (alert,) = [notice for notice in notices if notice.kind is NoticeKind.ALERT]
    said = await world.outbox.alert(alert)
    assert said is not None
    assert said.kind is AlertKind.REFUND_FAILED


async def test_a_bank_that_only_asks_and_what_comes_back_from_an_organisation_are_told(
    world: World, alerts: AlertService
):
    payments = settled_with(world, alerts)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice)
    for number in range(2):
        body = event(EventKind.INQUIRY, tip.payment, f"evt_i{number}", their_id="dp_1", charge="ch_1", minor=500)
        await payments.receive("paper", body, {"Signature": "paper"})
    ((kind, text),) = await told(world)
    assert (kind, "dp_1" in text, "¥5" in text) == (AlertKind.INQUIRY, True, True)
    assert (await world.fresh(tip)).state is TipState.PAID
    back = RailEvent("paper", "e", EventKind.TRANSFERRED, world.time(), tip.payment, "trr_1", amount=-cny("5"))
    async with world.unit() as work:
        await tell_finance(work, [(back, Settlement(Outcome.BOOKED))], alerts)
    ((kind, text),) = await told(world)
    assert (kind, "trr_1" in text, "¥5" in text, "-" in text.replace("trr_1", "")) == (
        AlertKind.REVERSED, True, True, False,
    )  # fmt: skip
