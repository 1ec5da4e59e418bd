"""Every message in both languages, with the nastiest words there can be: Telegram accepts it."""

from dataclasses import replace

import pytest

from bot import cards, commands, creator_cards, errors, group_cards, keyboards, paper_money
from bot.callbacks import ChatDeed
from bot.cards import Rendered
from giving.creators import BotRights, ChatCard, ChatState, CreatorStats, PostCounter
from giving.errors import GivingElsewhere, NoRail, ProjectClosed
from giving.money import Money
from giving.notices import NoticeKind
from giving.people import Visibility
from giving.projects import Tally
from giving.rails import How, Way
from giving.tips import TipState
from sandbox.telegram.html import parse
from services.carriers import CarrierCard
from services.digests import Digest
from services.projects import LatestGift, Page
from services.refunds import Returned
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


def of_groups(language: str) -> list[Rendered]:
    both = (TEXTS, LINKS, language)
    group = replace(CHAT, kind="supergroup")
    off = replace(group, state=ChatState.OFF, rights=BotRights())
    silent = replace(group, rights=BotRights(True))
    resting = replace(group, state=ChatState.PAUSED)
    carriers = [
        CarrierCard(POST, group, PROJECT.project, tally, author)
        for tally in (TALLY, Tally(Money(0, "CNY")))
        for author in (None, NASTY)
    ]
    kinds = (NoticeKind.UPGRADED, NoticeKind.NO_DISCUSSION, NoticeKind.NOT_IN_GROUP, NoticeKind.BLIND_IN_GROUP)
    told = [group_cards.told(*both, kind, group) for kind in kinds]
    return [
        *(group_cards.carrier(*both, card, PRESETS, test_money=True) for card in carriers),
        *(group_cards.pay(*both, tip().tip, NASTY, for_all=for_all) for for_all in (True, False)),
        group_cards.nobody(*both, POST, PRESETS[0]),
        group_cards.unknown(*both),
        *(group_cards.charity(*both, group, anonymous=anonymous) for anonymous in (True, False)),
        *(
            group_cards.bot_added(*both, ChatCard(chat, PROJECT), can_delete=can, back=can)
            for chat in (group, off, silent, resting)
            for can in (True, False)
        ),
        group_cards.bot_removed(*both, group),
        *(shown for shown in told if shown),
        *(creator_cards.chat(*both, ChatCard(chat, PROJECT)) for chat in (group, off, silent, resting)),
        creator_cards.paused(*both, ChatCard(resting, PROJECT)),
        creator_cards.resumed(*both, ChatCard(group, PROJECT)),
        creator_cards.confirm_project(*both, group, PROJECT),
        creator_cards.switched_on(*both, ChatCard(group, PROJECT)),
        creator_cards.switched_off(*both, ChatCard(off, PROJECT)),
        *(errors.line(TEXTS, language, error, LINKS) for error in ERRORS),
    ]


