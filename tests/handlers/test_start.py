"""Hello, help, language, admins, browsing, and whatever nobody understands."""

from datetime import timedelta

import pytest
from aiogram.methods import SendMessage, SetMyCommands
from aiogram.types import BotCommandScopeChat

from bot import callbacks as cb
from giving.ids import token_of
from giving.people import Role, Visitor
from handlers.arrivals import is_new
from tests.handlers.chat import answers, buttons, texts_of


async def test_a_known_person_is_greeted_shortly_with_ways_on(chat, world):
    (message,) = await chat.says(1002, "/start")
    assert "good to see you again" in message.text.lower()
    assert len(buttons(message)) == 3


async def test_who_starts_just_now_is_new(world):
    now = world.time()
    person = await world.people.meet(user_visitor(), started=True)
    assert is_new(person, now)
    world.time.passes(minutes=1)
    assert not is_new(person, world.time())


def user_visitor() -> Visitor:
    return Visitor(5005, "x", None, None)


async def test_who_is_new_reads_the_three_promises_once(chat, world, monkeypatch):
    monkeypatch.setattr("handlers.arrivals._JUST_NOW", timedelta(days=10**4))
    for text in ("/start", f"/start p_{token_of(world.post.id)}", f"/start o_{token_of(world.post.id)}"):
        (first,) = texts_of(await chat.says(1002, text))
        assert first.count("What you give is credited to the project") == 1


@pytest.mark.parametrize(
    "text", ["/help", "/language", "/give", "/gifts", "/charity", "/cancel", "/nonsense", "hello", "x" * 4000]
)
async def test_every_message_gets_one_answer_with_a_way_on(chat, text):
    done = [m for m in await chat.says(1002, text) if isinstance(m, SendMessage)]
    assert len(done) == 1
    assert buttons(done[0]) or "@yizan_bot" in done[0].text


async def test_a_sticker_gets_an_answer(chat):
    dice = {"emoji": "🎲", "value": 3}
    (message,) = await chat.says(1002, None, dice=dice)
    assert "buttons" in message.text


async def test_an_unknown_start_payload_is_a_plain_start(chat):
    assert "again" in texts_of(await chat.says(1002, "/start whatever"))[0]


async def test_the_language_changes_at_once_with_its_commands(chat, world):
    await chat.says(1002, "/language")
    done = await chat.presses(1002, "简体中文")
    assert "简体中文" in texts_of(done)[0]
    (menu,) = [m for m in done if isinstance(m, SetMyCommands)]
    assert menu.scope == BotCommandScopeChat(chat_id=1002)
    assert any(command.description == "我捐过的每一笔" for command in menu.commands)
    assert "没听懂" in texts_of(await chat.says(1002, "hm"))[0]
    assert len(answers(done)) == 1


async def test_a_language_we_have_not_is_answered(chat):
    (answer,) = answers(await chat.taps(1002, "lng:xx"))
    assert answer.text


@pytest.mark.parametrize("args", ["", " x", " 1 2", " -5", " １２", " 99999999999999999999"])
async def test_owners_are_told_how_to_name_somebody(chat, args):
    (text,) = texts_of(await chat.says(1003, f"/admin_add{args}"))
    assert "/admin_add 123456789" in text


async def test_others_may_not(chat, world):
    (text,) = texts_of(await chat.says(1002, "/admin_add 1004"))
    assert "role" in text
    assert "不认识" in texts_of(await chat.says(1003, "/admin_add 424242"))[0]


async def test_browse_card_amount_tip(chat, world):
    (message,) = await chat.says(1002, "/give")
    assert "library project" in message.text
    await chat.presses(1002, "meals project")
    await chat.presses(1002, "¥5")
    assert any("<b>¥5</b>" in text and "meals project" in text for text in texts_of(chat.calls.made))


async def test_browse_and_give_another_amount(chat, world):
    await chat.says(1002, f"/start g_{token_of(world.meals.id)}")
    await chat.presses(1002, "Other")
    assert "¥12" in texts_of(await chat.says(1002, "12"))[0]


@pytest.mark.parametrize("words", ["/tip", "/tip 5", "/TIP"])
async def test_tip_in_private_says_where_it_works(chat, world, words):
    (message,) = await chat.says(1002, words)
    assert "/tip is for groups" in message.text
    assert len(buttons(message)) == 3


async def test_search_and_leave_it(chat, world):
    await chat.says(1002, "/give")
    await chat.presses(1002, "Search")
    (message,) = await chat.says(1002, "meals")
    assert "1 project" in message.text
    (message,) = await chat.says(1002, "<b>nothing</b>")
    assert "&lt;b&gt;nothing" in message.text
    await chat.says(1002, "/start")
    assert "catch" in texts_of(await chat.says(1002, "meals"))[0]


async def test_a_crash_is_told_politely_and_without_its_words(chat, world, monkeypatch):
    async def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(world.tips, "gifts", broken)
    (text,) = texts_of(await chat.says(1002, "/gifts"))
    assert "Something went wrong" in text
    (answer,) = answers(await chat.taps(1002, cb.GiftsPage().pack()))
    assert "Something went wrong" in answer.text


async def test_an_edit_telegram_refuses_becomes_a_new_message(chat, world):
    await chat.says(1002, "/give")
    chat.calls.refuse_edits = "Bad Request: message can't be edited"
    done = await chat.presses(1002, "meals project")
    assert any(isinstance(m, SendMessage) for m in done)
    chat.calls.refuse_edits = "Bad Request: message is not modified: …"
    done = await chat.presses(1002, "meals project")
    assert len(done) == 1
    assert len(answers(done)) == 1


async def test_help_names_what_a_persons_roles_can_do(chat, world):
    (text,) = texts_of(await chat.says(1002, "/help"))
    assert "/refunds" not in text
    await world.people.grant_from_command_line(1002, Role.FINANCE)
    (text,) = texts_of(await chat.says(1002, "/help"))
    assert "/refunds Refunds that wait for you" in text
    assert "/audit" not in text
    (text,) = texts_of(await chat.says(1003, "/help"))
    assert all(command in text for command in ("/refunds", "/org", "/roles", "/audit"))


@pytest.mark.parametrize("command", ["/paysupport", "/terms"])
async def test_the_rules_promise_the_half_hour_and_the_asking(chat, command):
    (text,) = texts_of(await chat.says(1002, command))
    assert "30 minutes" in text
    assert "ask for it back" in text
    assert "below" not in text  # where nobody is named, nobody stands there
