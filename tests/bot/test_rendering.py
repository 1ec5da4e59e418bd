"""Every message in both languages, with the nastiest words there can be: Telegram accepts it."""

from dataclasses import replace

import pytest

from bot import cards, commands, creator_cards, errors, keyboards, replies
from bot.callbacks import ChatDeed
from bot.cards import Rendered
from giving.creators import BotRights, ChatCard, ChatState, CreatorStats, PostCounter
from giving.money import Money
from giving.people import Visibility
from giving.projects import Tally
from giving.tips import TipState
from sandbox.telegram.html import parse
from services.outbox import Digest
from services.projects import LatestGift, Page
from services.tips import PostCard
from tests.bot.samples import (
    AT,
    BACK,
    CHAT,
    ERRORS,
    EXTRA,
    LATE,
    LIMITS,
    LINKS,
    NASTY,
    PAID,
    POST,
    PRESETS,
    PROJECT,
    TALLY,
    page,
    tip,
)
from tests.handlers.chat import check_keyboard
from tests.texts.words import TEXTS


def everything(language: str) -> list[Rendered]:
    stats = CreatorStats(
        CHAT, TALLY, TALLY, TALLY, TALLY, (PostCounter(POST, TALLY), PostCounter(replace(POST, excerpt=""), TALLY))
    )
    gifts = tuple(LatestGift(NASTY + str(i), Money(100, "CNY") if i % 2 else None, AT) for i in range(10))
    digest = Digest(CHAT, {"zh-CN": NASTY}, AT, TALLY, gifts, TALLY)
    off = replace(CHAT, state=ChatState.OFF, rights=BotRights())
    no_edit = replace(off, rights=BotRights(True))
    post = PostCard(POST, PROJECT, TALLY, NASTY, True)
    t = (TEXTS, language)
    both = (TEXTS, LINKS, language)
    return [
        *(
            cards.tip(*both, tip(visibility=v), NASTY, url, intro="x")
            for v in Visibility
            for url in (None, "https://pay")
        ),
        *(cards.tip(*both, card, NASTY, None) for card in (tip(state=TipState.CANCELLED), PAID, EXTRA, LATE, BACK)),
        cards.paid(*both, PAID),
        cards.receipts(*both, [PAID, EXTRA, LATE] * 3),
        cards.paid_twice(*both, EXTRA),
        cards.take_back_asked(*t, EXTRA),
        cards.refunded(*both, [BACK] * 8),
        cards.gifts(*both, page(PAID, EXTRA, LATE, BACK, PAID), test_money=True),
        cards.gifts(*both, Page((), 0, 1, 0), test_money=True),
        cards.project_list(*t, page(*[PROJECT] * 6), query="", test_money=True),
        cards.project_list(*t, page(*[PROJECT] * 6), query=NASTY, test_money=True),
        cards.project_list(*t, Page((), 0, 1, 0), query=NASTY, test_money=True),
        cards.project_list(*t, Page((), 0, 1, 0), query="", test_money=True),
        cards.project(*both, PROJECT, PRESETS, test_money=True),
        cards.post(*both, post, PRESETS, test_money=True, intro="x"),
        cards.ask_amount(*t, NASTY, LIMITS, test_money=True, intro="x"),
        *(creator_cards.bot_added(*t, ChatCard(chat, PROJECT)) for chat in (CHAT, off, no_edit)),
        creator_cards.bot_removed(*t, CHAT),
        *(creator_cards.chat_list(*both, [ChatCard(CHAT, PROJECT), ChatCard(off, None)], deed) for deed in ChatDeed),
        creator_cards.chat_list(*both, [], ChatDeed.CARD),
        *(creator_cards.chat(*t, ChatCard(chat, PROJECT), several=True) for chat in (CHAT, off, no_edit)),
        creator_cards.choose_project(*t, CHAT, page(*[PROJECT] * 6), query=NASTY, test_money=True),
        creator_cards.confirm_project(*both, CHAT, PROJECT, test_money=True),
        creator_cards.switched_on(*t, ChatCard(CHAT, PROJECT)),
        creator_cards.switched_off(*t, ChatCard(off, PROJECT)),
        creator_cards.stats(*t, stats, test_money=True),
        creator_cards.digest(*t, digest, test_money=True),
        creator_cards.digest(*t, replace(digest, since=None, named=()), test_money=True),
        *(errors.message(*t, error) for error in ERRORS),
    ]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_telegram_accepts_every_message_whatever_the_words(language):
    for rendered in everything(language):
        text, _ = parse(rendered.text)
        assert 0 < len(text.encode("utf-16-le")) / 2 <= 4096
        assert text.count("\u2068") == text.count("\u2069")
        assert "\u202e" not in text
        assert "{ $x }" in text or "{" not in text
        if rendered.keyboard is not None:
            check_keyboard(rendered.keyboard)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_message_about_money_says_that_it_is_test_money(language):
    line = TEXTS.plain(language, "test-money")
    about_tips = [cards.tip(TEXTS, LINKS, language, card, "x", None) for card in (tip(), PAID, EXTRA, BACK)]
    for rendered in [
        *about_tips,
        cards.paid(TEXTS, LINKS, language, PAID),
        cards.paid_twice(TEXTS, LINKS, language, EXTRA),
    ]:
        assert line in rendered.text
    real = replace(PAID, test_money=False)
    assert line not in cards.receipts(TEXTS, LINKS, language, [real]).text


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("error", ERRORS)
def test_alerts_fit_and_have_no_markup_of_ours(language, error):
    line = replies.clipped(errors.words(TEXTS, language, error))
    assert 0 < len(line.encode("utf-16-le")) / 2 <= 200
    assert "\u2068" not in line