def everything(language: str) -> list[Rendered]:
    stats = CreatorStats(
        CHAT, TALLY, TALLY, TALLY, TALLY, (PostCounter(POST, TALLY), PostCounter(replace(POST, excerpt=""), TALLY))
    )
    gifts = tuple(LatestGift(NASTY + str(i), Money(100, "CNY") if i % 2 else None, AT) for i in range(10))
    digest = Digest(CHAT, ({"zh-CN": NASTY},), AT, TALLY, gifts, TALLY)
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
        *(
            cards.paid_twice(*both, [replace(EXTRA, returning=back, gives_back=gives)] * n)
            for back, gives in ((True, True), (False, True), (False, False))
            for n in (1, 10)
        ),
        cards.receipts(*both, [replace(LATE, gives_back=False)]),
        cards.take_back_asked(*t, EXTRA),
        cards.refunded(*both, [Returned(BACK, BACK.tip.amount), Returned(BACK, Money(1, "CNY"))] * 4),
        cards.gifts(*both, page(PAID, EXTRA, LATE, BACK, PAID)),
        cards.gifts(*both, Page((), 0, 1, 0)),
        cards.project_list(*t, page(*[PROJECT] * 6), query=""),
        cards.project_list(*t, page(*[PROJECT] * 6), query=NASTY),
        cards.project_list(*t, Page((), 0, 1, 0), query=NASTY),
        cards.project_list(*t, Page((), 0, 1, 0), query=""),
        cards.project(*both, PROJECT, PRESETS, takes_money=True),
        cards.project(*both, PROJECT, PRESETS, takes_money=False),
        cards.post(*both, post, PRESETS, takes_money=True, intro="x"),
        cards.post(*both, post, PRESETS, takes_money=False),
        cards.post(*both, replace(post, project_now=PROJECT.project), PRESETS, takes_money=True),
        cards.tip(*both, replace(tip(), project_now=PROJECT.project), NASTY, "https://pay"),
        cards.ask_amount(*t, NASTY, LIMITS, intro="x"),
        *(creator_cards.bot_added(*both, ChatCard(chat, PROJECT)) for chat in (CHAT, off, no_edit)),
        creator_cards.bot_removed(*both, CHAT),
        *(creator_cards.chat_list(*both, [ChatCard(CHAT, PROJECT), ChatCard(off, None)], deed) for deed in ChatDeed),
        creator_cards.chat_list(*both, [], ChatDeed.CARD),
        *(creator_cards.chat(*both, ChatCard(chat, PROJECT), several=True) for chat in (CHAT, off, no_edit)),
        creator_cards.choose_project(*t, CHAT, page(*[PROJECT] * 6), query=NASTY),
        creator_cards.confirm_project(*both, CHAT, PROJECT),
        creator_cards.switched_on(*both, ChatCard(CHAT, PROJECT)),
        creator_cards.switched_off(*both, ChatCard(off, PROJECT)),
        creator_cards.stats(*t, stats),
        creator_cards.digest(*t, digest),
        creator_cards.digest(*t, replace(digest, since=None, named=())),
        *(errors.message(*t, error) for error in ERRORS),
    ]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_telegram_accepts_every_message_whatever_the_words(language):
    for rendered in [*everything(language), *of_groups(language)]:
        text, _ = parse(paper_money.on_text(TEXTS, language, rendered.text, True))
        assert 0 < len(text.encode("utf-16-le")) / 2 <= 4096
        assert text.count("\u2068") == text.count("\u2069")
        assert "\u202e" not in text
        assert "{ $x }" in text or "{" not in text
        if rendered.keyboard is not None:
            check_keyboard(rendered.keyboard)


def test_where_money_is_real_nothing_is_added():
    assert paper_money.on_text(TEXTS, "en", "<b>x</b>", False) == "<b>x</b>"
    assert paper_money.on_toast(TEXTS, "en", "x", False) == "x"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_test_money_is_told_below_a_message_and_at_the_end_of_the_longest_answer(language):
    assert paper_money.on_text(TEXTS, language, "x", True).endswith(TEXTS.plain(language, "test-money") + "</i>")
    answer = paper_money.on_toast(TEXTS, language, "字" * 300, True)
    assert answer.endswith("…" + TEXTS.plain(language, "test-money-short"))
    assert len(answer.encode("utf-16-le")) // 2 == 200


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("error", ERRORS)
def test_alerts_fit_and_have_no_markup_of_ours(language, error):
    line = paper_money.on_toast(TEXTS, language, errors.words(TEXTS, language, error), True)
    assert 0 < len(line.encode("utf-16-le")) / 2 <= 200
    assert "\u2068" not in line


def test_a_crash_tells_nothing_of_itself():
    assert NASTY not in errors.words(TEXTS, "en", RuntimeError(NASTY))


@pytest.mark.parametrize(
    ("text", "units"),
    [("a" * 200, 200), ("a" * 201, 200), ("🎁" * 100, 200), ("🎁" * 101, 199), ("a" + "🎁" * 100, 200)],
)
def test_alerts_are_cut_where_telegram_counts(text, units):
    assert len(paper_money.clipped(text).encode("utf-16-le")) // 2 == units


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


@pytest.mark.parametrize(("language", "title"), [("zh-CN", "图书馆"), ("en", "a library")])
def test_a_refusal_names_the_project_in_the_readers_language(language, title):
    texts = {
        code: replace(PROJECT.project.text(code), title=name)
        for code, name in [("zh-CN", "图书馆"), ("en", "a library")]
    }
    project = replace(PROJECT.project, texts=texts)
    for error in (ProjectClosed(project=project), GivingElsewhere(project=project, url="https://charity.example/")):
        assert title in errors.words(TEXTS, language, error)
        assert title in errors.message(TEXTS, language, error).text


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "2 个项目"), ("en", "2 projects")])
def test_a_digest_of_several_projects_counts_them(language, said):
    digest = Digest(CHAT, ({"zh-CN": "图书馆"}, {"zh-CN": "午餐"}), AT, TALLY, (), TALLY)
    text = creator_cards.digest(TEXTS, language, digest).text
    assert said in text.replace("\u2068", "").replace("\u2069", "")
    assert "图书馆" not in text


