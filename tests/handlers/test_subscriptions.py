"""The question after a first gift; fewer or none with one tap under each message; one's own clock."""

from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import EditMessageReplyMarkup, EditMessageText, SendMessage

from bot import callbacks as cb
from bot import notices
from bot import subscription_cards as cards
from bot.keyboards import keyboard, opens
from giving.people import Visitor
from giving.subscriptions import Often, SubscriptionKind
from services.links import Links
from tests.handlers.chat import NOW, Chat, answers, buttons, texts_of, urls, user
from tests.texts.words import TEXTS
from tests.world import World

DAYS = SubscriptionKind.GIVING_DAYS


async def send(chat: Chat, world: World) -> list[Any]:
    """What the sender would send now, as far as it is Alice's."""
    links = Links("http://127.0.0.1:8081", "yizan_bot")
    made: list[Any] = []
    for notice in await world.outbox.claim():
        rendered = await notices.render([notice], world.outbox, TEXTS, links, test_money=True)
        await world.outbox.sent([notice], 1)
        if rendered is not None:
            await chat.bot.send_message(notice.recipient, rendered.text, reply_markup=rendered.keyboard)
            made.append(chat.calls.made[-1])
    return [method for method in made if method.chat_id == 1002]


async def asked(chat: Chat, world: World) -> SendMessage:
    """Alice's first gift, its receipt, and the question."""
    async with world.unit() as work:
        await work.people.set(world.alice.id, asked_at=None)
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    assert "May I tell you more" not in texts_of(await send(chat, world))[0]
    (question,) = await send(chat, world)
    assert isinstance(question, SendMessage)
    return question


async def test_nothing_is_ticked_and_each_kind_is_one_tap(chat: Chat, world: World):
    question = await asked(chat, world)
    kinds = ("Giving days", "Project news", "Monthly", "Thank-yous")
    assert [text for text, _ in buttons(question)] == [*(f"○ {kind}" for kind in kinds), "Nothing, thanks"]
    for label in ("Giving days", "Thank-yous"):
        done = await chat.presses(1002, label)
        (edited,) = [m for m in done if isinstance(m, EditMessageText)]
        assert f"✓ {label}" in [text for text, _ in buttons(edited)]
        assert answers(done)[0].text
    assert (await world.privacy.settings(world.alice)).kinds == {DAYS, SubscriptionKind.THANKS}
    (closed,) = texts_of(await chat.presses(1002, "That's it"))
    assert "Noted: Giving days · Thank-yous" in closed
    assert "/privacy" in closed


async def test_no_is_an_answer_too(chat: Chat, world: World):
    await asked(chat, world)
    (closed,) = texts_of(await chat.presses(1002, "Nothing, thanks"))
    assert "only receipts" in closed
    assert (await world.privacy.settings(world.alice)).kinds == frozenset()


async def test_a_tap_on_somebody_elses_question_is_about_who_taps(chat: Chat, world: World):
    await asked(chat, world)
    await chat.presses(1004, "Giving days")
    assert (await world.privacy.settings(world.bob)).kinds == {DAYS}
    assert (await world.privacy.settings(world.alice)).kinds == frozenset()


async def under_a_message(chat: Chat, person: int, button: str, *, markup: Any, **more: Any) -> list[Any]:
    """A button pressed under a message with a photo and other buttons."""
    message = {
        "message_id": 7, "date": NOW, "chat": {"id": person, "type": "private"}, "caption": "x",
        "photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}],
        "reply_markup": markup.model_dump(exclude_none=True), **more,
    }  # fmt: skip
    key = str(next(chat._ids))
    body = {"id": key, "from": user(person), "chat_instance": "1", "data": button, "message": message}
    return await chat.feed(callback_query=body)


def labels(method: Any) -> list[str]:
    return [text.replace("\u2068", "").replace("\u2069", "") for text, _ in buttons(method)]


