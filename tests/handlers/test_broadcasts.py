"""/broadcast: from the first word to the outcome, and what is refused on the way."""

from typing import Any

import pytest
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import EditMessageText, SendMessage, SendPhoto

from bot import callbacks as cb
from bot import notices
from bot.broadcast_progress import ProgressEditor
from giving.broadcasts import BroadcastState, Content, DeliveryState, Outcome, Segment
from giving.errors import NobodyAsked, NobodyElse, PriceNotConfirmed
from giving.people import Person, Role, Visitor
from giving.subscriptions import Often, SubscriptionKind
from services.broadcasts import BroadcastRules
from services.links import Links
from storage.broadcast_desk import BroadcastAsk
from tests.handlers.chat import Chat, answers, buttons, texts_of, urls
from tests.texts.words import TEXTS
from tests.world import SHANGHAI, World
from texts import zones

DAYS = SubscriptionKind.GIVING_DAYS
OWNER, ADMIN = 1003, 1001


@pytest.fixture
async def admin(world: World) -> Person:
    """An owner who reads Chinese, and an admin, the creator."""
    owner = await world.people.meet(Visitor(OWNER, "新来的", None, "zh-hans"), started=True)
    await world.people.grant(owner, ADMIN, Role.ADMIN)
    return owner


async def readers(world: World, number: int) -> None:
    for i in range(number):
        reader = await world.people.meet(Visitor(5000 + i, f"R{i}", None, "en" if i % 2 else "zh-hans"), started=True)
        await world.subscriptions.choose(reader, DAYS, Often.ALL)


async def write(chat: Chat, *, who: int = OWNER) -> list[Any]:
    """A draft with both languages and a button; what is shown of it."""
    await chat.says(who, "/broadcast")
    await chat.presses(who, "写一条新的")
    await chat.presses(who, "公益日")
    await chat.presses(who, "选好了")
    await chat.says(who, "明天是<公益日>")
    await chat.says(who, "Tomorrow is a giving day")
    return await chat.says(who, "去看看 | Look | https://example.org/day")


async def send(chat: Chat, world: World) -> dict[int, str]:
    """As the sender does: who gets it, in which language."""
    told: dict[int, str] = {}
    for broadcast in await world.sending.running():
        batch = await world.sending.begin(broadcast, 100)
        told |= {d.telegram_id: broadcast.content.text(d.language) for d in batch.deliveries}
        await world.sending.record([Outcome(d, DeliveryState.SENT, message_id=1) for d in batch.deliveries])
        await world.sending.begin(broadcast, 100)
        await world.sending.finish(broadcast)
    return told


def labels(method: Any) -> list[str]:
    return [text for text, _ in buttons(method)]


def editor(chat: Chat, world: World) -> ProgressEditor:
    return ProgressEditor(chat.bot, world.desk, world.projects, TEXTS, test_money=True)


async def test_written_looked_at_sent_and_its_outcome_told_in_one_message(chat: Chat, world: World, admin: Person):
    await readers(world, 3)
    chinese, english, desk = await write(chat)
    assert "明天是&lt;公益日&gt;" in chinese.text
    assert labels(chinese) == ["去看看", "少发一点", "不再收"]
    assert "Tomorrow is a giving day" in english.text
    assert labels(english) == ["Look", "Fewer of these", "None of these"]
    assert urls(english) == ["https://example.org/day"]
    assert "会发给 3 人" in texts_of([desk])[0]

    tried = [m for m in await chat.presses(OWNER, "只发给我试试") if isinstance(m, SendMessage)]
    of_zh, mine, of_en, theirs = tried
    assert ("中文" in (of_zh.text or ""), "English" in (of_en.text or "")) == (True, True)
    assert [(m.text, labels(m)) for m in (mine, theirs)] == [(m.text, labels(m)) for m in (chinese, english)]

    started = await chat.presses(OWNER, "现在就发", message=77)
    (progress,) = [m for m in started if isinstance(m, EditMessageText)]
    assert "已发 0 · 剩 3" in texts_of([progress])[0]
    assert await send(chat, world) == {
        5000: "明天是&lt;公益日&gt;", 5001: "Tomorrow is a giving day", 5002: "明天是&lt;公益日&gt;",
    }  # fmt: skip
    before = len(chat.calls.made)
    watching = editor(chat, world)
    await watching.renew()
    await watching.renew()
    (outcome,) = chat.calls.made[before:]
    assert isinstance(outcome, EditMessageText)
    assert outcome.message_id == progress.message_id, "the same message"
    assert "发完了" in (outcome.text or "")
    assert "已发 3 · 剩 0" in texts_of([outcome])[0]


