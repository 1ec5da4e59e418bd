"""/tab of somebody with many organisations stays within what Telegram takes, and sums fit the operator's currency."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot import callbacks as cb
from bot import tab_cards
from giving.joint import Joint
from giving.money import Money
from giving.people import Visibility
from giving.projects import Organisation
from giving.rails import How
from giving.tabs import Charge, ChargeState, Reason, Tab, Terms
from giving.tips import Tip, TipState
from services.rails import Rails
from services.tabs import TabCard, TabView
from storage.ids import new_id
from storage.tabs import Whole
from tests.services.test_tabs import CardRail
from tests.texts.words import TEXTS
from tests.world import cny, project

TEXT_MOST, BUTTONS_MOST = 4096, 100  # Telegram's
LONG = "Süße Schulmahlzeiten, Leseecken und warme Schuhe für die Kinder in den Bergen 山区孩子的午餐"[:80]
AT = datetime(2026, 11, 23, tzinfo=UTC)


def card(number: int, tips: int = 30) -> TabCard:
    whose = Organisation(id=new_id(), slug=f"o{number}", names=dict.fromkeys(("zh-CN", "en"), LONG))
    about = project(f"p{number}", whose, LONG)
    words = {language: replace(text, title=LONG) for language, text in about.texts.items()}
    about = replace(about, texts=words)
    lines = tuple(
        (Tip(new_id(), new_id(), about.id, cny("1"), Visibility.ANONYMOUS, "YZ-1", AT, TipState.ON_TAB), about)
        for _ in range(tips)
    )
    sum_ = cny(str(tips))
    tab = Tab(new_id(), new_id(), whose.id, sum_)
    return TabCard(tab, whose, "stripe", lines, cny("30"), cny("4"), Whole(sum_, sum_, tips), saves=True)


def units(text: str) -> int:
    """As Telegram counts: UTF-16, after its tags are read."""
    return len(html.unescape(re.sub(r"<[^>]+>", "", text)).encode("utf-16-le")) // 2


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("organisations", [1, 2, 5, 6, 12])
def test_every_page_of_tabs_is_a_message_telegram_takes_and_together_they_show_each(organisations: int, language: str):
    cards = tuple(card(n) for n in range(organisations))
    tabs = TabView(cards, cny("100"), Terms(cny("30"), cny("100")))
    shown, to_pay, page = [], set(), 0
    while True:
        here = tab_cards.view(TEXTS, language, tabs, cny("1"), page)
        assert here.keyboard is not None
        buttons = [button.callback_data or "" for row in here.keyboard.inline_keyboard for button in row]
        assert units(here.text) <= TEXT_MOST, f"{units(here.text)} on page {page}"
        assert len(buttons) <= BUTTONS_MOST
        shown.append(here.text)
        to_pay |= {cb.TabPay.unpack(data).tab for data in buttons if data.startswith("tby:")}
        if cb.TabPage(page=page + 1).pack() not in buttons:
            break
        page += 1
    assert to_pay == {card.tab.id for card in cards}, "each can be paid on some page"
    assert len(shown) == -(-organisations // tab_cards.PER_PAGE)
    assert tab_cards.view(TEXTS, language, tabs, cny("1"), page + 7).text == shown[-1], "what was paid meanwhile"


def yen(minor: int) -> Money:
    return Money(minor, "JPY")


@pytest.mark.parametrize(("usual", "settle", "month"), [
    (Terms(cny("30"), cny("100")), [1000, 3000, 5000, 10000], [5000, 10000, 20000, 50000]),
    (Terms(yen(500), yen(2_000)), [200, 500, 800, 2000], [1000, 2000, 4000, 10_000]),
    (Terms(Money(1, "USD"), Money(3, "USD")), [1, 2, 3], [2, 3, 6, 20]),
], ids=["as it is", "in yen", "tiny"])  # fmt: skip
def test_sums_to_choose_from_lie_around_what_the_operator_set(usual: Terms, settle: list[int], month: list[int]):
    assert [sum_.minor for sum_ in tab_cards.choices(usual.settle_at, tab_cards.SETTLE_AT)] == settle
    assert [sum_.minor for sum_ in tab_cards.choices(usual.monthly, tab_cards.MONTHLY)] == month


def test_the_card_says_the_sum_a_tab_is_settled_at_here():
    rails = Rails([CardRail()], settle_at_minor=5000)
    (way,) = rails.ways(cny("1"), None, {}, last=None)
    assert (way.how, way.settles_at) == (How.TAB, cny("50"))
    (way,) = rails.ways(cny("1"), None, {}, last=None, settle_at_minor=1000)
    assert way.settles_at == cny("10"), "what the donor chose counts before it"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("organisations", [2, 5, 12])
def test_tabs_that_are_paid_together_are_named_and_what_was_announced_is_said_to_be_off(
    organisations: int, language: str, announced: bool
):
    cards = [card(n) for n in range(organisations)]
    if announced:
        charge = Charge(new_id(), cards[1].tab.id, cny("30"), ChargeState.ANNOUNCED, Reason.REACHED, charge_at=AT)
        cards[1] = replace(cards[1], charge=charge)
    left_out = card(99, tips=1)
    left_out = replace(left_out, organisation=replace(left_out.organisation, names={"zh-CN": "别家", "en": "Apart"}))
    joint = Joint("stripe", tuple((one.tab.id, one.whole.free) for one in cards))
    tabs = TabView((*cards, left_out), cny("100"), Terms(cny("30"), cny("100")), (joint,))
    here = tab_cards.view(TEXTS, language, tabs, cny("1"))
    assert units(here.text) <= TEXT_MOST
    key = {"en": "paid together: ", "zh-CN": "一起付："}[language]
    (line,) = [line for line in here.text.split("\n") if key in line]
    assert line.count(LONG[:15]) == min(5, organisations)
    assert ("7" in line) is (organisations == 12)
    assert "Apart" not in line
    assert "别家" not in line
    assert (TEXTS.chat(language, "tabs-together-instead") in here.text) is announced
