"""What people do through the user API, and what they see."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from tests.sandbox.conftest import ADMIN, BOT, CHANNEL, CREATOR, FOLLOWER, Client, Clock

KEYBOARD = {
    "inline_keyboard": [
        [{"text": "¥1", "callback_data": "tip:1"}, {"text": "¥5", "callback_data": "tip:5"}],
        [{"text": "看看", "url": "https://x.org"}],
    ]
}


async def post_with_buttons(box: Client) -> int:
    message = await box.bot("sendMessage", chat_id=CHANNEL, text="谢谢", reply_markup=KEYBOARD)
    await box.updates()
    return int(message["message_id"])


async def tap(box: Client, message: int, button: Any, status: int = 200) -> Any:
    body = {"chat": CHANNEL, "message": message, "button": button}
    return await box.api("POST", f"/users/{FOLLOWER}/taps", body, status)


async def query(box: Client) -> dict[str, Any]:
    (update,) = await box.bot("getUpdates", timeout=5)
    await box.bot("getUpdates", offset=update["update_id"] + 1)
    found: dict[str, Any] = update["callback_query"]
    return found


async def test_the_three_people_and_what_they_see_first(box: Client) -> None:
    users = (await box.api("GET", "/users"))["users"]
    assert [(u["name"], u["persona"]) for u in users] == [
        ("林晓雯", "creator"),
        ("陈默", "follower"),
        ("周岚", "admin"),
        ("苏禾", None),  # gave before; nobody plays them
    ]

    private, channel = (await box.api("GET", f"/users/{CREATOR}/chats"))["chats"]
    assert (private["id"], private["type"], private["started"], private["bot"]) == (BOT, "private", True, "member")
    assert (channel["can_write"], channel["is_admin"], channel["bot"]) == (True, True, "administrator")
    channel, private = (await box.api("GET", f"/users/{FOLLOWER}/chats"))["chats"]
    assert (channel["can_write"], channel["is_admin"], channel["members"]) == (False, False, 4)
    assert (private["started"], private["last"]) == (False, None)


async def test_the_channels_posts_are_older_than_the_start_and_in_order(box: Client, clock: Clock) -> None:
    messages = (await box.api("GET", f"/users/{FOLLOWER}/chats/@xiaowen_reads/messages"))["messages"]

    dates = [m["date"] for m in messages]
    assert [m["id"] for m in messages] == [1, 2, 3]
    assert dates == sorted(dates)
    assert dates[-1] <= clock() - 3 * 3600 + 2
    assert all(m["from"] is None and not m["out"] for m in messages)


@pytest.mark.parametrize("chat", [BOT, "@yizan_bot", CREATOR, str(BOT)])
async def test_the_private_chat_has_the_bots_id_and_its_other_names(box: Client, chat: int | str) -> None:
    message = await box.say(CREATOR, "hi <b>", chat)
    assert (message["chat"], message["out"], message["html"]) == (BOT, True, "hi &lt;b&gt;")
    assert message["from"] == {"id": CREATOR, "name": "林晓雯", "bot": False}

    found = await box.api("GET", f"/users/{CREATOR}/chats/{chat}/messages?after=1&limit=5")
    assert [m["id"] for m in found["messages"]] == [2]


async def test_a_deep_link_is_a_start_with_its_payload(box: Client) -> None:
    await box.updates()
    await box.say(FOLLOWER, "/start tip_abc-123", "@yizan_bot")

    (update,) = await box.updates()
    assert update["message"]["text"] == "/start tip_abc-123"
    assert update["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert await box.bot("sendMessage", chat_id=FOLLOWER, text="welcome")


@pytest.mark.parametrize("button", ["¥5", "tip:5", 1])
async def test_a_tap_waits_for_the_bots_answer(box: Client, button: str | int) -> None:
    message = await post_with_buttons(box)
    tapping = asyncio.create_task(tap(box, message, button))
    asked = await query(box)
    assert asked["data"] == "tip:5"
    assert asked["from"]["id"] == FOLLOWER
    assert asked["from"]["language_code"] == "zh-hans"
    assert asked["message"]["reply_markup"] == KEYBOARD
    assert asked["chat_instance"]

    url = "https://t.me/yizan_bot?start=pay"
    await box.bot("answerCallbackQuery", callback_query_id=asked["id"], text="谢谢！", show_alert=True, url=url)
    assert await tapping == {"kind": "callback", "answered": True, "text": "谢谢！", "alert": True, "url": url}
    again = await box.refused("answerCallbackQuery", callback_query_id=asked["id"])
    assert again[1].startswith("Bad Request: query is too old")


async def test_a_callback_may_be_answered_for_150_seconds_and_shortly(box: Client, clock: Clock) -> None:
    message = await post_with_buttons(box)
    tapping = asyncio.create_task(tap(box, message, 0))
    asked = {"callback_query_id": (await query(box))["id"]}

    assert (await box.refused("answerCallbackQuery", **asked, text="长" * 201))[1] == "Bad Request: MESSAGE_TOO_LONG"
    assert (await box.refused("answerCallbackQuery", **asked, url="https://x.org"))[1] == "Bad Request: URL_INVALID"
    clock.ahead = 151
    assert (await box.refused("answerCallbackQuery", **asked))[0] == 400
    clock.ahead = 149
    assert await box.bot("answerCallbackQuery", **asked)
    assert (await tapping)["answered"] is True


async def test_a_tap_nobody_answers_says_so(box: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.people.server.ANSWER_WITHIN_S", 0.05)
    message = await post_with_buttons(box)

    silence = {"kind": "callback", "answered": False, "text": None, "alert": False, "url": None}
    assert await tap(box, message, 0) == silence


async def test_what_became_of_each_tap_can_be_read(box: Client) -> None:
    message = await post_with_buttons(box)
    tapping = asyncio.create_task(tap(box, message, 0))
    (update,) = await box.bot("getUpdates", timeout=5)
    asked = update["callback_query"]["id"]
    about = {"id": asked, "user": FOLLOWER}

    assert (await box.api("GET", f"/bots/{BOT}/taps"))["taps"] == [about | {"waiting": True, "answered": False}]
    await box.bot("getUpdates", offset=update["update_id"] + 1)
    assert (await box.api("GET", f"/bots/{BOT}/taps"))["taps"] == [about | {"waiting": False, "answered": False}]
    await box.bot("answerCallbackQuery", callback_query_id=asked)
    await tapping
    assert (await box.api("GET", f"/bots/{BOT}/taps"))["taps"] == [about | {"waiting": False, "answered": True}]
    await box.api("GET", "/bots/1/taps", status=404)


async def test_a_url_button_answers_at_once_and_an_unknown_one_is_not_found(box: Client) -> None:
    message = await post_with_buttons(box)

    assert await tap(box, message, "看看") == {"kind": "url", "url": "https://x.org"}
    assert await tap(box, message, 2) == {"kind": "url", "url": "https://x.org"}
    for button in (3, -1, "¥9"):
        assert 'its buttons: 0 "¥1", 1 "¥5", 2 "看看"' in (await tap(box, message, button, 404))["error"]
    assert "deleted" in (await tap(box, 99, 0, 404))["error"]
    assert await box.updates() == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "/users/9/chats", None, 404, "There is no person 9"),
        ("GET", f"/users/{BOT}/chats", None, 404, "There is no person"),
        ("GET", f"/users/{CREATOR}/chats/@nobody/messages", None, 404, "There is no chat @nobody"),
        ("GET", f"/users/{CREATOR}/chats/{BOT}/messages?after=x", None, 400, "after is a number"),
        ("POST", f"/users/{FOLLOWER}/messages", {"chat": CHANNEL, "text": "x"}, 403, "may not post in"),
        ("POST", f"/users/{FOLLOWER}/messages", {"chat": BOT, "text": " "}, 400, "message text is empty"),
        ("POST", f"/users/{FOLLOWER}/messages", {"chat": BOT}, 400, "text is missing"),
        ("POST", f"/users/{FOLLOWER}/messages", {"text": "x"}, 400, "chat is a numeric id"),
        ("POST", f"/users/{FOLLOWER}/messages", [], 400, "JSON object"),
        ("POST", f"/users/{FOLLOWER}/chats/{CHANNEL}/members", {"user": BOT, "status": "left"}, 403, "administer"),
        ("POST", f"/users/{CREATOR}/chats/{CHANNEL}/members", {"user": BOT, "status": "king"}, 400, "status must be"),
        ("POST", f"/users/{CREATOR}/chats/{CHANNEL}/members", {"user": "@who", "status": "left"}, 404, "user is"),
        ("POST", f"/users/{CREATOR}/chats/{CHANNEL}/members", {"user": CREATOR, "status": "left"}, 409, "created"),
        (
            "POST",
            f"/users/{CREATOR}/chats/{CHANNEL}/members",
            {"user": BOT, "status": "administrator", "rights": {"can_fly": True}},
            400,
            "rights.can_fly",
        ),
        ("POST", f"/users/{CREATOR}/block", {"blocked": "yes"}, 400, "true or false"),
        ("POST", f"/users/{CREATOR}/language", {"language": "<b>"}, 400, "language is a code"),
        ("POST", "/nowhere", {}, 404, "Not Found"),
        ("DELETE", "/users", None, 405, "Method Not Allowed"),
    ],
)
async def test_refusals_say_what_to_do(box: Client, method: str, path: str, body: Any, status: int, words: str) -> None:
    assert words in (await box.api(method, path, body, status))["error"]


async def test_an_administrator_gets_exactly_the_rights_named(box: Client) -> None:
    path = f"/users/{CREATOR}/chats/@xiaowen_reads/members"
    await box.api("POST", path, {"user": "@zhoulan", "status": "administrator", "rights": {"can_post_messages": True}})
    assert (await box.say(ADMIN, "from an administrator", CHANNEL))["out"] is True
    place = await box.bot("getChatMember", chat_id=CHANNEL, user_id=ADMIN)
    assert [right for right, granted in place.items() if granted is True] == ["can_manage_chat", "can_post_messages"]

    await box.api("POST", path, {"user": ADMIN, "status": "kicked"})
    await box.api("GET", f"/users/{ADMIN}/chats/{CHANNEL}/messages", status=403)
    assert len((await box.api("GET", f"/users/{ADMIN}/chats"))["chats"]) == 1


async def test_a_language_is_told_in_later_updates(box: Client) -> None:
    await box.updates()
    await box.api("POST", f"/users/{CREATOR}/language", {"language": "en"})
    await box.say(CREATOR, "hello")

    assert (await box.updates())[0]["message"]["from"]["language_code"] == "en"


async def test_changes_are_streamed_to_those_in_the_chat(box: Client) -> None:
    async with box.http.get(f"{box.url}/api/events", params={"user": FOLLOWER}) as stream:
        assert stream.content_type == "text/event-stream"
        sent = await box.bot("sendMessage", chat_id=CHANNEL, text="one")
        where = {"chat_id": CHANNEL, "message_id": sent["message_id"]}
        await box.bot("editMessageText", **where, text="two")
        await box.bot("deleteMessage", **where)
        await box.say(CREATOR, "not for the follower")
        await box.say(FOLLOWER, "own", BOT)
        path = f"/users/{CREATOR}/chats/{CHANNEL}/members"
        await box.api("POST", path, {"user": FOLLOWER, "status": "kicked"})

        changes = [(c["chat"], c["kind"]) for c in await read_changes(stream, 5)]
    assert changes == [(CHANNEL, "new"), (CHANNEL, "edit"), (CHANNEL, "delete"), (BOT, "new"), (CHANNEL, "member")]


async def read_changes(stream: aiohttp.ClientResponse, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(5):
        while len(found) < count:
            line = (await stream.content.readline()).decode()
            if line.startswith("data: "):
                found.append(json.loads(line.removeprefix("data: ")))
    return found
