"""A gift in Stars from the tap to the books, on both databases: the bot polls the sandbox's Bot API over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from giving.errors import TipNotOpen
from giving.money import Money
from giving.notices import NoticeKind
from giving.payments import EventKind
from giving.tips import Limits, Tip, TipState
from payments.provider import RefundAsk
from payments.stars_rail import TokenRail, charge_of
from tests.payments.stars_town import ALICE, StarTown, answer_of, open_town, records, xtr
from tests.world import World

CLEARING = "rail:stars:clearing"


@pytest.fixture
async def town(world: World, tmp_path: Path) -> AsyncIterator[StarTown]:
    async with open_town(world, tmp_path) as opened:
        yield opened


def credited(town: StarTown) -> str:
    return f"project:{town.project.id}:credited"


# --- Paying ----------------------------------------------------------------------------------------------------------


async def test_stars_are_credited_to_the_last_one_and_the_donor_gets_a_receipt(town: StarTown):
    tip, charge = await town.gives(80)
    assert (tip.state, tip.charge) == (TipState.PAID, charge_of(charge))
    assert await town.balance(credited(town)) == xtr(-80)
    assert await town.balance(CLEARING) == xtr(80)
    assert await town.entries() == [f"payment:stars:{charge_of(charge)}:paid"]
    async with town.world.unit.read() as work:
        rows = await work.connection.exec_driver_sql("SELECT kind FROM outbox")
        assert [row[0] for row in rows] == [NoticeKind.RECEIPT]


async def test_the_same_payment_told_again_and_again_is_booked_once(town: StarTown):
    tip, charge = await town.gives(80)
    paid = {
        "currency": "XTR", "total_amount": 80, "invoice_payload": str(tip.payment),
        "telegram_payment_charge_id": charge, "provider_payment_charge_id": "",
    }  # fmt: skip
    person = {"id": ALICE, "is_bot": False, "first_name": "Alice", "language_code": "en"}
    message = {"date": 1763784000, "chat": {"id": ALICE, "type": "private"}, "from": person, "successful_payment": paid}
    again = [{"update_id": 1 + n, "message": message | {"message_id": 900 + n}} for n in range(10)]

    assert await asyncio.gather(*(town.intake(update) for update in again)) == [True] * 10
    found = await town.rail.fetch(town.ref(tip))
    for body in found.events:
        assert (await town.payments.found("stars", body)).value == "repeated"

    assert len(await town.entries()) == 1
    assert await town.balance(credited(town)) == xtr(-80)


async def test_what_the_bot_was_never_told_is_found_in_telegrams_list(town: StarTown):
    tip = await town.tip(30)
    link = await town.link(tip)
    keep = town.payments.found

    async def away(rail: str, body: str) -> Any:
        raise RuntimeError("a mistake of ours: the update is given up")

    town.payments.found = away  # type: ignore[method-assign]
    assert (await town.buyer.buys(link))["paid"]
    await asyncio.sleep(0.3)
    assert await town.entries() == []
    town.payments.found = keep  # type: ignore[method-assign]
    for body in (await town.rail.fetch(town.ref(tip))).events:
        await town.payments.found("stars", body)
    assert (await town.until_charged(tip)).state is TipState.PAID


async def test_paid_by_two_links_in_the_same_moment_the_second_is_an_extra_gift_to_take_back(
    town: StarTown, monkeypatch: pytest.MonkeyPatch
):
    tip = await town.tip(30)
    first = await town.link(tip)
    payment = tip.payment
    assert payment is not None
    async with town.world.unit() as work:
        known = await work.payments.by_id(payment)
        assert known is not None
        await work.payments.link_many([replace(known, their_id="lost", url=None)])
    second = await town.link(tip)
    assert first != second
    # Both questions come before either payment is known here: they are asked one after the other, and told later.
    held = asyncio.Event()
    take = town.payments.found

    async def later(rail: str, body: str) -> Any:
        await held.wait()
        return await take(rail, body)

    monkeypatch.setattr(town.payments, "found", later)
    assert (await town.buyer.buys(first))["paid"]
    assert (await town.buyer.buys(second))["paid"]
    held.set()
    for _ in range(400):
        if len(await town.entries()) == 2:
            break
        await asyncio.sleep(0.025)
    async with town.world.unit.read() as work:
        tips = (await work.tips.of_payments([payment]))[payment]
    assert [one.extra_of is not None for one in tips].count(True) == 1
    assert all(one.state is TipState.PAID for one in tips)


async def test_a_payment_that_can_not_be_kept_now_comes_again_and_nobody_is_told_a_lie(
    town: StarTown, monkeypatch: pytest.MonkeyPatch
):
    tip = await town.tip(80)
    link = await town.link(tip)
    take, tries = town.payments.found, []

    async def away_at_first(rail: str, body: str) -> Any:
        tries.append(body)
        if len(tries) < 3:
            raise ConnectionRefusedError(111, "Connection refused")
        return await take(rail, body)

    monkeypatch.setattr(town.payments, "found", away_at_first)
    assert (await town.buyer.buys(link))["paid"]
    await town.until_charged(tip)
    assert len(tries) == 3
    rows = town.buyer.box.state.rows("SELECT text FROM messages WHERE sender = 100000001 AND text <> ''")
    assert [row["text"] for row in rows] == []


# --- Giving back -----------------------------------------------------------------------------------------------------


def ask(tip: Tip) -> RefundAsk:
    assert tip.charge is not None
    assert tip.payment is not None
    return RefundAsk(uuid4(), tip.charge, tip.amount, tip.amount, tip.payment)


async def test_a_refund_is_booked_once_by_its_answer_and_by_what_telegram_says(town: StarTown):
    tip, _ = await town.gives(80)
    await town.rail.refund(ask(tip), key="r1")
    back = await town.until(tip, lambda found: found.state is TipState.REFUNDED)
    await town.rail.refund(ask(tip), key="r1")
    await asyncio.sleep(0.3)  # Telegram's own message, too
    assert back.refunded_minor == 80
    assert await town.entries() == [f"payment:stars:{tip.charge}:paid", f"refund:stars:{tip.charge}"]
    assert await town.balance(credited(town)) == xtr(0)
    assert await town.balance(CLEARING) == xtr(0)


async def test_a_refund_that_somebody_else_asked_telegram_for_is_booked(town: StarTown):
    tip, charge = await town.gives(80)
    await town.bot.refund_star_payment(ALICE, charge)
    await town.until(tip, lambda found: found.state is TipState.REFUNDED)
    assert await town.balance(credited(town)) == xtr(0)


async def test_a_refund_told_before_its_payment_waits_for_it(town: StarTown, monkeypatch: pytest.MonkeyPatch):
    tip = await town.tip(80)
    link = await town.link(tip)
    take, kept = town.payments.found, []

    async def hold_payments(rail: str, body: str) -> Any:
        if town.rail.event_of(body).kind is EventKind.PAID:
            kept.append((rail, body))
            raise RuntimeError("lost")
        return await take(rail, body)

    monkeypatch.setattr(town.payments, "found", hold_payments)
    charge = (await town.buyer.buys(link))["charge"]
    await town.bot.refund_star_payment(ALICE, charge)
    for _ in range(200):
        if kept:
            break
        await asyncio.sleep(0.025)
    await asyncio.sleep(0.3)
    await take(*kept[0])
    await town.payments.settle_pending()
    await town.until(tip, lambda found: found.state is TipState.REFUNDED)
    assert await town.balance(credited(town)) == xtr(0)


# --- The books against Telegram's list -------------------------------------------------------------------------------


async def test_records_are_equal_to_what_was_booked(town: StarTown):
    since = datetime.now(UTC) - timedelta(minutes=1)
    tips = [(await town.gives(number + 1, key=f"q{number}"))[0] for number in range(12)]
    for tip in tips[::5]:
        await town.rail.refund(ask(tip), key="r")
    for tip in tips[::5]:
        await town.until(tip, lambda found: found.state is TipState.REFUNDED)

    found = await records(town.rail, since, datetime.now(UTC) + timedelta(minutes=1))

    keys = {EventKind.PAID: "payment:stars:{}:paid", EventKind.REFUNDED: "refund:stars:{}"}
    assert sorted(keys[record.kind].format(record.their_id) for record in found) == await town.entries()
    assert {record.reference for record in found} == {tip.payment for tip in tips}
    paid, back = (sum(r.amount.minor for r in found if r.kind is kind) for kind in keys)
    assert await town.balance(credited(town)) == xtr(back - paid)
    assert await town.balance(CLEARING) == xtr(paid - back)


# --- Money through a provider's token --------------------------------------------------------------------------------


async def test_money_by_a_providers_token_goes_the_same_way(world: World, tmp_path: Path):
    limits = Limits(Money(700, "CNY"), Money(7_000_000, "CNY"))
    rail = TokenRail(provider_token="1:TEST:x", least=limits.least, most=limits.most)
    async with open_town(world, tmp_path, rail, money=limits) as town:
        tip, charge = await town.gives(1500)
        assert await town.entries() == [f"payment:telegram:{charge}:paid"]
        assert await town.balance("rail:telegram:clearing") == Money(1500, "CNY")
        assert (tip.state, tip.charge) == (TipState.PAID, charge)
        await answer_of(town, TipNotOpen, await url_of(town, tip))


async def url_of(town: StarTown, tip: Tip) -> str:
    """The link of a tip that was paid."""
    assert tip.payment is not None
    async with town.world.unit.read() as work:
        payment = await work.payments.by_id(tip.payment)
    assert payment is not None
    assert payment.url is not None
    return payment.url


async def test_a_payment_on_a_rail_that_is_switched_off_is_said_loudly(town: StarTown):
    person = {"id": ALICE, "is_bot": False, "first_name": "Alice"}
    paid = {
        "currency": "CNY", "total_amount": 700, "invoice_payload": str(uuid4()), "telegram_payment_charge_id": "c1",
        "provider_payment_charge_id": "p1",
    }  # fmt: skip
    message = {
        "message_id": 5, "date": 1763784000, "chat": {"id": ALICE, "type": "private"}, "from": person,
        "successful_payment": paid,
    }  # fmt: skip
    with capture_logs() as logs:
        assert await town.intake({"update_id": 3, "message": message})
    (said,) = [line for line in logs if line["event"] == "payment_of_a_rail_that_is_off"]
    assert (said["log_level"], said["rail"], said["charge"]) == ("error", "telegram", "c1")
