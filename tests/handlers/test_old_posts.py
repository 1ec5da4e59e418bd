"""Is the post still there? Whoever comes from its counter is told, and Telegram is not asked for each of them."""

from typing import Any

import pytest
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramRetryAfter,
    TelegramServerError,
)

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
    assert len(keyboards_put([call for calls in made for call in calls])) == 1
    assert all("¥1" in [text for text, _ in buttons(calls[-1])] for calls in made)


def looks(calls: Any) -> int:
    return len(keyboards_put(calls))


async def shown_since(world: World) -> set[Any]:
    """Posts whose counters are edited next."""
    world.time.passes(seconds=10)
    return {counter.post.id for counter in await world.counters.due()}


async def test_a_look_that_an_answer_to_a_gift_overtook_is_followed_by_another_edit(
    chat: Chat, world: World, monkeypatch: pytest.MonkeyPatch
):
    """Nobody may ever see less than was given, even where the look has no second turn."""
    card = world.carriers.card

    async def overtaken(post: Any) -> Any:
        seen = await card(post)
        await world.pay(await world.tip(world.alice, "5"), world.alice)
        counters = {counter.post.id: counter for counter in await world.counters.due()}
        await world.counters.shown(post, counters[post].raised)  # the loop's edit arrived before the look's
        return seen

    world.time.passes(seconds=10)
    monkeypatch.setattr(world.carriers, "card", overtaken)
    calls = await chat.says(1002, f"/start p_{token_of(world.post.id)}")
    assert looks(calls) == 1
    assert world.post.id in await shown_since(world)


@pytest.mark.parametrize(("refusal", "again"), [
    (TelegramServerError(ANY, "Bad Gateway"), True),
    (TelegramRetryAfter(ANY, "Too Many Requests", 30), False),
    (TelegramBadRequest(ANY, "Bad Request: message is not modified: …"), False),
])  # fmt: skip
async def test_a_look_without_an_answer_is_made_up_for_and_one_that_was_not_sent_changes_nothing(
    chat: Chat, world: World, refusal: TelegramAPIError, again: bool
):
    world.time.passes(seconds=10)
    (counter,) = await world.counters.due()
    await world.counters.shown(counter.post.id, counter.raised, counter.chat)
    assert await shown_since(world) == set()
    chat.calls.refuse["editMessageReplyMarkup"] = refusal
    await chat.says(1002, f"/start p_{token_of(world.post.id)}")
    assert (world.post.id in await shown_since(world)) is again


async def test_a_counter_that_waits_for_its_edit_still_does_after_a_look_that_had_no_turn(chat: Chat, world: World):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    chat.calls.refuse["editMessageReplyMarkup"] = TelegramRetryAfter(ANY, "Too Many Requests", 30)
    await chat.says(1002, f"/start p_{token_of(world.post.id)}")
    assert world.post.id in await shown_since(world)


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
