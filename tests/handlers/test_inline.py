"""`@bot` in any chat, a slot's picture, and the way from a gift on the day to one's own page."""

from typing import Any

from aiogram.methods import AnswerInlineQuery, SendPhoto
from sqlalchemy import func, select

from bot.notices import render
from giving.ids import token_of
from giving.notices import NoticeKind
from sandbox.telegram.html import parse
from services.links import Links
from storage.tables import people
from tests.handlers.chat import Chat, answers, buttons, texts_of, user
from tests.services.giving_days.town import on
from tests.texts.words import TEXTS
from tests.world import World, cny


async def asks(chat: Chat, person: int, words: str = "") -> AnswerInlineQuery:
    query = {"id": "1", "from": user(person), "query": words, "offset": ""}
    (answer,) = await chat.feed(inline_query=query)
    assert isinstance(answer, AnswerInlineQuery)
    assert answer.is_personal
    for result in answer.results:
        parse(result.input_message_content.message_text)  # type: ignore[union-attr]
        assert all(b.url for row in result.reply_markup.inline_keyboard for b in row)  # type: ignore[union-attr]
    return answer


def ids(answer: AnswerInlineQuery) -> list[str]:
    return [str(result.id) for result in answer.results]


def text_of(answer: AnswerInlineQuery, number: int = 0) -> str:
    return str(answer.results[number].input_message_content.message_text)  # type: ignore[union-attr]


async def test_ones_own_slot_and_the_projects_of_the_day(chat: Chat, world: World) -> None:
    await world.slots.open(world.creator, world.library.id, "<晓雯>")
    mine = await world.slots.mine(world.creator)
    assert mine is not None
    slot = f"s_{token_of(mine.slot.id)}"
    assert ids(await asks(chat, 1001)) == [slot]
    await on(world)
    projects = [f"g_{token_of(each.id)}" for each in (world.library, world.meals)]
    answer = await asks(chat, 1001)
    assert ids(answer) == [slot, *projects]
    assert "&lt;晓雯&gt;" in text_of(answer)
    assert "测试" in text_of(answer), "what is shared says that it is test money"
    assert answer.button is None
    assert ids(await asks(chat, 1001, "午餐")) == [projects[1]]
    assert ids(await asks(chat, 1001, "nothing like it")) == []


async def test_a_closed_slot_is_not_offered_and_the_way_to_one_is(chat: Chat, world: World) -> None:
    await world.slots.open(world.creator, world.library.id, "晓雯")
    await world.slots.close(world.creator)
    answer = await asks(chat, 1001)
    assert ids(answer) == []
    assert answer.button is not None
    (shown,) = await chat.says(1001, f"/start {answer.button.start_parameter}")
    assert "重新打开" in str(buttons(shown))


async def test_who_only_types_the_bots_name_is_not_kept(chat: Chat, world: World) -> None:
    await on(world)

    async def known() -> int:
        async with world.unit.read() as work:
            return int(await work.connection.scalar(select(func.count()).select_from(people)) or 0)

    before = await known()
    answer = await asks(chat, 9001)
    assert len(answer.results) == 2
    assert await known() == before
    english = await asks(chat, 1002)
    assert "library project" in text_of(english)


async def test_a_picture_of_the_slot_on_the_day(chat: Chat, world: World) -> None:
    (none,) = answers(await chat.taps(1001, "sdo:picture"))
    assert none.show_alert
    await world.slots.open(world.creator, world.library.id, "晓雯")
    await on(world)
    await chat.says(1001, "/slot")
    (photo, _) = await chat.presses(1001, "分享图片")
    assert isinstance(photo, SendPhoto)
    content: Any = photo.photo
    assert content.data.startswith(b"\x89PNG")


async def test_anywhere_only_where_inline_mode_is_on(chat: Chat, world: World) -> None:
    await world.slots.open(world.creator, world.library.id, "晓雯")
    (off,) = await chat.says(1001, "/slot")
    assert "发到任何聊天" not in str(buttons(off))
    assert "t.me/yizan_bot?start=s_" in off.text
    chat.dispatcher["links"].inline = True
    (on_,) = await chat.says(1001, "/slot")
    assert "发到任何聊天" in str(buttons(on_))


async def test_a_gift_on_the_day_leads_to_a_page_of_ones_own(chat: Chat, world: World) -> None:
    plain = await world.pay(await world.tip(world.alice, "5", key="before"), world.alice, charge="ch_0")
    day = await on(world)
    offered, at = await world.tip(world.alice, "1", key="on it"), int(world.time().timestamp())
    tip = await world.pay(offered, world.alice, at=at)  # paid by the world's clock: today's may be long after the day
    assert (plain.day, tip.day) == (None, day.id)
    told = [n for n in await world.outbox.claim() if n.kind is NoticeKind.RECEIPT]
    labels = {}
    for notice in told:
        shown = await render([notice], world.outbox, TEXTS, Links("http://x", "yizan_bot"))
        assert shown is not None
        assert shown.keyboard is not None
        labels[notice.subject] = [b for row in shown.keyboard.inline_keyboard for b in row]
    assert "Open my own charity page" not in [b.text for b in labels[plain.id]]
    (opens,) = [b for b in labels[tip.id] if b.text == "Open my own charity page"]
    (confirm, _) = await chat.taps(1002, opens.callback_data or "")
    assert "library project" in texts_of([confirm])[0]
    await chat.presses(1002, "Open it" if "Open it" in str(buttons(confirm)) else buttons(confirm)[0][0])
    mine = await world.slots.mine(world.alice)
    assert mine is not None
    assert mine.project.project.id == world.library.id


async def test_on_the_day_a_project_and_a_slot_suggest_its_amounts(chat: Chat, world: World) -> None:
    await world.slots.open(world.creator, world.library.id, "晓雯")
    mine = await world.slots.mine(world.creator)
    assert mine is not None
    links = [f"/start g_{token_of(world.library.id)}", f"/start s_{token_of(mine.slot.id)}"]
    before = [[text for text, _ in buttons((await chat.says(1002, link))[0])][:4] for link in links]
    assert before == [["¥1", "¥5", "¥10", "Other"]] * 2
    day = await on(world, amounts=(cny("2"), cny("6.66")))
    for link in links:
        (card,) = await chat.says(1002, link)
        assert [text for text, _ in buttons(card)][:3] == ["¥2", "¥6.66", "Other"]
    world.time.now = day.ends_at
    await chat.presses(1002, "¥6.66")
    late = await chat.taps(1002, f"giv:666:CNY:{token_of(world.library.id)}")
    assert "¥6.66" in "".join(texts_of(late)), "the card of yesterday still gives"