async def test_only_readers_who_asked_are_counted_and_every_part_narrows_it(chat: Chat, world: World, admin: Person):
    await readers(world, 4)
    await chat.says(OWNER, "/broadcast")
    await chat.presses(OWNER, "写一条新的")
    (card,) = texts_of(await chat.presses(OWNER, "公益日"))
    assert "现在有 4 人" in card
    for label, people in (("○ 看 English", 2), ("✓ 看 English", 4), ("○ 看中文", 2), ("○ 博主", 0), ("✓ 博主", 2)):
        (card,) = texts_of(await chat.presses(OWNER, label))
        assert f"现在有 {people} 人" in card, label
    await chat.presses(OWNER, "○ 上个月捐过")
    (edited,) = [m for m in await chat.presses(OWNER, "○ 60 天没捐了") if isinstance(m, EditMessageText)]
    assert {"○ 上个月捐过", "✓ 60 天没捐了"} <= set(labels(edited)), "both together would be nobody"
    await chat.presses(OWNER, "○ 捐过某个项目")
    (card,) = texts_of(await chat.presses(OWNER, "免费午餐"))
    assert "捐过「免费午餐」" in card
    await chat.presses(OWNER, "○ 所在国家")
    (card,) = texts_of(await chat.presses(OWNER, "中国"))
    assert "在中国" in card


async def test_every_country_readers_live_in_can_be_chosen_page_by_page(chat: Chat, world: World, admin: Person):
    there = sorted(code for code in zones.countries() if code != "CN")[:70]
    await readers(world, len(there))
    living = [await world.people.meet(Visitor(5000 + i, f"R{i}", None, "en")) for i in range(len(there))]
    async with world.unit() as work:
        for i, code in enumerate(there):
            await work.subscriptions.choose_timezone(living[i].id, min(zones.zones_of(code)))
    await chat.says(OWNER, "/broadcast")
    await chat.presses(OWNER, "写一条新的")
    await chat.presses(OWNER, "公益日")
    (page,) = [m for m in await chat.presses(OWNER, "○ 所在国家") if isinstance(m, EditMessageText)]
    found = labels(page)
    for number in (2, 3):
        (page,) = [m for m in await chat.presses(OWNER, "下一页 ›") if isinstance(m, EditMessageText)]
        assert f"{number} / 3" in labels(page)
        found += labels(page)
    assert {zones.country("zh-CN", code) for code in [*there, "CN"]} <= set(found)
    last = zones.country("zh-CN", there[-1])
    (card,) = texts_of(await chat.presses(OWNER, last))
    assert (f"在{last}" in card, "现在有 1 人" in card) == (True, True)


async def test_above_a_size_another_admin_confirms_what_the_first_one_saw(chat: Chat, world: World, admin: Person):
    await readers(world, 6)  # world.desk asks for a second one above 5
    *_, desk = await write(chat)
    assert "另一位" in texts_of([desk])[0]
    assert "现在就发" not in labels(desk)
    (made_up,) = answers(await chat.taps(OWNER, started_of(desk).replace(":1:0", ":0:0")))
    assert "another admin" in made_up.text or "另一位" in made_up.text
    (answer,) = answers(await chat.presses(OWNER, "请另一位管理员确认"))
    assert "1 位管理员" in answer.text
    (own,) = answers(await chat.taps(OWNER, started_of(desk).replace(":1:0", ":0:1")))
    assert "另一位" in own.text, "one's own word doesn't count twice"
    assert await world.sending.running() == []

    links = Links("http://127.0.0.1:8081", "yizan_bot")
    (notice,) = [n for n in await world.outbox.claim() if n.kind == "broadcast_asked"]
    assert notice.recipient == ADMIN
    rendered = await notices.render([notice], world.outbox, TEXTS, links, test_money=True)
    assert rendered is not None
    await chat.bot.send_message(ADMIN, rendered.text, reply_markup=rendered.keyboard)
    shown = await chat.presses(ADMIN, "先看看")
    assert "Tomorrow is a giving day" in "".join(texts_of(shown))
    await chat.presses(ADMIN, "我确认")
    (running,) = await world.sending.running()
    assert running.audience == 6
    (late,) = answers(await chat.taps(ADMIN, started_of(desk).replace(":1:0", ":0:1")))
    assert late.show_alert


