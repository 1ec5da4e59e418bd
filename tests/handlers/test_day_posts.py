"""A creator's post on a giving day: told once, published by one tap, never twice, and never by itself."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiogram.exceptions import TelegramForbiddenError, TelegramNetworkError
from aiogram.methods import EditMessageReplyMarkup, SendMessage
from sqlalchemy import select

from bot import callbacks as cb
from bot.notices import render
from giving.giving_days import DayState, GivingDay, PostState
from giving.ids import token_of
from giving.notices import NoticeKind
from giving.quiet import QuietHours
from services.giving_days import DayPosts
from services.links import Links
from storage.tables import day_posts, outbox
from tests.handlers.chat import Chat, answers, buttons, texts_of, urls
from tests.services.giving_days.town import on
from tests.texts.words import TEXTS
from tests.world import CHANNEL, SHANGHAI, World, cny

CREATOR = 1001


async def live(world: World) -> GivingDay:
    """A day the clock has turned."""
    day = await on(world, hashtag="#一元公益日", texts={"zh-CN": "一起来"})
    await world.day_steps.sweep()
    return await world.giving_days.one(day.id)


async def rows(world: World) -> list[Any]:
    async with world.unit.read() as work:
        return list(await work.connection.execute(select(day_posts)))


async def called(world: World) -> list[Any]:
    async with world.unit.read() as work:
        kind = outbox.c.kind == NoticeKind.DAY_CALL
        return list(await work.connection.execute(select(outbox).where(kind)))


async def test_a_creator_is_told_by_day_on_their_own_clock(world: World) -> None:
    async with world.unit() as work:
        await work.subscriptions.choose_timezone(world.creator.id, "Europe/Berlin")
    day = await on(world)
    night = DayPosts(world.unit, world.creators, quiet=QuietHours(time(22), time(8), SHANGHAI), now=world.time)
    midnight = day.starts_at.astimezone(ZoneInfo("Europe/Berlin")).replace(hour=0)
    async with world.unit() as work:
        await night.call(work, day, replace(day, state=DayState.LIVE), midnight)
    (queued,) = await called(world)
    assert queued.due_at == midnight + timedelta(hours=8)


def in_channel(done: list[Any]) -> list[Any]:
    return [m for m in done if isinstance(m, SendMessage) and m.chat_id == CHANNEL]


def tap(world: World, day: GivingDay, tries: int = 0) -> str:
    return cb.DayPublish(day=day.id, chat=world.chat.chat.id, tries=tries).pack()


def way_in(day: GivingDay) -> str:
    return f"https://t.me/yizan_bot?start=g_{token_of(day.projects[0])}"


async def test_creators_are_told_once_with_the_post_and_the_button(world: World) -> None:
    day = await live(world)
    await world.day_steps.sweep()
    (queued,) = await called(world)
    assert (queued.person_id, queued.subject_id) == (world.creator.id, day.id)
    (notice,) = [n for n in await world.outbox.claim() if n.kind is NoticeKind.DAY_CALL]
    shown = await render([notice], world.outbox, TEXTS, Links("http://x", "yizan_bot"))
    assert shown is not None
    assert "和我一起捐给「\u2068乡村图书馆\u2069」" in shown.text
    assert shown.keyboard is not None
    assert [b.text for row in shown.keyboard.inline_keyboard for b in row] == ["发到 晓雯的阅读时光"]
    assert not await rows(world), "nothing is posted without the tap"


async def test_over_there_is_nothing_left_to_say(world: World) -> None:
    day = await live(world)
    (notice,) = [n for n in await world.outbox.claim() if n.kind is NoticeKind.DAY_CALL]
    await world.giving_days.stop(day.id, None)
    assert await render([notice], world.outbox, TEXTS, Links("http://x", "yizan_bot")) is None


async def test_one_tap_publishes_with_amounts_under_it_and_a_second_one_does_nothing(chat: Chat, world: World) -> None:
    day = await live(world)
    done = await chat.taps(CREATOR, tap(world, day))
    (post,) = in_channel(done)
    assert "一起来" in post.text
    assert "#一元公益日" in post.text
    assert urls(post) == [way_in(day)], "from its first moment there is a way to give"
    (put,) = [m for m in done if isinstance(m, EditMessageReplyMarkup)]
    assert "¥1" in str(buttons(put))
    assert way_in(day) not in urls(put)
    (row,) = await rows(world)
    assert (row.state, row.message_id, row.tries) == (PostState.POSTED, put.message_id, 1)
    card = next(m for m in done if m not in (post, put) and urls(m))
    assert urls(card) == [f"https://t.me/xiaowen_reads/{put.message_id}"]
    for tries in (0, 1):
        again = await chat.taps(CREATOR, tap(world, day, tries))
        assert not in_channel(again)
        assert answers(again)[0].show_alert


async def test_one_that_telegram_refuses_was_not_sent_and_can_be_tried_again(chat: Chat, world: World) -> None:
    day = await live(world)
    chat.calls.refuse["sendMessage"] = TelegramForbiddenError(method=None, message="Forbidden: not a member")  # type: ignore[arg-type]
    (answer,) = answers(await chat.taps(CREATOR, tap(world, day)))
    assert "权限" in answer.text
    assert not await rows(world)
    chat.calls.refuse.clear()
    assert in_channel(await chat.taps(CREATOR, tap(world, day)))


async def test_what_nobody_knows_is_said_and_tried_again_only_by_who_read_it(chat: Chat, world: World) -> None:
    day = await live(world)
    say = chat.calls.make_request
    lost: list[Any] = []

    async def losing(bot: Any, method: Any, timeout: int | None = None) -> Any:
        if isinstance(method, SendMessage) and method.chat_id == CHANNEL:
            lost.append(method)
            raise TelegramNetworkError(method, "Request timeout error")
        return await say(bot, method, timeout)

    chat.calls.make_request = losing  # type: ignore[method-assign]
    done = await chat.taps(CREATOR, tap(world, day))
    assert [urls(method) for method in lost] == [[way_in(day)]]
    (row,) = await rows(world)
    assert row.state == PostState.UNKNOWN
    assert "不知道「晓雯的阅读时光」那条发出去没有" in "".join(texts_of(done))
    chat.calls.make_request = say  # type: ignore[method-assign]
    old = await chat.taps(CREATOR, tap(world, day))
    assert not in_channel(old), "the first button, pressed twice, does not know of it"
    assert in_channel(await chat.taps(CREATOR, tap(world, day, 1)))
    assert not in_channel(await chat.taps(CREATOR, tap(world, day, 1)))
    assert [(row.state, row.tries) for row in await rows(world)] == [(PostState.POSTED, 2)]


async def test_after_a_crash_it_is_unknown_and_while_it_is_being_sent_nobody_else_sends(chat: Chat, world: World):
    day = await live(world)
    await world.day_posts.begin(day.id, world.chat.chat.id, world.creator, 0)  # and here the process died
    assert not in_channel(await chat.taps(CREATOR, tap(world, day)))
    assert not in_channel(await chat.taps(CREATOR, tap(world, day, 1))), "it may be on its way at this moment"
    world.time.now += timedelta(seconds=61)
    shown = await chat.taps(CREATOR, tap(world, day))
    assert not in_channel(shown)
    assert "频道里没有，再发到 晓雯的阅读时光" in str(buttons(shown[0]) + buttons(shown[-1]))
    assert in_channel(await chat.taps(CREATOR, tap(world, day, 1)))


@pytest.mark.parametrize("who", [1002, 1004])
async def test_nobody_publishes_to_somebody_elses_channel(chat: Chat, world: World, who: int) -> None:
    day = await live(world)
    done = await chat.taps(who, tap(world, day))
    assert not in_channel(done)
    assert answers(done)[0].show_alert
    assert not await rows(world)


async def test_who_lost_the_channel_or_comes_when_the_day_is_over_is_refused(chat: Chat, world: World) -> None:
    day = await live(world)
    world.rights.administrators.clear()
    assert not in_channel(await chat.taps(CREATOR, tap(world, day)))
    world.rights.administrators.add((CHANNEL, CREATOR))
    await world.giving_days.stop(day.id, None)
    done = await chat.taps(CREATOR, tap(world, day))
    assert not in_channel(done)
    assert not await rows(world)


@pytest.mark.parametrize(("own", "under", "least"), [((), "¥2", "¥2"), (("5", "50"), "¥50", "¥5")])
async def test_the_posts_words_and_its_buttons_name_the_same_amounts(
    chat: Chat, world: World, own: tuple[str, ...], under: str, least: str
) -> None:
    await world.creators.set_presets(world.chat.chat.id, world.creator, [cny(each) for each in own])
    day = await on(world, amounts=(cny("2"), cny("20")))
    await world.day_steps.sweep()
    done = await chat.taps(CREATOR, tap(world, day))
    (post,) = in_channel(done)
    assert f"{least} 也好" in post.text
    (put,) = [m for m in done if isinstance(m, EditMessageReplyMarkup)]
    assert put.reply_markup is not None
    shown = [button.text for row in put.reply_markup.inline_keyboard for button in row]
    assert least in shown
    assert under in shown
    assert "¥1" not in shown
