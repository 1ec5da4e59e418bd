"""公益爱心位 in the chat: opened by its creator, given on by who comes by its link."""

from typing import Any

from sqlalchemy import select

from bot import callbacks as cb
from giving.ids import token_of
from storage.tables import tips
from tests.handlers.chat import Chat, answers, buttons, texts_of, urls
from tests.services.test_tips import close
from tests.world import World


def labels(method: Any) -> list[str]:
    return [text for text, _ in buttons(method)]


async def opened(chat: Chat, world: World) -> str:
    await world.slots.open(world.creator, world.library.id, "林晓雯")
    card = await world.slots.mine(world.creator)
    assert card is not None
    return token_of(card.slot.id)


async def test_from_nothing_to_a_page_to_share(chat: Chat, world: World):
    (none,) = await chat.says(1001, "/slot")
    assert labels(none) == ["选个项目，开一个"]
    await chat.presses(1001, "选个项目")
    (confirm, _) = await chat.presses(1001, "免费午餐")
    assert "大家会看到的名字：<b>" in texts_of([confirm])[0]
    assert await world.slots.mine(world.creator) is None, "nothing is public before it is confirmed"
    (done, _) = await chat.presses(1001, "就这样，打开")
    assert "开好了" in done.text
    assert "http://127.0.0.1:8081/c/%E6%9E%97%E6%99%93%E9%9B%AF" in done.text
    assert "<code>我开了公益爱心位" in done.text
    assert "%E6%9E%97%E6%99%93%E9%9B%AF</code>" in done.text, "nothing invisible is copied with the link"
    (mine,) = await chat.says(1001, "/slot")
    assert labels(mine) == ["看页面", "分享图片（带二维码）", "我的月捐人", "换项目", "改名字", "谢谢大家", "关闭"]


async def test_another_name_than_ones_own(chat: Chat, world: World):
    await chat.says(1001, "/slot")
    await chat.presses(1001, "选个项目")
    await chat.presses(1001, "乡村图书馆")
    (refused,) = texts_of(await chat.says(1001, "\u200b\u202e"))
    assert "这个名字看不见" in refused
    assert labels(chat.calls.made[-1]) == ["算了"], "there is a way out"
    await chat.says(1001, "晓雯")
    (confirm,) = await chat.says(1001, "<晓雯>读书会")
    assert "大家会看到的名字：<b>&lt;晓雯&gt;读书会</b>" in texts_of([confirm])[0]
    assert await world.slots.mine(world.creator) is None, "nothing is public before it is confirmed"
    (done, _) = await chat.presses(1001, "就这样，打开")
    assert "晓雯-读书会" not in done.text.split("<code>")[0]
    card = await world.slots.mine(world.creator)
    assert card is not None
    assert (card.slot.name, card.slot.slug) == ("<晓雯>读书会", "晓雯-读书会")
    await chat.says(1001, "/slot")
    await chat.presses(1001, "改名字")
    (renamed,) = await chat.says(1001, "晓雯")
    assert "晓雯" in renamed.text


async def test_a_follower_gives_on_it(chat: Chat, world: World):
    token = await opened(chat, world)
    (card,) = await chat.says(1002, f"/start s_{token}")
    assert "charity page" in card.text
    assert "library project" in card.text
    assert labels(card) == ["¥1", "¥5", "¥10", "Other", "Give every month", "Project page"]
    done = await chat.presses(1002, "¥5")
    assert len(answers(done)) == 1
    assert any("http" in url for url in urls(done[0]))
    await chat.presses(1002, "Other")
    await chat.says(1002, "7")
    async with world.unit.read() as work:
        columns = (tips.c.amount_minor, tips.c.slot_id, tips.c.creator_id)
        rows = list(await work.connection.execute(select(*columns)))
    assert {(row.amount_minor, token_of(row.slot_id), row.creator_id) for row in rows} == {
        (500, token, world.creator.id), (700, token, world.creator.id),
    }  # fmt: skip


async def test_closed_it_says_so_everywhere(chat: Chat, world: World):
    token = await opened(chat, world)
    await chat.says(1002, f"/start s_{token}")
    await chat.says(1001, "/slot")
    await chat.presses(1001, "关闭")
    (text,) = texts_of(await chat.says(1002, f"/start s_{token}"))
    assert "isn't there" in text
    await opened(chat, world)
    await chat.says(1002, f"/start s_{token}")
    await world.slots.close(world.creator)
    (old, _) = await chat.presses(1002, "¥5")
    assert "off" in old.text
    assert labels(old) == ["Give to this project", "All projects"]


async def test_a_project_that_closed_offers_others(chat: Chat, world: World):
    token = await opened(chat, world)
    await close(world)
    (message,) = await chat.says(1002, f"/start s_{token}")
    assert "meals project" in str(labels(message))
    (mine,) = await chat.says(1001, "/slot")
    assert "请换一个项目" in mine.text


async def test_links_nobody_made_are_answered(chat: Chat, world: World):
    for payload in ("s_", "s_x", "s_" + "A" * 22):
        (text,) = texts_of(await chat.says(1002, f"/start {payload}"))
        assert "isn't there" in text
    for data in (cb.SlotOther(slot=world.library.id).pack(), "slt:100:CNY:x", "sop:x"):
        (answer,) = answers(await chat.taps(1002, data))
        assert answer.text
    (nothing,) = answers(await chat.taps(1002, cb.SlotDo(deed=cb.SlotDeed.CLOSE).pack()))
    assert nothing.show_alert