def started_of(desk: Any) -> str:
    return next(str(data) for _, data in buttons(desk) if data and data.startswith("bcx:"))


async def test_a_stale_preview_is_refused_and_the_new_one_shown(chat: Chat, world: World, admin: Person):
    await readers(world, 2)
    *_, old = await write(chat)
    await chat.presses(OWNER, "改 English")
    *_, new = await chat.says(OWNER, "Today is a giving day")
    assert started_of(new) != started_of(old)
    done = await chat.taps(OWNER, started_of(old))
    (answer,) = answers(done)
    assert answer.show_alert
    assert "Today is a giving day" in "".join(texts_of(done)), "the new one is shown"
    assert await world.sending.running() == []
    await chat.taps(OWNER, started_of(new))
    assert set((await send(chat, world)).values()) == {"明天是&lt;公益日&gt;", "Today is a giving day"}


async def test_far_more_people_than_were_shown_are_shown_before_it_goes(chat: Chat, world: World, admin: Person):
    world.desk.confirm_over = 1000
    await readers(world, 2)
    *_, old = await write(chat)
    await readers(world, 12)
    await chat.taps(OWNER, started_of(old))
    assert (await world.broadcasts.newest(admin))[0].state is BroadcastState.RUNNING, "ten more are nothing"

    *_, old = await write(chat)
    await readers(world, 23)
    done = await chat.taps(OWNER, started_of(old))
    (answer,) = answers(done)
    assert answer.show_alert
    assert "23" in answer.text
    assert "12" in answer.text
    assert "会发给 23 人" in "".join(texts_of(done)), "what it would do now"
    assert (await world.broadcasts.newest(admin))[0].state is BroadcastState.DRAFT
    await chat.taps(OWNER, started_of(next(shown for shown in reversed(done) if buttons(shown))))
    assert (await world.broadcasts.newest(admin))[0].state is BroadcastState.RUNNING


async def test_a_second_word_is_for_as_many_people_as_were_shown_to_either(chat: Chat, world: World, admin: Person):
    await readers(world, 6)
    *_, desk = await write(chat)
    await readers(world, 17)
    (answer,) = answers(await chat.taps(OWNER, started_of(desk)))
    assert "17" in answer.text, "nobody is asked about so many whom the first one never saw"
    draft = (await world.broadcasts.newest(admin))[0]
    assert (await world.desk.look(draft.id, admin)).ask is None
    await world.desk.ask(draft.id, draft.version, admin, people=17)
    shown = await chat.taps(ADMIN, look_at(draft))
    await readers(world, 28)
    done = await chat.taps(ADMIN, confirmation(shown))
    assert "28" in answers(done)[0].text
    assert await world.sending.running() == []
    await chat.taps(ADMIN, confirmation(done))
    (running,) = await world.sending.running()
    assert running.audience == 28


def confirmation(shown: list[Any]) -> str:
    return next(str(data) for each in shown for _, data in buttons(each) if str(data).startswith("bcx:"))


async def test_what_can_not_be_started_any_more_is_shown_as_it_is(chat: Chat, world: World, admin: Person):
    await readers(world, 2)
    *_, desk = await write(chat)
    await chat.presses(OWNER, "不要了")
    done = await chat.taps(OWNER, started_of(desk))
    assert answers(done)[0].show_alert
    assert "它已取消" in answers(done)[0].text
    assert "已取消" in "".join(texts_of(done))


