"""Amounts, pauses, finding one's channel, handing it over, and thanking: what a creator taps and reads."""

from typing import Any

import pytest

from bot import callbacks as cb
from bot.notices import render
from giving.people import Visitor
from giving.tips import OfferRequest
from services.creators import ChatSeen
from services.links import Links
from tests.handlers.chat import NOW, Chat, answers, buttons, keyboards_put, texts_of, user
from tests.handlers.test_creators import membership, post
from tests.services.test_thanks import subscribe
from tests.texts.words import TEXTS
from tests.world import CHANNEL, World, cny


def labels(method: Any) -> list[str]:
    return [text for text, _ in buttons(method)]


async def test_amounts_are_typed_and_stand_under_the_next_post(chat: Chat, world: World):
    await chat.says(1001, "/charity")
    (asked, _) = await chat.presses(1001, "按钮金额")
    assert "¥1 · ¥5 · ¥10" in asked.text
    (wrong,) = texts_of(await chat.says(1001, "很多"))
    assert "一到三个金额" in wrong
    (done,) = await chat.says(1001, "66 6.66")
    assert "¥6.66 · ¥66" in done.text
    (edit,) = keyboards_put(await post(chat))
    assert labels(edit)[1:] == ["¥6.66", "¥66", "其他"]
    (card,) = await chat.says(1001, "/charity")
    assert "按钮金额：¥6.66 · ¥66" in texts_of([card])[0]


async def test_amounts_are_chosen_or_given_back_to_the_service(chat: Chat, world: World):
    await chat.says(1001, "/charity")
    await chat.presses(1001, "按钮金额")
    assert "¥5 · ¥25 · ¥50" in texts_of(await chat.presses(1001, "¥5 · ¥25 · ¥50"))[0]
    await chat.presses(1001, "按钮金额")
    await chat.presses(1001, "用默认金额")
    assert (await world.creators.chat(world.chat.chat.id, world.creator)).chat.presets_minor == ()


async def test_an_unanswered_question_for_amounts_does_not_stick(chat: Chat, world: World):
    await chat.says(1001, "/charity")
    await chat.presses(1001, "按钮金额")
    await chat.presses(1001, "返回")
    (text,) = texts_of(await chat.says(1001, "66"))
    assert "没听懂" in text
    assert (await world.creators.chat(world.chat.chat.id, world.creator)).chat.presets_minor == ()


async def test_amounts_nobody_offered_are_held_to_the_limits(chat: Chat, world: World):
    for minor in ("1", "99999999.100"):
        (answer,) = answers(await chat.taps(1001, cb.ChatPresets(chat=world.chat.chat.id, minor=minor).pack()))
        assert answer.show_alert
    assert (await world.creators.chat(world.chat.chat.id, world.creator)).chat.presets_minor == ()


async def test_paused_a_tap_is_answered_politely_and_resumed_it_works_again(chat: Chat, world: World):
    await chat.says(1001, "/charity")
    assert "暂停了" in texts_of(await chat.presses(1001, "暂停"))[0]
    one = cb.TipTap(post=world.post.id, minor=100, currency="CNY").pack()
    (answer,) = answers(await chat.taps(1002, one, chat=CHANNEL))
    assert "paused; nothing was charged" in answer.text
    (other,) = answers(await chat.taps(1002, cb.TipOther(post=world.post.id).pack(), chat=CHANNEL))
    assert "paused" in other.text
    assert await post(chat) == []
    (card,) = await chat.says(1001, "/charity")
    assert "暂停中" in card.text
    assert "恢复了" in texts_of(await chat.presses(1001, "恢复"))[0]
    assert len(keyboards_put(await post(chat))) == 1


async def test_my_channel_is_found_by_a_forwarded_post_a_name_or_a_link(chat: Chat, world: World):
    world.rights.administrators.add((CHANNEL, 1002))
    world.rights.names["xiaowen_reads"] = CHANNEL
    origin = {
        "type": "channel", "date": NOW, "chat": {"id": CHANNEL, "type": "channel", "title": "x"}, "message_id": 7,
    }  # fmt: skip
    ways: list[dict[str, Any]] = [
        {"text": "今天读", "forward_origin": origin},
        {"text": "@xiaowen_reads"},
        {"text": "https://t.me/xiaowen_reads/7"},
        {"text": "t.me/c/1000000001/7"},
    ]
    for way in ways:
        await chat.says(1002, "/charity")
        await chat.taps(1002, cb.ChatFind().pack())
        (shown,) = await chat.says(1002, **way)
        assert "Found it" in shown.text
        assert "Run by 林晓雯" in texts_of([shown])[0]
        assert "Hand over" not in str(labels(shown))
    (listed,) = await chat.says(1002, "/charity")
    assert "Change project" in str(labels(listed))


