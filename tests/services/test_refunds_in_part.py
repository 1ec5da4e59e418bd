"""What went back in part is told as the part it is: when it did, in what was given, and when the rest is asked for."""

from dataclasses import replace

import pytest

from bot import cards, refund_cards
from bot.notices import render, together
from giving.notices import NoticeKind
from giving.payments import EventKind
from giving.tips import Tip, TipState
from services.links import Links
from tests.services.test_refund_looks import with_alerts
from tests.texts.words import TEXTS
from tests.world import World, cny

LINKS = Links("http://127.0.0.1:8081", "yizan_bot")
ZH_PART = "里有 ¥1 已退回"


async def heard(world: World, language: str = "en") -> list[tuple[NoticeKind, str]]:
    """What people are told since last time, as it stands in their chats."""
    said: list[tuple[NoticeKind, str]] = []
    for several in together([replace(one, language=language) for one in await world.outbox.claim()]):
        shown = await render(several, world.outbox, TEXTS, LINKS)
        await world.outbox.sent(several, 7)
        if shown is not None and several[0].kind is not NoticeKind.CARD:
            said.append((several[0].kind, plain(shown.text)))
    return said


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


@pytest.fixture
async def gift(world: World) -> Tip:
    """Five yuan, of which one went back at the provider; the donor was told of the gift only."""
    await with_alerts(world)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice, at=int(world.time().timestamp()))
    await heard(world)
    await back(world, tip, "re_1", 100)
    return await world.fresh(tip)


async def back(world: World, tip: Tip, their_id: str, minor: int) -> None:
    await world.deliver(
        EventKind.REFUNDED, tip, f"evt_{their_id}", their_id=their_id, charge="ch_1", minor=minor,
        at=int(world.time().timestamp()),
    )  # fmt: skip


async def test_each_message_says_its_own_part(world: World, gift: Tip):
    ((kind, words),) = await heard(world)
    assert kind is NoticeKind.REFUNDED
    assert "¥1 of your ¥5 gift was returned" in words
    await back(world, gift, "re_2", 400)
    assert (await world.fresh(gift)).state is TipState.REFUNDED
    ((_, words),) = await heard(world)
    assert "¥4 of your ¥5 gift was returned" in words


async def test_both_parts_in_one_message_have_one_receipt_under_them(world: World, gift: Tip):
    await back(world, gift, "re_2", 400)
    (several,) = together([replace(one, language="en") for one in await world.outbox.claim()])
    assert len(several) == 2
    shown = await render(several, world.outbox, TEXTS, LINKS)
    assert shown is not None
    assert shown.keyboard is not None
    assert "¥1 of your ¥5" in plain(shown.text)
    assert "¥4 of your ¥5" in plain(shown.text)
    assert len([row for row in shown.keyboard.inline_keyboard if row[0].url]) == 1


async def test_the_whole_is_told_as_before_and_a_lost_dispute_with_what_it_took(world: World):
    await with_alerts(world)
    tip = await world.pay(await world.tip(world.alice, "5"), world.alice)
    await heard(world)
    await world.deliver(EventKind.DISPUTE_LOST, tip, "evt_d", their_id="dp_1", charge="ch_1", minor=500)
    said = dict(await heard(world))
    assert "<b>¥5 was returned</b>" in said[NoticeKind.REFUNDED]


async def test_what_was_given_and_what_is_asked_for_is_what_is_left(world: World, gift: Tip):
    page = await world.tips.gifts(world.alice)
    shown = plain(cards.gifts(TEXTS, LINKS, "en", page, await world.tips.sums(world.alice)).text)
    assert "¥4 given" in shown
    assert "<b>¥4</b> · " in shown
    assert "Of ¥5, ¥1 went back" in shown
    world.time.passes(hours=5)
    card = await world.refunds.wish(gift.id, world.alice)
    assert "asked for ¥4" in plain(refund_cards.wished(TEXTS, "en", card).text)
    assert "Ask for ¥4 back" in str(refund_cards.undo_over(TEXTS, "en", card).keyboard).replace("\u2068", "").replace(
        "\u2069", ""
    )


async def test_a_tap_says_how_much_is_on_its_way_also_when_it_arrives_at_once(world: World, gift: Tip):
    card = await world.refunds.take_back(gift.id, world.alice)
    assert "¥4 is on its way" in plain(cards.take_back_asked(TEXTS, "en", card).text)


async def test_a_part_that_failed_is_told_with_its_own_sum(world: World, gift: Tip):
    await heard(world)
    world.time.passes(minutes=1)
    await world.deliver(
        EventKind.REFUND_FAILED, gift, "evt_f", their_id="re_1", charge="ch_1", minor=100,
        at=int(world.time().timestamp()),
    )  # fmt: skip
    assert (await world.fresh(gift)).kept == cny("5")
    said = dict(await heard(world))
    assert "<b>¥1 could not be returned</b>" in said[NoticeKind.REFUND_FAILED]


async def test_in_chinese_too(world: World, gift: Tip):
    ((_, words),) = await heard(world, "zh-CN")
    assert ZH_PART in words
