"""By what a gift can be paid, as its donor reads it before paying; capabilities decide."""

from dataclasses import replace

import pytest

from bot import cards
from giving.money import Money
from giving.rails import Capabilities, ways
from tests.bot.samples import LINKS, tip
from tests.texts.words import TEXTS


@pytest.mark.parametrize(("language", "says", "button"), [
    ("en", ["WeChat Pay: paid now", "Card: takes ¥4 or more at a time, so this goes on your tab, one charge at ¥30"], [
        "Pay ¥1.50 · WeChat Pay", "Card: goes on your tab, one charge at ¥30",
    ]),
    ("zh-CN", ["微信支付：现在付", "银行卡：一次最少付 ¥4，所以先记小账本，满 ¥30 付一次"], [
        "去付款 ¥1.50 · 微信支付", "银行卡：先记小账本，满 ¥30 付一次",
    ]),
])  # fmt: skip
def test_the_card_says_by_what_it_is_paid_when_and_why(language: str, says: list[str], button: list[str]):
    rails = {
        "stripe": Capabilities({"CNY": (Money(400, "CNY"), Money(10**6, "CNY"))}, real_money=True),
        "wechat": Capabilities({"CNY": (Money(1, "CNY"), Money(10**6, "CNY"))}, real_money=True),
    }
    found = tuple(ways(Money(150, "CNY"), rails, (), Money(3_000, "CNY"), None))
    for shown, labels in ((found, 2), (found[:1], 1)):
        card = cards.tip(TEXTS, LINKS, language, replace(tip(), ways=shown), "A", "https://pay.example/")
        plain = card.text.translate(dict.fromkeys(map(ord, "\u2068\u2069")))
        assert [line in plain for line in says] == [True, labels == 2]
        assert card.keyboard is not None
        assert [row[0].text for row in card.keyboard.inline_keyboard][:labels] == button[:labels]
