"""Monthly donors in chat: a creator's, an organisation's, invitations, sentences, news; and who is refused."""

from typing import Any

import pytest
from aiogram.exceptions import TelegramForbiddenError, TelegramNetworkError
from aiogram.methods import SendMessage
from aiogram.types import InlineKeyboardMarkup

from bot import callbacks as cb
from giving.ids import token_of
from giving.people import Role, Visibility, Visitor
from giving.pledges import Why
from giving.subscriptions import Often, SubscriptionKind
from tests.handlers.chat import Chat, answers, buttons, texts_of
from tests.services.monthly import paid, promised
from tests.texts.words import TEXTS
from tests.world import CHANNEL, World

ANY: Any = None


@pytest.fixture
async def monthly(world: World) -> World:
    """Alice gives to the library every month because the creator called for it; Owner owns, Rita reviews."""
    world.extras["owner"] = await world.people.meet(Visitor(1003, "Owner", None, "zh-hans"), started=True)
    await world.people.meet(Visitor(1006, "Rita", None, "zh-hans"), started=True)
    await world.people.grant(world.extras["owner"], 1006, Role.REVIEWER)
    await world.privacy.choose_visibility(world.alice, Visibility.NAMED)
    pledge = await promised(world.unit, world.alice, world.library, world.time(), creator=world.creator.id)
    world.extras["pledge"] = pledge
    return world


def published(chat: Chat) -> list[SendMessage]:
    return [m for m in chat.calls.made if isinstance(m, SendMessage) and m.chat_id == CHANNEL]


async def test_a_creator_sees_their_monthly_donors(chat: Chat, monthly: World):
    (card,) = await chat.says(1001, "/circle")
    text = texts_of([card])[0]
    assert "1 人在跟着你月捐，一共 1 份" in text
    assert "愿意留名的：Alice" in text
    assert "¥" not in text, "one donor's amount is theirs to show"
    assert "2026-11 · 1 ▇" in text


async def test_without_any_it_says_how_to_invite(chat: Chat, world: World):
    (card,) = await chat.says(1001, "/circle")
    assert "发一条邀请试试" in texts_of([card])[0]
    (other,) = await chat.says(1002, "/circle")
    assert "Switch charity tips on" in texts_of([other])[0]
    assert "Invite" not in " ".join(text for text, _ in buttons(other))


async def test_an_invitation_is_shown_first_and_published_by_a_tap_once(chat: Chat, monthly: World):
    await chat.says(1001, "/circle")
    await chat.presses(1001, "邀请大家月捐")
    (preview, _) = await chat.presses(1001, "晓雯的阅读时光")
    assert "跟我一起支持「乡村图书馆」" in texts_of([preview])[0]
    assert published(chat) == []
    await chat.presses(1001, "换成我的话")
    (long,) = await chat.says(1001, "一" * 301)
    assert "300" in long.text
    (again,) = await chat.says(1001, "每月<一点>\n一起")
    assert published(chat) == []
    data = next(data for text, data in buttons(again) if text == "发布" and data)
    done = await chat.taps(1001, data)
    assert any("会记在你名下" in text for text in texts_of(done))
    (post,) = published(chat)
    assert texts_of([post])[0].startswith("每月&lt;一点&gt; 一起")
    async with monthly.unit.read() as work:
        last = await work.monthly_calls.last(monthly.chat.chat.id)
    assert last is not None
    assert isinstance(post.reply_markup, InlineKeyboardMarkup)
    ((button,),) = post.reply_markup.inline_keyboard
    assert button.url == f"https://t.me/yizan_bot?start=m_{token_of(last.id)}"
    (how_much,) = await chat.says(1004, f"/start m_{token_of(last.id)}")
    assert "library project" in texts_of([how_much])[0]
    (refused,) = answers(await chat.taps(1001, data))
    assert refused.show_alert
    assert len(published(chat)) == 1, "a second tap publishes nothing"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TelegramForbiddenError(ANY, "Forbidden: not enough rights"), "什么都没发布"),
        (TelegramNetworkError(ANY, "timeout"), "我不确定"),
    ],
)
async def test_what_telegram_refuses_or_does_not_answer_is_said(
    chat: Chat, monthly: World, error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
):
    await chat.says(1001, "/circle")
    await chat.presses(1001, "邀请大家月捐")
    await chat.presses(1001, "晓雯的阅读时光")
    make = chat.calls.make_request

    async def failing(bot: Any, method: Any, timeout: int | None = None) -> Any:
        if isinstance(method, SendMessage) and method.chat_id == CHANNEL:
            raise error
        return await make(bot, method, timeout)

    monkeypatch.setattr(chat.calls, "make_request", failing)
    done = await chat.presses(1001, "发布")
    assert any(said in text for text in texts_of(done))


