"""Refunds are followed until they are final: looked up soon, then less often, booked once, and told if they failed."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.notices import render
from giving.errors import AlreadyReturned, NotRefundable
from giving.notices import NoticeKind
from giving.payments import EventKind, PaymentState
from giving.people import Role
from giving.tips import Tip, TipState
from payments.provider import NOTHING_LEFT, Found, PaymentRef, RailRefused
from services.alerts import AlertService
from services.links import Links
from services.payments import PaymentService
from services.rails import Rails
from services.refunds import RefundService
from services.settlement import Settler
from storage.ids import new_id
from storage.refunds import Refund, RefundState
from storage.tables import refunds
from tests.rails import event
from tests.texts.words import TEXTS
from tests.world import World, cny

BACK = {"their_id": "re_1", "charge": "ch_1", "minor": 500}


@pytest.fixture
async def asked(world: World) -> Tip:
    """A gift that was paid, and taken back: the rail took the refund and says nothing more."""
    await with_alerts(world)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    await world.outbox.claim()
    world.rail.fetched.clear()
    await world.refunds.take_back(tip.id, world.alice)
    return await world.fresh(tip)


async def with_alerts(world: World) -> None:
    async with world.unit() as work:
        await work.people.grant(world.creator.id, Role.FINANCE, by=None, now=world.time())
    alerts = AlertService(owners=[], wakes=world.wakes, now=world.time)
    world.refunds = RefundService(
        world.unit, Rails([world.rail]), world.tips, alerts=alerts, payments=world.payments, now=world.time
    )


async def row(world: World, tip: Tip) -> Refund:
    async with world.unit.read() as work:
        return (await work.refunds.of([tip.id]))[tip.id]


async def says(world: World, tip: Tip, *kinds: EventKind) -> None:
    """What a look-up of its payment finds from now on."""
    assert tip.payment is not None
    refund = str((await row(world, tip)).id)
    events = [event(kind, tip.payment, f"found_{kind}", refund=refund, **BACK).decode() for kind in kinds]
    world.rail.found[tip.payment] = Found(PaymentState.PAID, events=tuple(events))


async def told(world: World) -> dict[NoticeKind, list[str]]:
    """The words the donor, and who looks after the money, are sent now about what could not be done."""
    found: dict[NoticeKind, list[str]] = {NoticeKind.REFUND_FAILED: [], NoticeKind.ALERT: []}
    for notice in await world.outbox.claim():
        await world.outbox.sent([notice], 1)
        if notice.kind in found:
            assert notice.recipient == {NoticeKind.REFUND_FAILED: 1002, NoticeKind.ALERT: 1001}[notice.kind]
            rendered = await render([notice], world.outbox, TEXTS, Links("http://127.0.0.1:8081"))
            assert rendered is not None
            found[notice.kind].append(rendered.text)
    return found


async def credited(world: World) -> object:
    return -await world.balance(f"project:{world.library.id}:credited")


async def test_it_is_looked_up_at_once_soon_and_then_less_often_up_to_a_day(world: World, asked: Tip):
    refund = await row(world, asked)
    assert [(ref.reference, ref.refunds) for ref in world.rail.fetched] == [(asked.payment, (refund.id,))]
    passed, looks = timedelta(), []
    while passed < timedelta(days=6):
        world.time.passes(minutes=1)
        passed += timedelta(minutes=1)
        if passed < timedelta(hours=1) or passed.seconds % 3600 == 0:
            looks += [passed] * await world.refunds.sweep()
    waits = [after - before for before, after in itertools.pairwise(looks)]
    assert looks[0] == timedelta(minutes=4)
    assert waits[0] <= timedelta(minutes=5)
    assert max(waits) == waits[-1] == timedelta(days=1)
    assert 20 < len(looks) < 40
    assert len(world.rail.fetched) == 1 + len(looks)


async def test_what_a_look_up_finds_is_booked_once_and_looked_up_no_more(world: World, asked: Tip):
    await says(world, asked, EventKind.REFUNDED)
    world.time.passes(minutes=5)
    assert await world.refunds.sweep() == 1
    assert (await world.fresh(asked)).state is TipState.REFUNDED
    assert await credited(world) == cny("0")
    assert (await row(world, asked)).state is RefundState.DONE
    await world.deliver(EventKind.REFUNDED, asked, "evt_late", **BACK)
    world.time.passes(days=2)
    assert await world.refunds.sweep() == 0
    assert await credited(world) == cny("0")


async def test_what_failed_before_it_was_ever_booked_is_told_and_may_be_asked_for_again(world: World, asked: Tip):
    before = await row(world, asked)
    await says(world, asked, EventKind.REFUND_FAILED)
    world.time.passes(minutes=5)
    await world.refunds.sweep()
    await world.refunds.sweep()
    assert (await row(world, asked)).state is RefundState.FAILED
    assert await credited(world) == cny("5")

    heard = await told(world)
    (words,), (alert,) = heard[NoticeKind.REFUND_FAILED], heard[NoticeKind.ALERT]
    assert "¥5" in words
    assert asked.receipt_code in words
    assert "¥5" in alert

    world.rail.found.clear()
    await world.refunds.take_back(asked.id, world.alice)
    again = await row(world, asked)
    assert (again.state, again.id != before.id) == (RefundState.ASKED, True)
    await world.refunds.sweep()
    assert await told(world) == {NoticeKind.REFUND_FAILED: [], NoticeKind.ALERT: []}


async def test_a_rail_that_wants_the_same_number_is_asked_under_it_and_each_failure_is_told(world: World, asked: Tip):
    world.rail.capabilities = replace(world.rail.capabilities, same_refund=True)
    before = await row(world, asked)
    for _ in range(2):
        await says(world, asked, EventKind.REFUND_FAILED)
        world.time.passes(minutes=5)
        await world.refunds.sweep()
        assert (await row(world, asked)).state is RefundState.FAILED
        assert len((await told(world))[NoticeKind.REFUND_FAILED]) == 1
        world.rail.found.clear()
        await world.refunds.take_back(asked.id, world.alice)
        assert await row(world, asked) == replace(before, asked_at=world.time())
    assert {key for _, _, key in world.rail.refunds} == {f"refund:{before.id}"}


async def test_what_an_admin_declined_was_never_asked_for_and_is_another_refund(world: World, asked: Tip):
    world.rail.capabilities = replace(world.rail.capabilities, same_refund=True)
    tip = await world.pay(await world.tip(world.alice, "3", key="other"), world.alice, charge="ch_other")
    world.time.passes(hours=1)
    await world.refunds.wish(tip.id, world.alice)
    first = await row(world, tip)
    assert await world.refunds.decide(first.id, world.creator, yes=False, reason="no")
    await world.refunds.wish(tip.id, world.alice)
    assert (await row(world, tip)).id != first.id


async def test_what_failed_after_it_was_booked_is_put_back_and_told_too(world: World, asked: Tip):
    await world.deliver(EventKind.REFUNDED, asked, "evt_r", **BACK)
    await world.outbox.claim()
    await world.deliver(EventKind.REFUND_FAILED, asked, "evt_f", **BACK)
    assert (await world.fresh(asked)).state is TipState.PAID
    assert await credited(world) == cny("5")
    for _ in range(2):
        await world.refunds.sweep()
    assert [len(texts) for texts in (await told(world)).values()] == [1, 1]


async def test_a_success_and_a_failure_that_are_found_together_are_booked_in_their_order(world: World, asked: Tip):
    await says(world, asked, EventKind.REFUNDED, EventKind.REFUND_FAILED)
    world.time.passes(minutes=5)
    await world.refunds.sweep()
    assert (await world.fresh(asked)).state is TipState.PAID
    assert (await row(world, asked)).state is RefundState.FAILED
    assert await credited(world) == cny("5")


async def test_a_rail_without_an_answer_is_asked_again_in_minutes(world: World, asked: Tip):
    world.time.passes(days=3)
    world.rail.down = True
    assert await world.refunds.sweep() == 1
    world.rail.down = False
    await says(world, asked, EventKind.REFUNDED)
    assert await world.refunds.sweep() == 0
    world.time.passes(minutes=3)
    assert await world.refunds.sweep() == 1
    assert (await row(world, asked)).state is RefundState.DONE


async def test_a_body_nobody_can_read_keeps_nothing_else_back(world: World, asked: Tip):
    await says(world, asked, EventKind.REFUNDED)
    assert asked.payment is not None
    (good,) = world.rail.found[asked.payment].events
    world.rail.found[asked.payment] = Found(PaymentState.PAID, events=("not json", good))
    world.time.passes(minutes=5)
    await world.refunds.sweep()
    assert (await row(world, asked)).state is RefundState.DONE


async def test_that_another_refund_of_the_payment_failed_says_nothing_of_this_one(world: World, asked: Tip):
    body = event(EventKind.REFUND_FAILED, asked.payment, "found_other", refund=str(new_id()), **BACK).decode()
    assert asked.payment is not None
    world.rail.found[asked.payment] = Found(PaymentState.PAID, events=(body,))
    world.time.passes(minutes=5)
    await world.refunds.sweep()
    assert (await row(world, asked)).state is RefundState.ASKED


async def test_a_part_that_went_back_from_outside_ends_no_wish(world: World):
    await with_alerts(world)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    world.time.passes(hours=1)
    await world.refunds.wish(tip.id, world.alice)
    await world.deliver(EventKind.REFUNDED, tip, "evt_part", their_id="re_9", charge="ch_1", minor=200)
    assert (await row(world, tip)).state is RefundState.WISHED
    (wish,) = await world.refunds.wishes()
    await world.refunds.decide(wish.id, world.creator, yes=True, reason="fine")
    assert [(charge, amount) for charge, amount, _ in world.rail.refunds] == [("ch_1", cny("3"))]


async def test_after_a_week_finance_hears_that_nobody_knows(world: World, asked: Tip):
    world.time.passes(days=6)
    await world.refunds.sweep()
    assert (await told(world))[NoticeKind.ALERT] == []
    world.time.passes(days=2)
    await world.refunds.sweep()
    (alert,) = (await told(world))[NoticeKind.ALERT]
    assert str(asked.payment) in alert


async def test_what_an_older_version_asked_for_is_looked_up_as_well(world: World, asked: Tip):
    async with world.unit() as work:
        await work.connection.execute(update(refunds).values(asked_at=None, look_at=None))
    assert await world.refunds.sweep() == 1
    assert await world.refunds.sweep() == 0


@pytest.mark.parametrize(("code", "error"), [("refund_window_over", NotRefundable), (NOTHING_LEFT, AlreadyReturned)])
async def test_a_no_is_told_to_whoever_does_not_see_it(
    world: World, monkeypatch: pytest.MonkeyPatch, code: str, error: type[Exception]
):
    await with_alerts(world)

    async def refuses(*_: object, **__: object) -> None:
        raise RailRefused(code)

    monkeypatch.setattr(world.rail, "refund", refuses)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    await world.outbox.claim()
    with pytest.raises(error):
        await world.refunds.take_back(tip.id, world.alice)
    heard = await told(world)
    assert heard[NoticeKind.REFUND_FAILED] == [], "they saw it"
    assert code in heard[NoticeKind.ALERT][0]
    world.time.passes(hours=1)
    await world.refunds.wish(tip.id, world.alice)
    (wish,) = await world.refunds.wishes()
    assert await world.refunds.decide(wish.id, world.creator, yes=True, reason="fine")
    (words,) = (await told(world))[NoticeKind.REFUND_FAILED]
    assert "¥5" in words
    assert (await row(world, tip)).state is RefundState.REFUSED


async def test_it_is_not_told_any_more_once_it_went_back_all_the_same(world: World, asked: Tip):
    await says(world, asked, EventKind.REFUND_FAILED)
    world.time.passes(minutes=5)
    await world.refunds.sweep()
    await world.deliver(EventKind.REFUNDED, asked, "evt_other", their_id="re_2", charge="ch_1", minor=500)
    (notice,) = [n for n in await world.outbox.claim() if n.kind is NoticeKind.REFUND_FAILED]
    assert await render([notice], world.outbox, TEXTS, Links("http://127.0.0.1:8081")) is None


async def settled_with_alerts(world: World) -> PaymentService:
    """Payments whose events finance hears of."""
    await with_alerts(world)
    rails, alerts = {"paper": world.rail}, AlertService(owners=[], wakes=world.wakes, now=world.time)
    every = timedelta(minutes=10)
    settler = Settler(world.unit, rails, wakes=world.wakes, digest_every=every, alerts=alerts, now=world.time)
    return PaymentService(world.unit, [world.rail], settler)


async def outside(world: World, payments: PaymentService, tip: Tip, minor: int, *kinds: EventKind) -> None:
    """Somebody gives some of it back in the provider's dashboard."""
    at = int(world.time().timestamp())
    for later, kind in enumerate(kinds):
        body = event(kind, tip.payment, f"out_{kind}", their_id="re_out", charge="ch_1", minor=minor, at=at + later)
        await payments.receive("paper", body, {"Signature": "paper"})


