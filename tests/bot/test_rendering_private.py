"""Slots, thanks, hand-overs and /privacy with the nastiest and longest words, in both languages: Telegram takes it."""

from dataclasses import replace
from datetime import time
from uuid import uuid4
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot import (
    clock_cards,
    creator_cards,
    handover_cards,
    privacy_cards,
    slot_cards,
    subscription_cards,
    thanks_cards,
)
from bot.callbacks import ChatDeed
from bot.cards import Rendered
from giving.creators import ChatCard
from giving.money import Money
from giving.people import Person, Visibility
from giving.projects import Tally
from giving.quiet import QuietHours
from giving.slots import Slot
from giving.subscriptions import Often, PrivacySettings, SubscriptionKind
from sandbox.telegram.html import parse
from services.digests import Digest
from services.handover import ChatNews, Successors
from services.operator import Operator
from services.projects import LatestGift
from services.slots import SlotCard
from services.subscriptions import Change
from services.thanks import ThanksDraft, ThanksTold
from tests.bot.samples import AT, CHAT, LINKS, NASTY, PRESETS, PROJECT, TALLY, page
from tests.handlers.chat import check_keyboard
from tests.texts.words import TEXTS

FAMILIES = "🧑‍🧑‍🧒‍🧒" * 32
WORD = "W" * 64
PERSON = Person(uuid4(), 2**52 - 1, WORD, None, "en", None, Visibility.NAMED, AT, None)
QUIET = QuietHours(time(22), time(8), ZoneInfo("Asia/Shanghai"))
LONG_ZONE = max(available_timezones(), key=len)
CHANGES = [Change(kind, was, now) for kind in SubscriptionKind for was in Often for now in Often]
DRAFT = ThanksDraft(replace(CHAT, title=WORD), 10**6, (FAMILIES,) * 5, NASTY * 7)


def slots(language: str, name: str) -> list[Rendered]:
    both = (TEXTS, LINKS, language)
    slot = Slot(uuid4(), uuid4(), "林" * 30, name, PROJECT.project.id, AT)
    card = SlotCard(slot, PROJECT, TALLY)
    fresh = replace(card, raised=Tally(Money(0, "CNY")))
    closed = replace(card, slot=replace(slot, closed_at=AT))
    gifts = (LatestGift(name, Money(100, "CNY"), AT), LatestGift(name, None, AT)) * 5
    titles = {"zh-CN": name, "en": name}
    return [
        creator_cards.digest(TEXTS, language, Digest(slot, (titles,), AT, TALLY, gifts, TALLY)),
        creator_cards.digest(TEXTS, language, Digest(slot, (titles,) * 2, None, fresh.raised, (), TALLY)),
        *(slot_cards.mine(*both, one) for one in (None, card, fresh, closed)),
        slot_cards.opened(*both, card),
        slot_cards.closed(TEXTS, language),
        slot_cards.choose(TEXTS, language, page(*[PROJECT] * 6)),
        *(slot_cards.confirm(*both, PROJECT, shown) for shown in (name, "")),
        slot_cards.ask_name(TEXTS, language),
        *(slot_cards.to_give(*both, one, PRESETS, takes_money=can) for one in (card, fresh) for can in (True, False)),
    ]


def handovers(language: str, name: str) -> list[Rendered]:
    both = (TEXTS, LINKS, language)
    chat, person = replace(CHAT, title=name), replace(PERSON, name=name)
    news = ChatNews(chat, PROJECT.project, name)
    return [
        handover_cards.successors(TEXTS, language, Successors(chat, (person,) * 60)),
        handover_cards.successors(TEXTS, language, Successors(chat, ())),
        handover_cards.asked(TEXTS, language, chat, person),
        handover_cards.taken(*both, ChatCard(chat, PROJECT)),
        handover_cards.declined(TEXTS, language, chat),
        *(creator_cards.chat_list(*both, [ChatCard(chat, PROJECT)] * 6, deed) for deed in ChatDeed),
        *(handover_cards.news(*both, kind, news) for kind in sorted(handover_cards.TOLD)),
    ]


def about_oneself(language: str, name: str) -> list[Rendered]:
    both = (TEXTS, LINKS, language)
    person = replace(PERSON, name=name)
    operator = Operator(name, name, f"{WORD}@{WORD}.example")
    wishes: list[dict[SubscriptionKind, Often]] = [{}, *(dict.fromkeys(SubscriptionKind, o) for o in Often)]
    choices = [PrivacySettings(v, bool(often), often) for v in Visibility for often in wishes]
    return [
        *(privacy_cards.privacy(*both, person, chosen, Money(5_000_000, "CNY")) for chosen in choices),
        privacy_cards.ask_leave(TEXTS, language, person),
        *(clock_cards.clock(TEXTS, language, zone, AT, quiet) for zone in (None, LONG_ZONE) for quiet in (None, QUIET)),
        clock_cards.which(TEXTS, language, (LONG_ZONE,) * 8, AT),
        clock_cards.kept(TEXTS, language, LONG_ZONE, AT),
        *(subscription_cards.wishes(TEXTS, language, often) for often in wishes),
        *(subscription_cards.wished(TEXTS, language, often) for often in wishes),
        *(subscription_cards.told_apart(TEXTS, language, change) for change in CHANGES),
        privacy_cards.left(TEXTS, language),
        *(privacy_cards.paysupport(TEXTS, language, one) for one in (Operator(), operator)),
        *(privacy_cards.terms(*both, one) for one in (Operator(), operator)),
        thanks_cards.ask(TEXTS, language, DRAFT),
        thanks_cards.preview(TEXTS, language, DRAFT, name),
        thanks_cards.sent(TEXTS, language, DRAFT),
        thanks_cards.thanked(TEXTS, language, ThanksTold(name, name, NASTY * 7, AT)),
    ]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("name", [NASTY, FAMILIES, WORD], ids=["nasty", "families", "word"])
@pytest.mark.parametrize("part", [slots, handovers, about_oneself])
def test_telegram_accepts_every_message_whatever_the_words(language, name, part):
    for rendered in part(language, name):
        text, _ = parse(rendered.text)
        assert 0 < len(text.encode("utf-16-le")) / 2 <= 4096
        if rendered.keyboard is not None:
            check_keyboard(rendered.keyboard)


@pytest.mark.parametrize(("language", "said", "card"), [
    ("zh-CN", "你的公益爱心位收到了捐款 ❤\n12 位粉丝，共 ¥36，100% 计入 图书馆。", "我的公益爱心位"),
    ("en", "Gifts on your charity page ❤\n12 followers gave ¥36, 100% for a library.", "My charity page"),
])  # fmt: skip
def test_a_slots_digest_leads_to_the_slot(language, said, card):
    slot = Slot(uuid4(), uuid4(), "lin", "林晓雯", PROJECT.project.id, AT)
    digest = Digest(slot, ({"zh-CN": "图书馆", "en": "a library"},), AT, TALLY, (), TALLY)
    shown = creator_cards.digest(TEXTS, language, digest)
    plain, _ = parse(shown.text)
    assert plain.translate(dict.fromkeys(map(ord, "\u2068\u2069"))).startswith(said)
    assert shown.keyboard is not None
    assert shown.keyboard.inline_keyboard[0][0].text == card
