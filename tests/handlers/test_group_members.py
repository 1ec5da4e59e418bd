"""Who acts in a group: members who talk, who hide, who can't be written to; and commands that have no place there."""

from typing import Any

import pytest

from storage.tables import cleanups, people, tips
from tests.handlers.chat import BOT, NOW, buttons, texts_of, urls
from tests.handlers.test_groups import ALICE, ANONYMOUS, BOB, in_group, message, place, reply, rows, say
from tests.world import World

OURS: Any = message() | {"from": BOT}


@pytest.fixture
async def on(world: World) -> None:
    await world.group()


HIDDEN: Any = [
    {"from": ANONYMOUS, "sender_chat": place()},
    {"from": {"id": 136817688, "is_bot": True, "first_name": "Channel"}, "sender_chat": place("channel", -1008)},
]


@pytest.mark.parametrize("who", HIDDEN)
async def test_who_hides_gets_the_keyboard_and_is_told_that_nothing_was_offered(chat, world, on, who):
    carrier, line = in_group(await say(chat, "/tip 5", **who, reply_to_message=message()))
    again = in_group(await say(chat, "/tip 5", number=91, **who, reply_to_message=message()))
    assert len(buttons(carrier)) == 5
    assert len(again) == 1, "the keyboard stands; the line is said again"
    for said, command in ((line, 90), (*again, 91)):
        assert said.reply_parameters.message_id == command
        assert "不知道这 ¥5 该记在谁名下" in texts_of([said])[0]
        assert urls(said)[0] == urls(carrier)[0], "in private they are somebody"
    assert {(row.message_id, (row.due_at - world.time()).total_seconds()) for row in await rows(world, cleanups)} == {
        (90, 10), (1001, 10), (91, 10), (1002, 10),
    }  # fmt: skip
    assert await rows(world, tips) == []


async def test_who_can_not_be_written_to_is_told_where_to_pay_if_the_carrier_stands_further_up(chat, world, on):
    await reply(chat, "/tip")
    (line,) = in_group(await reply(chat, "/tip 5", by=BOB, number=91))
    assert line.reply_parameters.message_id == 91
    assert "¥5" in line.text
    (pay,) = urls(line)
    assert "start=t_" in pay
    assert buttons(line) == [("Pay ¥5", None)], "what everybody sees can't be cancelled there"
    assert {row.message_id for row in await rows(world, cleanups)} == {91, 1001}
    (card,) = texts_of(await chat.says(BOB, f"/start {pay.partition('start=')[2]}"))
    assert "Before you pay" in card


@pytest.mark.parametrize("words", ["大家好", "5", "/weather@other_bot", "看 /tip 怎么用"])
async def test_who_merely_talks_in_a_group_is_not_remembered(chat, world, on, words):
    before = {row.telegram_id for row in await rows(world, people)}
    await say(chat, words, by=5005)
    edited = message(91, by=5006, text="/tip 5", edit_date=NOW)
    await chat.feed(edited_message=edited)
    assert {row.telegram_id for row in await rows(world, people)} == before


async def test_who_left_and_goes_on_talking_to_friends_stays_forgotten(chat, world, on):
    await world.privacy.leave(world.alice)
    await say(chat, "今天天气不错", by=ALICE)
    assert ALICE not in {row.telegram_id for row in await rows(world, people)}


@pytest.mark.parametrize("words", ["/tip", "/tip@yizan_bot 5", "/charity\nx"])
async def test_who_asks_the_bot_for_something_is_met(chat, world, on, words):
    await say(chat, words, by=5005)
    assert 5005 in {row.telegram_id for row in await rows(world, people)}


@pytest.mark.parametrize("words", ["/help@yizan_bot", "/start@Yizan_Bot", "/privacy@yizan_bot x", "/tip5", "/TIP¥5"])
async def test_a_command_of_ours_that_has_no_place_here_says_what_has(chat, world, on, words):
    (line,) = in_group(await say(chat, words))
    assert line.reply_parameters.message_id == 90
    assert "reply to a message with /tip 5" in line.text
    assert urls(line) == ["https://t.me/yizan_bot"]
    assert {row.message_id for row in await rows(world, cleanups)} == {90, 1000}


@pytest.mark.parametrize("words", ["/help", "/help@other_bot", "/tips", "hello", "/"])
async def test_what_may_be_meant_for_another_bot_is_left_alone(chat, world, on, words):
    assert await say(chat, words) == []
    assert len(in_group(await reply(chat, words, to=OURS))) == (words in ("/help", "/tips"))