async def test_a_part_from_outside_that_failed_is_told_while_ours_is_on_its_way(world: World, asked: Tip):
    payments = await settled_with_alerts(world)
    await outside(world, payments, asked, 200, EventKind.REFUNDED, EventKind.REFUND_FAILED)
    assert (await row(world, asked)).state is RefundState.ASKED, "nothing was said of ours"
    notices = await world.outbox.claim()
    (other,) = [one for one in notices if one.kind is NoticeKind.REFUND_OTHER]
    rendered = await render([other], world.outbox, TEXTS, Links("http://127.0.0.1:8081"))
    assert rendered is not None
    assert other.recipient == 1002
    assert "already on its way" in rendered.text
    assert [one.recipient for one in notices if one.kind is NoticeKind.ALERT] == [1001]
    await world.refunds.sweep()
    assert [one.kind for one in await world.outbox.claim() if one.kind is NoticeKind.REFUND_FAILED] == []

    refund = str((await row(world, asked)).id)
    await world.deliver(EventKind.REFUNDED, asked, "evt_ours", **BACK, refund=refund)
    assert (await row(world, asked)).state is RefundState.DONE
    assert await credited(world) == cny("0")


async def test_a_wish_that_was_fulfilled_from_outside_in_vain_is_told_and_may_be_repeated(world: World):
    payments = await settled_with_alerts(world)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    world.time.passes(hours=1)
    await world.refunds.wish(tip.id, world.alice)
    await world.outbox.claim()
    await outside(world, payments, tip, 500, EventKind.REFUNDED, EventKind.REFUND_FAILED)
    for _ in range(2):
        await world.refunds.sweep()
    heard = await told(world)
    assert [len(heard[kind]) for kind in (NoticeKind.REFUND_FAILED, NoticeKind.ALERT)] == [1, 1]
    assert (await row(world, tip)).state is RefundState.FAILED
    await world.refunds.wish(tip.id, world.alice)
    assert len(await world.refunds.wishes()) == 1


async def test_an_odd_answer_about_one_refund_keeps_no_other_waiting(world: World, asked: Tip, monkeypatch):
    other = await world.pay(
        await world.tip(world.bob, "2", key="q2"), world.bob, charge="ch_2", at=int(world.time().timestamp())
    )
    await world.refunds.take_back(other.id, world.bob)
    fetch = world.rail.fetch

    async def odd(ref: PaymentRef) -> Found:
        if ref.reference == asked.payment:
            raise KeyError("status")
        return await fetch(ref)

    monkeypatch.setattr(world.rail, "fetch", odd)
    world.rail.fetched.clear()
    for _ in range(3):
        world.time.passes(minutes=5)
        await world.refunds.sweep()
    assert {ref.reference for ref in world.rail.fetched} == {other.payment}
