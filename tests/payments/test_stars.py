"""The rail `stars` against the Bot API of sandbox/, over HTTP, by a real bot; people pay by its user API."""

import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from aiogram import Bot

from bot.stars import connect
from giving.money import Money
from giving.payments import EventKind, PaymentState
from giving.rails import Refunds, Shown
from payments.provider import (
    BadEvent,
    BadSignature,
    Found,
    Line,
    PaymentIntent,
    PaymentRef,
    RailDown,
    RailRefused,
)
from payments.stars_rail import StarsRail, charge_of, paid_body, refunded_body
from sandbox.app import Sandbox
from storage.ids import new_id
from tests.payments.stars_desk import AT, Told, ask, bot, box, buyer, intent, paid, pay, rail, stars, told
from tests.payments.stars_town import CREATOR, RATE, Buyer, open_bot, open_box, records, xtr
from tests.texts.words import TEXTS

__all__ = ["bot", "box", "buyer", "rail", "told"]

# --- Asking for a payment --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "约合 ¥10"), ("en", "about ¥10")])
async def test_an_invoice_says_what_for_how_many_stars_and_at_which_rate(
    rail: StarsRail, buyer: Buyer, language: str, words: str
):
    link = await rail.create_payment(intent(language=language), key="k")
    assert link.url.startswith("https://t.me/$")
    assert 0 < len(link.their_id) <= 128
    seen = await buyer.sees(link.url)
    assert (seen["currency"], seen["total_amount"], seen["title"]) == ("XTR", 80, "乡村图书馆")
    assert words in seen["description"]
    assert "⭐8 = ¥1" in seen["description"]


async def test_words_longer_than_telegram_takes_are_cut(rail: StarsRail, buyer: Buyer):
    for title in ("长" * 60, "👩‍👩‍👧‍👦" * 20, "A title of some length, with many words in it, and an end to it"):
        seen = await buyer.sees((await rail.create_payment(intent(title=title), key="k")).url)
        assert seen["title"].endswith("…")
        assert len(seen["title"].encode("utf-16-le")) // 2 <= 32
        assert len(seen["description"].encode("utf-16-le")) // 2 <= 255


async def test_lines_of_a_tab_are_one_price(rail: StarsRail, buyer: Buyer):
    wish = PaymentIntent(
        new_id(), xtr(30), "两笔", "https://t.me/x", "zh-CN", (Line("一", xtr(10)), Line("二", xtr(20)))
    )
    assert (await buyer.sees((await rail.create_payment(wish, key="k")).url))["total_amount"] == 30


@pytest.mark.parametrize("amount", [xtr(10_001), Money(100, "CNY")])
async def test_what_it_does_not_carry_is_refused_before_telegram_is_asked(rail: StarsRail, box: Sandbox, amount: Money):
    with pytest.raises(RailRefused, match="amount_not_carried"):
        await rail.create_payment(intent(amount), key="k")
    assert box.state.row("SELECT 1 FROM invoice_links") is None


def test_it_says_what_it_can_do():
    can = StarsRail().capabilities
    assert (can.carries(xtr(1)), can.carries(xtr(10_000)), can.carries(Money(1, "CNY"))) == (True, True, False)
    assert (can.shown, can.refunds, can.disputes, can.saves, can.real_money) == (
        Shown.INVOICE, Refunds.WHOLE, False, False, True,
    )  # fmt: skip


async def test_without_its_bot_and_without_telegram_it_is_down(tmp_path: Path):
    rail = StarsRail()
    with pytest.raises(RailDown):
        await rail.create_payment(intent(), key="k")
    async with open_box(tmp_path) as box, open_bot(box) as bot:
        connect([rail], bot, TEXTS, RATE)
        await box.stop()
        with pytest.raises(RailDown):
            await rail.create_payment(intent(), key="k")
        with pytest.raises(RailDown):
            await rail.fetch(PaymentRef(new_id(), None))
        with pytest.raises(RailDown):
            await records(rail, AT, AT + timedelta(days=1))


@pytest.mark.parametrize(("code", "error"), [(400, RailRefused), (403, RailRefused), (401, RailDown), (500, RailDown)])
async def test_only_a_definite_no_is_a_no(rail: StarsRail, box: Sandbox, code: int, error: type[Exception]):
    fault = {"calls": [{"method": "createInvoiceLink", "answer": code, "times": None}]}
    async with aiohttp.ClientSession() as http, http.put(f"{box.url}/api/faults", json=fault) as answer:
        assert answer.status == 200
    with pytest.raises(error):
        await rail.create_payment(intent(), key="k")


# --- Looking up ------------------------------------------------------------------------------------------------------


async def test_an_invoice_nobody_paid_is_not_known_and_one_that_was_tells_the_same_as_the_update(
    rail: StarsRail, buyer: Buyer, bot: Bot
):
    wish = intent()
    link = await rail.create_payment(wish, key="k")
    assert await rail.fetch(PaymentRef(wish.reference, link.their_id)) == Found(PaymentState.CREATED)
    charge = await pay(buyer, bot, link.url)
    assert len(charge) > 128, "as long as Telegram's own"

    found = await rail.fetch(PaymentRef(wish.reference, link.their_id))
    assert found.state is PaymentState.PAID
    (event,) = [rail.event_of(body) for body in found.events]
    assert (event.kind, event.reference, event.amount) == (EventKind.PAID, wish.reference, xtr(80))
    message = (await bot.get_updates())[-1].message
    assert message is not None
    told = message.successful_payment
    assert told is not None
    update = rail.event_of(
        paid_body(
            charge=told.telegram_payment_charge_id, payload=told.invoice_payload, currency=told.currency,
            amount=told.total_amount, at=message.date,
        )
    )  # fmt: skip
    assert (update.event_id, update.their_id, update.amount) == (event.event_id, event.their_id, event.amount)
    assert await rail.fetch(PaymentRef(new_id(), None)) == Found(PaymentState.CREATED), "another one is not this"
    assert await rail.fetch(PaymentRef(uuid4(), None)) == Found(PaymentState.CREATED), "an id that says no time"


