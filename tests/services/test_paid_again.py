"""What is paid a second time is told once for each charge, and only with what can be kept."""

from dataclasses import replace
from datetime import timedelta

import pytest
from aiogram.types import InlineKeyboardButton

from bot import cards, notices
from bot.cards import Rendered
from giving.notices import NoticeKind
from giving.people import Role
from giving.rails import Refunds
from services.alerts import AlertService
from services.links import Links
from services.payments import PaymentService
from services.settlement import Settler
from tests.services.test_tabs import CardRail, Tabs, house_of
from tests.texts.words import TEXTS
from tests.world import World, cny

LINKS = Links("http://127.0.0.1:8081", "yizan_bot")


async def told(house: Tabs, language: str = "en") -> list[tuple[NoticeKind, Rendered]]:
    """Every message since last time."""
    found = []
    for several in notices.together([replace(one, language=language) for one in await house.outbox.claim()]):
        shown = await notices.render(several, house.outbox, TEXTS, LINKS)
        await house.outbox.sent(several, 7)
        if shown is not None:
            found.append((several[0].kind, shown))
    return found


def plain(shown: Rendered) -> str:
    return shown.text.replace("\u2068", "").replace("\u2069", "")


def buttons(shown: Rendered) -> list[InlineKeyboardButton]:
    return [button for row in shown.keyboard.inline_keyboard for button in row] if shown.keyboard else []


async def tab_paid_twice(house: Tabs, gifts: int) -> None:
    """A tab of so many gifts of ¥3, paid on the page that was made last and on the one before it."""
    alice = house.world.alice
    for _ in range(gifts):
        await house.promise(alice, "3")
    tab = (await house.tabs.view(alice)).cards[0].tab.id
    pages = []
    for _ in range(2):
        await house.charges.settle(tab, alice)
        ((asked),) = await house.open()
        pages.append(asked.payment)
    await told(house)
    for number, page in enumerate(reversed(pages)):
        await house.paid(page, gifts * 300, charge=f"ch_{number}")


async def test_a_tab_that_was_paid_twice_is_one_message_with_the_sum(world: World):
    house = house_of(world)
    await tab_paid_twice(house, 10)
    again = [shown for kind, shown in await told(house) if kind is NoticeKind.EXTRA]
    assert len(again) == 1
    assert "¥30, for 10 gifts, is being returned automatically" in plain(again[0])
    assert [button.callback_data for button in buttons(again[0])] == ["my:0:1"]


async def test_in_chinese_too(world: World):
    house = house_of(world)
    await tab_paid_twice(house, 3)
    (again,) = [shown for kind, shown in await told(house, "zh-CN") if kind is NoticeKind.EXTRA]
    assert "第二次付的 ¥9（3 笔）正在自动退回" in plain(again)


async def test_a_single_gift_that_was_paid_twice_names_its_project_and_receipt(world: World):
    house = house_of(world)
    await house.promise(world.alice, "30")
    tab = (await house.tabs.view(world.alice)).cards[0].tab.id
    pages = []
    for _ in range(2):
        await house.charges.settle(tab, world.alice)
        ((asked),) = await house.open()
        pages.append(asked.payment)
    for number, page in enumerate(reversed(pages)):
        await house.paid(page, 3000, charge=f"ch_{number}")
    (again,) = [shown for kind, shown in await told(house) if kind is NoticeKind.EXTRA]
    assert "The second ¥30 is being returned automatically" in plain(again)


async def test_three_payments_of_one_tab_are_two_messages(world: World):
    """Each of its own charge."""
    house = house_of(world)
    alice = world.alice
    for _ in range(3):
        await house.promise(alice, "3")
    tab = (await house.tabs.view(alice)).cards[0].tab.id
    pages = []
    for _ in range(3):
        await house.charges.settle(tab, alice)
        ((asked),) = await house.open()
        pages.append(asked.payment)
    await told(house)
    for number, page in enumerate(pages):
        await house.paid(page, 900, charge=f"ch_{number}")
    again = [plain(shown) for kind, shown in await told(house) if kind is NoticeKind.EXTRA]
    assert [words.count("¥9, for 3 gifts") for words in again] == [1, 1]
    assert (await world.balance(f"project:{world.library.id}:credited")) == -cny("27")


class Kept(CardRail):
    """Gives nothing back, as payments by a provider's token."""

    capabilities = replace(CardRail.capabilities, refunds=Refunds.NONE)


async def kept_house(world: World) -> Tabs:
    """On a rail that gives nothing back; the creator looks after the money."""
    async with world.unit() as work:
        await work.people.grant(world.creator.id, Role.FINANCE, by=None, now=world.time())
    house = house_of(world, Kept())
    alerts = AlertService(owners=[], wakes=world.wakes, now=world.time)
    settler = Settler(
        world.unit, house.rails, wakes=world.wakes, digest_every=timedelta(minutes=10), alerts=alerts, now=world.time
    )
    house.payments = PaymentService(world.unit, house.rails.values(), settler)
    return house


@pytest.mark.parametrize(("gifts", "sum_"), [(10, "¥30"), (2, "¥6")])
async def test_what_goes_back_by_no_button_has_none_and_finance_hears_of_it(world: World, gifts: int, sum_: str):
    house = await kept_house(world)
    await tab_paid_twice(house, gifts)
    said = await told(house)
    (again,) = [shown for kind, shown in said if kind is NoticeKind.EXTRA]
    assert f"{sum_}, for {gifts} gifts, is credited" in plain(again)
    assert "/paysupport" in plain(again)
    assert [button.callback_data for button in buttons(again)] == ["my:0:1"]
    alerts = [plain(shown) for kind, shown in said if kind is NoticeKind.ALERT]
    assert [f"paid {sum_} twice" in words for words in alerts] == [True]


async def test_a_single_one_names_its_receipt_and_shows_no_way_that_is_refused(world: World):
    house = await kept_house(world)
    tip = await house.promise(world.alice, "30")
    tab = (await house.tabs.view(world.alice)).cards[0].tab.id
    pages = []
    for _ in range(2):
        await house.charges.settle(tab, world.alice)
        ((asked),) = await house.open()
        pages.append(asked.payment)
    for number, page in enumerate(reversed(pages)):
        await house.paid(page, 3000, charge=f"ch_{number}")
    (again,) = [shown for kind, shown in await told(house) if kind is NoticeKind.EXTRA]
    assert "write to the operator with this receipt number" in plain(again)
    assert not any((button.callback_data or "").startswith("back") for button in buttons(again))
    page = await house.tips.gifts(world.alice)
    shown = cards.gifts(TEXTS, LINKS, "en", page)
    extra = next(card.tip for card in page.items if card.tip.extra_of == tip.id)
    assert extra.receipt_code in plain(again)
    assert not any("Take back" in button.text for button in (*buttons(again), *buttons(shown)))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_paid_after_it_was_cancelled_there_is_no_button_either(world: World, language: str):
    house = await kept_house(world)
    await house.promise(world.alice, "30")
    tab = (await house.tabs.view(world.alice)).cards[0].tab.id
    await house.charges.settle(tab, world.alice)
    ((asked),) = await house.open()
    (shown,) = (await house.tabs.view(world.alice)).cards
    await house.tabs.take_off(shown.tips[0][0].id, world.alice)
    await house.paid(asked.payment, 3000, charge="ch_1")
    (receipt,) = [shown for kind, shown in await told(house, language) if kind is NoticeKind.RECEIPT]
    assert "/paysupport" in plain(receipt)
    assert not any((button.callback_data or "").startswith("tb") for button in buttons(receipt))
    assert not any("¥30" in button.text for button in buttons(receipt))
