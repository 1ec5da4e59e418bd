"""/privacy in one message; export; leaving in two taps; a human to ask."""

import json

import pytest
from aiogram.methods import DeleteMyCommands, EditMessageText, SendDocument, SendMessage
from aiogram.types import BotCommandScopeChat, BufferedInputFile

from bot import callbacks as cb
from giving.people import Visibility, Visitor
from giving.subscriptions import SubscriptionKind
from giving.tips import TipState
from tests.handlers.chat import NOW, answers, buttons, texts_of, urls, user

KINDS = {
    "Giving days": SubscriptionKind.GIVING_DAYS,
    "Project news": SubscriptionKind.PROJECT_NEWS,
    "Monthly": SubscriptionKind.MONTHLY,
    "Thank-yous": SubscriptionKind.THANKS,
}


def labels(method) -> list[str]:
    return [text.replace("\u2068", "").replace("\u2069", "") for text, _ in buttons(method)]


@pytest.mark.parametrize("command", ["/privacy", "/start privacy"])
async def test_everything_stands_in_one_message_and_nothing_is_preset(chat, command):
    (card,) = await chat.says(1002, command)
    assert labels(card)[:3] == [
        "Show my name · “Alice ¥1”",
        "✓ Hide my name · “A kind person ¥1”",
        "Hide the amount · “Alice”",
    ]
    assert labels(card)[3:8] == [f"○ {label}" for label in ("Name me in groups when I am tipped", *KINDS)]
    assert urls(card) == ["http://127.0.0.1:8081/privacy?lang=en"]


@pytest.mark.parametrize("label", [*KINDS])
async def test_a_kind_of_message_goes_on_and_off_in_place_with_one_tap_each(chat, world, label):
    await chat.says(1002, "/privacy")
    for on in (True, False):
        done = await chat.presses(1002, label)
        (edited,) = [m for m in done if isinstance(m, EditMessageText)]
        assert f"{'✓' if on else '○'} {label}" in labels(edited)
        assert len(answers(done)) == 1
        assert answers(done)[0].text
        assert (KINDS[label] in (await world.privacy.settings(world.alice)).kinds) is on


async def test_the_same_tap_twice_changes_once(chat, world):
    data = cb.PrivacyTold(kind=SubscriptionKind.MONTHLY, on=True).pack()
    for _ in range(2):
        await chat.taps(1002, data)
    assert (await world.privacy.settings(world.alice)).kinds == {SubscriptionKind.MONTHLY}


async def test_being_named_in_groups_and_how_the_next_gift_is_seen(chat, world):
    await chat.says(1002, "/privacy")
    await chat.presses(1002, "Name me in groups")
    done = await chat.presses(1002, "Hide the amount")
    (edited,) = [m for m in done if isinstance(m, EditMessageText)]
    assert "✓ Hide the amount · “Alice”" in labels(edited)
    assert "✓ Name me in groups when I am tipped" in labels(edited)
    chosen = await world.privacy.settings(world.alice)
    assert (chosen.visibility, chosen.thanked_by_name) == (Visibility.AMOUNT_HIDDEN, True)
    await chat.says(1002, "/give")
    await chat.presses(1002, "meals project")
    card = next(m for m in await chat.presses(1002, "¥5") if isinstance(m, SendMessage))
    assert any(label.startswith("✓ Hide the amount") for label in labels(card))


async def test_export_comes_as_a_file(chat, world):
    await world.pay(await world.tip(world.alice, "5"), world.alice)
    await chat.says(1002, "/privacy")
    done = await chat.presses(1002, "Export my data")
    (sent,) = [m for m in done if isinstance(m, SendDocument)]
    assert sent.chat_id == 1002
    assert isinstance(sent.document, BufferedInputFile)
    assert sent.document.filename == "yizan-2026-11-22.json"
    told = json.loads(sent.document.data)
    assert told["person"][0]["name"] == "Alice"
    assert len(told["tips"]) == 1
    assert "everything I hold" in (sent.caption or "")
    assert "Test money" in (sent.caption or "")
    assert len(answers(done)) == 1