def test_where_nothing_can_be_paid_the_card_leads_to_the_official_page():
    official = replace(PROJECT, project=replace(PROJECT.project, designated_url="https://charity.example/"))
    for card, url in ((official, "https://charity.example/"), (PROJECT, "http://127.0.0.1:8081/p/s")):
        post = PostCard(POST, card, TALLY, "C", True)
        for rendered in (
            cards.project(TEXTS, LINKS, "en", card, PRESETS, takes_money=False),
            cards.post(TEXTS, LINKS, "en", post, PRESETS, takes_money=False),
        ):
            assert rendered.keyboard is not None
            (give,) = rendered.keyboard.inline_keyboard[0]
            assert give.url == url


def test_where_the_bot_is_gone_tipping_is_paused_and_the_bot_can_be_added_again():
    gone = ChatCard(replace(CHAT, rights=BotRights()), PROJECT)
    card = creator_cards.chat(TEXTS, LINKS, "en", gone)
    assert "paused" in card.text
    assert card.keyboard is not None
    add, rest = card.keyboard.inline_keyboard
    assert add[0].url == "https://t.me/yizan_bot?startchannel&admin=post_messages+edit_messages"
    assert [button.text for button in rest] == ["Figures", "Switch off"]
    listed = creator_cards.chat_list(TEXTS, LINKS, "en", [gone, gone], ChatDeed.CARD)
    assert listed.text.count("paused") == 2
    none = creator_cards.chat_list(TEXTS, LINKS, "en", [], ChatDeed.CARD)
    assert none.keyboard is not None
    assert none.keyboard.inline_keyboard[0][0].url == add[0].url


def test_the_choice_before_paying_says_who_sees_what():
    rows = keyboards.tip_card(
        TEXTS, "zh-CN", tip(visibility=Visibility.ANONYMOUS), "小明", "https://pay"
    ).inline_keyboard
    assert [row[0].text for row in rows] == [
        "去付款 ¥1.50",
        "显示名字 · 名单上写「小明 ¥1.50」",
        "✓ 隐藏名字 · 名单上写「爱心人士 ¥1.50」",
        "隐藏金额 · 名单上只写「小明」",
        "取消",
    ]


# --- Commands --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_owners_have_more_commands(language):
    everyone = {command.command for command in commands.commands(TEXTS, language, tabs=True)}
    owner = {command.command for command in commands.commands(TEXTS, language, tabs=True, owner=True)}
    more = {"giving_day", "broadcast", "matching", "news", "whys"}
    assert owner - everyone == {"refunds", "org", "role_add", "role_remove", "roles", "audit"} | more


@pytest.mark.parametrize("owner", [True, False])
def test_the_tab_is_in_the_menu_where_a_gift_may_be_too_small(owner):
    with_, without = (
        {command.command for command in commands.commands(TEXTS, "en", tabs=tabs, owner=owner)}
        for tabs in (True, False)
    )
    assert with_ - without == {"tab"}


# --- No rail ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "alone", "choice"), [
    ("en", "Try a different amount?", "but like this it can:"), ("zh-CN", "换个金额试试", "换成下面的方式就行"),
])  # fmt: skip
def test_where_a_rail_can_not_carry_it_the_others_are_offered_and_none_where_there_is_none(language, alone, choice):
    none = errors.message(TEXTS, language, NoRail(tip=tip().tip.id, ways=()))
    assert alone in none.text
    assert none.keyboard is None
    assert alone in errors.message(TEXTS, language, NoRail()).text
    ways = Way("alipay", How.NOW), Way("stripe", How.TAB, Money(3000, "CNY"))
    some = errors.message(TEXTS, language, NoRail(rail="wechat", tip=tip().tip.id, ways=ways))
    assert choice in some.text
    assert alone not in some.text
    assert some.keyboard is not None
    assert [len(row) for row in some.keyboard.inline_keyboard] == [1, 1]
    check_keyboard(some.keyboard)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", ["收据 ¥1.50 · 尾号 00A", "收据 ¥1.50 · 尾号 00B"]),
        ("en", ["Receipt ¥1.50 · …00A", "Receipt ¥1.50 · …00B"]),
    ],
)
def test_receipts_of_equal_gifts_can_be_told_apart(language, words):
    equal = [tip(state=TipState.PAID, paid_at=AT, receipt_code=f"YZ-00000-00000-00{end}") for end in "AB"]
    other = tip(state=TipState.PAID, paid_at=AT, amount=Money(200, "CNY"))
    keyboard = cards.receipts(TEXTS, LINKS, language, [*equal, other]).keyboard
    assert keyboard is not None
    buttons = [row[0].text for row in keyboard.inline_keyboard if row[0].url]
    assert buttons[:2] == words
    assert buttons[2].endswith("¥2")
