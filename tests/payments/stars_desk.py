"""A rail of Stars with a real bot, a Telegram (sandbox/) and people who pay: for tests of the rails alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from aiogram import Bot

from bot.stars import connect
from giving.money import Money
from payments.provider import (
    PaymentIntent,
    RefundAsk,
)
from payments.stars_rail import StarsRail, charge_of
from sandbox.app import Sandbox
from storage.ids import new_id
from tests.payments.stars_town import ALICE, RATE, Buyer, open_bot, open_box, xtr
from tests.texts.words import TEXTS

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with open_box(tmp_path) as opened:
        yield opened


@pytest.fixture
async def bot(box: Sandbox) -> AsyncIterator[Bot]:
    async with open_bot(box) as opened:
        yield opened


@pytest.fixture
async def buyer(box: Sandbox) -> AsyncIterator[Buyer]:
    async with aiohttp.ClientSession() as http:
        yield Buyer(box, http)


class Told:
    """Where a rail tells what an answer said."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.away = False

    async def __call__(self, rail: str, body: str) -> None:
        assert rail == "stars"
        if self.away:
            raise ConnectionRefusedError
        self.bodies.append(body)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def rail(bot: Bot, told: Told) -> StarsRail:
    rail = StarsRail()
    connect([rail], bot, TEXTS, RATE, told)
    return rail


def intent(amount: Money | None = None, language: str = "zh-CN", title: str = "乡村图书馆") -> PaymentIntent:
    return PaymentIntent(new_id(), amount or xtr(80), title, "https://t.me/yizan_bot?start=t_x", language)


async def pay(buyer: Buyer, bot: Bot, link: str, person: int = ALICE) -> str:
    """Somebody pays and the bot says yes; Telegram's id of the charge."""
    before = [update.update_id for update in await bot.get_updates()]
    buying = asyncio.create_task(buyer.buys(link, person))
    updates = await bot.get_updates(offset=before[-1] + 1 if before else None, timeout=5)
    query = next(update.pre_checkout_query for update in updates if update.pre_checkout_query)
    await bot.answer_pre_checkout_query(query.id, ok=True)
    return str((await buying)["charge"])


async def paid(rail: StarsRail, buyer: Buyer, bot: Bot, stars: int = 80) -> tuple[PaymentIntent, str]:
    wish = intent(xtr(stars))
    link = await rail.create_payment(wish, key="k")
    return wish, await pay(buyer, bot, link.url)


def ask(wish: PaymentIntent, charge: str, **change: Any) -> RefundAsk:
    known: dict[str, Any] = {"amount": wish.amount, "whole": wish.amount, "reference": wish.reference}
    return RefundAsk(uuid4(), charge_of(charge), **(known | change))


def stars(box: Sandbox) -> int:
    """What the bot has."""
    row = box.state.row("SELECT coalesce(sum(amount), 0) AS n FROM invoice_payments WHERE NOT refunded")
    assert row is not None
    return int(row["n"])
