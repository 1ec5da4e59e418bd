"""Is the post still there? Whoever comes from its counter is told, and Telegram is not asked for each of them."""

from typing import Any

import pytest
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramForbiddenError, TelegramServerError

from bot import callbacks as cb
from giving.ids import token_of
from tests.handlers.chat import Chat, answers, buttons, keyboards_put, texts_of
from tests.world import World

ANY: Any = None
GONE = [
    TelegramBadRequest(ANY, "Bad Request: message to edit not found"),
    TelegramBadRequest(ANY, "Bad Request: MESSAGE_ID_INVALID"),
    TelegramBadRequest(ANY, "Bad Request: chat not found"),
    TelegramForbiddenError(ANY, "Forbidden: bot was kicked from the channel chat"),
]
THERE = [
    TelegramBadRequest(ANY, "Bad Request: message is not modified: …"),
    TelegramBadRequest(ANY, "Bad Request: message can't be edited"),
    TelegramServerError(ANY, "Bad Gateway"),
]


@pytest.mark.parametrize("refusal", GONE)
async def test_of_a_post_that_is_gone_the_project_is_offered(chat: Chat, world: World, refusal: TelegramAPIError):
    chat.calls.refuse["editMessageReplyMarkup"] = refusal
    (told,) = await chat.says(1002, f"/start p_{token_of(world.post.id)}")
    assert "may have been deleted" in texts_of([told])[0]
    assert buttons(told)[0] == ("Give to this project", cb.GiveCard(project=world.library.id).pack())


@pytest.mark.parametrize("refusal", THERE)
async def test_any_other_answer_says_nothing_about_the_post(chat: Chat, world: World, refusal: TelegramAPIError):
    chat.calls.refuse["editMessageReplyMarkup"] = refusal
    (card,) = await chat.says(1002, f"/start p_{token_of(world.post.id)}")
    assert "¥1" in [text for text, _ in buttons(card)]


async def test_a_crowd_asks_telegram_once(chat: Chat, world: World):
    made = [await chat.says(person, f"/start p_{token_of(world.post.id)}") for person in range(6001, 6011)]
    assert len(keyboards_put([call for calls in made for call in calls])) == 2, "once more, as the first changed it"
    assert all("¥1" in [text for text, _ in buttons(calls[-1])] for calls in made)


async def test_a_tap_on_a_chat_that_is_off_or_rests_brings_the_project(chat: Chat, world: World):
    tap = cb.TipTap(post=world.post.id, minor=100, currency="CNY").pack()
    await world.creators.pause(world.chat.chat.id, world.creator)
    told, answer = await chat.taps(1002, tap, chat=world.chat.chat.telegram_id)
    assert "paused" in answer.text
    assert "library project" in texts_of([told])[0]
    (stranger,) = answers(await chat.taps(1004, tap, chat=world.chat.chat.telegram_id))
    assert stranger.url.endswith(f"?start=p_{token_of(world.post.id)}")
    (shown, _) = await chat.presses(1002, "Give to this project")
    assert "¥1" in [text for text, _ in buttons(shown)]