def test_a_crash_tells_nothing_of_itself():
    assert NASTY not in errors.words(TEXTS, "en", RuntimeError(NASTY))


@pytest.mark.parametrize(
    ("text", "units"),
    [("a" * 200, 200), ("a" * 201, 200), ("🎁" * 100, 200), ("🎁" * 101, 199), ("a" + "🎁" * 100, 200)],
)
def test_alerts_are_cut_where_telegram_counts(text, units):
    assert len(replies.clipped(text).encode("utf-16-le")) // 2 == units


def test_a_closed_project_offers_its_alternatives():
    closed, elsewhere = (errors.message(TEXTS, "en", error).keyboard for error in (ERRORS[0], ERRORS[2]))
    assert closed is not None
    assert len(closed.inline_keyboard) == 4
    assert elsewhere is not None
    assert elsewhere.inline_keyboard[0][0].url == "https://charity.example/"


def test_the_counter_moves_and_the_amounts_stay():
    before = keyboards.post_keyboard(TEXTS, LINKS, "zh-CN", POST, Tally(Money(0, "CNY")), PRESETS).inline_keyboard
    after = keyboards.post_keyboard(TEXTS, LINKS, "zh-CN", POST, TALLY, PRESETS).inline_keyboard
    assert before[0][0].text == "❤ 公益赞赏 · 100% 捐出"
    assert after[0][0].text == "❤ 公益赞赏 · 12 人 · ¥36"
    assert before[1:] == after[1:]
    assert [button.text for button in after[1]] == ["¥1", "¥5", "¥10", "其他"]
    english = keyboards.post_keyboard(TEXTS, LINKS, "en", POST, replace(TALLY, donors=1), PRESETS).inline_keyboard
    assert english[0][0].text == "❤ Charity tips · 1 person · ¥36"


def test_many_presets_stand_in_rows_of_four():
    presets = [Money(100 * i, "CNY") for i in range(1, 8)]
    rows = keyboards.post_keyboard(TEXTS, LINKS, "en", POST, TALLY, presets).inline_keyboard
    assert [len(row) for row in rows] == [1, 4, 4]


def test_the_choice_before_paying_says_who_sees_what():
    rows = keyboards.tip_card(
        TEXTS, "zh-CN", tip(visibility=Visibility.ANONYMOUS).tip, "小明", "https://pay"
    ).inline_keyboard
    assert [row[0].text for row in rows] == [
        "去付款 ¥1.50",
        "显示名字 · 大家看到「小明 ¥1.50」",
        "✓ 隐藏名字 · 大家看到「爱心人士 ¥1.50」",
        "隐藏金额 · 大家只看到「小明」",
        "取消",
    ]


# --- Commands --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_owners_have_more_commands(language):
    everyone = {command.command for command in commands.commands(TEXTS, language)}
    owner = {command.command for command in commands.commands(TEXTS, language, owner=True)}
    assert owner - everyone == {"admin_add", "admin_remove"}
