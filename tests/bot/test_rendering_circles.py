"""Everything around monthly donors with the nastiest and longest words, in both languages: Telegram takes it."""

from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

import pytest

from bot import call_cards, circle_cards, news_cards, notices, why_cards
from bot.cards import Rendered
from giving.circles import Circle, MonthStand, Standing, last_months, shown_names
from giving.money import Money
from giving.pledges import Month, PledgeState, Why
from giving.project_updates import WORDS_GRAPHEMES, WORDS_UNITS, ProjectUpdate, words_of
from giving.projects import Organisation
from giving.subscriptions import SubscriptionKind
from giving.whys import Refusal, Sentence, WhyState
from sandbox.telegram.html import parse
from services.monthly_calls import CallDraft
from services.outbox import NoticeKind, OutboxService
from services.project_updates import NewsDraft, NewsTold
from services.whys import MyWhy, WhyRead
from tests.bot.samples import AT, CHAT, LINKS, NASTY, PROJECT
from tests.bot.test_notices import notice
from tests.bot.test_rendering_private import FAMILIES, WORD
from tests.handlers.chat import check_keyboard
from tests.texts.words import TEXTS

NOW = Month(2026, 11)
MUCH = (Money(10**14, "CNY"), Money(10**14, "USD"), Money(10**14, "JPY"))
STANDING = Standing(
    10**6, dict.fromkeys(PledgeState, 10 ** 6), dict.fromkeys((*Why, None), 10 ** 6)
)  # fmt: skip
TREND = tuple(MonthStand(month, 10**5, i, 10**4) for i, month in enumerate(last_months(NOW)))
EMPTY = Circle(NOW, Standing(), tuple(MonthStand(month, 0, 0, 0) for month in last_months(NOW)), ())


def circles(language: str, words: str) -> list[Rendered]:
    names, more = shown_names([words] * 60)
    full = Circle(NOW, STANDING, TREND, MUCH, MUCH, MUCH, (), names, more)
    some = Organisation(uuid4(), "o", {"zh-CN": words}, None, AT)
    chat = replace(CHAT, title=words)
    draft = CallDraft(uuid4(), chat, PROJECT.project, (words * 40)[:1000], AT, unknown=True)
    both = (TEXTS, language)
    return [
        *(circle_cards.of_creator(*both, one, can_invite=can) for one in (full, EMPTY) for can in (True, False)),
        *(circle_cards.of_organisation(*both, some, one, url=f"https://{WORD}.example", several=True)
          for one in (full, EMPTY)),
        circle_cards.organisations(*both, [some] * 60),
        call_cards.which(*both, []),
        call_cards.which(*both, [chat] * 12),
        *(call_cards.preview(TEXTS, LINKS, language, one) for one in (draft, replace(draft, unknown=False, words=""))),
        call_cards.post(TEXTS, LINKS, language, draft),
        call_cards.ask(*both),
        *(end(TEXTS, language, chat) for end in (call_cards.sent, call_cards.refused, call_cards.unanswered)),
    ]  # fmt: skip


def sentence(words: str, state: WhyState, reason: Refusal | None = None) -> Sentence:
    return Sentence(uuid4(), uuid4(), PROJECT.project.id, (words * 140)[:600], state, AT, reason)


def whys(language: str, words: str) -> list[Rendered]:
    project = PROJECT.project
    refused = [MyWhy(project, 700, sentence(words, WhyState.REFUSED, reason)) for reason in Refusal]
    every = [*refused * 3, MyWhy(project, 1, sentence(words, WhyState.WAITING)), MyWhy(project, 0)]
    reads = [WhyRead(one.sentence, project) for one in every if one.sentence is not None]
    shown = WhyRead(sentence(words, WhyState.SHOWN), project)
    both = (TEXTS, language)
    return [
        why_cards.mine(*both, ()),
        why_cards.mine(*both, every),
        why_cards.mine(*both, every[-2:]),
        why_cards.ask(*both, every[0]),
        why_cards.written(*both, every[0]),
        *(why_cards.decided(TEXTS, LINKS, language, one) for one in (*reads, shown)),
        why_cards.queue(*both, (), 0),
        why_cards.queue(*both, reads, 10**6, TEXTS.chat(language, "whys-refused")),
        why_cards.reasons(*both, reads[0]),
        why_cards.some_wait(*both, 10**6),
    ]