async def test_from_a_sentence_to_the_projects_page_by_way_of_a_reviewer(chat: Chat, monthly: World):
    (mine,) = await chat.says(1002, "/why")
    assert "just begun" in texts_of([mine])[0]
    await chat.presses(1002, "Write one")
    (long,) = await chat.says(1002, "a" * 141)
    assert "140 characters at most" in texts_of([long])[0]
    (kept,) = await chat.says(1002, "My mother <taught> me to read")
    assert "“My mother &lt;taught&gt; me to read”" in texts_of([kept])[0]
    (queue,) = await chat.says(1006, "/whys")
    assert "My mother &lt;taught&gt; me to read" in texts_of([queue])[0]
    assert "署名：Alice" in texts_of([queue])[0], "what stands beside it is read, too"
    done = await chat.presses(1006, "放上去")
    assert any("没有等着看的话了" in text for text in texts_of(done))
    await paid(monthly, monthly.extras["pledge"], "2026-11", monthly.library)
    (shown,) = await monthly.whys.shown(monthly.library.id, 6)
    assert (shown.words, shown.name) == ("My mother <taught> me to read", "Alice")
    (mine,) = await chat.says(1002, "/why")
    assert "on the project's page" in texts_of([mine])[0]
    await chat.presses(1002, "Take back")
    assert await monthly.whys.shown(monthly.library.id, 6) == ()


async def test_a_reviewer_refuses_with_a_reason_in_two_taps(chat: Chat, monthly: World):
    await monthly.whys.write(monthly.alice, monthly.library.id, "加我微信")
    await chat.says(1006, "/whys")
    await chat.presses(1006, "不放")
    await chat.presses(1006, "广告或链接")
    (mine,) = await chat.says(1002, "/why")
    assert "not on the page" in texts_of([mine])[0]
    assert "reads like an advertisement" in texts_of([mine])[0]


async def test_a_reviewer_takes_down_what_was_shown(chat: Chat, monthly: World):
    await monthly.whys.write(monthly.alice, monthly.library.id, "找小明")
    await chat.says(1006, "/whys")
    (done,) = [m for m in await chat.presses(1006, "放上去") if texts_of([m])]
    assert "看看已经放上去的" in " ".join(text for text, _ in buttons(done))
    (listed, *_) = await chat.presses(1006, "看看已经放上去的")
    assert "1. 「乡村图书馆」：“找小明”" in texts_of([listed])[0]
    await chat.presses(1006, "拿下第 1 句")
    (down, *_) = await chat.presses(1006, "有私人信息")
    assert "拿下来了" in texts_of([down])[0]
    (mine,) = await chat.says(1002, "/why")
    assert "not on the page" in texts_of([mine])[0]


async def test_who_gives_nothing_monthly_is_told_so(chat: Chat, world: World):
    (mine,) = await chat.says(1002, "/why")
    assert "You don't give monthly yet" in texts_of([mine])[0]


@pytest.mark.parametrize(
    "command", ["/whys", "/news", "/news library", "/news nothing", "/org monthly", "/org members"]
)
async def test_commands_of_staff_tell_others_nothing(chat: Chat, monthly: World, command: str):
    (refused,) = await chat.says(1004, command)
    assert texts_of([refused])[0].startswith("Your role")


