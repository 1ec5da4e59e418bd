"""A creator's way: added, on, posts get keyboards, figures, off."""

from typing import Any

from aiogram.methods import EditMessageReplyMarkup, SendMessage
from aiogram.types import ChatMemberAdministrator

from bot import callbacks as cb
from giving.ids import token_of
from giving.people import Visitor
from tests.handlers.chat import NOW, Chat, answers, buttons, keyboards_put, texts_of, urls, user
from tests.world import CHANNEL

OTHER = -1001000000002
RIGHTS = [
    name
    for name, field in ChatMemberAdministrator.model_fields.items()
    if field.is_required() and name not in ("status", "user")
]


def membership(status: str, **rights: bool) -> dict[str, Any]:
    member: dict[str, Any] = {"status": status, "user": {"id": 100000001, "is_bot": True, "first_name": "益赞"}}
    if status == "administrator":
        member |= dict.fromkeys(RIGHTS, False) | rights
    if status == "kicked":
        member |= {"until_date": 0}
    return member


async def changed(
    chat: Chat, old: object, new: object, *, person: int = 1001, channel: int = OTHER, kind: str = "channel"
) -> list[Any]:
    where = {"id": channel, "type": kind, "title": "<新>频道", "username": "new_channel"}
    body = {"chat": where, "from": user(person), "date": NOW, "old_chat_member": old, "new_chat_member": new}
    return await chat.feed(my_chat_member=body)


async def test_added_with_rights_it_says_what_it_does_and_offers_to_switch_on(chat, world):
    new = membership("administrator", can_edit_messages=True, can_post_messages=True)
    (message,) = await changed(chat, membership("left"), new)
    assert message.chat_id == 1001
    assert "&lt;新&gt;频道" in message.text
    assert "权限齐了" in message.text
    assert [text for text, _ in buttons(message)] == ["开启公益赞赏"]


async def test_added_without_rights_it_says_what_is_missing(chat, world):
    (message,) = await changed(chat, membership("left"), membership("administrator", can_post_messages=True))
    assert "还差一项权限" in message.text


async def test_removed_it_says_that_nothing_is_lost(chat, world):
    full = membership("administrator", can_edit_messages=True)
    (message,) = await changed(chat, full, membership("kicked"))
    assert "我已离开" in message.text


async def test_a_channels_creator_is_told_too_when_another_administrator_removes_the_bot_or_takes_a_right(chat, world):
    full = membership("administrator", can_edit_messages=True)
    both = await changed(chat, full, membership("administrator"), person=1002, channel=CHANNEL)
    assert [message.chat_id for message in both] == [1002, 1001]
    assert "还差一项权限" in both[1].text
    both = await changed(chat, full, membership("kicked"), person=1002, channel=CHANNEL)
    assert [message.chat_id for message in both] == [1002, 1001]
    assert "我已离开" in both[1].text
    assert len(await changed(chat, full, full, person=1002, channel=CHANNEL)) == 1, "nothing that concerns them"


async def test_who_never_started_the_bot_can_not_be_told_and_nothing_breaks(chat, world):
    chat.calls.blocked.add(1001)
    assert await changed(chat, membership("left"), membership("administrator", can_edit_messages=True)) == []


async def test_a_person_who_blocks_the_bot_is_marked(chat, world):
    await changed(chat, membership("member"), membership("kicked"), person=1002, channel=1002, kind="private")
    assert not (await world.people.meet(Visitor(1002, "Alice", "alice", "en"))).reachable


async def test_from_added_to_on_in_five_taps(chat, world):
    world.rights.administrators.add((OTHER, 1001))
    await changed(chat, membership("left"), membership("administrator", can_edit_messages=True))
    await chat.presses(1001, "开启公益赞赏")
    await chat.presses(1001, "免费午餐")
    assert "¥300,000" in texts_of(chat.calls.made)[-1]
    done = await chat.presses(1001, "就选它")
    assert "开启了" in texts_of(done)[0]
    assert len(answers(done)) == 1

    (edit,) = keyboards_put(await post(chat, channel=OTHER, message=50))
    assert (edit.chat_id, edit.message_id) == (OTHER, 50)
    assert [text for text, _ in buttons(edit)] == ["❤ 公益赞赏 · 100% 捐出 · 测试", "¥1", "¥5", "¥10", "其他"]
    assert urls(edit)[0].startswith("https://t.me/yizan_bot?start=p_")


async def post(chat: Chat, *, channel: int = CHANNEL, message: int = 50, **more: Any) -> list[Any]:
    where = {"id": channel, "type": "channel", "title": "C"}
    body = {"message_id": message, "date": NOW, "chat": where, "sender_chat": where, "text": "早安", **more}
    return await chat.feed(channel_post=body)


async def test_a_post_keeps_its_own_buttons(chat, world):
    own = {"inline_keyboard": [[{"text": "mine", "url": "https://example.org"}]]}
    assert await post(chat, reply_markup=own) == []


