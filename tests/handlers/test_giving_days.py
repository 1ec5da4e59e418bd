"""/giving_day: the wizard, through the real dispatcher, on the services' own clock (2026-11-22, noon in Shanghai)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiogram.methods import EditMessageText, SendMessage

from bot import callbacks as cb
from giving.giving_days import Audience, DayAct, DayOfMonth, DayState, GivingDay, NthWeekday
from giving.ids import token_of
from giving.people import Role
from giving.subscriptions import Often, SubscriptionKind
from tests.handlers.chat import Chat, answers, buttons, texts_of, urls
from tests.services.giving_days.test_pools import a_pool, plain
from tests.services.giving_days.town import an_admin, drafted_day, on, plan, scheduled
from tests.world import World, cny

ADMIN, OTHER = 2001, 2002


@pytest.fixture(autouse=True)
async def admin(world: World) -> Any:
    return await an_admin(world)


def labels(method: Any) -> list[str]:
    return [text for text, _ in buttons(method)]


def shown(done: list[Any]) -> Any:
    """The one card that came."""
    (card,) = [m for m in done if isinstance(m, SendMessage | EditMessageText)]
    return card


async def days(world: World) -> list[GivingDay]:
    return list(await world.giving_days.list())


def local(*when: int) -> datetime:
    """A time in Shanghai as an instant."""
    return datetime(*when, tzinfo=UTC) - timedelta(hours=8)  # type: ignore[misc,arg-type]


async def test_who_may_not_run_days_is_refused(chat: Chat, world: World):
    await drafted_day(world)
    (text,) = texts_of(await chat.says(1002, "/giving_day"))
    assert "Your role" in text
    assert "One yuan day" not in text


async def test_from_the_last_one_to_scheduled_in_five_taps(chat: Chat, world: World):
    last = await on(world, texts={"zh-CN": "一起来"}, hashtag="#一元公益日")
    world.time.now = last.closes_at + timedelta(hours=1)
    (listed,) = await chat.says(ADMIN, "/giving_day")
    assert labels(listed)[0] == "照上一个再办一次"
    card = shown(await chat.presses(ADMIN, "照上一个"))
    new = (await days(world))[0]
    assert (new.state, new.titles, new.projects, new.amounts, new.texts, new.hashtag) == (
        DayState.DRAFT, last.titles, last.projects, last.amounts, last.texts, last.hashtag,
    )  # fmt: skip
    assert "2026年12月11日" in card.text
    assert "草稿" in card.text
    preview = shown(await chat.presses(ADMIN, "看预览"))
    assert "一起来" in preview.text
    assert "#一元公益日" in preview.text
    sure = shown(await chat.presses(ADMIN, "排期"))
    assert "自动开始" in sure.text
    assert (await world.giving_days.one(new.id)).state is DayState.DRAFT, "not before they say yes"
    done = shown(await chat.presses(ADMIN, "好，排期"))
    assert "排好了" in done.text
    assert (await world.giving_days.one(new.id)).state is DayState.SCHEDULED


async def test_a_new_one_by_four_questions(chat: Chat, world: World):
    (none,) = await chat.says(ADMIN, "/giving_day")
    assert labels(none) == ["办一个新的"]
    await chat.presses(ADMIN, "办一个新的")
    (refused,) = texts_of(await chat.says(ADMIN, "\u200b"))
    assert "看得见的名字" in refused
    projects = shown(await chat.says(ADMIN, "读书日"))
    assert "已选 0 个" in projects.text
    found = shown(await chat.says(ADMIN, "图书馆"))
    assert [label for label in labels(found) if "图书馆" in label]
    assert not [label for label in labels(found) if "免费午餐" in label]
    picked = shown(await chat.presses(ADMIN, "图书馆"))
    assert any(label.startswith("✓ 乡村图书馆") for label in labels(picked))
    await chat.presses(ADMIN, "全部项目")
    await chat.presses(ADMIN, "免费午餐")
    starts = shown(await chat.presses(ADMIN, "就这 2 个"))
    assert "2026年12月11日 00:00" in labels(starts)
    (unread,) = texts_of(await chat.says(ADMIN, "明天吧"))
    assert "2026-12-11 00:00" in unread
    (past,) = texts_of(await chat.says(ADMIN, "2026-11-22 11:00"))
    assert "已经过了" in past
    await chat.says(ADMIN, "２０２６-12-11 00：00")
    (early,) = texts_of(await chat.says(ADMIN, "2026-12-10 00:00"))
    assert "晚于开始" in early
    card = shown(await chat.says(ADMIN, "2026-12-11 24:00"))
    (day,) = await days(world)
    assert (day.starts_at, day.ends_at) == (local(2026, 12, 11), local(2026, 12, 12))
    assert (day.titles, day.projects, day.amounts, day.state) == (
        {"zh-CN": "读书日"}, (world.library.id, world.meals.id), (cny("1"),), DayState.DRAFT,
    )  # fmt: skip
    assert "还没有English标题" in texts_of([card])[0]
    assert labels((await chat.says(ADMIN, "多余的话"))[0]) != ["算了"], "the dialog is over"


async def change(chat: Chat, day: GivingDay, label: str) -> Any:
    await chat.taps(ADMIN, cb.DayDo(day=day.id, deed=cb.DayDeed.CHANGE).pack())
    return shown(await chat.presses(ADMIN, label))


@pytest.mark.parametrize(
    ("label", "says", "field", "becomes"),
    [
        ("标题 · English", "Books & <b>bread</b>", "titles", {"zh-CN": "一元公益日", "en": "Books & <b>bread</b>"}),
        ("介绍 · 简体中文", "一起来", "texts", {"zh-CN": "一起来"}),
        ("话题标签", "公益日", "hashtag", "#公益日"),
        ("建议金额", "10、1 5", "amounts", (cny("1"), cny("5"), cny("10"))),
        ("结束时间", "2026-11-25 00:00", "ends_at", local(2026, 11, 25)),
        ("开始时间", "2026-12-01 20:00", "starts_at", local(2026, 12, 1, 20)),
    ],
)  # fmt: skip
async def test_each_field_is_changed_by_words(chat: Chat, world: World, label, says, field, becomes):
    day = await drafted_day(world)
    await change(chat, day, label)
    card = shown(await chat.says(ADMIN, says))
    assert "改好了" in card.text
    changed = await world.giving_days.one(day.id)
    assert getattr(changed, field) == becomes
    if field == "starts_at":
        assert changed.ends_at == local(2026, 12, 2, 20), "it stays as long as it was"


@pytest.mark.parametrize(
    ("label", "says", "words"),
    [
        ("话题标签", "#1 2", "一个词"),
        ("建议金额", "很多", "1 到 6 个"),
        ("建议金额", "0.5", "最少 ¥1"),
        ("结束时间", "2026-11-21 00:00", "晚于开始"),
        ("结束时间", "2027-11-21 00:00", "最长 31 天"),
        ("开始时间", "2026-02-30 00:00", "2026-12-11 00:00"),
    ],
)
async def test_what_cannot_be_is_told_and_the_question_stays(chat: Chat, world: World, label, says, words):
    day = await drafted_day(world)
    await change(chat, day, label)
    for _ in range(2):
        (message,) = await chat.says(ADMIN, says)
        assert words in texts_of([message])[0]
        assert labels(message) == ["算了"]
    assert await world.giving_days.one(day.id) == day


async def test_what_may_be_empty_can_be_emptied_and_the_audience_is_a_tap(chat: Chat, world: World):
    day = await drafted_day(world, hashtag="#一元", texts={"zh-CN": "一", "en": "one"})
    await change(chat, day, "话题标签")
    await chat.presses(ADMIN, "留空")
    await change(chat, day, "介绍 · English")
    await chat.presses(ADMIN, "留空")
    await change(chat, day, "邀请谁")
    await chat.presses(ADMIN, "订阅了公益日消息的人")
    changed = await world.giving_days.one(day.id)
    assert (changed.hashtag, changed.texts, changed.audience) == ("", {"zh-CN": "一"}, Audience.SUBSCRIBERS)


async def test_projects_are_tapped_in_and_out(chat: Chat, world: World):
    day = await drafted_day(world, projects=(world.library.id,))
    await change(chat, day, "项目")
    await chat.presses(ADMIN, "免费午餐")
    picked = shown(await chat.presses(ADMIN, "乡村图书馆"))
    assert "已选 1 个" in picked.text
    await chat.presses(ADMIN, "就这 1 个")
    assert (await world.giving_days.one(day.id)).projects == (world.meals.id,)
    (forgotten,) = answers(await chat.presses(ADMIN, "就这 1 个"))
    assert "没留住" in forgotten.text, "the dialog is over"


async def test_a_preview_in_each_language_and_as_each_will_see_it(chat: Chat, world: World):
    day = await drafted_day(world, texts={"zh-CN": "<一起>", "en": "Together"}, audience=Audience.SUBSCRIBERS)
    await chat.taps(ADMIN, cb.DayDo(day=day.id, deed=cb.DayDeed.CARD).pack())
    chinese = shown(await chat.presses(ADMIN, "看预览"))
    assert "&lt;一起&gt;" in chinese.text
    assert urls(chinese) == [f"https://t.me/yizan_bot?start=g_{token_of(p.id)}" for p in (world.library, world.meals)]
    english = shown(await chat.presses(ADMIN, "读者 · English"))
    assert "Together" in english.text
    assert "读者会看到的" in english.text, "the head is in the admin's own language"
    creator = shown(await chat.presses(ADMIN, "博主 · 简体中文"))
    assert "点一下才会发" in creator.text
    done = await chat.presses(ADMIN, "发给我自己")
    sent = [m for m in done if isinstance(m, SendMessage)]
    assert [m.chat_id for m in sent] == [ADMIN] * 4
    assert ["Together" in m.text for m in sent] == [False, True, False, True]
    assert not [m for m in sent if "会看到的" in m.text], "just as it will be sent"


async def test_go_live_now_then_longer_then_over(chat: Chat, world: World):
    day = await drafted_day(world)
    await chat.taps(ADMIN, cb.DayDo(day=day.id, deed=cb.DayDeed.CARD).pack())
    await chat.presses(ADMIN, "看预览")
    sure = shown(await chat.presses(ADMIN, "现在就开始"))
    assert "内容不能再改" in sure.text
    live = shown(await chat.presses(ADMIN, "好，现在开始"))
    assert labels(live)[:3] == ["看预览", "延长", "现在结束"]
    assert await world.giving_days.on()
    await chat.presses(ADMIN, "延长")
    asked = shown(await chat.presses(ADMIN, "+3 小时"))
    assert (await world.giving_days.one(day.id)).ends_at == day.ends_at, "not before they say yes"
    assert "延长到" in asked.text
    await chat.presses(ADMIN, "好，延长")
    (again,) = answers(await chat.presses(ADMIN, "好，延长"))
    assert "本来就要到" in again.text, "twice is once"
    assert (await world.giving_days.one(day.id)).ends_at == day.ends_at + timedelta(hours=3)
    await chat.taps(ADMIN, cb.DayAsk(day=day.id, field=cb.DayField.UNTIL).pack())
    await chat.says(ADMIN, "2026-11-24 00:00")
    await chat.presses(ADMIN, "好，延长")
    assert (await world.giving_days.one(day.id)).ends_at == local(2026, 11, 24)
    await chat.taps(ADMIN, cb.DayDo(day=day.id, deed=cb.DayDeed.CARD).pack())
    stop = shown(await chat.presses(ADMIN, "现在结束"))
    assert "晚一点付款也算" in stop.text
    await chat.presses(ADMIN, "好，现在结束")
    assert (await world.giving_days.one(day.id)).state is DayState.CLOSING
    assert not await world.giving_days.on()


async def test_cancelled_it_does_not_take_place(chat: Chat, world: World):
    day = await scheduled(world)
    await chat.taps(ADMIN, cb.DayDo(day=day.id, deed=cb.DayDeed.CARD).pack())
    await chat.presses(ADMIN, "取消这一天")
    assert (await world.giving_days.one(day.id)).state is DayState.SCHEDULED
    done = shown(await chat.presses(ADMIN, "好，取消"))
    assert labels(done) == ["看预览", "每月重复", "所有公益日"]
    (late,) = answers(await chat.presses(ADMIN, "好，取消"))
    assert late.show_alert


async def test_a_stale_preview_is_refused_and_the_new_one_shown(chat: Chat, world: World):
    day = await drafted_day(world)
    await chat.taps(ADMIN, cb.DayDo(day=day.id, deed=cb.DayDeed.CARD).pack())
    await chat.presses(ADMIN, "看预览")
    await chat.presses(ADMIN, "排期")
    await world.giving_days.change(day.id, None, titles={"zh-CN": "另一个名字"})
    done = await chat.presses(ADMIN, "好，排期")
    card = shown(done)
    assert "内容又改了" in card.text
    assert "另一个名字" in card.text
    assert answers(done)[0].show_alert
    assert (await world.giving_days.one(day.id)).state is DayState.DRAFT
    await chat.presses(ADMIN, "排期")
    await chat.presses(ADMIN, "好，排期")
    assert (await world.giving_days.one(day.id)).state is DayState.SCHEDULED


async def test_many_readers_need_a_second_admin(chat: Chat, world: World, monkeypatch: pytest.MonkeyPatch):
    day = await to_many(world, monkeypatch)
    other = await an_admin(world, OTHER, "第二位")
    await chat.taps(ADMIN, cb.DayPreview(day=day.id, view=cb.DayView.AUDIENCE, language="zh-CN").pack())
    await chat.presses(ADMIN, "排期")
    asked = shown(await chat.presses(ADMIN, "请另一位管理员确认"))
    assert "等他们一句话" in asked.text
    assert (await world.giving_days.one(day.id)).state is DayState.DRAFT
    seen = cb.DayPreview(day=day.id, view=cb.DayView.AUDIENCE, language="zh-CN").pack()
    assert "我确认，可以排期" not in labels(shown(await chat.taps(ADMIN, seen))), "their own word does not count"
    digest = (await world.giving_days.preview(day.id)).digest
    (own,) = answers(await chat.taps(ADMIN, cb.DayConfirm(day=day.id, digest=digest).pack()))
    assert "另一位管理员" in own.text
    await world.people.revoke_from_command_line(OTHER, Role.ADMIN)
    (gone,) = answers(await chat.taps(OTHER, cb.DayConfirm(day=day.id, digest=digest).pack()))
    assert gone.show_alert
    assert (await world.giving_days.one(day.id)).state is DayState.DRAFT, "no admin any more"
    await world.people.grant_from_command_line(OTHER, Role.ADMIN)
    await chat.taps(OTHER, seen)
    done = shown(await chat.presses(OTHER, "我确认，可以排期"))
    assert "排好了" in done.text
    assert (await world.giving_days.one(day.id)).state is DayState.SCHEDULED
    assert other.id != (await world.giving_days.one(day.id)).asked_by


async def test_who_asks_again_still_waits_for_another_admin(chat: Chat, world: World, monkeypatch: pytest.MonkeyPatch):
    day = await to_many(world, monkeypatch)
    await an_admin(world, OTHER, "第二位")
    seen = cb.DayPreview(day=day.id, view=cb.DayView.AUDIENCE, language="zh-CN").pack()
    for label, act in [("排期", DayAct.SCHEDULE), ("排期", DayAct.SCHEDULE), ("现在就开始", DayAct.GO_LIVE)]:
        await chat.taps(ADMIN, seen)
        await chat.presses(ADMIN, label)
        asked = shown(await chat.presses(ADMIN, "请另一位管理员确认"))
        assert "已经请其他管理员确认" in asked.text
        waiting = await world.giving_days.one(day.id)
        assert (waiting.state, waiting.asked_act) == (DayState.DRAFT, act)
        assert waiting.asked_by is not None
    await chat.taps(OTHER, seen)
    assert "开始了" in shown(await chat.presses(OTHER, "我确认，现在开始")).text
    assert (await world.giving_days.one(day.id)).state is DayState.LIVE


async def test_the_only_admin_hears_that_there_is_nobody_to_ask(
    chat: Chat, world: World, monkeypatch: pytest.MonkeyPatch
):
    day = await to_many(world, monkeypatch)
    await chat.taps(ADMIN, cb.DayPreview(day=day.id, view=cb.DayView.AUDIENCE, language="zh-CN").pack())
    await chat.presses(ADMIN, "排期")
    (alone,) = answers(await chat.presses(ADMIN, "请另一位管理员确认"))
    assert "/role_add" in alone.text
    assert (await world.giving_days.one(day.id)).asked_by is None


async def test_a_matching_fund_is_put_on_a_draft_by_a_tap_and_seen_in_the_preview(chat: Chat, world: World):
    day = await drafted_day(world)
    none = await change(chat, day, "配捐资金")
    assert "没有适合这一天的资金" in none.text
    pool = await a_pool(world, amount="50000", begins=timedelta(hours=2))
    unsigned = await a_pool(world, signed=False, amount="70")
    asked = await change(chat, day, "配捐资金")
    assert [label for label in labels(asked) if "Morning fund" in label] == [
        "Morning fund · ¥70", "Morning fund · ¥50,000"
    ]  # fmt: skip
    put = shown(await chat.presses(ADMIN, "Morning fund · ¥50,000"))
    assert "✓ Morning fund · ¥50,000" in labels(put)
    assert "改好了" in put.text
    both = shown(await chat.presses(ADMIN, "Morning fund · ¥70"))
    assert "还没签署" in both.text
    card = shown(await chat.taps(ADMIN, cb.DayDo(day=day.id, deed=cb.DayDeed.CARD).pack()))
    assert "配捐：晨星出 ¥50,000，1:1，" in plain(card.text)
    preview = shown(await chat.presses(ADMIN, "看预览"))
    assert "配捐：晨星出 ¥50,000，1:1，" in plain(preview.text)
    assert "¥70" not in preview.text, "readers are told of what is signed"
    english = cb.DayPreview(day=day.id, view=cb.DayView.CREATOR, language="en").pack()
    assert "Matched: ¥50,000 by 晨星, 1:1, from " in plain(shown(await chat.taps(ADMIN, english)).text)
    for fund in (pool, unsigned):
        await chat.taps(ADMIN, cb.DayPool(day=day.id, pool=fund.id, on=False).pack())
    assert (await world.giving_days.preview(day.id)).pools == ()
    stale = cb.DayWish(day=day.id, act=DayAct.SCHEDULE, digest="A" * 8).pack()
    assert "预览" in answers(await chat.taps(ADMIN, stale))[0].text


async def test_an_invitation_that_waits_goes_by_another_admins_tap(chat: Chat, world: World):
    await an_admin(world, OTHER, "另一位")
    day = await scheduled(world, audience=Audience.SUBSCRIBERS)
    for person in (world.alice, world.creator):
        await world.subscriptions.choose(person, SubscriptionKind.GIVING_DAYS, Often.ALL)
    world.giving_days.terms = replace(world.giving_days.terms, confirm_over=1)
    world.time.now = day.starts_at
    await world.day_steps.sweep()
    await world.invitations.sweep()
    card = cb.DayDo(day=day.id, deed=cb.DayDeed.CARD).pack()
    assert "已经请其他管理员确认" in shown(await chat.taps(ADMIN, card)).text
    theirs = shown(await chat.taps(OTHER, card))
    assert "等你一句话" in theirs.text
    assert "自动结束" in theirs.text, "and the day goes on"
    await chat.presses(OTHER, "看预览")
    done = shown(await chat.presses(OTHER, "我确认，发出邀请"))
    assert "邀请这就发出去" in done.text
    assert await world.invitations.sweep() == 1


@pytest.mark.parametrize("act", [DayAct.INVITE, DayAct.EXTEND, DayAct.CHANGE])
async def test_a_tap_for_what_no_button_asks_is_refused(chat: Chat, world: World, act: DayAct):
    day = await on(world)
    for data in (cb.DayWish(day=day.id, act=act), cb.DaySure(day=day.id, act=act)):
        (refused,) = answers(await chat.taps(ADMIN, data.pack()))
        assert refused.show_alert
    assert (await world.giving_days.one(day.id)).version == day.version


async def to_many(world: World, monkeypatch: pytest.MonkeyPatch) -> GivingDay:
    """A draft whose audience (everybody who subscribed: two) is over the setting."""
    for person in (world.alice, world.creator):
        await world.subscriptions.choose(person, SubscriptionKind.GIVING_DAYS, Often.ALL)
    monkeypatch.setattr(world.giving_days, "terms", replace(world.giving_days.terms, confirm_over=1))
    return await drafted_day(world, audience=Audience.SUBSCRIBERS)


async def test_it_repeats_every_month_by_a_rule(chat: Chat, world: World):
    day = await drafted_day(world, starts_at=local(2026, 12, 11), ends_at=local(2026, 12, 12))
    await chat.taps(ADMIN, cb.DayDo(day=day.id, deed=cb.DayDeed.CARD).pack())
    rules = shown(await chat.presses(ADMIN, "每月重复"))
    assert "每月 11 号" in labels(rules)
    assert "每月第二个周五" in labels(rules)
    card = shown(await chat.presses(ADMIN, "每月 11 号"))
    assert "下一次 2027年1月11日" in card.text
    assert await rule(world, day) == DayOfMonth(11)
    await chat.presses(ADMIN, "每月重复")
    await chat.presses(ADMIN, "第几个周几")
    await chat.presses(ADMIN, "最后一个")
    await chat.presses(ADMIN, "周日")
    assert await rule(world, day) == NthWeekday(-1, 6)
    await chat.presses(ADMIN, "每月重复")
    await chat.presses(ADMIN, "别的日子")
    (unread,) = texts_of(await chat.says(ADMIN, "32"))
    assert "1 到 31" in unread
    await chat.says(ADMIN, "31号")
    assert await rule(world, day) == DayOfMonth(31)
    await chat.presses(ADMIN, "每月重复")
    await chat.presses(ADMIN, "不再重复")
    assert await rule(world, day) is None


async def rule(world: World, day: GivingDay) -> Any:
    series = await world.giving_days.series_of(await world.giving_days.one(day.id))
    return series.rule if series else None


async def test_who_loses_the_role_in_the_middle_of_a_question_is_out_of_it(chat: Chat, world: World):
    day = await drafted_day(world)
    await change(chat, day, "标题 · 简体中文")
    await world.people.revoke_from_command_line(ADMIN, Role.ADMIN)
    (refused,) = texts_of(await chat.says(ADMIN, "新名字"))
    assert "你的身份不能做这件事" in refused
    assert "没看懂" not in texts_of(await chat.says(ADMIN, "新名字"))[0]
    assert await world.giving_days.one(day.id) == day


async def test_everybody_sees_a_day_by_its_link_but_no_draft(chat: Chat, world: World):
    draft = await drafted_day(world)
    (text,) = texts_of(await chat.says(1002, f"/start d_{token_of(draft.id)}"))
    assert "One yuan day" not in text
    day = await on(world)
    (card,) = await chat.says(1002, f"/start d_{token_of(day.id)}")
    assert "One yuan day" in card.text
    assert labels(card) == ["library project", "meals project"]
    assert plan(world).titles["en"] in card.text
