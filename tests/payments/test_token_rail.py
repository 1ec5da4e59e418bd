"""A payment provider behind a token, against the Bot API of sandbox/, over HTTP."""

from datetime import timedelta

import pytest
from aiogram import Bot

from bot.stars import connect
from giving.money import Money
from giving.payments import PaymentState
from giving.rails import Refunds
from payments.provider import (
    Found,
    PaymentRef,
    RailRefused,
)
from payments.stars_rail import TokenRail
from tests.payments.stars_desk import AT, ask, bot, box, buyer, intent, pay
from tests.payments.stars_town import RATE, Buyer, records, xtr
from tests.texts.words import TEXTS

__all__ = ["bot", "box", "buyer"]


def token_rail(bot: Bot, token: str = "284685063:TEST:abc") -> TokenRail:
    rail = TokenRail(provider_token=token, least=Money(700, "CNY"), most=Money(7_000_000, "CNY"))
    connect([rail], bot, TEXTS, RATE)
    return rail


async def test_a_providers_invoice_is_in_money_and_refunds_are_its_own(bot: Bot, buyer: Buyer):
    rail = token_rail(bot)
    wish = intent(Money(1500, "CNY"), "en")
    link = await rail.create_payment(wish, key="k")
    seen = await buyer.sees(link.url)
    assert (seen["currency"], seen["total_amount"]) == ("CNY", 1500)
    assert "¥15" in seen["description"]
    assert "⭐" not in seen["description"]
    await pay(buyer, bot, link.url)
    told = (await bot.get_updates())[-1].message
    assert told is not None
    assert told.successful_payment is not None
    assert (told.successful_payment.currency, told.successful_payment.invoice_payload) == ("CNY", str(wish.reference))
    assert await rail.fetch(PaymentRef(wish.reference, link.their_id)) == Found(PaymentState.CREATED)
    assert rail.capabilities.refunds is Refunds.NONE
    with pytest.raises(RailRefused, match="refunds_at_the_provider_only"):
        await rail.refund(ask(wish, "x"), key="r")
    with pytest.raises(RailRefused, match="records_at_the_provider_only"):
        await records(rail, AT, AT + timedelta(days=999))


@pytest.mark.parametrize("amount", [Money(699, "CNY"), Money(7_000_001, "CNY"), Money(700, "USD"), xtr(700)])
async def test_a_providers_limits_hold(bot: Bot, amount: Money):
    with pytest.raises(RailRefused, match="amount_not_carried"):
        await token_rail(bot).create_payment(intent(amount), key="k")


def test_a_test_token_moves_no_real_money(bot: Bot):
    assert not token_rail(bot).capabilities.real_money
    assert token_rail(bot, "284685063:LIVE:abc").capabilities.real_money