async def test_paused_changed_for_those_not_told_yet_resumed_and_cancelled(chat: Chat, world: World, admin: Person):
    await readers(world, 3)
    await write(chat)
    await chat.presses(OWNER, "现在就发")
    (running,) = await world.sending.running()
    first = await world.sending.begin(running, 1)
    await world.sending.record([Outcome(d, DeliveryState.SENT, message_id=1) for d in first.deliveries])
    (paused,) = texts_of(await chat.presses(OWNER, "暂停"))
    assert "已暂停" in paused
    assert await send(chat, world) == {}
    await chat.presses(OWNER, "改中文")
    shown = await chat.says(OWNER, "后天才是公益日")
    assert said(shown)[1:4:2] == ["后天才是公益日", "Tomorrow is a giving day"], "in every language"
    await chat.presses(OWNER, "就用新的")
    assert await send(chat, world) == {}, "it was paused by hand, and is until somebody lets it go on"
    await chat.presses(OWNER, "继续发")
    told = await send(chat, world)
    assert first.deliveries[0].telegram_id not in told
    assert told == {5001: "Tomorrow is a giving day", 5002: "后天才是公益日"}

    *_, desk = await write(chat)
    await chat.taps(OWNER, started_of(desk))
    await chat.presses(OWNER, "剩下的不发了")
    await chat.presses(OWNER, "确定，不再发给别人")
    newest = (await world.broadcasts.newest(admin))[0]
    assert newest.state is BroadcastState.CANCELLED
    assert await send(chat, world) == {}


async def test_new_words_stop_it_until_they_are_confirmed_as_they_were_shown(chat: Chat, world: World, admin: Person):
    await readers(world, 3)
    await write(chat)
    await chat.presses(OWNER, "现在就发")
    await chat.presses(OWNER, "改 English")
    old = await chat.says(OWNER, "The day after tomorrow is a giving day")
    assert await send(chat, world) == {}, "nobody gets the words that somebody is changing"
    assert "3 人" in texts_of(old)[-1]
    await chat.presses(OWNER, "改 English")
    new = await chat.says(OWNER, "On Friday is a giving day")
    stale = await chat.taps(OWNER, button_of(old, "就用新的，接着发"))
    assert answers(stale)[0].show_alert
    assert "On Friday is a giving day" in said(stale), "the new ones are shown"
    assert await send(chat, world) == {}
    (progress,) = [
        m for m in await chat.taps(OWNER, button_of(new, "就用新的，接着发")) if m.__class__ is EditMessageText
    ]
    assert "正在发" in texts_of([progress])[0]
    assert set((await send(chat, world)).values()) == {"明天是&lt;公益日&gt;", "On Friday is a giving day"}


async def test_the_old_words_go_on_when_the_new_ones_are_dropped(chat: Chat, world: World, admin: Person):
    await readers(world, 2)
    await write(chat)
    await chat.presses(OWNER, "现在就发")
    await chat.presses(OWNER, "改中文")
    await chat.says(OWNER, "后天")
    await editor(chat, world).renew()
    shown = chat.calls.made[-1]
    assert "有新的内容等着定" in texts_of([shown])[0], "whoever watches is told why it stands still"
    assert "继续发" not in labels(shown)
    assert "看看新的内容" in labels(shown)
    newest = (await world.broadcasts.newest(admin))[0]
    go_on = cb.CastDo(deed=cb.CastDeed.RESUME, cast=newest.id).pack()
    assert "后天" in said(await chat.taps(ADMIN, go_on)), "from an older message it is not let go unseen"
    assert await send(chat, world) == {}
    await chat.presses(OWNER, "还用原来的，接着发")
    assert set((await send(chat, world)).values()) == {"明天是&lt;公益日&gt;", "Tomorrow is a giving day"}


async def test_above_a_size_another_admin_looks_at_the_new_words_too(chat: Chat, world: World, admin: Person):
    await readers(world, 6)
    *_, desk = await write(chat)
    await chat.presses(OWNER, "请另一位管理员确认")
    await chat.taps(ADMIN, started_of(desk).replace(":1:0", ":0:1"))
    (running,) = await world.sending.running()
    await chat.taps(OWNER, cb.CastDo(deed=cb.CastDeed.EDIT_EN, cast=running.id).pack())
    shown = await chat.says(OWNER, "On Friday is a giving day")
    assert "就用新的，接着发" not in labels(shown[-1])
    seen = await world.desk.edits.look(running.id, admin)
    assert seen is not None
    use = cb.CastEdit(act=cb.EditAct.USE, cast=running.id, edit=seen.edit.id).pack()
    assert "6" in (answers(await chat.taps(OWNER, use))[0].text or ""), "not alone, whatever is sent"
    assert await send(chat, world) == {}
    for notice in await world.outbox.claim():
        await world.outbox.sent([notice], 1)
    await chat.taps(OWNER, button_of(shown, "请另一位管理员确认"))
    (notice,) = [n for n in await world.outbox.claim() if n.kind == "broadcast_asked"]
    rendered = await notices.render([notice], world.outbox, TEXTS, Links("http://x", "yizan_bot"), test_money=True)
    assert rendered is not None
    assert "改一条正在群发" in rendered.text
    await chat.bot.send_message(ADMIN, rendered.text, reply_markup=rendered.keyboard)
    assert "On Friday is a giving day" in said(await chat.presses(ADMIN, "先看看"))
    await chat.presses(ADMIN, "我确认，用新的")
    assert set((await send(chat, world)).values()) == {"明天是&lt;公益日&gt;", "On Friday is a giving day"}


