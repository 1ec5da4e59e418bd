"""The same bot against lo-bot-api-emulator, a Bot API that others wrote.

It has no payments: invoices, refunds and lists are methods that it does not play (501), and it brings no question
before a payment. It does bring messages of our making, strictly and until they are confirmed: so the news of one.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiogram import Bot, Dispatcher

from bot.build import build_bot
from bot.intake import Intake
from bot.polling import Polling
from bot.sending import Limiter
from bot.stars import connect
from giving.tips import TipState
from handlers import payments
from payments.provider import PaymentIntent, RailDown
from payments.stars_rail import StarsRail, charge_of
from services.updates import UpdateService
from storage.ids import new_id
from tests.payments.stars_town import ALICE, RATE, open_town, xtr
from tests.processes.emulator import DATE, Emulator
from tests.processes.stage import TOKEN
from tests.texts.words import TEXTS
from tests.world import World

PERSON = {"id": ALICE, "is_bot": False, "first_name": "Alice", "language_code": "en"}
PRIVATE = {"id": ALICE, "type": "private", "first_name": "Alice"}


@pytest.fixture
def dialect() -> str:
    """Nothing here is about the database."""
    return "sqlite"


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[Emulator]:
    emulator = Emulator(tmp_path)
    try:
        await asyncio.to_thread(emulator.ready)
        yield emulator
    finally:
        emulator.program.close()


@pytest.fixture
async def bot(emulator: Emulator) -> AsyncIterator[Bot]:
    bot = build_bot(TOKEN, emulator.url, Limiter())
    yield bot
    await bot.session.close()


async def test_a_telegram_without_payments_says_nothing_about_money(emulator: Emulator, bot: Bot):
    rail = StarsRail()
    connect([rail], bot, TEXTS, RATE)
    wish = PaymentIntent(new_id(), xtr(80), "乡村图书馆", "https://t.me/yizan_bot", "zh-CN")
    with pytest.raises(RailDown):
        await rail.create_payment(wish, key="k")
    with pytest.raises(RailDown):
        await rail.telegram.refund(77, "stx")
    with pytest.raises(RailDown):
        await rail.telegram.transactions(offset=100, limit=100)
    for method in ("createInvoiceLink", "refundStarPayment", "getStarTransactions"):
        assert [r["status"] for r in emulator.records if r.get("method") == method] == [501]


async def test_news_of_a_payment_brought_three_times_is_booked_once_and_confirmed(
    emulator: Emulator, bot: Bot, world: World, tmp_path: Path
):
    (tmp_path / "box").mkdir()
    async with open_town(world, tmp_path / "box") as town:
        tip = await town.tip(80)
        dispatcher = Dispatcher()
        dispatcher.include_router(payments.router())
        dispatcher["payments"] = town.payments
        stop = asyncio.Event()
        polling = Polling(bot, dispatcher, Intake(bot, dispatcher, UpdateService(world.unit)), timeout_s=1)
        running = asyncio.create_task(polling.run(stop))
        charge = f"stx{'a' * 150}"
        paid = {
            "currency": "XTR", "total_amount": 80, "invoice_payload": str(tip.payment),
            "telegram_payment_charge_id": charge, "provider_payment_charge_id": "",
        }  # fmt: skip
        for number in range(3):
            message = {"message_id": 20_001 + number, "date": DATE, "chat": PRIVATE, "from": PERSON}
            await asyncio.to_thread(emulator.push, message=message | {"successful_payment": paid})
        booked = await town.until_charged(tip)
        for _ in range(200):
            if await asyncio.to_thread(emulator.acknowledged):
                break
            await asyncio.sleep(0.05)
        stop.set()
        await running
        assert (booked.state, booked.charge) == (TipState.PAID, charge_of(charge))
        assert await town.entries() == [f"payment:stars:{charge_of(charge)}:paid"]
        assert await asyncio.to_thread(emulator.acknowledged)
