"""The creator's way in teremok: a Telegram others wrote checks text, HTML, keyboards and data of every call."""

from typing import Any

import pytest
from aiogram.client.default import DefaultBotProperties
from aiogram.enums import ParseMode
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.methods import EditMessageReplyMarkup, GetChatMember, SendMessage
from aiogram.types import ChatMemberAdministrator, ChatMemberOwner, Update
from teremok import MockBot

from bot.build import build_dispatcher
from bot.ephemeral import Whispers
from bot.isolation import PersonIsolation
from bot.rights import TelegramRights
from handlers import routers
from services.creators import CreatorService
from services.links import Links
from tests.handlers.chat import NOW, buttons, user
from tests.handlers.test_creators import OTHER, membership
from tests.texts.words import TEXTS
from tests.world import SHANGHAI, World

WHERE = {"id": OTHER, "type": "channel", "title": "<新>频道 & Co", "username": "new_channel"}


class Place:
    """A creator, their channel, and what teremok answers when our bot asks who administers it."""

    def __init__(self, world: World) -> None:
        self.bot = MockBot(token="100000001:test", default=DefaultBotProperties(parse_mode=ParseMode.HTML))
        world.tips.test_money = True
        self.dispatcher = build_dispatcher(
            people=world.people, tips=world.tips,
            creators=CreatorService(
                world.unit, TelegramRights(self.bot), zone=SHANGHAI, currency="CNY", language="zh-CN", now=world.time
            ),
            projects=world.projects, refunds=world.refunds, texts=TEXTS, links=Links("http://x", "yizan_bot"),
            routers=routers(), storage=MemoryStorage(), isolation=PersonIsolation(), default_language="zh-CN",
            watch=world.watch, handovers=world.handovers, slots=world.slots, thanks=world.thanks, groups=world.groups,
            rankings=world.rankings, thanks_posts=world.thanks_posts, members=world.members, circles=world.circles,
            monthly_calls=world.monthly_calls, whys=world.whys, news=world.news, giving_days=world.giving_days,
            day_reports=world.day_reports, certificates=world.certificates, recaps=world.recaps,
            statements=world.statements, match_review=world.match_review, day_posts=world.day_posts, pictures=None,
            carriers=None, cleanups=world.cleanups, pledges=world.pledges, whispers=Whispers(),
        )  # fmt: skip
        self.bot.dp = self.dispatcher
        self.numbers = iter(range(1, 1000))

    def answers(self, *, creator: bool = True) -> None:
        """About the next questions who is what in the channel: the creator, then the bot."""
        owner = {"status": "creator", "user": user(1001), "is_anonymous": False}
        admin = membership("administrator", can_edit_messages=True, can_post_messages=True)
        self.bot.mock_session._results.pop(GetChatMember, None)
        for _ in range(4 if creator else 0):
            self.bot.add_result(GetChatMember, ChatMemberOwner.model_validate(owner))
            self.bot.add_result(GetChatMember, ChatMemberAdministrator.model_validate(admin))

    async def feed(self, **update: Any) -> list[Any]:
        raw = {"update_id": next(self.numbers), **update}
        done = await self.bot.dispatch(Update.model_validate(raw, context={"bot": self.bot}))
        return done.requests.all

    async def presses(self, label: str) -> list[Any]:
        for method in reversed(self.bot.requests.all):
            for text, data in buttons(method):
                if label in text and data:
                    under = {"message_id": 9, "date": NOW, "chat": {"id": 1001, "type": "private"}, "text": "x"}
                    tap = {
                        "id": str(next(self.numbers)), "from": user(1001), "chat_instance": "1", "data": data,
                        "message": under,
                    }  # fmt: skip
                    return await self.feed(callback_query=tap)
        raise AssertionError(f"no button {label!r}")


@pytest.fixture
def place(world: World) -> Place:
    return Place(world)


async def test_from_added_to_a_post_with_buttons(place: Place) -> None:
    new = membership("administrator", can_edit_messages=True, can_post_messages=True)
    change = {
        "chat": WHERE, "from": user(1001), "date": NOW, "old_chat_member": membership("left"), "new_chat_member": new,
    }  # fmt: skip
    place.answers()
    made = await place.feed(my_chat_member=change)
    assert any(isinstance(method, SendMessage) and "&lt;新&gt;频道" in method.text for method in made)
    for label in ("开启公益赞赏", "免费午餐", "就选它"):
        place.answers()
        made = await place.presses(label)
        assert [m.__api_method__ for m in made if m.__api_method__ == "answerCallbackQuery"], label
    post = {"message_id": 50, "date": NOW, "chat": WHERE, "sender_chat": WHERE, "text": "今天"}
    made = await place.feed(channel_post=post)
    edits = [method for method in made if isinstance(method, EditMessageReplyMarkup)]
    assert [(edit.chat_id, edit.message_id) for edit in edits] == [(OTHER, 50)]


async def test_every_screen_of_a_creator_passes_its_checks(place: Place) -> None:
    for text in ("/start", "/charity", "/charity stats", "/charity on", "/charity off", "/help", "/give", "/gifts"):
        place.answers()
        chat = {"id": 1001, "type": "private"}
        said = {"message_id": next(place.numbers), "date": NOW, "chat": chat, "from": user(1001), "text": text}
        made = await place.feed(message=said)
        assert any(isinstance(method, SendMessage) for method in made), text
        assert TEXTS.chat("zh-CN", "error-unknown") not in "".join(getattr(m, "text", "") or "" for m in made), text
