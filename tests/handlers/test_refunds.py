"""Undo within half an hour, asking later, and what admins decide."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from bot import callbacks as cb
from bot import cards
from giving.people import Role
from giving.tips import Tip
from services.links import Links
from storage.refunds import RefundState
from storage.tables import tips
from tests.handlers.chat import Chat, answers, texts_of
from tests.texts.words import TEXTS
from tests.world import World


async def gift(world: World, amount: str, number: int) -> Tip:
    """Paid now, by the world's own clock."""
    tip = await world.tip(world.alice, amount, key=f"q{number}")
    return await world.pay(tip, world.alice, charge=f"ch_{number}", at=int(world.time().timestamp()))


async def press(chat: Chat, person: int, data: Any) -> str:
    return texts_of(await chat.taps(person, data.pack()))[0]


async def test_a_gift_is_undone_within_half_an_hour_and_later_asked_for(chat, world):
    first = await gift(world, "1", 1)
    world.time.passes(minutes=29)
    assert "on its way back" in await press(chat, 1002, cb.TakeBack(tip=first.id))
    assert len(world.rail.refunds) == 1
    second = await gift(world, "5", 2)
    world.time.passes(minutes=31)
    assert "More than 30 minutes" in await press(chat, 1002, cb.TakeBack(tip=second.id))
    assert "the operator says" in texts_of(await chat.presses(1002, "Ask for ¥5 back"))[0]
    assert len(world.rail.refunds) == 1, "an admin decides"


async def test_admins_decide_with_a_reason_that_is_kept_and_told(chat, world):
    tips = [await gift(world, "5", number) for number in (1, 2)]
    world.time.passes(hours=1)
    for tip in tips:
        await world.refunds.wish(tip.id, world.alice)
    assert "申请退款" not in texts_of(await chat.says(1004, "/refunds"))[0], "Bob has no such role"
    async with world.unit() as work:
        await work.people.grant(world.creator.id, Role.FINANCE, by=None, now=world.time())
    listed = texts_of(await chat.says(1001, "/refunds"))[0]
    assert listed.count("¥5") == 2
    assert "Alice" not in listed, "who gave is nobody's business here"
    (first, second) = await world.refunds.wishes()
    await press(chat, 1001, cb.RefundDecide(refund=first.id, yes=True))
    assert "正在退回" in texts_of(await chat.says(1001, "付错了"))[0]
    await press(chat, 1001, cb.RefundDecide(refund=second.id, yes=False))
    assert "不退" in texts_of(await chat.says(1001, "项目已经用掉了"))[0]
    assert len(world.rail.refunds) == 1
    async with world.unit.read() as work:
        kept = await work.refunds.of([tip.id for tip in tips])
        acts = [act.record.action for act in await work.audit.list(limit=5)]
    assert [(kept[tip.id].state, kept[tip.id].reason) for tip in tips] == [
        (RefundState.ASKED, "付错了"), (RefundState.DECLINED, "项目已经用掉了"),
    ]  # fmt: skip
    assert acts[:2] == ["refund.declined", "refund.granted"]
    await press(chat, 1001, cb.RefundDecide(refund=first.id, yes=False))
    assert "决定过" in texts_of(await chat.says(1001, "再想想"))[0]
    assert "没有人" in texts_of(await chat.says(1001, "/refunds"))[0]


@pytest.mark.parametrize(("days", "says"), [
    (30, None), (14, "只能在 2026年12月6日 之前原路退"), (1, "只能在 2026年11月23日 之前原路退"),
    (0, "只能退到 2026年11月22日，现在会被拒绝"),
])  # fmt: skip
async def test_admins_are_warned_of_what_its_rail_soon_gives_back_no_more(chat, world, days, says):
    await world.refunds.wish((await gift_wished(world)).id, world.alice)
    async with world.unit() as work:
        await work.people.grant(world.creator.id, Role.FINANCE, by=None, now=world.time())
    world.rail.capabilities = replace(world.rail.capabilities, refund_days=days)
    (listed,) = texts_of(await chat.says(1001, "/refunds"))
    listed = listed.replace("\u2068", "").replace("\u2069", "")
    assert ("⚠" in listed) is (says is not None)
    assert says is None or says in listed


async def gift_wished(world: World) -> Tip:
    found = await gift(world, "5", 1)
    world.time.passes(hours=1)
    return found


async def test_a_button_without_the_role_decides_nothing(chat, world):
    tip = await gift(world, "5", 1)
    world.time.passes(hours=1)
    await world.refunds.wish(tip.id, world.alice)
    (wish,) = await world.refunds.wishes()
    (answer,) = answers(await chat.taps(1004, cb.RefundDecide(refund=wish.id, yes=True).pack()))
    assert answer.show_alert
    assert len(await world.refunds.wishes()) == 1


async def test_what_one_charge_paid_is_undone_or_asked_for_from_its_receipt(chat, world):
    """A tab's receipt names several gifts: its button leads to them, each with its own way back."""
    first = await gift(world, "1", 1)
    world.time.passes(minutes=31)
    second = await gift(world, "5", 2)
    async with world.unit() as work:
        await work.connection.execute(update(tips).where(tips.c.id == first.id).values(payment_id=second.payment))
    both = await world.tips.cards([first.id, second.id])
    shown = cards.receipts(TEXTS, Links("http://127.0.0.1:8081", "yizan_bot"), "en", both)
    assert shown.keyboard is not None
    (data,) = [
        button.callback_data
        for row in shown.keyboard.inline_keyboard
        for button in row
        if button.callback_data == cb.BackOf(payment=second.payment, fresh=True).pack()
    ]
    (listed,) = texts_of(await chat.taps(1002, data))
    assert "You can undo it now" in listed
    assert "You can ask for it" in listed
    assert "on its way back" in texts_of(await chat.presses(1002, f"Take back ¥5 · {second.receipt_code[-3:]}"))[0]
    (listed,) = texts_of(await chat.taps(1002, data))
    assert "Asked for already" in listed
    ask = f"Ask for ¥1 back · {first.receipt_code[-3:]}"
    assert "the operator says" in texts_of(await chat.presses(1002, ask))[0]


async def test_my_gifts_lead_there_too(chat, world):
    await gift(world, "5", 1)
    await chat.says(1002, "/gifts")
    assert "You can undo it now" in texts_of(await chat.presses(1002, "Undo, or ask for one back"))[0]
    await chat.taps(1004, cb.BackPage().pack())
    assert "Nothing here yet" in texts_of(await chat.taps(1004, cb.BackPage().pack()))[0]