async def test_both_links_of_one_payment_can_be_paid_and_both_charges_are_found(
    rail: StarsRail, buyer: Buyer, bot: Bot
):
    wish = intent()
    links = [(await rail.create_payment(wish, key="k")).url for _ in range(2)]
    charges = {charge_of(await pay(buyer, bot, link)) for link in links}
    found = await rail.fetch(PaymentRef(wish.reference, None))
    assert {rail.event_of(body).their_id for body in found.events} == charges
    assert len(charges) == 2


# --- Giving back -----------------------------------------------------------------------------------------------------


async def test_a_refund_is_told_by_its_answer_and_asked_again_it_is_the_same(
    rail: StarsRail, buyer: Buyer, bot: Bot, box: Sandbox, told: Told
):
    wish, charge = await paid(rail, buyer, bot)
    asked = ask(wish, charge)
    await rail.refund(asked, key="r1")
    await rail.refund(asked, key="r1")
    await rail.refund(ask(wish, charge), key="r2")

    assert stars(box) == 0
    first, *again = [rail.event_of(body) for body in told.bodies]
    assert (first.kind, first.their_id, first.charge) == (EventKind.REFUNDED, charge_of(charge), charge_of(charge))
    assert (first.amount, first.reference, first.refund) == (xtr(80), wish.reference, asked.refund)
    assert {event.event_id for event in again} == {first.event_id}
    message = (await bot.get_updates())[-1].message
    assert message is not None
    back = message.refunded_payment
    assert back is not None
    update = refunded_body(
        charge=back.telegram_payment_charge_id, payload=back.invoice_payload, currency=back.currency,
        amount=back.total_amount, at=message.date,
    )  # fmt: skip
    assert rail.event_of(update).event_id == first.event_id
    found = await rail.fetch(PaymentRef(wish.reference, None))
    assert [rail.event_of(body).kind for body in found.events] == [EventKind.PAID, EventKind.REFUNDED]


async def test_who_paid_is_asked_of_telegram_so_a_donor_who_left_gets_theirs_back(
    rail: StarsRail, buyer: Buyer, bot: Bot, box: Sandbox
):
    wish = intent()
    charge = await pay(buyer, bot, (await rail.create_payment(wish, key="k")).url, CREATOR)
    await rail.refund(ask(wish, charge), key="r")
    row = box.state.row("SELECT user FROM star_transactions WHERE NOT incoming")
    assert row is not None
    assert row["user"] == CREATOR


async def test_a_part_is_refused_and_a_charge_that_telegram_does_not_list_is_asked_for_again(
    rail: StarsRail, buyer: Buyer, bot: Bot, box: Sandbox, told: Told
):
    wish, charge = await paid(rail, buyer, bot)
    with pytest.raises(RailRefused, match="refunds_whole_only"):
        await rail.refund(ask(wish, charge, amount=xtr(40)), key="r1")
    with pytest.raises(RailDown):
        await rail.refund(ask(wish, "stx_of_somebody_else"), key="r2")
    with pytest.raises(RailDown):
        await rail.refund(ask(wish, charge, reference=new_id()), key="r3")
    assert (stars(box), told.bodies) == (80, [])


async def test_a_refund_whose_answer_can_not_be_booked_now_is_made_all_the_same(
    rail: StarsRail, buyer: Buyer, bot: Bot, box: Sandbox, told: Told
):
    wish, charge = await paid(rail, buyer, bot)
    told.away = True
    await rail.refund(ask(wish, charge), key="r1")
    assert stars(box) == 0
    told.away = False
    await rail.refund(ask(wish, charge), key="r1")
    assert [rail.event_of(body).kind for body in told.bodies] == [EventKind.REFUNDED]


# --- Events ----------------------------------------------------------------------------------------------------------


def test_nobody_tells_it_anything_through_our_webhook():
    body = paid_body(charge="stx", payload=str(uuid4()), currency="XTR", amount=5, at=AT)
    for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "s"}):
        with pytest.raises(BadSignature):
            StarsRail().read_event(body.encode(), headers)


GOOD: dict[str, Any] = {"charge": "stx", "payload": "p", "currency": "XTR", "amount": 5, "at": AT}


@pytest.mark.parametrize(
    "body",
    ["", "[]", "null", "{}", '"x"', paid_body(**GOOD).replace("paid", "lost"), paid_body(**GOOD).replace("XTR", "ABC")]
    + [paid_body(**(GOOD | change)) for change in ({"amount": 0}, {"amount": -5}, {"amount": 1.5}, {"charge": ""})],
)
def test_what_is_no_event_is_refused_as_such(body: str):
    with pytest.raises(BadEvent):
        StarsRail().event_of(body)


def test_an_invoice_of_somebody_elses_program_names_no_payment_of_ours():
    assert StarsRail().event_of(paid_body(**GOOD)).reference is None


def test_charges_have_names_that_fit_our_keys_and_are_never_the_same_for_two():
    short, long = "st" + "a" * 46, "stx" + "a" * 140
    assert charge_of(short) == short
    names = {charge_of(long + end) for end in map("".join, itertools.product("abc", repeat=3))}
    assert len(names) == 27
    for name in names:
        assert len(f"refunded:refund:stars:{name}:{uuid4()}") <= 120, "the longest key of the outbox"
        assert name.startswith("stxaaa")
        assert charge_of(name) == name
