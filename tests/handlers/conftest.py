"""The whole dispatcher over real services and a Telegram that only writes down what it is told."""

from collections.abc import AsyncIterator

import pytest
from aiogram.fsm.storage.memory import DisabledEventIsolation, MemoryStorage

from bot import replies
from bot.build import build_dispatcher
from bot.carriers import Carriers
from bot.checkouts import Checkouts
from bot.ephemeral import Whispers
from handlers import routers
from services.audit import AuditService
from services.links import Links
from services.operator import Operator
from services.rails.checkouts import CheckoutService
from tests.handlers.chat import Chat, recording_bot
from tests.texts.words import TEXTS
from tests.world import World

OPERATOR = Operator("阳光基金会", "慈善法第二十二条", "help@charity.example")


@pytest.fixture
def dialect() -> str:
    """Handlers know no database: one is enough here; services and the whole way are tested on both."""
    return "sqlite"


@pytest.fixture
async def chat(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Chat]:
    """Feeds updates and remembers the bot's calls."""
    # A machine whose disk stands still for a second is no slow handler; tests of an early answer set their own.
    monkeypatch.setattr(replies, "ANSWER_WITHIN_S", 30.0)
    bot, calls = recording_bot()
    world.tips.test_money = True  # chat.check holds every message to it
    links = Links("http://127.0.0.1:8081", "yizan_bot")
    dispatcher = build_dispatcher(
        people=world.people,
        tips=world.tips,
        creators=world.creators,
        projects=world.projects,
        refunds=world.refunds,
        texts=TEXTS,
        links=links,
        routers=routers(),
        storage=MemoryStorage(),
        isolation=DisabledEventIsolation(),
        default_language="zh-CN",
        audit=AuditService(world.unit, world.people),
        operator=OPERATOR,
        match_review=world.match_review,
        privacy=world.privacy,
        subscriptions=world.subscriptions,
        desk=world.desk,
        groups=world.groups,
        carriers=Carriers(bot, world.carriers, world.creators, world.tips, TEXTS, links),
        cleanups=world.cleanups,
        whispers=Whispers(),
        watch=world.watch,
        handovers=world.handovers,
        slots=world.slots,
        giving_days=world.giving_days,
        day_reports=world.day_reports,
        certificates=world.certificates,
        recaps=world.recaps,
        statements=world.statements,
        day_posts=world.day_posts,
        inline=world.inline,
        pictures=world.pictures,
        thanks=world.thanks,
        rankings=world.rankings,
        thanks_posts=world.thanks_posts,
        members=world.members,
        circles=world.circles,
        monthly_calls=world.monthly_calls,
        whys=world.whys,
        news=world.news,
        tabs=world.tabs,
        charges=world.charges,
        pledges=world.pledges,
        pledge_changes=world.pledge_changes,
        pledge_pages=world.pledge_steps.pages,
        methods=world.methods,
        connections=world.connections,
        payments=world.payments,
        checkouts=Checkouts(CheckoutService(world.unit, ()), TEXTS, "zh-CN"),
    )
    yield Chat(dispatcher, bot, calls)
    await bot.session.close()
