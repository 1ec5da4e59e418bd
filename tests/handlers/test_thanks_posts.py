"""Thanking in one's own channel: nothing is published before the tap, and nothing twice after it."""

from typing import Any

import pytest
from aiogram.exceptions import TelegramForbiddenError, TelegramNetworkError
from aiogram.methods import SendMessage

from giving.people import Visibility
from tests.handlers.chat import Chat, answers, buttons, texts_of
from tests.services.test_rankings import gave
from tests.world import CHANNEL, World

ANY: Any = None


@pytest.fixture
async def given(world: World) -> World:
    await gave(world, world.alice, "1", visibility=Visibility.NAMED)
    await gave(world, world.bob, "2", visibility=Visibility.ANONYMOUS)
    return world


def published(chat: Chat) -> list[str]:
    return texts_of([m for m in chat.calls.made if isinstance(m, SendMessage) and m.chat_id == CHANNEL])


async def test_from_the_figures_to_a_post_in_the_channel(chat: Chat, given: World):
    await chat.says(1001, "/charity stats")
    (preview, _) = await chat.presses(1001, "在频道里感谢大家")
    text = texts_of([preview])[0]
    assert "最近有 2 位朋友在这里捐给了<b>乡村图书馆</b>" in text
    assert "感谢 Alice" in text
    assert "也感谢 1 位没有留名的朋友" in text
    assert published(chat) == []
    await chat.presses(1001, "换成我的话")
    (again,) = await chat.says(1001, "谢谢<大家>，\n下月见")
    assert "谢谢&lt;大家&gt;， 下月见" in texts_of([again])[0]
    assert published(chat) == []
    data = next(data for text, data in buttons(again) if "发布" in text and data)
    done = await chat.taps(1001, data)
    assert any("发出去了" in text for text in texts_of(done))
    (post,) = published(chat)
    assert post.startswith("谢谢&lt;大家&gt;， 下月见")
    assert "Bob" not in post
    (refused,) = answers(await chat.taps(1001, data))
    assert refused.show_alert
    assert len(published(chat)) == 1, "a second tap publishes nothing"


async def test_a_stale_preview_is_shown_anew(chat: Chat, given: World):
    await chat.says(1001, "/charity stats")
    await chat.presses(1001, "在频道里感谢大家")
    await given.privacy.choose_visibility(given.alice, Visibility.ANONYMOUS)
    done = await chat.presses(1001, "发布")
    assert published(chat) == []
    assert "有人收回了名字" in answers(done)[0].text
    assert "Alice" not in texts_of(done)[0]
    await chat.presses(1001, "发布")
    (post,) = published(chat)
    assert "感谢每一位没有留名的朋友" in post


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TelegramForbiddenError(ANY, "Forbidden: not enough rights"), "什么都没发布"),
        (TelegramNetworkError(ANY, "timeout"), "我不确定"),
    ],
)
async def test_what_telegram_refuses_or_does_not_answer_is_said(
    chat: Chat, given: World, error: Exception, said: str, monkeypatch: pytest.MonkeyPatch
):
    await chat.says(1001, "/charity stats")
    await chat.presses(1001, "在频道里感谢大家")
    make = chat.calls.make_request

    async def failing(bot: Any, method: Any, timeout: int | None = None) -> Any:
        if isinstance(method, SendMessage) and method.chat_id == CHANNEL:
            raise error
        return await make(bot, method, timeout)

    monkeypatch.setattr(chat.calls, "make_request", failing)
    done = await chat.presses(1001, "发布")
    assert any(said in text for text in texts_of(done))
    again = await chat.presses(1001, "发布")
    assert answers(again)[0].show_alert, "the same tap sends nothing again"
    await chat.says(1001, "/charity stats")
    (preview, _) = await chat.presses(1001, "在频道里感谢大家")
    assert ("我不确定" in texts_of([preview])[0]) == (said == "我不确定")