async def test_a_channel_that_is_not_mine_is_refused_and_the_question_stays(chat: Chat, world: World):
    await chat.taps(1002, cb.ChatFind().pack())
    for words in ("@xiaowen_reads", "t.me/c/1000000001/7"):
        (text,) = texts_of(await chat.says(1002, words))
        assert "I can't find it" in text
        assert "晓雯" not in text
    (again,) = texts_of(await chat.says(1002, "???"))
    assert "Forward me one of its posts" in again


async def deliver(chat: Chat, world: World) -> list[Any]:
    """What the sender would send now."""
    world.time.passes(seconds=2)
    links, made = Links("http://127.0.0.1:8081", "yizan_bot"), []
    for notice in await world.outbox.claim():
        rendered = await render([notice], world.outbox, TEXTS, links, test_money=True)
        await world.outbox.sent([notice], 1)
        if rendered is not None:
            await chat.bot.send_message(notice.recipient, rendered.text, reply_markup=rendered.keyboard)
            made.append(chat.calls.made[-1])
    return made


async def test_handed_over_by_two_people_tapping(chat: Chat, world: World):
    world.rights.administrators.add((CHANNEL, 1002))
    await chat.says(1001, "/charity")
    (choose, _) = await chat.presses(1001, "交给别人")
    assert labels(choose) == ["Alice", "返回"]
    assert "已经去问 Alice" in texts_of(await chat.presses(1001, "Alice"))[0]
    (question,) = await deliver(chat, world)
    assert question.chat_id == 1002
    assert "林晓雯" in question.text
    assert "library project" in question.text
    assert "from now on you run" in texts_of(await chat.presses(1002, "I'll take over"))[0]
    (told,) = await deliver(chat, world)
    assert told.chat_id == 1001
    assert "现在由 Alice 负责" in texts_of([told])[0]
    (gone,) = answers(await chat.taps(1001, cb.ChatDo(chat=world.chat.chat.id, deed=cb.ChatDeed.HAND_OVER).pack()))
    assert gone.show_alert


async def test_not_me_is_told_to_who_asked(chat: Chat, world: World):
    world.rights.administrators.add((CHANNEL, 1002))
    await chat.says(1001, "/charity")
    await chat.presses(1001, "交给别人")
    await chat.presses(1001, "Alice")
    await deliver(chat, world)
    await chat.presses(1002, "Not this time")
    (told,) = await deliver(chat, world)
    assert told.chat_id == 1001
    assert "暂时不接" in told.text


async def member(chat: Chat, person: int, old: object, new: object) -> list[Any]:
    where = {"id": CHANNEL, "type": "channel", "title": "C"}
    body = {"chat": where, "from": user(1002), "date": NOW, "old_chat_member": old, "new_chat_member": new}
    return await chat.feed(chat_member=body)


def person_as(status: str, person: int) -> dict[str, Any]:
    return membership(status) | {"user": user(person)}


async def test_a_creator_who_is_made_a_plain_member_loses_the_chat_and_an_administrator_takes_it(
    chat: Chat, world: World
):
    world.rights.administrators = {(CHANNEL, 1002)}
    await member(chat, 1001, person_as("administrator", 1001), person_as("member", 1001))
    lost, asked = sorted(await deliver(chat, world), key=lambda m: m.chat_id)
    assert (lost.chat_id, asked.chat_id) == (1001, 1002)
    assert "先暂停" in lost.text
    (refused,) = answers(await chat.taps(1001, cb.ChatDo(chat=world.chat.chat.id, deed=cb.ChatDeed.RESUME).pack()))
    assert refused.show_alert
    await chat.taps(1002, cb.ChatDo(chat=world.chat.chat.id, deed=cb.ChatDeed.TAKE_OVER).pack())
    assert (await world.creators.mine(world.alice))[0].chat.tipping


