"""Whatever people send where something was asked: an answer that says what to do, and a way out of every dialog."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiogram.methods import SendMessage

from bot import callbacks as cb
from giving.people import Visibility, Visitor
from giving.projects import ProjectState
from storage.tables import slots
from tests.handlers.chat import NOW, Chat, answers, buttons, texts_of, user
from tests.services.test_thanks import gave, subscribe
from tests.services.test_tips import close
from tests.world import CHANNEL, World

STICKER = {
    "file_id": "f", "file_unique_id": "u", "type": "regular", "width": 1, "height": 1, "is_animated": False,
    "is_video": False,
}  # fmt: skip
FORWARDED = {"forward_origin": {"type": "user", "date": NOW, "sender_user": user(1001)}}
CARD = {
    **FORWARDED,
    "reply_markup": {"inline_keyboard": [[{"text": "¥1", "url": "https://t.me/yizan_bot?start=x"}]]},
}


async def ask_amount_for_post(chat: Chat, world: World) -> None:
    await chat.taps(1002, cb.TipOther(post=world.post.id).pack())


async def ask_amount_for_project(chat: Chat, world: World) -> None:
    await chat.taps(1002, cb.GiveOther(project=world.meals.id).pack())


async def ask_search(chat: Chat, world: World) -> None:
    await chat.taps(1002, cb.Home(deed=cb.HomeDeed.SEARCH).pack())


async def ask_search_for_chat(chat: Chat, world: World) -> None:
    await _creates(chat, world)
    await chat.taps(1002, cb.ChatDo(chat=world.chat.chat.id, deed=cb.ChatDeed.SEARCH).pack())


async def _creates(chat: Chat, world: World) -> None:
    """Alice runs the channel."""
    world.rights.administrators.add((world.chat.chat.telegram_id, 1002))
    async with world.unit() as work:
        await work.creators.set_chat(world.chat.chat.id, creator_id=world.alice.id)


async def ask_presets(chat: Chat, world: World) -> None:
    await _creates(chat, world)
    await chat.taps(1002, cb.ChatDo(chat=world.chat.chat.id, deed=cb.ChatDeed.PRESETS).pack())


async def ask_which_chat(chat: Chat, world: World) -> None:
    await chat.taps(1002, cb.ChatFind().pack())


async def ask_thanks(chat: Chat, world: World) -> None:
    await _creates(chat, world)
    bob = await world.people.meet(Visitor(1004, "Bob", None, "en"), started=True)
    if not world.extras.setdefault("bob gave", False):
        await gave(world, bob, Visibility.NAMED)
        await subscribe(world, bob)
        world.extras["bob gave"] = True
    await chat.taps(1002, cb.ChatDo(chat=world.chat.chat.id, deed=cb.ChatDeed.THANK).pack())


async def ask_name(chat: Chat, world: World) -> None:
    await world.slots.open(world.alice, world.library.id, "Alice")
    await chat.taps(1002, cb.SlotDo(deed=cb.SlotDeed.NAME).pack())


async def ask_name_for_project(chat: Chat, world: World) -> None:
    await chat.taps(1002, cb.SlotProject(project=world.library.id).pack())


DIALOGS: dict[str, Callable[[Chat, World], Awaitable[None]]] = {
    "amount for a post": ask_amount_for_post,
    "amount for a project": ask_amount_for_project,
    "search": ask_search,
    "search for a chat": ask_search_for_chat,
    "amounts of a chat": ask_presets,
    "which chat": ask_which_chat,
    "thanks": ask_thanks,
    "a slot's name": ask_name,
    "a slot's name, for a project": ask_name_for_project,
}
SENT: dict[str, dict[str, Any]] = {
    "a sticker": {"text": None, "sticker": STICKER},
    "a voice message": {"text": None, "voice": {"file_id": "f", "file_unique_id": "u", "duration": 3}},
    "a photo with words": {
        "text": None, "caption": "5",
        "photo": [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}],
    },
    "a dice": {"text": None, "dice": {"emoji": "🎲", "value": 3}},
    "a contact": {"text": None, "contact": {"phone_number": "+1", "first_name": "x"}},
    "a forwarded number": {"text": "5", **FORWARDED},
    "a forwarded card": {"text": "¥5 for library project", **CARD},
    "a forwarded command": {"text": "/gifts", **FORWARDED},
    "4,096 characters": {"text": "长" * 4096},
    "4,096 digits": {"text": "9" * 4096},
    "a tower of marks": {"text": "5" + "\u0301" * 4000},
    "markup": {"text": "<b>5</b><script>"},
    "only invisible characters": {"text": "\u200b\u2060"},
}  # fmt: skip


@pytest.mark.parametrize("dialog", [*DIALOGS])
async def test_no_dialog_sticks(chat, world, dialog):
    await DIALOGS[dialog](chat, world)
    for sent, words in SENT.items():
        (message,) = [m for m in await chat.says(1002, **words) if isinstance(m, SendMessage)]
        assert buttons(message), f"there is always a way on after {sent}"
        assert "wrong" not in message.text, sent
    async with world.unit.read() as work:
        assert await work.tips.gifts_count(world.alice.id) == 0

    await chat.taps(1002, cb.Home(deed=cb.HomeDeed.LEAVE).pack())
    assert "catch" in texts_of(await chat.says(1002, "5"))[0], "the question is gone"


async def test_a_question_survives_what_is_no_answer(chat, world):
    await ask_amount_for_post(chat, world)
    for words in SENT.values():
        await chat.says(1002, **words)
    assert "¥5" in texts_of(await chat.says(1002, "5"))[0]


@pytest.mark.parametrize("dialog", [*DIALOGS])
async def test_any_command_leads_out(chat, world, dialog):
    for command in ("/start", "/help", "/give", "/gifts", "/charity", "/privacy", "/terms", "/cancel", "/nonsense"):
        await DIALOGS[dialog](chat, world)
        await chat.says(1002, command)
        assert "catch" in texts_of(await chat.says(1002, "meals"))[0], command


@pytest.mark.parametrize("ask", [ask_presets, ask_name, ask_which_chat, ask_amount_for_post])
async def test_words_that_other_words_can_cure_are_refused_with_the_way_out(chat, world, ask):
    await ask(chat, world)
    for _ in range(2):
        (refused,) = await chat.says(1002, "\u200b")
        assert [text for text, _ in buttons(refused)] == ["Never mind"]


async def lose_the_channel(world: World) -> None:
    async with world.unit() as work:
        await work.creators.set_chat(world.chat.chat.id, creator_id=world.creator.id)


async def close_meals(world: World) -> None:
    async with world.unit() as work:
        await work.projects.put(replace(world.meals, state=ProjectState.CLOSED), world.time())


async def lose_the_slot(world: World) -> None:
    async with world.unit() as work:
        await work.connection.execute(slots.delete())


@pytest.mark.parametrize(
    ("ask", "trouble", "words"),
    [
        (ask_presets, lose_the_channel, "1 5"),
        (ask_search_for_chat, lose_the_channel, "meals"),
        (ask_thanks, lose_the_channel, "thank you"),
        (ask_name, lose_the_slot, "Alice"),
        (ask_name_for_project, close, "Alice"),
        (ask_amount_for_project, close_meals, "5"),
    ],
)
async def test_what_no_words_can_cure_ends_the_question(chat, world, ask, trouble, words):
    await ask(chat, world)
    await trouble(world)
    (refused,) = texts_of(await chat.says(1002, words))
    assert "catch" not in refused
    assert "catch" in texts_of(await chat.says(1002, words))[0], "the question is gone"


async def test_a_name_is_not_asked_of_who_has_no_slot(chat, world):
    (answer,) = answers(await chat.taps(1002, cb.SlotDo(deed=cb.SlotDeed.NAME).pack()))
    assert "isn't there" in answer.text
    assert "catch" in texts_of(await chat.says(1002, "Alice"))[0]


AWAY = {
    "home": cb.Home(deed=cb.HomeDeed.GIVE),
    "my gifts": cb.GiftsPage(),
    "my channels": cb.ChatList(),
    "privacy": cb.PrivacyDo(deed=cb.PrivacyDeed.SHOW),
}


@pytest.mark.parametrize("dialog", ["a slot's name", "a slot's name, for a project"])
@pytest.mark.parametrize("away", [*AWAY])
async def test_a_button_of_another_feature_ends_the_question(chat, world, dialog, away):
    await DIALOGS[dialog](chat, world)
    await chat.taps(1002, AWAY[away].pack())
    assert "catch" in texts_of(await chat.says(1002, "Thanks, good night"))[0]


async def test_a_label_and_the_features_own_buttons_leave_the_question(chat, world):
    await ask_search(chat, world)
    await chat.taps(1002, cb.Home(deed=cb.HomeDeed.NOTHING).pack())
    await chat.taps(1002, cb.GiveCard(project=world.meals.id).pack())
    assert "meals project" in texts_of(await chat.says(1002, "meals"))[0]


@pytest.mark.parametrize(
    "post", [{"text": "x"}, {"text": None, "caption": "x", "photo": SENT["a photo with words"]["photo"]}]
)
async def test_a_forwarded_post_finds_its_chat_with_a_picture_too(chat, world, post):
    world.rights.administrators.add((CHANNEL, 1002))
    await ask_which_chat(chat, world)
    origin = {"type": "channel", "date": NOW, "message_id": 7, "chat": {"id": CHANNEL, "type": "channel", "title": "C"}}
    (found,) = texts_of(await chat.says(1002, **post, forward_origin=origin))
    assert "Found it" in found


async def test_without_a_question_everything_is_answered_with_ways_on(chat, world):
    for sent, words in SENT.items():
        (message,) = [m for m in await chat.says(1002, **words) if isinstance(m, SendMessage)]
        assert buttons(message), sent


@pytest.mark.parametrize("asked", [False, True])
async def test_an_edited_message_is_answered_and_changes_nothing(chat, world, asked):
    if asked:
        await ask_amount_for_post(chat, world)
    body = {
        "message_id": 5, "date": NOW, "edit_date": NOW, "chat": {"id": 1002, "type": "private"}, "from": user(1002),
        "text": "500",
    }  # fmt: skip
    (text,) = texts_of(await chat.feed(edited_message=body))
    assert "Send a new one" in text
    if asked:
        assert "¥7" in texts_of(await chat.says(1002, "7"))[0]


async def test_edited_messages_in_groups_are_left_alone(chat, world):
    body = {
        "message_id": 5, "date": NOW, "edit_date": NOW, "from": user(1002), "text": "500",
        "chat": {"id": -100777, "type": "supergroup", "title": "G"},
    }  # fmt: skip
    assert await chat.feed(edited_message=body) == []


async def test_old_buttons_work_or_say_why_not(chat, world):
    """Cards stay in people's chats for years: after paying, after cancelling, after the chat was switched off."""
    tip = await world.tip(world.alice, "5")
    paid = await world.tip(world.alice, "1", key="q2")
    await world.pay(paid, world.alice)
    cancel = cb.TipDo(tip=paid.id, deed=cb.TipDeed.CANCEL).pack()
    show = cb.TipDo(tip=paid.id, deed=cb.TipDeed.SHOW).pack()
    assert "paid or cancelled" in (await chat.taps(1002, cancel))[0].text
    assert "Thank you" in texts_of(await chat.taps(1002, show))[0]
    await chat.taps(1002, cb.TipDo(tip=tip.id, deed=cb.TipDeed.CANCEL).pack())
    again = await chat.taps(1002, cb.TipDo(tip=tip.id, deed=cb.TipDeed.CANCEL).pack())
    assert "nothing was charged" in texts_of(again)[0], "cancelling twice is cancelling"
    shown = await chat.taps(1002, cb.TipShown(tip=tip.id, visibility="named").pack())
    assert "paid or cancelled" in shown[0].text
    await world.creators.switch_off(world.chat.chat.id, world.creator)
    tap = cb.TipTap(post=world.post.id, minor=100, currency="CNY").pack()
    assert "Charity tips are off" in (await chat.taps(1002, tap))[0].text.replace("\u2068", "")


async def test_a_button_under_a_message_too_old_to_edit_answers_in_a_new_one(chat, world):
    body = {
        "id": "77", "from": user(1002), "chat_instance": "1", "data": cb.GiveList(page=0).pack(),
        "message": {"message_id": 7, "date": 0, "chat": {"id": 1002, "type": "private"}},
    }  # fmt: skip
    done = await chat.feed(callback_query=body)
    assert [type(m).__name__ for m in done] == ["SendMessage", "AnswerCallbackQuery"]
