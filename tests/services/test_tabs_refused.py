"""What a rail may refuse to charge a saved method with: only a bank's no is told as a declined card."""

from dataclasses import replace

import pytest

from bot import notices
from giving.notices import NoticeKind
from giving.payments import SavedMethod
from giving.people import Role
from giving.tabs import ChargeState
from giving.tips import TipState
from payments.provider import Declined, PaymentIntent, PaymentLink, RailRefused
from services.alerts import AlertService
from services.links import Links
from services.tabs import TabCharges
from tests.services.test_tabs import CardRail, Tabs, house_of
from tests.texts.words import TEXTS
from tests.world import World, cny

LINKS = Links("http://127.0.0.1:8081", "yizan_bot")


class Refusing(CardRail):
    """Refuses every charge to a saved method."""

    def __init__(self, refusal: RailRefused) -> None:
        super().__init__()
        self.refusal: RailRefused | None = refusal

    async def charge_saved(self, intent: PaymentIntent, method: SavedMethod, *, key: str) -> PaymentLink:
        if self.refusal is not None:
            raise self.refusal
        return await super().charge_saved(intent, method, key=key)


async def charged(world: World, refusal: RailRefused) -> Tabs:
    """Two people's tabs of ¥30 each, announced three days ago, and a rail that refuses; somebody has the role finance.

    The sweep went twice.
    """
    async with world.unit() as work:
        await work.people.grant(world.creator.id, Role.FINANCE, by=None, now=world.time())
    house = house_of(world, Refusing(refusal))
    alerts = AlertService(owners=[], wakes=world.wakes, now=world.time)
    house.charges = TabCharges(
        world.unit, house.rails, house.tabs, house.tips.pay, wakes=world.wakes, alerts=alerts, now=world.time
    )
    for person in (world.alice, world.bob):
        await house.announced(person, "30")
    world.time.passes(days=3, minutes=1)
    for _ in range(2):
        await house.charges.sweep()
    return house


async def said(house: Tabs) -> list[tuple[NoticeKind, str]]:
    """Since last time, in Chinese."""
    found = []
    for several in notices.together([replace(one, language="zh-CN") for one in await house.outbox.claim()]):
        shown = await notices.render(several, house.outbox, TEXTS, LINKS)
        await house.outbox.sent(several, 7)
        found.append((several[0].kind, shown.text if shown else ""))
    return found


@pytest.mark.parametrize("code", ["amount_too_small", "account_invalid", "api_key_refused", "not_permitted"])
async def test_what_the_operator_mends_puts_the_tab_back_and_alerts_once(world: World, code: str):
    house = await charged(world, RailRefused(code))
    assert await house.open() == [], "no link, which the rail would refuse too, and no 60 days that run"
    ((kind, words),) = await said(house)
    assert kind is NoticeKind.ALERT
    assert code in words
    assert "¥30" in words
    (card,) = (await house.tabs.view(world.alice)).cards
    assert {tip.state for tip, _ in card.tips} == {TipState.ON_TAB}
    world.time.passes(hours=5)
    assert await house.charges.sweep() == 0, "not again and again"


async def test_put_back_it_is_announced_again_at_the_months_end_and_charged_once_it_is_mended(world: World):
    house = await charged(world, RailRefused("api_key_refused"))
    await said(house)
    assert isinstance(house.card, Refusing)
    house.card.refusal = None
    (card,) = (await house.tabs.view(world.alice)).cards
    async with world.unit.read() as work:
        due = (await work.tabs.by_ids([card.tab.id]))[card.tab.id].due_at
    assert due is not None
    world.time.now = due
    await house.charges.sweep()
    assert [kind for kind, _ in await said(house)] == [NoticeKind.TAB_ANNOUNCED] * 2
    world.time.passes(days=3, minutes=1)
    await house.charges.sweep()
    assert [intent.amount for _, intent, _ in house.card.charged] == [cny("30")] * 2


async def test_a_donor_who_pressed_keeps_what_stood_on_the_tab(world: World):
    house = await charged(world, RailRefused("account_invalid"))
    (card,) = (await house.tabs.view(world.alice)).cards
    await house.charges.settle(card.tab.id, world.alice)
    await house.charges.sweep()
    (card,) = (await house.tabs.view(world.alice)).cards
    assert (await house.open(), card.tab.promised) == ([], cny("30"))


async def test_a_donor_who_pressed_is_told_once_that_nothing_was_taken(world: World):
    house = await charged(world, RailRefused("account_invalid"))
    assert [kind for kind, _ in await said(house)] == [NoticeKind.ALERT], "who did not press is told nothing"
    (card,) = (await house.tabs.view(world.alice)).cards
    await house.charges.settle(card.tab.id, world.alice)
    for _ in range(3):
        await house.charges.sweep()
    ((kind, words),) = await said(house)
    assert kind is NoticeKind.TAB_NOT_CHARGED
    assert "¥30" in words
    assert "一分钱没扣" in words
    await house.charges.settle(card.tab.id, world.alice)
    await house.charges.sweep()
    english = [replace(one, language="en") for one in await house.outbox.claim()]
    (shown,) = [await notices.render([one], house.outbox, TEXTS, LINKS) for one in english]
    assert shown is not None, "pressed again, it is another charge"
    assert "Nothing was taken" in shown.text


async def test_what_was_mended_before_the_message_left_is_not_told(world: World):
    house = await charged(world, RailRefused("account_invalid"))
    await said(house)
    (card,) = (await house.tabs.view(world.alice)).cards
    await house.charges.settle(card.tab.id, world.alice)
    await house.charges.sweep()
    await house.charges.settle(card.tab.id, world.alice)
    ((kind, words),) = await said(house)
    assert (kind, words) == (NoticeKind.TAB_NOT_CHARGED, ""), "it is being charged again"


async def test_a_method_of_another_account_leads_to_a_link_and_to_no_word_of_a_declined_card(world: World):
    house = await charged(world, RailRefused("method_of_another_account"))
    assert [one.charge.state for one in await house.open()] == [ChargeState.ASKED] * 2
    told = await said(house)
    assert [kind for kind, _ in told] == [NoticeKind.TAB_ASKED] * 2
    assert all("小账本该付了" in words and "拒" not in words for _, words in told)


async def test_a_banks_no_is_a_declined_card(world: World):
    house = await charged(world, Declined("expired_card"))
    told = await said(house)
    assert [kind for kind, _ in told] == [NoticeKind.TAB_ASKED] * 2
    assert all("卡没扣成" in words for _, words in told)
