"""Alerts as their readers see them: each difference in words, in both languages, and Telegram takes it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from bot import alert_cards, notices
from giving.alerts import Alert, AlertKind
from giving.errors import RailUnavailable
from giving.money import Money
from giving.notices import NoticeKind
from giving.payments import EventKind
from giving.reconcile import LISTED, Difference, What
from giving.reconcile_times import days
from payments.provider import BadEvent, RailRefused
from sandbox.telegram.html import parse
from services.outbox import Notice, OutboxService
from services.reconcile.alerts import disagree, not_compared
from storage.scratch import NoRoom
from tests.bot.samples import LINKS, NASTY
from tests.bot.test_notices import notice
from tests.texts.words import TEXTS

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = days(date(2026, 11, 20), date(2026, 11, 22), SHANGHAI)
AMOUNT = Difference(
    What.AMOUNT, "stripe", EventKind.PAID, "ch_1", "payment:stripe:ch_1:paid", datetime(2026, 11, 20, 4, 0, tzinfo=UTC),
    theirs=Money(499, "CNY"), ours=Money(500, "CNY"),
)  # fmt: skip
ONE_OF_EACH = [
    replace(AMOUNT, what=What.MISSING_IN_BOOKS, ours=None),
    replace(AMOUNT, what=What.MISSING_AT_PROVIDER, theirs=None),
    AMOUNT,
    replace(AMOUNT, what=What.CURRENCY, theirs=Money(500, "JPY")),
    replace(AMOUNT, what=What.KIND, their_kind=EventKind.REFUNDED),
    replace(AMOUNT, what=What.TWICE, theirs=None, other_key="payment:stripe:ch_2:paid"),
]


class Box:
    """An outbox that knows one alert."""

    def __init__(self, known: Alert | None) -> None:
        self.known = known

    async def alert(self, _: Notice) -> Alert | None:
        return self.known


async def said(alert: Alert, language: str) -> str:
    """What the reader sees, without the marks around names."""
    one = notice(NoticeKind.ALERT, language=language)
    rendered = await notices.render([one], cast(OutboxService, Box(alert)), TEXTS, LINKS)
    assert rendered is not None
    plain, _ = parse(rendered.text)
    assert len(plain) <= 4096
    return plain.translate(dict.fromkeys(map(ord, "\u2068\u2069")))


async def test_an_amount_that_differs_is_told_in_both_languages():
    alert = disagree("stripe", DAY, [AMOUNT], SHANGHAI)
    english, chinese = [await said(alert, language) for language in ("en", "zh-CN")]
    assert english.startswith(
        "The books and Stripe (cards) disagree: one new difference. Nothing was changed.\n\n• payment ch_1, "
    )
    assert "¥4.99 at the provider, ¥5 in our books." in english.replace("CN¥", "¥")
    assert english.endswith("python main.py reconcile --rail stripe --from 2026-11-20 --to 2026-11-22")
    assert chinese.startswith("账本和 Stripe 银行卡 对不上：新发现 1 处差异。账本没有改动。\n\n• 付款 ch_1，")
    assert "支付服务商是 ¥4.99，账本是 ¥5。" in chinese


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("each", ONE_OF_EACH, ids=lambda difference: difference.what)
async def test_each_difference_and_kind_has_its_words(language: str, each: Difference):
    for kind in LISTED:
        text = await said(disagree("stripe", DAY, [replace(each, kind=kind)], SHANGHAI), language)
        assert "ch_1" in text
        assert "{" not in text


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_many_are_counted_and_awkward_ids_fit(language: str):
    many = [replace(each, their_id=(NASTY * 20)[:128]) for each in ONE_OF_EACH * 4]
    text = await said(disagree("stripe", DAY, many, SHANGHAI), language)
    assert "19" in text
    assert "24" in text


@pytest.mark.parametrize(("error", "words"), [
    (RailUnavailable(), "The provider did not answer."), (RailRefused("no_key"), "The provider refused: no_key."),
    (BadEvent("no list"), "Its answer can’t be read: no list"),
    (NoRoom("disk is full"), "no room for the temporary file (disk is full)"),
])  # fmt: skip
async def test_a_comparison_that_failed_says_why(error: Exception, words: str):
    text = await said(not_compared("stripe", 3, error), "en")
    assert text.startswith("The books could not be compared with Stripe (cards) today (3 attempts).")
    assert words in text
    assert "Stripe 银行卡" in await said(not_compared("stripe", 3, error), "zh-CN")


async def test_an_alert_that_is_gone_says_nothing():
    one = notice(NoticeKind.ALERT)
    assert await notices.render([one], cast(OutboxService, Box(None)), TEXTS, LINKS) is None


@pytest.mark.parametrize("kind", [AlertKind.TAB_REFUSED, AlertKind.PLEDGE_REFUSED])
@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("amount_too_small", "It carries more at the least than the settings say"),
        ("account_invalid", "Is the organisation still connected?"),
        ("api_key_refused", "Are its keys still right?"),
    ],
)
def test_what_a_rail_refuses_says_what_to_look_at(kind: AlertKind, code: str, says: str):
    told = alert_cards.alert(TEXTS, "en", Alert(kind, {"rail": "stripe", "amount": Money(2_000, "CNY"), "code": code}))
    assert says in told.text
    assert code in told.text