def said(done: list[Any]) -> list[str]:
    """Without the line that it is test money."""
    return [text.partition("\n\n<i>")[0] for text in texts_of(done)]


def button_of(shown: list[Any], label: str) -> str:
    return next(str(data) for text, data in buttons(shown[-1]) if text == label)


async def test_a_photo_comes_with_its_words(chat: Chat, world: World, admin: Person):
    await chat.says(OWNER, "/broadcast")
    await chat.presses(OWNER, "写一条新的")
    await chat.presses(OWNER, "公益日")
    await chat.presses(OWNER, "选好了")
    size = {"file_id": "photo-1", "file_unique_id": "u", "width": 9, "height": 9}
    bold = [{"type": "bold", "offset": 0, "length": 2}]
    await chat.says(OWNER, None, caption="明天见", caption_entities=bold, photo=[size])
    await chat.presses(OWNER, "这种语言不写")
    photo, *_ = await chat.presses(OWNER, "不要按钮")
    assert isinstance(photo, SendPhoto)
    assert photo.photo == "photo-1"
    assert "<b>明天</b>见" in (photo.caption or "")
    assert labels(photo) == ["少发一点", "不再收"]


@pytest.mark.parametrize(("words", "said"), [
    ("no link here", "https"), ("x | ftp://example.org", "https"), ("| https://example.org", "https"),
    ("a | b | c | https://example.org", "https"), ("\n".join(["a | https://example.org"] * 9), "6"),
])  # fmt: skip
async def test_buttons_that_lead_nowhere_are_said_and_asked_again(chat: Chat, world: World, admin: Person, words, said):
    await chat.says(OWNER, "/broadcast")
    await chat.presses(OWNER, "写一条新的")
    await chat.presses(OWNER, "公益日")
    await chat.presses(OWNER, "选好了")
    await chat.says(OWNER, "明天见")
    await chat.presses(OWNER, "这种语言不写")
    (refused,) = texts_of(await chat.says(OWNER, words))
    assert said in refused
    assert len(await chat.says(OWNER, "看 | https://example.org")) == 2


@pytest.mark.parametrize("words", ["", " ", "字" * 5000])
async def test_words_that_can_not_be_sent_are_said_at_once(chat: Chat, world: World, admin: Person, words: str):
    await chat.says(OWNER, "/broadcast")
    await chat.presses(OWNER, "写一条新的")
    await chat.presses(OWNER, "公益日")
    await chat.presses(OWNER, "选好了")
    (refused,) = texts_of(await chat.says(OWNER, words))
    assert "English" not in refused
    assert "English" in texts_of(await chat.says(OWNER, "明天见"))[0]


async def test_who_is_no_admin_sees_nothing(chat: Chat, world: World, admin: Person):
    await readers(world, 1)
    *_, desk = await write(chat)
    taps = [data for _, data in buttons(desk) if data]
    taps += [cb.CastGo(step=step).pack() for step in cb.CastStep] + [cb.CastKind(kind=DAYS).pack()]
    for data in taps:
        done = await chat.taps(1002, data)
        assert len(answers(done)) == 1
        assert "公益日" not in "".join(texts_of(done)), data
    (refused,) = texts_of(await chat.says(1002, "/broadcast"))
    assert "公益日" not in refused
    assert await world.sending.running() == []


async def test_a_progress_message_that_is_gone_is_let_go(chat: Chat, world: World, admin: Person):
    await readers(world, 2)
    await write(chat)
    await chat.presses(OWNER, "现在就发")
    assert len(await world.desk.cards()) == 1
    chat.calls.refuse_edits = "Bad Request: message to edit not found"
    await editor(chat, world).renew()
    assert await world.desk.cards() == []


