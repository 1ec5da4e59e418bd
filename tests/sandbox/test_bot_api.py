"""What the Bot API refuses, and what it does when it does not."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from tests.sandbox.conftest import ADMIN, BOT, CHANNEL, CREATOR, FOLLOWER, TOKEN, Client, Clock


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


def data(text: str = "A") -> dict[str, Any]:
    return {"text": text, "callback_data": text.lower()}


REFUSED: list[tuple[str, dict[str, Any], int, str]] = [
    ("sendMassage", {}, 404, "Not Found: method not found"),
    ("sendDice", {"chat_id": CREATOR}, 501, "Not Implemented: the sandbox does not play sendDice"),
    ("sendMessage", {"chat_id": CREATOR}, 400, "Bad Request: message text is empty"),
    ("sendMessage", {"text": "x"}, 400, "Bad Request: chat_id is empty"),
    ("getChatMember", {"chat_id": 1}, 400, 'Bad Request: parameter "user_id" of getChatMember is missing'),
    ("sendMessage", {"chat_id": CREATOR, "text": "x", "txet": 1}, 400, 'unknown parameter "txet" of sendMessage'),
    ("sendMessage", {"chat_id": CREATOR, "text": 5}, 400, "wrong parameter text: must be a string"),
    ("sendMessage", {"chat_id": 1.5, "text": "x"}, 400, "wrong parameter chat_id"),
    ("sendMessage", {"chat_id": CREATOR, "text": "x", "disable_notification": "maybe"}, 400, "must be a boolean"),
    ("sendMessage", {"chat_id": CREATOR, "text": "x", "entities": "b"}, 400, "entities: must be an array"),
    (
        "sendMessage",
        {"chat_id": CREATOR, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "A", "callback": "b"}]]}},
        400,
        "wrong parameter reply_markup.inline_keyboard[0][0].callback: is no field of InlineKeyboardButton",
    ),
    (
        "setMyCommands",
        {"commands": [], "scope": {"type": "chat"}},
        400,
        "wrong parameter scope.chat_id: is missing",
    ),
    ("sendMessage", {"chat_id": CREATOR, "text": "x", "message_thread_id": 1}, 501, "the parameter message_thread_id"),
    ("sendMessage", {"chat_id": CREATOR, "text": "x.", "parse_mode": "MarkdownV2"}, 400, "Character '.' is reserved"),
    ("sendMessage", {"chat_id": CREATOR, "text": "x", "parse_mode": "BBCode"}, 400, "unsupported parse_mode"),
    ("sendMessage", {"chat_id": 42, "text": "x"}, 400, "Bad Request: chat not found"),
    ("sendMessage", {"chat_id": "@nobody", "text": "x"}, 400, "Bad Request: chat not found"),
    ("sendMessage", {"chat_id": 2**63, "text": "x"}, 400, "Bad Request: A number does not fit into 64 bits"),
    ("sendMessage", {"chat_id": FOLLOWER, "text": "x"}, 403, "Forbidden: bot can't initiate conversation with a user"),
    (
        "sendMessage",
        {"chat_id": CREATOR, "text": "<b>x", "parse_mode": "HTML"},
        400,
        "Bad Request: can't parse entities",
    ),
    ("sendMessage", {"chat_id": CREATOR, "text": " \n "}, 400, "Bad Request: message text is empty"),
    ("sendMessage", {"chat_id": CREATOR, "text": "😀" * 2049}, 400, "Bad Request: message is too long"),
    (
        "sendMessage",
        {"chat_id": CREATOR, "text": "x", "reply_markup": keyboard({"text": "A", "callback_data": "捐" * 22})},
        400,
        "Bad Request: BUTTON_DATA_INVALID",
    ),
    (
        "sendMessage",
        {"chat_id": CREATOR, "text": "x", "reply_markup": keyboard({"text": "A", "url": "nowhere"})},
        400,
        "inline keyboard button URL 'nowhere' is invalid",
    ),
    ("sendMessage", {"chat_id": CREATOR, "text": "x", "reply_markup": keyboard({"text": "A"})}, 400, "text buttons"),
    (
        "sendMessage",
        {"chat_id": CREATOR, "text": "x", "reply_markup": keyboard({"text": "A", "web_app": {"url": "https://x.org"}})},
        501,
        "web_app buttons",
    ),
    (
        "sendMessage",
        {"chat_id": CREATOR, "text": "x", "reply_markup": {"keyboard": [[{"text": " "}]]}},
        400,
        "text of a keyboard button is empty",
    ),
    (
        "sendMessage",
        {"chat_id": CREATOR, "text": "x", "reply_parameters": {"message_id": 999}},
        400,
        "Bad Request: message to be replied not found",
    ),
    ("editMessageText", {"chat_id": CREATOR, "message_id": 99, "text": "x"}, 400, "message to edit not found"),
    ("editMessageText", {"chat_id": CREATOR, "message_id": 1, "text": "x"}, 400, "message can't be edited"),
    ("editMessageText", {"inline_message_id": "1", "text": "x"}, 400, "MESSAGE_ID_INVALID"),
    ("editMessageText", {"chat_id": CREATOR, "text": "x"}, 400, 'parameter "message_id" of editMessageText is missing'),
    ("deleteMessage", {"chat_id": CREATOR, "message_id": 99}, 400, "message to delete not found"),
    ("deleteMessages", {"chat_id": CREATOR, "message_ids": []}, 400, "1 to 100"),
    ("answerCallbackQuery", {"callback_query_id": "1"}, 400, "query is too old and response timeout expired"),
    ("getChatMember", {"chat_id": CHANNEL, "user_id": 5}, 400, "user not found"),
    ("getChatAdministrators", {"chat_id": CREATOR}, 400, "there are no administrators in the private chat"),
    ("sendChatAction", {"chat_id": CREATOR, "action": "dancing"}, 400, "wrong parameter action"),
    ("setMyCommands", {"commands": [{"command": "Start", "description": "x"}]}, 400, "BOT_COMMAND_INVALID"),
    ("getUpdates", {"timeout": "soon"}, 400, "wrong parameter timeout: must be an integer"),
]


@pytest.mark.parametrize(("method", "parameters", "code", "words"), REFUSED)
async def test_refusals_have_telegrams_code_and_name_what_is_wrong(
    box: Client, method: str, parameters: dict[str, Any], code: int, words: str
) -> None:
    refused = await box.refused(method, **parameters)

    assert refused[0] == code
    assert words in refused[1]


async def test_a_wrong_token_is_unauthorized(box: Client) -> None:
    assert await box.raw("getMe", token="100000001:wrong") == {
        "ok": False,
        "error_code": 401,
        "description": "Unauthorized",
    }


@pytest.mark.parametrize("style", ["query", "form", "multipart", "json", "json strings"])
async def test_parameters_may_come_in_every_way_telegram_takes_them(box: Client, style: str) -> None:
    markup = keyboard(data())
    texts = {"chat_id": str(CREATOR), "text": "好", "reply_markup": json.dumps(markup), "protect_content": "true"}
    form = aiohttp.FormData(texts)
    if style == "multipart":
        form = aiohttp.FormData()
        for name, value in texts.items():
            form.add_field(name, value, content_type="text/plain")
    ways: dict[str, dict[str, Any]] = {
        "query": {"params": texts},
        "form": {"data": form},
        "multipart": {"data": form},
        "json": {"json": texts | {"chat_id": CREATOR, "reply_markup": markup, "protect_content": True}},
        "json strings": {"json": texts},
    }
    async with box.http.post(f"{box.url}/bot{TOKEN}/SENDmessage", **ways[style]) as response:
        message = (await response.json())["result"]

    assert (message["text"], message["reply_markup"], message["has_protected_content"]) == ("好", markup, True)


async def test_broken_bodies_are_refused_not_failed(box: Client) -> None:
    for kind, body in [
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/x-www-form-urlencoded", b"text=\xff"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"text=x"),
        ("multipart/form-data", b"x"),
    ]:
        url = f"{box.url}/bot{TOKEN}/sendMessage"
        async with box.http.post(url, data=body, headers={"Content-Type": kind}) as response:
            assert (response.status, (await response.json())["ok"]) == (400, False), kind


async def test_a_message_to_a_person_who_blocked_the_bot_is_forbidden_until_unblocked(box: Client) -> None:
    sent = await box.bot("sendMessage", chat_id=CREATOR, text="hello")
    await box.api("POST", f"/users/{CREATOR}/block", {"blocked": True})

    blocked = (403, "Forbidden: bot was blocked by the user")
    assert await box.refused("sendMessage", chat_id=CREATOR, text="x") == blocked
    assert await box.refused("sendChatAction", chat_id=CREATOR, action="typing") == blocked
    assert await box.refused("editMessageText", chat_id=CREATOR, message_id=sent["message_id"], text="y") == blocked
    await box.say(CREATOR, "still me")
    assert await box.refused("sendMessage", chat_id=CREATOR, text="x") == blocked
    await box.api("POST", f"/users/{CREATOR}/block", {"blocked": False})
    assert await box.bot("sendMessage", chat_id=CREATOR, text="x")


async def test_editing_changes_what_is_named_and_takes_away_a_keyboard_that_is_not(box: Client) -> None:
    sent = await box.bot("sendMessage", chat_id=CREATOR, text="one", reply_markup=keyboard(data()))
    where = {"chat_id": CREATOR, "message_id": sent["message_id"]}

    same = await box.refused("editMessageText", **where, text="one", reply_markup=keyboard(data()))
    assert same == (
        400,
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
        " as a current content and reply markup of the message",
    )
    only_markup = await box.bot("editMessageReplyMarkup", **where, reply_markup=keyboard(data("B")))
    assert (only_markup["text"], "edit_date" in only_markup) == ("one", False)
    edited = await box.bot("editMessageText", **where, text="<b>two</b>", parse_mode="HTML")
    assert (edited["text"], edited["entities"][0]["type"]) == ("two", "bold")
    assert "edit_date" in edited
    assert "reply_markup" not in edited


async def test_another_ones_post_can_be_edited_only_with_the_right_to(box: Client) -> None:
    post = {"chat_id": CHANNEL, "message_id": 1}
    edited = await box.bot("editMessageReplyMarkup", **post, reply_markup=keyboard(data()))
    assert edited["reply_markup"] == keyboard(data())
    assert "from" not in edited
    assert edited["sender_chat"]["id"] == CHANNEL

    await member(box, "administrator", {"can_post_messages": True})
    assert await box.refused("editMessageReplyMarkup", **post) == (400, "Bad Request: message can't be edited")
    assert await box.refused("deleteMessage", **post) == (400, "Bad Request: message can't be deleted")
    own = await box.bot("sendMessage", chat_id="@xiaowen_reads", text="by the bot")
    assert await box.bot("editMessageText", chat_id=CHANNEL, message_id=own["message_id"], text="by the bot, again")

    await member(box, "member")
    refused = await box.refused("sendMessage", chat_id=CHANNEL, text="x")
    assert refused == (400, "Bad Request: need administrator rights in the channel chat")


async def member(box: Client, status: str, rights: dict[str, bool] | None = None) -> None:
    body = {"user": BOT, "status": status, "rights": rights}
    await box.api("POST", f"/users/{CREATOR}/chats/{CHANNEL}/members", body)


async def test_a_channel_the_bot_is_not_in_is_forbidden(box: Client) -> None:
    assert await box.bot("leaveChat", chat_id=CHANNEL) is True

    out = (403, "Forbidden: bot is not a member of the channel chat")
    assert await box.refused("sendMessage", chat_id=CHANNEL, text="x") == out
    assert await box.refused("getChatMemberCount", chat_id=CHANNEL) == out
    assert (await box.bot("getChat", chat_id="@xiaowen_reads"))["id"] == CHANNEL
    await member(box, "kicked")
    assert (await box.refused("sendMessage", chat_id=CHANNEL, text="x"))[1].startswith("Forbidden: bot was kicked")


async def test_messages_are_deleted_while_they_are_new(box: Client, clock: Clock) -> None:
    sent = await box.bot("sendMessage", chat_id=CREATOR, text="gone soon")
    assert await box.bot("deleteMessage", chat_id=CREATOR, message_id=sent["message_id"]) is True
    after = await box.bot("sendMessage", chat_id=CREATOR, text="after")
    assert after["message_id"] == sent["message_id"] + 1

    clock.ahead = 49 * 3600
    old = await box.refused("deleteMessages", chat_id=CREATOR, message_ids=[after["message_id"], 999])
    assert old == (400, "Bad Request: message can't be deleted")
    clock.ahead = 0
    assert await box.bot("deleteMessages", chat_id=CREATOR, message_ids=[after["message_id"], 999]) is True
    assert [m["id"] for m in (await box.api("GET", f"/users/{CREATOR}/chats/{BOT}/messages"))["messages"]] == [1]


async def test_ids_grow_by_one_in_each_chat_of_its_own(box: Client) -> None:
    await box.say(FOLLOWER, "/start")
    ids = [(await box.bot("sendMessage", chat_id=c, text="x"))["message_id"] for c in (CREATOR, FOLLOWER, CHANNEL)]

    assert ids == [2, 2, 4]


async def test_replies_name_the_message_they_answer(box: Client) -> None:
    reply = await box.bot("sendMessage", chat_id=CREATOR, text="x", reply_parameters={"message_id": 1})
    assert reply["reply_to_message"]["text"] == "/start"

    lenient = {"message_id": 99, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await box.bot("sendMessage", chat_id=CREATOR, text="x", reply_parameters=lenient)


async def test_only_an_administrator_sees_the_other_members(box: Client) -> None:
    statuses = {
        user: (await box.bot("getChatMember", chat_id=CHANNEL, user_id=user))["status"]
        for user in (CREATOR, FOLLOWER, BOT)
    }
    assert statuses == {CREATOR: "creator", FOLLOWER: "member", BOT: "administrator"}
    administrators = await box.bot("getChatAdministrators", chat_id=CHANNEL)
    assert [m["user"]["id"] for m in administrators] == [CREATOR, BOT]
    assert await box.bot("getChatMemberCount", chat_id=CHANNEL) == 4

    await member(box, "member")
    assert await box.refused("getChatMember", chat_id=CHANNEL, user_id=ADMIN) == (
        400,
        "Bad Request: CHAT_ADMIN_REQUIRED",
    )


async def test_commands_are_resolved_by_scope_and_language_as_telegram_does(box: Client) -> None:
    async def seen(person: int) -> list[str]:
        answer = await box.api("GET", f"/users/{person}/commands")
        return [c["description"] for c in answer["commands"]]

    async def register(text: str, **more: Any) -> None:
        await box.bot("setMyCommands", commands=[{"command": "start", "description": text}], **more)

    assert await seen(CREATOR) == []
    await register("default")
    await register("中文", language_code="zh")
    assert await seen(CREATOR) == ["中文"]
    await box.api("POST", f"/users/{FOLLOWER}/language", {"language": "en"})
    assert await seen(FOLLOWER) == ["default"]
    await register("private", scope={"type": "all_private_chats"})
    await register("hers", scope={"type": "chat", "chat_id": CREATOR})
    assert (await seen(CREATOR), await seen(FOLLOWER)) == (["hers"], ["private"])

    assert await box.bot("getMyCommands", language_code="zh") == [{"command": "start", "description": "中文"}]
    await box.bot("deleteMyCommands", scope={"type": "chat", "chat_id": CREATOR})
    assert await seen(CREATOR) == ["private"]


async def test_the_bots_name_is_what_people_see(box: Client) -> None:
    await box.bot("setMyName", name="益赞")
    await box.bot("setMyName", name="Yizan", language_code="en")

    assert (await box.bot("getMe"))["first_name"] == "益赞"
    assert (await box.api("GET", f"/users/{CREATOR}/chats"))["chats"][0]["title"] == "益赞"