async def test_albums_forwards_and_service_messages_get_no_keyboard(chat, world):
    origin = {"type": "hidden_user", "date": NOW, "sender_user_name": "x"}
    assert await post(chat, forward_origin=origin) == []
    assert await post(chat, message=51, media_group_id="1") == []
    assert await post(chat, text=None, new_chat_title="新名字") == []


async def test_the_same_post_again_gets_the_same_keyboard(chat, world):
    first, again = await post(chat), await post(chat)
    assert buttons(first[0]) == buttons(again[0])


async def test_who_is_no_administrator_now_is_refused_and_nothing_changes(chat, world):
    world.rights.administrators.clear()
    off = cb.ChatDo(chat=world.chat.chat.id, deed=cb.ChatDeed.OFF).pack()
    confirm = cb.ChatConfirm(chat=world.chat.chat.id, project=world.meals.id).pack()
    for data in (off, confirm):
        (answer,) = answers(await chat.taps(1001, data))
        assert answer.show_alert
        assert "管理员" in answer.text
    assert (await world.creators.chat(world.chat.chat.id, world.creator)).chat == world.chat.chat


async def test_somebody_elses_channel_is_unknown(chat, world):
    for deed in cb.ChatDeed:
        (answer,) = answers(await chat.taps(1002, cb.ChatDo(chat=world.chat.chat.id, deed=deed).pack()))
        assert answer.show_alert


async def test_charity_lists_channels_or_says_how_to_begin(chat, world):
    assert "@yizan_bot" in texts_of(await chat.says(1002, "/charity"))[0]
    (message,) = await chat.says(1001, "/charity")
    assert "已开启" in message.text
    await changed(chat, membership("left"), membership("administrator", can_edit_messages=True))
    (message,) = await chat.says(1001, "/charity")
    assert "● " in message.text
    assert "○ " in message.text
    assert "返回" not in str(buttons(message))
    (message,) = await chat.says(1001, "/charity stats")
    assert len(buttons(message)) == 2


async def test_stats_show_periods_and_top_posts(chat, world):
    (empty,) = texts_of(await chat.says(1001, "/charity stats"))
    assert "还没有人赞赏" in empty
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    (text,) = texts_of(await chat.says(1001, "/charity stats"))
    for period in ("今天：1 人 · 1 笔", "本周", "本月", "总计", "今天读《小王子》"):
        assert period in text
    assert "https://t.me/xiaowen_reads/7" in text


async def test_off_then_no_keyboard(chat, world):
    (text,) = texts_of(await chat.says(1001, "/charity off"))
    assert "已关闭" in text
    assert await post(chat) == []
    one = cb.TipTap(post=world.post.id, minor=100, currency="CNY").pack()
    (answer,) = answers(await chat.taps(1002, one, chat=CHANNEL))
    assert "off" in answer.text


async def test_searching_a_project_for_a_channel(chat, world):
    await chat.says(1001, "/charity on")
    await chat.presses(1001, "搜索")
    (message,) = [m for m in await chat.says(1001, "午餐") if isinstance(m, SendMessage)]
    labels = [text for text, _ in buttons(message)]
    assert any("免费午餐" in text for text in labels)
    assert not any("图书馆" in text for text in labels)
    (message,) = await chat.says(1001, "不存在的词")
    assert "没有找到" in message.text


async def test_in_groups_it_speaks_in_private_and_keeps_quiet(chat, world):
    (message,) = await changed(chat, membership("left"), membership("member"), channel=-5, kind="group")
    assert message.chat_id == 1001
    where = {"id": -5, "type": "group", "title": "G"}
    body = {"message_id": 1, "date": NOW, "chat": where, "from": user(1002), "text": "/start"}
    assert await chat.feed(message=body) == []


async def test_the_posts_keyboard_is_the_one_whose_token_the_counter_opens(chat, world):
    (edit,) = await post(chat, message=7)
    assert isinstance(edit, EditMessageReplyMarkup)
    assert urls(edit) == [f"https://t.me/yizan_bot?start=p_{token_of(world.post.id)}"]


async def test_where_the_bot_has_left_tipping_is_paused_and_can_be_switched_off_without_asking_telegram(chat, world):
    full = membership("administrator", can_edit_messages=True)
    (told,) = await changed(chat, full, membership("left"), channel=CHANNEL)
    assert urls(told) == ["https://t.me/yizan_bot?startchannel&admin=post_messages+edit_messages"]
    world.rights.administrators.clear()
    (card,) = await chat.says(1001, "/charity")
    assert "暂停" in card.text
    assert urls(card) == urls(told)
    (text,) = texts_of(await chat.presses(1001, "关闭"))
    assert "已关闭" in text


async def test_who_has_no_channel_yet_gets_the_button_that_adds_the_bot(chat, world):
    (none,) = await chat.says(1002, "/charity")
    assert urls(none) == ["https://t.me/yizan_bot?startchannel&admin=post_messages+edit_messages"]
