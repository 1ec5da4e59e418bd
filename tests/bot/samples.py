"""Tips, projects and chats with the nastiest words people and projects can have."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from giving.creators import BotRights, Chat, ChatState, Post
from giving.errors import (
    GivingElsewhere,
    NoRail,
    NotYours,
    PostGone,
    ProjectClosed,
    TippingOff,
    TippingPaused,
    TipTooSmall,
)
from giving.money import Money
from giving.people import Visibility
from giving.projects import Organisation, Project, ProjectCard, ProjectState, ProjectText, Tally
from giving.rails import How, Way
from giving.tips import Limits, Tip, TipState
from services.links import Links
from services.projects import Page
from services.tips import TipCard

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
LONG_WORDS = replace(WORDS, title=LONG)
LONG_PROJECT = replace(PROJECT, project=replace(PROJECT.project, texts={"zh-CN": LONG_WORDS, "en": LONG_WORDS}))
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


ERRORS = [
    ProjectClosed(project=LONG_PROJECT.project, alternatives=(PROJECT,) * 3),
    ProjectClosed(project=PROJECT.project),
    GivingElsewhere(project=PROJECT.project, url="https://charity.example/"),
    NoRail(),
    NoRail(rail="stripe", tip=uuid4(), ways=(Way("wechat", How.NOW), Way("stripe", How.TAB, Money(3000, "CNY")))),
    TippingOff(chat=NASTY),
    *(off(chat=NASTY, project=LONG_PROJECT.project) for off in (TippingOff, TippingPaused, PostGone)),
    TipTooSmall(least=LIMITS.least, most=LIMITS.most),
    NotYours(),
    RuntimeError(NASTY),
]