def of(method: Any, label: str) -> str:
    return next(data for text, data in buttons(method) if text == label and data)


async def test_fewer_and_none_work_at_once_and_can_be_undone_under_the_same_message(chat: Chat, world: World):
    await world.subscriptions.choose(world.alice, DAYS, Often.ALL)
    page = [opens("Look", "https://give.example.org")]
    markup = keyboard([page, cards.way_out(TEXTS, "en", DAYS)])
    said, shown = {}, markup
    for label, often, left in (
        ("Fewer of these", Often.FEWER, ["Look", "Undo", "None of these"]),
        ("None of these", Often.NONE, ["Look", "Undo"]),
        ("Undo", Often.FEWER, ["Look", "Fewer of these", "None of these"]),
        ("None of these", Often.NONE, ["Look", "Undo"]),
    ):
        data = next(b.callback_data for row in shown.inline_keyboard for b in row if b.text == label)
        done = await under_a_message(chat, 1002, str(data), markup=shown)
        (edited,) = [m for m in done if isinstance(m, EditMessageReplyMarkup)]
        (answer,) = answers(done)
        assert answer.show_alert
        said[label] = answer.text
        assert (await world.subscriptions.of(world.alice)).get(DAYS, Often.NONE) is often
        assert [text for text, _ in buttons(edited)] == left
        assert urls(edited) == ["https://give.example.org"], "its own buttons stay"
        assert edited.reply_markup is not None
        shown = edited.reply_markup
    assert "one a week at most" in said["Fewer of these"]
    assert "none from now on" in said["None of these"]


async def test_undo_under_an_old_message_leaves_what_was_chosen_since(chat: Chat, world: World):
    await world.subscriptions.choose(world.alice, DAYS, Often.NONE)
    undo = cb.LessUndo(kind=DAYS, often=Often.ALL, made=Often.FEWER).pack()
    done = await under_a_message(chat, 1002, undo, markup=keyboard([cards.way_out(TEXTS, "en", DAYS)]))
    assert await world.subscriptions.of(world.alice) == {}
    (answer,) = answers(done)
    assert answer.show_alert
    assert "something else since" in answer.text


async def test_where_the_message_is_too_old_to_change_the_way_back_comes_by_itself(chat: Chat, world: World):
    await world.subscriptions.choose(world.alice, DAYS, Often.ALL)
    none = cb.Less(kind=DAYS, often=Often.NONE).pack()
    old = {"message_id": 7, "date": 0, "chat": {"id": 1002, "type": "private"}}
    key = str(next(chat._ids))
    done = await chat.feed(
        callback_query={"id": key, "from": user(1002), "chat_instance": "1", "data": none, "message": old}
    )
    assert await world.subscriptions.of(world.alice) == {}
    (sent,) = [m for m in done if isinstance(m, SendMessage)]
    assert "none from now on" in texts_of([sent])[0]
    await chat.taps(1002, of(sent, "Undo"))
    assert await world.subscriptions.of(world.alice) == {DAYS: Often.ALL}


async def test_the_same_where_telegram_refuses_the_edit(chat: Chat, world: World):
    await world.subscriptions.choose(world.alice, DAYS, Often.ALL)
    chat.calls.refuse["editMessageReplyMarkup"] = TelegramBadRequest(
        EditMessageReplyMarkup(), "Bad Request: message to edit not found"
    )
    markup = keyboard([cards.way_out(TEXTS, "en", DAYS)])
    done = await under_a_message(chat, 1002, cb.Less(kind=DAYS, often=Often.FEWER).pack(), markup=markup)
    (sent,) = [m for m in done if isinstance(m, SendMessage)]
    assert [text for text, _ in buttons(sent)] == ["Undo", "None of these"]
    assert await world.subscriptions.of(world.alice) == {DAYS: Often.FEWER}


