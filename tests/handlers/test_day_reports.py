"""What a day came to, as it arrives: the picture for admins, one message for each donor, and its one switch."""

from functools import partial
from typing import Any

from aiogram.methods import SendMessage, SendPhoto

from bot import callbacks as cb
from bot.notices import render
from bot.outbox import OutboxSender
from giving.notices import NoticeKind
from giving.subscriptions import SubscriptionKind
from services.links import Links
from services.outbox import Notice
from tests.handlers.chat import Chat, answers
from tests.pictures.ink import size_of
from tests.services.giving_days.town import on, seconds
from tests.world import TEXTS, World

LINKS = Links("https://give.example", "yizan_bot")


async def a_reported_day(world: World) -> dict[NoticeKind, Notice]:
    day = await on(world)
    await world.pay(await world.tip(world.alice, "5"), world.alice, at=seconds(world.time()))
    world.time.now = day.closes_at
    await world.day_steps.sweep()
    await world.day_reports.sweep()
    return {notice.kind: notice for notice in await world.outbox.claim(100)}


async def test_a_donor_reads_what_we_did_and_their_part(chat: Chat, world: World):
    notices = await a_reported_day(world)
    message: Any = await render([notices[NoticeKind.DAY_TOGETHER]], world.outbox, TEXTS, LINKS)
    assert message is not None
    assert "One yuan day" in message.text
    assert message.text.count("¥5") == 2
    report, switch = (row[0] for row in message.keyboard.inline_keyboard)
    assert report.url.startswith("https://give.example/d/")
    assert report.url.endswith("/report?lang=en")
    assert cb.DayNews.unpack(switch.callback_data).on
    assert message.photo is None


async def test_one_tap_switches_news_of_days_on_and_off_and_the_message_says_so(chat: Chat, world: World):
    day = (await a_reported_day(world))[NoticeKind.DAY_TOGETHER].subject
    for wish in (True, True, False):
        done = await chat.taps(1002, cb.DayNews(day=day, on=wish).pack())
        assert (SubscriptionKind.GIVING_DAYS in (await world.privacy.settings(world.alice)).kinds) is wish
        (answer,) = answers(done)
        assert answer.text.startswith(TEXTS.plain("en", "privacy-told-on" if wish else "privacy-told-off"))
        assert any(f":{int(not wish)}" in data for data in buttons(done))


async def test_an_admin_gets_the_picture_the_page_and_the_table(chat: Chat, world: World):
    notice = (await a_reported_day(world))[NoticeKind.DAY_REPORT]
    message: Any = await render([notice], world.outbox, TEXTS, LINKS)
    assert message is not None
    assert message.photo is not None
    assert size_of(message.photo) == (1080, 1440)
    assert len(message.text) <= 1024
    page, table = message.keyboard.inline_keyboard[0]
    assert page.url.endswith("/report?lang=zh-CN")
    assert table.url.endswith("/report.csv?lang=zh-CN")
    await world.pictures.close()


async def test_it_goes_out_as_a_photo_with_its_words_under_it(chat: Chat, world: World):
    notice = (await a_reported_day(world))[NoticeKind.DAY_REPORT]
    sender = OutboxSender(chat.bot, world.outbox, TEXTS, LINKS, partial(render, test_money=True))
    before = len(chat.calls.made)
    await sender._attempt([notice])
    sent: list[Any] = [call for call in chat.calls.made[before:] if isinstance(call, SendPhoto | SendMessage)]
    assert [type(call) for call in sent] == [SendPhoto]
    assert sent[0].chat_id == notice.recipient
    assert "一元公益日" in sent[0].caption
    await world.pictures.close()


def buttons(done: list[Any]) -> list[str]:
    markups = [call.reply_markup for call in done if getattr(call, "reply_markup", None) is not None]
    return [
        button.callback_data for m in markups for row in m.inline_keyboard for button in row if button.callback_data
    ]