async def test_leaving_takes_two_taps_and_can_be_thought_over(chat, world):
    tip = await world.tip(world.alice, "5")
    await chat.says(1002, "/privacy")
    done = await chat.presses(1002, "Leave Yizan")
    (asked,) = [m for m in done if isinstance(m, EditMessageText)]
    for words in ("What I'll forget", "What stays", "can't be undone"):
        assert words in texts_of([asked])[0]
    back = await chat.presses(1002, "Back")
    assert "Your choice" in texts_of(back)[0]
    assert (await world.fresh(tip)).state is TipState.OFFERED

    await chat.presses(1002, "Leave Yizan")
    done = await chat.presses(1002, "Yes, forget me")
    (left,) = [m for m in done if isinstance(m, EditMessageText)]
    assert "You are forgotten" in texts_of([left])[0]
    assert buttons(left) == []
    assert len(answers(done)) == 1
    (menu,) = [m for m in done if isinstance(m, DeleteMyCommands)]
    assert menu.scope == BotCommandScopeChat(chat_id=1002)
    assert (await world.fresh(tip)).state is TipState.CANCELLED
    async with world.unit.read() as work:
        assert await work.people.by_telegram_id(1002) is None


async def test_who_blocks_the_bot_after_leaving_is_not_known_again(chat, world):
    await world.privacy.leave(world.alice)
    who = user(1002)
    await chat.feed(
        my_chat_member={
            "chat": {"id": 1002, "type": "private"}, "from": who, "date": NOW,
            "old_chat_member": {"status": "member", "user": {"id": 1, "is_bot": True, "first_name": "b"}},
            "new_chat_member": {
                "status": "kicked", "user": {"id": 1, "is_bot": True, "first_name": "b"}, "until_date": 0,
            },
        }
    )  # fmt: skip
    async with world.unit.read() as work:
        assert await work.people.by_telegram_id(1002) is None


async def test_the_confirmation_of_an_earlier_self_does_nothing(chat, world):
    await chat.says(1002, "/privacy")
    await chat.presses(1002, "Leave Yizan")
    confirm = cb.LeaveForGood(person=world.alice.id).pack()
    await chat.taps(1002, confirm)
    (answer,) = answers(await chat.taps(1002, confirm))
    assert "nothing here for you" in answer.text
    again = await world.people.meet(Visitor(1002, "Alice", None, "en"))
    assert again.id != world.alice.id


async def test_after_leaving_start_is_a_first_meeting(chat, world):
    await world.people.choose_language(world.alice, "zh-CN")
    await world.privacy.leave(world.alice)
    (text,) = texts_of(await chat.says(1002, "/gifts"))
    assert "Nothing here yet" in text


@pytest.mark.parametrize("command", ["/help", "/paysupport", "/terms"])
async def test_help_payments_and_rules_name_the_human_who_answers(chat, command):
    (text,) = texts_of(await chat.says(1002, command))
    assert "Need a human? Ask help@charity.example" in text


async def test_the_rules_say_who_makes_them_and_where_all_of_them_are(chat):
    (message,) = await chat.says(1001, "/terms")
    assert "运营方：阳光基金会" in texts_of([message])[0]
    assert "依据：慈善法第二十二条" in texts_of([message])[0]
    assert urls(message) == ["http://127.0.0.1:8081/terms?lang=zh-CN", "http://127.0.0.1:8081/privacy?lang=zh-CN"]


async def test_a_failure_names_the_human_in_messages_and_alerts(chat, world, monkeypatch):
    async def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(world.tips, "gifts", broken)
    (text,) = texts_of(await chat.says(1002, "/gifts"))
    (answer,) = answers(await chat.taps(1002, cb.GiftsPage().pack()))
    for told in (text, answer.text.replace("\u2068", "").replace("\u2069", "")):
        assert "Ask help@charity.example" in told
    assert len(answer.text) <= 200
