"""Every message in both languages, with the nastiest words people and projects can have: Telegram accepts it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from bot import cards, commands, creator_cards, errors, keyboards, notices, replies
from bot.callbacks import ChatDeed
from bot.cards import Rendered
from giving.creators import BotRights, Chat, ChatCard, ChatState, CreatorStats, Post, PostCounter
from giving.errors import GivingElsewhere, NotYours, ProjectClosed, TippingOff, TipTooSmall
from giving.money import Money
from giving.people import Visibility
from giving.projects import Organisation, Project, ProjectCard, ProjectState, ProjectText, Tally
from giving.tips import Limits, Tip, TipState
from sandbox.telegram.html import parse
from services.links import Links
from services.outbox import Digest, Notice, NoticeKind, OutboxService
from services.projects import LatestGift, Page
from services.tips import PostCard, TipCard
from tests.handlers.chat import check_keyboard
from tests.texts.words import TEXTS

NASTY = '</b><a href="x">&amp;\u202e\u2069 { $x } 🧑‍🧑‍🧒‍🧒'
LONG = NASTY + "长" * 900
AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LINKS = Links("http://127.0.0.1:8081", "yizan_bot")
LIMITS = Limits(Money(100, "CNY"), Money(5_000_000, "CNY"))
PRESETS = tuple(Money(minor, "CNY") for minor in (100, 500, 1000))
TALLY = Tally(Money(3600, "CNY"), donors=12, gifts=14)
WORDS = ProjectText(NASTY, LONG, LONG, LONG)
PROJECT = ProjectCard(
    Project(
        id=uuid4(),
        slug="s",
        organisation=Organisation(uuid4(), "o", {"zh-CN": NASTY}, None, AT),
        state=ProjectState.OPEN,
        target=Money(100_000, "CNY"),
        texts={"zh-CN": WORDS, "en": WORDS},
    ),
    TALLY,
)
CHAT = Chat(
    uuid4(), -1001234567890, "channel", NASTY, None, ChatState.ON, BotRights(True, True, True), uuid4(), uuid4()
)
POST = Post(uuid4(), CHAT.id, CHAT.telegram_id, 7, PROJECT.project.id, NASTY, AT)


def tip(**values: Any) -> TipCard:
    given = Tip(uuid4(), uuid4(), PROJECT.project.id, Money(150, "CNY"), Visibility.NAMED, "YZ-00000-00000-000", AT)
    return TipCard(replace(given, **values), PROJECT, NASTY, test_money=True)


PAID = tip(state=TipState.PAID, paid_at=AT)
EXTRA = tip(state=TipState.PAID, paid_at=AT, extra_of=uuid4())
LATE = tip(state=TipState.PAID, paid_at=AT, cancelled_at=AT)
BACK = tip(state=TipState.REFUNDED, paid_at=AT, refunded_at=AT)


def page(*items: Any) -> Page[Any]:
    return Page(items, 1, 3, 99)


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


ERRORS = [
    ProjectClosed(project=LONG, alternatives=(PROJECT,) * 3),
    ProjectClosed(project=NASTY),
    GivingElsewhere(project=NASTY, url="https://charity.example/"),
    TippingOff(chat=NASTY),
    TipTooSmall(least=LIMITS.least, most=LIMITS.most),
    NotYours(),
    RuntimeError(NASTY),
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
        "✓ 隐藏名字 · 大家看到「匿名 ¥1.50」",
        "隐藏金额 · 大家只看到「小明」",
        "取消",
    ]


# --- Notices ---------------------------------------------------------------------------------------------------------


def notice(kind: NoticeKind, recipient: int = 1, subject: UUID | None = None, language: str = "en") -> Notice:
    return Notice(
        id=uuid4(), kind=kind, recipient=recipient, person=uuid4(), subject=subject or uuid4(), language=language,
        attempts=0, silent=False,
    )  # fmt: skip


def test_receipts_of_one_person_go_together_and_nothing_else_does():
    kinds = [
        NoticeKind.RECEIPT,
        NoticeKind.CARD,
        NoticeKind.RECEIPT,
        NoticeKind.CARD,
        NoticeKind.EXTRA,
        NoticeKind.EXTRA,
    ]
    mixed = [notice(kind) for kind in kinds] + [notice(NoticeKind.RECEIPT, recipient=2)]
    assert [[n.kind for n in batch] for batch in notices.together(mixed)] == [
        [NoticeKind.RECEIPT] * 2, [NoticeKind.CARD], [NoticeKind.CARD], [NoticeKind.EXTRA], [NoticeKind.EXTRA],
        [NoticeKind.RECEIPT],
    ]  # fmt: skip
    many = notices.together([notice(NoticeKind.RECEIPT) for _ in range(20)])
    assert [len(batch) for batch in many] == [8, 8, 4]
    assert notices.together([]) == []


class Box:
    """An outbox that knows some tips."""

    def __init__(self, *known: TipCard, digest: Digest | None = None) -> None:
        self.known, self.known_digest = list(known), digest

    async def tip_cards(self, notices: object) -> list[TipCard]:
        return self.known

    async def digest(self, notice: object) -> Digest | None:
        return self.known_digest


async def told(of: Sequence[Notice], box: Box, **more: bool) -> Any:
    return await notices.render(of, cast(OutboxService, box), TEXTS, LINKS, **more)


@pytest.mark.parametrize(
    ("kind", "card", "says"),
    [
        (NoticeKind.RECEIPT, PAID, "YZ-00000-00000-000"),
        (NoticeKind.EXTRA, EXTRA, "You paid twice"),
        (NoticeKind.REFUNDED, BACK, "was returned"),
        (NoticeKind.CARD, PAID, "Paid ✓"),
    ],
)
async def test_each_notice_says_what_happened(kind, card, says):
    rendered = await told([notice(kind)], Box(card))
    assert says in rendered.text
    assert (await told([notice(kind)], Box())) is None


async def test_a_receipt_leads_to_its_page_and_to_my_gifts():
    rendered = await told([notice(NoticeKind.RECEIPT)], Box(PAID))
    first, second = (row[0] for row in rendered.keyboard.inline_keyboard)
    assert first.url == "http://127.0.0.1:8081/r/YZ-00000-00000-000?lang=en"
    assert second.callback_data == "my:0:1"


async def test_an_extra_payment_can_be_taken_back_and_a_card_can_no_longer_be_paid():
    extra = await told([notice(NoticeKind.EXTRA)], Box(EXTRA))
    assert any("Take back ¥1.50" in row[0].text for row in extra.keyboard.inline_keyboard)
    card = await told([notice(NoticeKind.CARD)], Box(PAID))
    assert not any("Pay" in row[0].text for row in card.keyboard.inline_keyboard)


async def test_a_digest_names_those_who_show_their_name():
    named = (LatestGift("小明", Money(100, "CNY"), AT), LatestGift("小红", None, AT))
    digest = Digest(CHAT, {"zh-CN": "图书馆"}, AT, replace(TALLY, donors=3), named, TALLY)
    rendered = await told([notice(NoticeKind.DIGEST, language="zh-CN")], Box(digest=digest), test_money=True)
    said = parse(rendered.text)[0].replace("\u2068", "").replace("\u2069", "")
    assert "3 位粉丝，共 ¥36，全部捐给 图书馆" in said
    assert "谢谢：小明 ¥1 · 小红\n" in said
    assert "测试" in said
    assert await told([notice(NoticeKind.DIGEST)], Box()) is None
    assert await told([], Box()) is None


# --- Commands --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_owners_have_more_commands(language):
    everyone = {command.command for command in commands.commands(TEXTS, language)}
    owner = {command.command for command in commands.commands(TEXTS, language, owner=True)}
    assert owner - everyone == {"admin_add", "admin_remove"}
