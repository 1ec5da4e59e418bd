"""Where Telegram is laxer or stricter than one would think, and a bot that works here must work there."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.sandbox.conftest import BOT, CHANNEL, CREATOR, FOLLOWER, Client

KEYBOARD = {"inline_keyboard": [[{"text": "¥1", "callback_data": "1"}]]}
NOT_EDITED = (400, "Bad Request: message can't be edited")


@pytest.fixture
async def channel(box: Client) -> Client:
    """The bot may do everything in the channel, and the creator started it."""
    rights = {"can_post_messages": True, "can_edit_messages": True, "can_delete_messages": True}
    new = {"user": BOT, "status": "administrator", "rights": rights}
    await box.api("POST", f"/users/{CREATOR}/chats/{CHANNEL}/members", new)
    await box.say(CREATOR, "/start")
    await box.updates()
    return box


async def test_a_forwarded_message_is_never_edited_but_may_be_deleted(channel: Client) -> None:
    forward = {"from_chat": CHANNEL, "message": 1, "chat": CHANNEL}
    await channel.api("POST", f"/users/{CREATOR}/forwards", forward)
    (told,) = await channel.updates()
    own = await channel.bot("forwardMessage", chat_id=CREATOR, from_chat_id=CHANNEL, message_id=1)
    for chat, message in ((CHANNEL, told["channel_post"]["message_id"]), (CREATOR, own["message_id"])):
        which = {"chat_id": chat, "message_id": message}
        assert await channel.refused("editMessageText", **which, text="x") == NOT_EDITED
        assert await channel.refused("editMessageReplyMarkup", **which, reply_markup=KEYBOARD) == NOT_EDITED
        assert await channel.bot("deleteMessage", **which)

    plain = await channel.say(CREATOR, "no forward", CHANNEL)
    which = {"chat_id": CHANNEL, "message_id": plain["id"]}
    assert (await channel.bot("editMessageReplyMarkup", **which, reply_markup=KEYBOARD))["reply_markup"] == KEYBOARD


async def test_an_album_takes_a_caption_and_no_keyboard(channel: Client) -> None:
    shown = {"chat": CHANNEL, "photos": 2, "text": "two"}
    album = (await channel.api("POST", f"/users/{CREATOR}/messages", shown))["messages"]
    which = {"chat_id": CHANNEL, "message_id": album[0]["id"]}
    code, words = await channel.refused("editMessageReplyMarkup", **which, reply_markup=KEYBOARD)
    assert (code, words.partition(": specified")[0]) == (400, "Bad Request: message is not modified")
    changed = await channel.bot("editMessageCaption", **which, caption="three", reply_markup=KEYBOARD)
    assert changed["caption"] == "three"
    assert "reply_markup" not in changed


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("t.me/yizan_bot", "http://t.me/yizan_bot"),
        ("example.org", "http://example.org"),
        ("https://example.org/a?b", "https://example.org/a?b"),
        ("tg://resolve?domain=yizan_bot", "tg://resolve?domain=yizan_bot"),
    ],
)
async def test_an_address_on_a_button_may_lack_its_scheme(channel: Client, url: str, kept: str) -> None:
    button = {"inline_keyboard": [[{"text": "A", "url": url}]]}
    sent = await channel.bot("sendMessage", chat_id=CREATOR, text="x", reply_markup=button)
    assert sent["reply_markup"]["inline_keyboard"][0][0]["url"] == kept


@pytest.mark.parametrize("url", ["nowhere", "mailto:a@example.org", "javascript:alert(1)", "ftp://example.org", " "])
async def test_what_is_no_address_is_refused(channel: Client, url: str) -> None:
    button = {"inline_keyboard": [[{"text": "A", "url": url}]]}
    code, words = await channel.refused("sendMessage", chat_id=CREATOR, text="x", reply_markup=button)
    assert code == 400
    assert words.endswith("is invalid: Wrong HTTP URL")


async def test_updates_nobody_knows_are_not_asked_for(channel: Client) -> None:
    await channel.bot("getUpdates", allowed_updates=["Message", "massage"])
    assert (await channel.bot("getWebhookInfo"))["allowed_updates"] == ["message"]
    await channel.bot("getUpdates", allowed_updates=["massage"])
    assert "allowed_updates" not in await channel.bot("getWebhookInfo"), "none left: what is usual"


async def test_what_telegram_finds_by_itself_is_not_taken_from_the_bot(channel: Client) -> None:
    given = [
        {"type": kind, "offset": 0, "length": 4} for kind in ("phone_number", "cashtag", "mention", "email", "bold")
    ]
    sent = await channel.bot("sendMessage", chat_id=CREATOR, text="+861 #book", entities=given)
    assert [(e["type"], e["offset"], e["length"]) for e in sent["entities"]] == [("bold", 0, 4), ("hashtag", 5, 5)]


@pytest.mark.parametrize(
    ("token", "code", "words"),
    [("nonsense", 404, "Not Found"), ("1:a b", 404, "Not Found"), (f"{BOT}:wrong", 401, "Unauthorized")],
)
async def test_what_is_no_token_is_not_found(box: Client, token: str, code: int, words: str) -> None:
    assert await box.raw("getMe", token=token) == {"ok": False, "error_code": code, "description": words}


async def test_a_person_s_own_client_may_send_any_data_for_a_keyboard(channel: Client) -> None:
    await channel.say(FOLLOWER, "/start")
    await channel.updates()
    sent = await channel.bot("sendMessage", chat_id=FOLLOWER, text="x", reply_markup=KEYBOARD)
    bare = await channel.bot("sendMessage", chat_id=FOLLOWER, text="x")
    tap: dict[str, Any] = {"chat": BOT, "message": sent["message_id"], "data": "admin:1"}
    for wrong, status in (({"data": "捐" * 22}, 400), ({"data": 5}, 400), ({"message": bare["message_id"]}, 409)):
        await channel.api("POST", f"/users/{FOLLOWER}/taps", tap | wrong, status=status)

    tapping = asyncio.create_task(channel.api("POST", f"/users/{FOLLOWER}/taps", tap))
    (told,) = await channel.bot("getUpdates", timeout=5)
    assert told["callback_query"]["data"] == "admin:1"
    await channel.bot("answerCallbackQuery", callback_query_id=told["callback_query"]["id"], text="no")
    assert (await tapping)["text"] == "no"