async def test_an_outcome_that_can_not_be_shown_now_is_shown_later(
    chat: Chat, world: World, admin: Person, monkeypatch
):
    await readers(world, 2)
    await write(chat)
    await chat.presses(OWNER, "现在就发")
    await send(chat, world)
    watching = editor(chat, world)
    with monkeypatch.context() as away:
        away.setattr(chat.bot, "edit_message_text", no_network)
        await watching.renew()
    assert len(await world.desk.cards()) == 1
    await watching.renew()
    assert "发完了" in texts_of(chat.calls.made)[-1]
    assert await world.desk.cards() == []


async def no_network(*_: Any, **__: Any) -> None:
    raise TelegramNetworkError(EditMessageText(text="x"), "away")


async def paid_ask(world: World, audience: int = 6) -> Any:
    """A draft whose fast sending the owner asked for."""
    await readers(world, audience)
    rules = BroadcastRules(zone=SHANGHAI, language="zh-CN", paid=True, paid_per_second=100)
    world.broadcasts._rules = rules
    owner = await world.people.meet(Visitor(OWNER, "新来的", None, "zh-hans"), started=True)
    draft = await world.broadcasts.draft(DAYS, Segment(), Content({"zh-CN": "明天"}), owner)
    assert await world.desk.ask(draft.id, draft.version, owner, paid=True, stars=0) == 1
    return draft


async def test_a_second_admin_is_told_what_it_costs_and_who_asked_can_ask_again(chat: Chat, world, admin: Person):
    draft = await paid_ask(world)
    async with world.unit() as work:
        await work.broadcast_desk.ask(BroadcastAsk(draft.id, admin.id, draft.version, True, 7, world.time()))
    (second,) = [m for m in await chat.taps(ADMIN, look_at(draft)) if "Stars" in str(m) or "颗星" in str(m)]
    assert "7" in texts_of([second])[0]
    assert any("7 颗星" in label or "7 Stars" in label for label in labels(second))
    own = (await chat.taps(OWNER, look_at(draft)))[-2]
    assert any("请" in label for label in labels(own))
    assert not any("我确认" in label for label in labels(own))


async def test_a_second_word_counts_only_for_what_was_shown_beside_its_button(chat: Chat, world, admin: Person):
    """Asked for free, then for Stars, then for more of them: the words have not changed, what was confirmed has."""
    draft = await paid_ask(world)
    old = ""
    for paid, stars in ((False, 0), (True, 7), (True, 9)):
        await world.desk.ask(draft.id, draft.version, admin, paid=paid, stars=stars)
        if old:
            done = await chat.taps(ADMIN, old)
            (answer,) = answers(done)
            assert answer.show_alert
            assert any(str(stars) in label for shown in done for label in labels(shown)), "what is asked for now"
            assert await world.sending.running() == []
        else:
            done = await chat.taps(ADMIN, look_at(draft))
        old = next(str(data) for shown in done for _, data in buttons(shown) if str(data).startswith("bcx:"))
    await chat.taps(ADMIN, old)
    (running,) = await world.sending.running()
    assert running.paid


def look_at(draft: Any) -> str:
    return cb.CastDo(deed=cb.CastDeed.LOOK, cast=draft.id).pack()


async def test_what_costs_more_by_now_or_was_asked_by_who_may_not_any_more_is_asked_anew(world: World, admin: Person):
    draft, second = await paid_ask(world), world.creator
    for i in range(300):  # it is more than a second's worth now
        reader = await world.people.meet(Visitor(8000 + i, "R", None, "en"), started=True)
        await world.subscriptions.choose(reader, DAYS, Often.ALL)
    with pytest.raises(PriceNotConfirmed):
        await world.desk.confirm(draft.id, draft.version, second, stars=0)
    assert (await world.desk.look(draft.id, second)).ask is None

    await world.desk.ask(draft.id, draft.version, second)
    await world.people.revoke(admin, ADMIN, Role.ADMIN)
    with pytest.raises(NobodyAsked):
        await world.desk.confirm(draft.id, draft.version, admin)
    assert (await world.desk.look(draft.id, admin)).ask is None
    assert await world.sending.running() == []
    with pytest.raises(NobodyElse):
        await world.desk.ask(draft.id, draft.version, admin)