async def test_a_member_is_added_sees_the_figures_and_tells_what_a_project_did(chat: Chat, monthly: World):
    await monthly.subscriptions.choose(monthly.alice, SubscriptionKind.PROJECT_NEWS, Often.ALL)
    (added,) = [m for m in await chat.says(1003, "/org members sunshine add 1001") if isinstance(m, SendMessage)]
    assert "林晓雯 现在是 <b>阳光阅读</b> 的成员" in texts_of([added])[0]
    (listed,) = await chat.says(1003, "/org members sunshine")
    assert "林晓雯（1001）" in texts_of([listed])[0]
    (card,) = await chat.says(1001, "/org monthly")
    text = texts_of([card])[0]
    assert "1 人：进行中 1 份，暂停 0 份\n" in text
    assert "这个月新增 1 份，结束 0 份（0%）" in text
    (url,) = [button.url for row in card.reply_markup.inline_keyboard for button in row if button.url]
    assert url.startswith("http://127.0.0.1:8081/o/")
    (other, *_) = await chat.presses(1001, "换一个链接")
    (fresh,) = [button.url for row in other.reply_markup.inline_keyboard for button in row if button.url]
    assert fresh != url
    (which,) = await chat.says(1001, "/news")
    assert {text for text, _ in buttons(which)} == {"乡村图书馆", "免费午餐"}
    await chat.presses(1001, "乡村图书馆")
    (preview,) = await chat.says(1001, "建了三间<图书室>")
    assert "月捐人 1 位，其中 1 位愿意收到进展" in texts_of([preview])[0]
    assert await monthly.news.of_project(monthly.library.id, 3) == []
    data = next(data for text, data in buttons(preview) if "发出去" in text and data)
    done = await chat.taps(1001, data)
    assert any("会送到 1 位月捐人手里" in text for text in texts_of(done))
    (forgotten,) = answers(await chat.taps(1001, data))
    assert forgotten.show_alert
    assert len(await monthly.news.of_project(monthly.library.id, 3)) == 1
    (removed,) = [m for m in await chat.says(1003, "/org members sunshine remove 1001") if isinstance(m, SendMessage)]
    assert "不再是" in texts_of([removed])[0]
    (refused,) = await chat.says(1001, "/org monthly")
    assert "/help" in texts_of([refused])[0]


async def test_words_that_were_replaced_do_not_go_out_by_the_old_button(chat: Chat, monthly: World):
    await chat.says(1003, "/news library")
    (first,) = await chat.says(1003, "第一稿")
    await chat.says(1003, "第二稿")
    old = next(data for text, data in buttons(first) if "放到项目页" in text and data)
    (alert,) = answers(await chat.taps(1003, old))
    assert alert.show_alert
    assert await monthly.news.of_project(monthly.library.id, 3) == []
    await chat.presses(1003, "放到项目页上")
    (kept,) = await monthly.news.of_project(monthly.library.id, 3)
    assert kept.words == "第二稿"


async def test_words_typed_under_the_preview_of_an_invitation_are_its_own(chat: Chat, monthly: World):
    await chat.says(1001, "/circle")
    await chat.presses(1001, "邀请大家月捐")
    await chat.presses(1001, "晓雯的阅读时光")
    (again,) = await chat.says(1001, "每月一点，一起来")
    assert "每月一点，一起来" in texts_of([again])[0]
    assert any(text == "发布" for text, _ in buttons(again))
    assert published(chat) == []
    await chat.taps(1001, cb.CircleShow().pack())
    (lost,) = await chat.says(1001, "还有别的")
    assert "没听懂" in texts_of([lost])[0], "who went elsewhere was asked nothing"


async def test_news_without_a_letter_or_a_digit_is_refused(chat: Chat, monthly: World):
    await chat.says(1003, "/news library")
    for nothing in ("😀", "…!?", "❤️👍🏽", "🇨🇳"):
        (refused,) = await chat.says(1003, nothing)
        assert "请用一句话说说项目做了什么" in texts_of([refused])[0], nothing
    (preview,) = await chat.says(1003, "3 ❤")
    assert any("项目页" in text for text, _ in buttons(preview))


async def test_help_names_what_is_for_monthly_donors_to_them(chat: Chat, monthly: World):
    (donor,), (other,) = texts_of(await chat.says(1002, "/help")), texts_of(await chat.says(1004, "/help"))
    for command in ("/certificates", "/why"):
        assert command in donor
        assert command not in other
    assert "/news" in texts_of(await chat.says(1003, "/help"))[0]
    assert "/news" not in donor


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_charity_reads_the_reason_its_donor_tapped(language: str):
    for why in Why:
        key = why.replace("_", "-")
        tapped = TEXTS.plain(language, f"button-pledge-why-{key}").lower()
        assert TEXTS.plain(language, f"circle-reason-{key}").lower() in tapped


@pytest.mark.parametrize(("language", "issued"), [
    ("zh-CN", "税前扣除用的票据"), ("en", "nly the charity that received the gift can issue those"),
])  # fmt: skip
def test_every_page_and_list_says_alike_who_issues_tax_receipts(language: str, issued: str):
    for key in ("statement-no-tax", "web-not-tax", "web-terms-receipt"):
        assert issued in TEXTS.plain(language, key)
        assert language == "en" or "公益捐赠票据由收款的机构开具" in TEXTS.plain(language, key)