def news(language: str, words: str) -> list[Rendered]:
    project, long = PROJECT.project, (words * 600)[:WORDS_UNITS]
    update = ProjectUpdate(uuid4(), project.id, long, "en", uuid4(), AT)
    draft = NewsDraft(uuid4(), project, long, 10**6, 10**6, update)
    drafts = [draft, replace(draft, not_before=AT), replace(draft, readers=0, last=None)]
    return [
        news_cards.which(TEXTS, language, [project] * 30),
        *(news_cards.ask(TEXTS, language, one) for one in drafts),
        *(news_cards.preview(TEXTS, LINKS, language, one) for one in drafts),
        *(news_cards.published(TEXTS, LINKS, language, one) for one in drafts),
        *(news_cards.told(TEXTS, LINKS, language, NewsTold(update, project, wish)) for wish in SubscriptionKind),
    ]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("words", [NASTY, FAMILIES, WORD], ids=["nasty", "families", "word"])
@pytest.mark.parametrize("part", [circles, whys, news])
def test_telegram_accepts_every_message_whatever_the_words(language, words, part):
    for rendered in part(language, words):
        text, _ = parse(rendered.text)
        assert 0 < len(text.encode("utf-16-le")) / 2 <= 4000, "with the line on test money it still fits"
        if rendered.keyboard is not None:
            check_keyboard(rendered.keyboard)


def test_what_is_kept_is_never_longer_than_what_these_messages_were_tried_with():
    assert words_of("👨‍👩‍👧‍👦" * WORDS_GRAPHEMES) is None
    assert words_of("长" * WORDS_GRAPHEMES) == "长" * WORDS_GRAPHEMES


class Box:
    """An outbox that knows these."""

    def __init__(self, read: WhyRead | None = None, waiting: int = 0, told: NewsTold | None = None) -> None:
        self.read, self.waiting, self.told = read, waiting, told

    async def why_read(self, _: object) -> WhyRead | None:
        return self.read

    async def whys_waiting(self, _: object) -> int:
        return self.waiting

    async def project_news(self, _: object) -> NewsTold | None:
        return self.told


async def told(kind: NoticeKind, box: Box) -> Any:
    of = [notice(kind)]
    return await notices.render(of, cast(OutboxService, box), TEXTS, LINKS, test_money=True)


async def test_each_notice_says_what_happened_and_nothing_where_it_is_so_no_longer():
    shown = WhyRead(sentence("为了孩子", WhyState.SHOWN), PROJECT.project)
    update = ProjectUpdate(uuid4(), PROJECT.project.id, "三间图书室", "zh-CN", uuid4(), AT)
    news_told = NewsTold(update, PROJECT.project, SubscriptionKind.MONTHLY)
    for kind, box, says in (
        (NoticeKind.WHY_READ, Box(read=shown), "为了孩子"),
        (NoticeKind.WHYS_WAIT, Box(waiting=3), "3 sentences of donors' wait"),
        (NoticeKind.PROJECT_NEWS, Box(told=news_told), "三间图书室"),
    ):
        assert says in (await told(kind, box)).text
        assert await told(kind, Box()) is None


async def test_under_a_projects_news_is_the_way_out_of_the_wish_it_came_by():
    update = ProjectUpdate(uuid4(), PROJECT.project.id, "三间图书室", "zh-CN", uuid4(), AT)
    news_told = NewsTold(update, PROJECT.project, SubscriptionKind.MONTHLY)
    rendered = await told(NoticeKind.PROJECT_NEWS, Box(told=news_told))
    last = rendered.keyboard.inline_keyboard[-1]
    assert [button.callback_data for button in last] == ["les:monthly:fewer", "les:monthly:none"]