async def test_who_comes_and_goes_in_a_group_is_not_remembered(chat: Chat, world: World):
    where = {"id": CHANNEL, "type": "supergroup", "title": "C"}
    body = {
        "chat": where, "from": user(777), "date": NOW, "old_chat_member": person_as("left", 777),
        "new_chat_member": person_as("member", 777),
    }  # fmt: skip
    await chat.feed(chat_member=body)
    async with world.unit.read() as work:
        assert await work.people.by_telegram_id(777) is None


async def test_a_bot_that_comes_back_says_what_it_found(chat: Chat, world: World):
    full = membership("administrator", can_edit_messages=True)
    where = {"id": CHANNEL, "type": "channel", "title": "晓雯的阅读时光"}
    for old, new in ((full, membership("left")), (membership("left"), full)):
        body = {"chat": where, "from": user(1001), "date": NOW, "old_chat_member": old, "new_chat_member": new}
        made = await chat.feed(my_chat_member=body)
    assert "之前的设置都还在" in made[-1].text
    assert "乡村图书馆" in made[-1].text


@pytest.mark.parametrize("words", ["谢谢你们 <b>❤</b>", "长" * 4000])
async def test_thanks_are_previewed_and_sent_to_those_who_wish_it(chat: Chat, world: World, words: str):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    (answer,) = answers(await chat.taps(1001, cb.ChatDo(chat=world.chat.chat.id, deed=cb.ChatDeed.THANK).pack()))
    assert "还没有愿意收到感谢" in answer.text
    await subscribe(world, world.alice)
    await chat.says(1001, "/charity stats")
    await chat.presses(1001, "谢谢大家")
    assert "有 1 位" in texts_of(chat.calls.made)[-1]
    (sticker,) = texts_of(await chat.says(1001, None, sticker=None, caption=None))
    assert "请直接发文字" in sticker
    (preview,) = await chat.says(1001, words)
    assert "林晓雯" in preview.text
    assert words[:20].replace("<b>", "&lt;b&gt;")[:10] in preview.text
    await deliver(chat, world)  # receipts and the digest of the gift
    assert "发出去了" in texts_of(await chat.presses(1001, "就这样，发出去"))[0]
    (thanked,) = [m for m in await deliver(chat, world) if m.chat_id == 1002]
    assert "thanks you for your charity tip in" in thanked.text
    (stopped,) = answers(await chat.presses(1002, "None of these"))
    assert "none from now on" in stopped.text
    assert await world.subscriptions.of(world.alice) == {}
    (late,) = answers(await chat.taps(1001, cb.ThanksSend(chat=world.chat.chat.id).pack()))
    assert "再写一次" in late.text


async def test_many_channels_come_in_pages(chat: Chat, world: World):
    for number in range(10):
        seen = ChatSeen(-1002000000000 - number, "channel", f"频道{number}" + "长" * 60, None)
        await world.creators.bot_changed(seen, world.rights.bot, world.creator)
    (listed,) = await chat.says(1001, "/charity")
    assert "频道0" in listed.text
    assert "频道9" not in listed.text
    (turned, _) = await chat.presses(1001, "下一页")
    assert "频道9" in turned.text
    (pick,) = await chat.says(1001, "/charity pause")
    assert "哪一个" in pick.text
    assert (await world.people.meet(Visitor(1001, "林晓雯", "xiaowen", "zh-hans"))).reachable


async def test_who_gave_on_the_slot_is_thanked_from_its_card(chat: Chat, world: World):
    slot = (await world.slots.open(world.creator, world.library.id, "晓雯")).slot
    await subscribe(world, world.alice)
    tip = await world.tips.offer(OfferRequest("s", world.alice.id, cny("5"), slot=slot.id))
    await world.pay(tip, world.alice, charge="ch_s")
    await chat.says(1001, "/slot")
    (asked, _) = await chat.presses(1001, "谢谢大家")
    assert "晓雯 的公益爱心位" in texts_of([asked])[0]
    (preview,) = await chat.says(1001, "谢谢你们")
    assert "“谢谢你们”" in texts_of([preview])[0]
    await chat.presses(1001, "就这样，发出去")
    (thanked,) = [m for m in await deliver(chat, world) if m.chat_id == 1002 and "charity page" in m.text]
    assert "谢谢你们" in thanked.text
