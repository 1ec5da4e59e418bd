"""Telegram's list of a bot's Stars, found by time and read by pages, over HTTP."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from aiogram import Bot

from giving.payments import EventKind, PaymentState
from giving.reconcile import What
from giving.reconcile_times import days
from payments.provider import (
    PaymentRef,
    RailDown,
)
from payments.stars_rail import StarsRail, charge_of, history
from sandbox.app import Sandbox
from services.alerts import AlertService
from services.reconcile import ReconcileService
from storage.ids import lowest_id, new_id
from tests.payments.stars_desk import AT, bot, box, buyer, rail, told
from tests.payments.stars_town import ALICE, records, xtr
from tests.world import SHANGHAI, World

__all__ = ["bot", "box", "buyer", "rail", "told"]


def fill(box: Sandbox, begin: datetime, count: int, *, every_s: int = 60) -> list[tuple[str, UUID, datetime]]:
    """A list with so many payments, one a minute; each tenth is given back a minute later."""
    made = []
    with box.state.change():
        for number in range(count):
            at = begin + timedelta(seconds=every_s * number)
            charge, payload = f"stx{number:05}{'x' * 140}", lowest_id(at)
            made.append((charge, payload, at))
            for incoming in (1, 0) if number % 10 == 9 else (1,):
                box.state.run(
                    "INSERT INTO star_transactions (bot, user, charge, amount, payload, created_at, incoming)"
                    " VALUES (100000001, ?, ?, ?, ?, ?, ?)",
                    ALICE, charge, number + 1, str(payload), int(at.timestamp()) + (1 - incoming), incoming,
                )  # fmt: skip
    return made


@pytest.fixture
def counted(bot: Bot) -> list[str]:
    """The calls a bot makes by the raw way."""
    calls: list[str] = []
    session: Any = bot.session
    raw = session.raw

    async def counting(of: Bot, method: Any, timeout_s: float) -> Any:
        calls.append(method.__api_method__)
        return await raw(of, method, timeout_s)

    session.raw = counting
    return calls


@pytest.mark.parametrize(("first", "last"), [(0, 1500), (0, 1), (700, 900), (1499, 1500), (300, 300), (1400, 4000)])
async def test_records_are_those_of_the_time_whatever_page_they_stand_on(
    rail: StarsRail, box: Sandbox, counted: list[str], first: int, last: int
):
    made = fill(box, AT, 1500)
    since, until = AT + timedelta(minutes=first), AT + timedelta(minutes=last)

    found = await records(rail, since, until)

    expected = made[first:last]
    payments = [record for record in found if record.kind is EventKind.PAID]
    assert [(r.their_id, r.reference, r.at) for r in payments] == [(charge_of(c), p, at) for c, p, at in expected]
    assert [r.amount for r in payments] == [xtr(number + 1) for number in range(1500)][first:last]
    back = [record for record in found if record.kind is EventKind.REFUNDED]
    assert [r.their_id for r in back] == [charge_of(c) for n, (c, _, _) in enumerate(made) if n % 10 == 9][
        first // 10 : last // 10
    ]
    pages = (last - first) * 1.1 / 100
    assert len(counted) <= pages + 20, "found by halves, not by reading all that was before"


async def test_looking_up_one_after_the_other_reads_what_is_new_only(rail: StarsRail, box: Sandbox, counted: list[str]):
    made = fill(box, AT, 600)
    for charge, payload, _ in made[500:590]:
        found = await rail.fetch(PaymentRef(payload, None))
        assert rail.event_of(found.events[0]).their_id == charge_of(charge)
    assert len(counted) < 90 * 2 + 20
    before = len(counted)
    assert (await rail.fetch(PaymentRef(made[3][1], None))).state is PaymentState.PAID, "an older one is read again"
    assert len(counted) - before < 20


async def test_what_is_no_invoice_is_a_record_only_where_stars_are_gone(
    rail: StarsRail, box: Sandbox, bot: Bot, monkeypatch: Any
):
    """Shapes of the Bot API that the sandbox has no way to make: written here as its documents have them."""
    at = int(AT.timestamp())
    alice = {"id": ALICE, "is_bot": False, "first_name": "陈默"}
    payment = {"type": "user", "transaction_type": "invoice_payment", "user": alice, "invoice_payload": str(new_id())}
    listed: list[dict[str, Any]] = [
        {"id": "a", "amount": 5, "date": at, "source": payment},
        {"id": "b", "amount": 1000, "date": at, "receiver": {"type": "fragment", "withdrawal_state": {"type": "p"}}},
        {"id": "c", "amount": 1, "date": at, "receiver": {"type": "telegram_api", "request_count": 10}},
        {"id": "d", "amount": 15, "date": at, "receiver": payment | {"transaction_type": "gift_purchase"}},
        {"id": "f", "amount": 300, "date": at, "receiver": {"type": "other"}},
        {"id": "g", "amount": 4, "date": at, "receiver": {"type": "user", "user": alice}},
        {"id": "e", "amount": 7, "date": at, "source": {"type": "something_new", "more": [1]}},
        {"id": "a", "amount": 5, "date": at, "receiver": {k: v for k, v in payment.items() if k != "invoice_payload"}},
    ]

    async def raw(of: Bot, method: Any, timeout_s: float) -> Any:
        return {"transactions": listed[method.offset : method.offset + method.limit]}

    monkeypatch.setattr(bot.session, "raw", raw)
    found = await records(rail, AT, AT + timedelta(days=1))
    assert [(r.kind, r.their_id, r.amount) for r in found] == [
        (EventKind.PAID, "a", xtr(5)), (EventKind.PAYOUT, "c", xtr(1)), (EventKind.PAYOUT, "d", xtr(15)),
        (EventKind.PAYOUT, "f", xtr(300)), (EventKind.REFUNDED, "a", xtr(5)),
    ]  # fmt: skip
    assert found[0].reference == found[-1].reference is not None


async def test_stars_that_telegram_takes_off_the_balance_are_a_difference(
    world: World, rail: StarsRail, bot: Bot, monkeypatch: Any
):
    """Nothing tells a bot of it (docs/rails.md, Stars and charity); a withdrawal is booked by hand, and is none."""
    at = world.time() - timedelta(hours=1)
    about = {"date": int(at.timestamp())}
    listed: list[dict[str, Any]] = [
        about | {"id": "b", "amount": 1000, "receiver": {"type": "fragment", "withdrawal_state": {"type": "p"}}},
        about | {"id": "f", "amount": 300, "receiver": {"type": "other"}},
    ]

    async def raw(of: Bot, method: Any, timeout_s: float) -> Any:
        return {"transactions": listed[method.offset : method.offset + method.limit]}

    monkeypatch.setattr(bot.session, "raw", raw)
    alerts = AlertService(owners=[], now=world.time)
    service = ReconcileService(world.unit, {"stars": rail}, alerts, zone=SHANGHAI, now=world.time)
    day = at.astimezone(SHANGHAI).date()
    report = await service.run("stars", days(day, day, SHANGHAI))
    assert [(d.what, d.key, d.theirs) for d in report.differences] == [
        (What.MISSING_IN_BOOKS, "payout:stars:f:sent", xtr(300))
    ]


@pytest.mark.parametrize("answer", [None, {}, {"transactions": [{}]}, {"transactions": [{"id": "a", "amount": "x"}]}])
async def test_an_answer_that_is_no_list_says_nothing(rail: StarsRail, bot: Bot, monkeypatch: Any, answer: Any):
    async def raw(of: Bot, method: Any, timeout_s: float) -> Any:
        return answer

    monkeypatch.setattr(bot.session, "raw", raw)
    with pytest.raises(RailDown):
        await records(rail, AT, AT + timedelta(days=1))


async def test_a_refund_that_names_no_invoice_belongs_to_the_charge_it_has_the_id_of(
    rail: StarsRail, bot: Bot, monkeypatch: Any
):
    """The documents promise the payload of a payment only."""
    payment, at = lowest_id(AT), int(AT.timestamp())
    alice = {"type": "user", "user": {"id": ALICE, "is_bot": False, "first_name": "陈默"}}
    listed = [
        {"id": "a", "amount": 5, "date": at, "source": alice | {"invoice_payload": str(payment)}},
        {"id": "a", "amount": 5, "date": at + 9, "receiver": alice | {"transaction_type": "invoice_payment"}},
    ]

    async def raw(of: Bot, method: Any, timeout_s: float) -> Any:
        return {"transactions": listed[method.offset : method.offset + method.limit]}

    monkeypatch.setattr(bot.session, "raw", raw)
    found = await rail.fetch(PaymentRef(payment, None))
    told = [rail.event_of(body) for body in found.events]
    assert [(event.kind, event.reference) for event in told] == [
        (EventKind.PAID, payment), (EventKind.REFUNDED, payment),
    ]  # fmt: skip


async def test_what_is_kept_of_the_list_is_bounded(rail: StarsRail, box: Sandbox, monkeypatch: Any):
    monkeypatch.setattr(history, "MOST_KEPT", 50)
    made = fill(box, AT, 300)
    for charge, payload, _ in (*made[250:], made[20], made[299]):
        found = await rail.fetch(PaymentRef(payload, None))
        assert [rail.event_of(body).their_id for body in found.events][:1] == [charge_of(charge)]
        assert len(rail._history._kept) <= 50