@pytest.mark.parametrize("often", [Often.FEWER, Often.NONE])
async def test_a_button_of_an_earlier_self_subscribes_nobody(chat: Chat, world: World, often: Often):
    """Who left and came back is somebody new, who asked for nothing; their old messages still stand there."""
    await world.subscriptions.choose(world.alice, DAYS, Often.ALL)
    markup = keyboard([cards.way_out(TEXTS, "en", DAYS)])
    await world.privacy.leave(world.alice)
    done = await under_a_message(chat, 1002, cb.Less(kind=DAYS, often=often).pack(), markup=markup)
    again = await world.people.meet(Visitor(1002, "Alice", None, "en"))
    assert again.id != world.alice.id
    assert await world.subscriptions.of(again) == {}
    (answer,) = answers(done)
    assert "none of these already" in answer.text
    assert [m for m in done if m is not answer] == [], "there is nothing to undo"


async def test_two_taps_are_one(chat: Chat, world: World):
    await world.subscriptions.choose(world.alice, DAYS, Often.ALL)
    markup = keyboard([cards.way_out(TEXTS, "en", DAYS)])
    for _ in range(2):
        await under_a_message(chat, 1002, cb.Less(kind=DAYS, often=Often.FEWER).pack(), markup=markup)
    assert await world.subscriptions.of(world.alice) == {DAYS: Often.FEWER}


async def test_privacy_shows_fewer_beside_what_is_on(chat: Chat, world: World):
    await chat.says(1002, "/privacy")
    await chat.presses(1002, "Giving days")
    (edited,) = [m for m in await chat.presses(1002, "one a week at most") if isinstance(m, EditMessageText)]
    assert [text for text, _ in buttons(edited)][4:6] == ["✓ Giving days", "✓ one a week at most"]
    assert await world.subscriptions.of(world.alice) == {DAYS: Often.FEWER}
    await chat.presses(1002, "one a week at most")
    assert await world.subscriptions.of(world.alice) == {DAYS: Often.ALL}
    await chat.presses(1002, "Giving days")
    assert await world.subscriptions.of(world.alice) == {}


async def test_ones_clock_is_picked_from_a_list(chat: Chat, world: World):
    (card,) = await chat.says(1002, "/privacy")
    assert "My clock: Shanghai (China)" in labels(card)
    (shown,) = texts_of(await chat.presses(1002, "My clock"))
    assert "I go by Shanghai (China) (UTC+8)" in shown
    (kept,) = texts_of(await chat.presses(1002, "Berlin UTC+1"))
    assert "Berlin (Germany) (UTC+1)" in kept
    assert await world.subscriptions.timezone(world.alice) == "Europe/Berlin"
    await chat.presses(1002, "Back to my choices")
    assert "My clock: Berlin" in " ".join(labels(chat.calls.made[-2]))
    await chat.presses(1002, "My clock")
    await chat.presses(1002, "Like here")
    assert await world.subscriptions.timezone(world.alice) is None


async def test_ones_clock_is_found_by_what_one_types(chat: Chat, world: World):
    await chat.says(1002, "/privacy")
    await chat.presses(1002, "My clock")
    (unknown,) = texts_of(await chat.says(1002, "Atlantis"))
    assert "don't know that place" in unknown
    (which,) = await chat.says(1002, "德国")
    assert [text for text, _ in buttons(which)][:2] == ["Berlin (Germany) UTC+1", "Busingen (Germany) UTC+1"]
    (kept,) = texts_of(await chat.says(1002, "new york"))
    assert "New York (United States) (UTC-5)" in kept
    assert await world.subscriptions.timezone(world.alice) == "America/New_York"
    assert "Noted" not in texts_of(await chat.says(1002, "Berlin"))[0], "the question is over"


async def test_a_made_up_clock_is_refused(chat: Chat, world: World):
    (answer,) = answers(await chat.taps(1002, cb.PrivacyClock(zone="Mars/Olympus").pack()))
    assert "don't know that place" in answer.text
    assert await world.subscriptions.timezone(world.alice) is None
