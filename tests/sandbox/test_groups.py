"""Groups, supergroups and discussion groups: who hears what, who speaks for whom, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import ADMIN, BOT, CHANNEL, CREATOR, FOLLOWER, Client, Clock


@pytest.fixture
async def group(box: Client) -> int:
    return await create(box)


async def create(box: Client, kind: str = "supergroup", members: tuple[int, ...] = (BOT, FOLLOWER)) -> int:
    body = {"type": kind, "title": "读书群", "members": list(members)}
    chat = (await box.api("POST", f"/users/{CREATOR}/chats", body))["chat"]
    await box.updates()
    return int(chat["id"])


async def member(box: Client, chat: int, user: int, status: str = "administrator", **rights: bool) -> Any:
    body = {"user": user, "status": status, "rights": rights}
    return await box.api("POST", f"/users/{CREATOR}/chats/{chat}/members", body)


async def say(box: Client, person: int, chat: int, text: str, reply_to: int | None = None) -> Any:
    body = {"chat": chat, "text": text, "reply_to": reply_to}
    return (await box.api("POST", f"/users/{person}/messages", body))["message"]


async def heard(box: Client) -> list[str]:
    return [update["message"]["text"] for update in await box.updates() if "message" in update]


@pytest.mark.parametrize(("kind", "prefix"), [("group", "-4"), ("supergroup", "-100"), ("channel", "-100")])
async def test_making_one_tells_the_bots_that_are_asked_in(box: Client, kind: str, prefix: str) -> None:
    await box.updates()
    body = {"type": kind, "title": "新的", "members": [BOT]}
    chat = (await box.api("POST", f"/users/{CREATOR}/chats", body))["chat"]

    assert (str(chat["id"]).startswith(prefix), chat["type"], chat["bot"]) == (True, kind, "member")
    joined = await box.updates()
    assert joined[0]["my_chat_member"]["new_chat_member"]["status"] == "member"
    if kind != "channel":
        assert joined[1]["message"]["new_chat_members"][0]["id"] == BOT
    assert (await box.bot("getChat", chat_id=chat["id"]))["type"] == kind


async def test_privacy_mode_lets_through_what_is_meant_for_the_bot(box: Client, group: int) -> None:
    own = await box.bot("sendMessage", chat_id=group, text="the bot's")
    for text in ("just talk", "/tip 5", "/tip@yizan_bot", "/tip@other_bot", "hello @yizan_bot", "mail@yizan_bot.org"):
        await say(box, FOLLOWER, group, text)
    await say(box, FOLLOWER, group, "a reply", reply_to=own["message_id"])

    assert await heard(box) == ["/tip 5", "/tip@yizan_bot", "hello @yizan_bot", "a reply"]


async def test_a_command_without_a_name_is_for_the_bot_that_spoke_last(box: Client, group: int) -> None:
    other = await box.api("POST", "/bots", {"name": "Other", "username": "other_bot"})
    await member(box, group, other["id"], "member")
    answer = await box.raw("sendMessage", token=other["token"], chat_id=group, text="mine")
    assert answer["ok"]
    await box.updates()
    await say(box, FOLLOWER, group, "/start")
    assert await heard(box) == []
    await box.bot("sendMessage", chat_id=group, text="now me")
    await say(box, FOLLOWER, group, "/start")

    assert await heard(box) == ["/start"]


@pytest.mark.parametrize("way", ["administrator", "privacy off"])
async def test_an_administrator_and_a_bot_without_privacy_hear_everything_but_bots(
    box: Client, group: int, way: str
) -> None:
    if way == "administrator":
        await member(box, group, BOT, can_delete_messages=True)
    else:
        await box.api("PUT", f"/bots/{BOT}", {"privacy": False})
    await box.updates()
    other = await box.api("POST", "/bots", {"name": "Other", "username": "other_bot"})
    await member(box, group, other["id"], "member")
    await box.raw("sendMessage", token=other["token"], chat_id=group, text="a bot's")
    await box.updates()
    await say(box, FOLLOWER, group, "just talk")

    assert await heard(box) == ["just talk"]
    assert (await box.bot("getMe"))["can_read_all_group_messages"] is (way != "administrator")


async def test_replies_and_threads_are_told(box: Client, group: int) -> None:
    question = await say(box, FOLLOWER, group, "which book?")
    first = await box.bot("sendMessage", chat_id=group, text="this", reply_parameters={"message_id": question["id"]})
    assert (first["reply_to_message"]["text"], first["message_thread_id"]) == ("which book?", question["id"])
    second = await box.bot("sendMessage", chat_id=group, text="or that", message_thread_id=question["id"])
    assert second["message_thread_id"] == question["id"]
    assert (await box.refused("sendMessage", chat_id=group, text="x", message_thread_id=99))[1].endswith(
        "message thread not found"
    )

    seen = (await box.api("GET", f"/users/{FOLLOWER}/chats/{group}/messages"))["messages"]
    preview = {"id": question["id"], "name": "陈默", "text": "which book?", "media": None}
    assert [m["reply_to"] for m in seen[-2:]] == [preview, preview]
    await box.api("DELETE", f"/users/{FOLLOWER}/chats/{group}/messages/{question['id']}")
    seen = (await box.api("GET", f"/users/{FOLLOWER}/chats/{group}/messages"))["messages"]
    assert seen[-1]["reply_to"]["text"] is None


async def test_an_anonymous_administrator_speaks_as_the_group(box: Client, group: int) -> None:
    await box.api("PUT", f"/bots/{BOT}", {"privacy": False})
    body = {"user": CREATOR, "status": "creator", "rights": {"is_anonymous": True}}
    await box.api("POST", f"/users/{CREATOR}/chats/{group}/members", body)
    await say(box, CREATOR, group, "/charity")

    message = (await box.updates())[-1]["message"]
    assert (message["from"]["id"], message["from"]["username"]) == (1087968824, "GroupAnonymousBot")
    assert message["sender_chat"]["id"] == group
    assert (await box.bot("getChatMember", chat_id=group, user_id=CREATOR))["is_anonymous"] is True
    seen = (await box.api("GET", f"/users/{FOLLOWER}/chats/{group}/messages"))["messages"][-1]
    assert (seen["from"]["name"], seen["out"]) == ("读书群", False)


async def test_a_channels_post_appears_in_its_discussion_group(box: Client, group: int) -> None:
    await member(box, group, BOT)
    await box.api("PUT", f"/users/{CREATOR}/chats/{CHANNEL}/link", {"group": group})
    await box.updates()
    post = await say(box, CREATOR, CHANNEL, "新书")

    channel_post, copy = await box.updates()
    assert channel_post["channel_post"]["message_id"] == post["id"]
    message = copy["message"]
    assert (message["is_automatic_forward"], message["sender_chat"]["id"], message["from"]["id"]) == (
        True,
        CHANNEL,
        777000,
    )
    origin = message["forward_origin"]
    assert (origin["type"], origin["chat"]["id"], origin["message_id"]) == ("channel", CHANNEL, post["id"])
    assert (await box.bot("getChat", chat_id=CHANNEL))["linked_chat_id"] == group
    assert (await box.bot("getChat", chat_id=group))["linked_chat_id"] == CHANNEL

    comment = await box.bot(
        "sendMessage", chat_id=group, text="x", reply_parameters={"message_id": message["message_id"]}
    )
    assert comment["message_thread_id"] == message["message_id"]
    await box.api("PUT", f"/users/{CREATOR}/chats/{CHANNEL}/messages/{post['id']}", {"text": "新书到了"})
    edits = await box.updates()
    assert [next(k for k in u if k != "update_id") for u in edits] == ["edited_channel_post", "edited_message"]
    assert edits[1]["edited_message"]["text"] == "新书到了"


async def test_the_bots_own_posts_and_albums_are_forwarded_too(box: Client, group: int) -> None:
    await member(box, group, BOT)
    await box.api("PUT", f"/users/{CREATOR}/chats/{CHANNEL}/link", {"group": group})
    await box.updates()
    await box.bot("sendMessage", chat_id=CHANNEL, text="the bot's post")
    await box.api("POST", f"/users/{CREATOR}/messages", {"chat": CHANNEL, "photos": 3, "text": "three"})

    updates = await box.updates()
    copies = [u["message"] for u in updates if "message" in u]
    assert [m.get("text", m.get("caption")) for m in copies] == ["the bot's post", "three", None, None]
    posts = [u["channel_post"] for u in updates if "channel_post" in u]
    assert len({m["media_group_id"] for m in posts}) == len({m["media_group_id"] for m in copies[1:]}) == 1
    assert posts[0]["media_group_id"] != copies[1]["media_group_id"]
    assert all("photo" in m and m["forward_origin"]["type"] == "channel" for m in copies[1:])


async def test_a_group_becomes_a_supergroup_and_the_old_id_says_so(box: Client) -> None:
    group = await create(box, "group")
    await member(box, group, BOT, can_delete_messages=True)
    await box.updates()
    new = (await box.api("POST", f"/users/{CREATOR}/chats/{group}/migrate"))["chat"]

    place, old, fresh = await box.updates()
    assert (place["my_chat_member"]["chat"]["id"], place["my_chat_member"]["new_chat_member"]["status"]) == (
        new["id"],
        "administrator",
    )
    assert (old["message"]["chat"]["id"], old["message"]["migrate_to_chat_id"]) == (group, new["id"])
    assert (fresh["message"]["chat"]["id"], fresh["message"]["migrate_from_chat_id"]) == (new["id"], group)
    answer = await box.raw("sendMessage", chat_id=group, text="x")
    assert answer == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": new["id"]},
    }
    assert await box.bot("sendMessage", chat_id=new["id"], text="here")
    chats = (await box.api("GET", f"/users/{FOLLOWER}/chats"))["chats"]
    assert [c["id"] for c in chats if c["type"] in ("group", "supergroup")] == [new["id"]]
    refused = await box.api("POST", f"/users/{CREATOR}/messages", {"chat": group, "text": "x"}, 404)
    assert str(new["id"]) in refused["error"]


async def test_a_bot_deletes_its_own_and_as_administrator_any(box: Client, group: int, clock: Clock) -> None:
    talk = await say(box, FOLLOWER, group, "talk")
    own = await box.bot("sendMessage", chat_id=group, text="mine")
    denied = (400, "Bad Request: message can't be deleted")
    assert await box.refused("deleteMessage", chat_id=group, message_id=talk["id"]) == denied
    assert await box.bot("deleteMessage", chat_id=group, message_id=own["message_id"])
    assert (await box.refused("editMessageText", chat_id=group, message_id=talk["id"], text="x"))[0] == 400
    await member(box, group, BOT)
    assert await box.refused("deleteMessage", chat_id=group, message_id=talk["id"]) == denied
    await member(box, group, BOT, can_delete_messages=True)
    clock.ahead = 49 * 3600
    assert await box.bot("deleteMessage", chat_id=group, message_id=talk["id"])


async def test_members_come_go_and_are_listed(box: Client, group: int) -> None:
    await member(box, group, BOT)
    await box.bot("getUpdates", allowed_updates=["chat_member", "message"])
    await box.updates()
    await box.api("POST", f"/users/{ADMIN}/chats/{group}/join")
    await box.api("POST", f"/users/{FOLLOWER}/chats/{group}/leave")

    changes = [u["chat_member"]["new_chat_member"]["status"] for u in await box.updates() if "chat_member" in u]
    assert changes == ["member", "left"]
    administrators = await box.bot("getChatAdministrators", chat_id=group)
    assert [(m["user"]["id"], m["status"]) for m in administrators] == [(CREATOR, "creator"), (BOT, "administrator")]
    statuses = [(await box.bot("getChatMember", chat_id=group, user_id=u))["status"] for u in (ADMIN, FOLLOWER)]
    assert statuses == ["member", "left"]
    await member(box, group, ADMIN, "kicked")
    assert "let them in" in (await box.api("POST", f"/users/{ADMIN}/chats/{group}/join", status=403))["error"]


async def test_a_bot_thrown_out_hears_it_and_is_forbidden(box: Client, group: int) -> None:
    await member(box, group, BOT, "kicked")
    (update,) = await box.updates()
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    refused = await box.refused("sendMessage", chat_id=group, text="x")
    assert refused == (403, "Forbidden: bot was kicked from the supergroup chat")
    await member(box, group, BOT, "member")
    assert await box.bot("sendMessage", chat_id=group, text="back")


async def test_people_change_forward_like_and_show(box: Client, group: int) -> None:
    await member(box, group, BOT)
    await box.bot("getUpdates", allowed_updates=["message", "edited_message", "message_reaction"])
    await box.updates()
    said = await say(box, FOLLOWER, group, "furst")
    where = f"/users/{FOLLOWER}/chats/{group}/messages/{said['id']}"
    await box.api("PUT", where, {"text": "first"})
    assert (await box.api("PUT", f"{where}/reaction", {"emoji": "👍"}))["reactions"] == {"👍": 1}
    await box.api("POST", f"/users/{FOLLOWER}/messages", {"chat": group, "sticker": "👍"})
    forward = {"from_chat": CHANNEL, "message": 1, "chat": BOT}
    await box.api("POST", f"/users/{FOLLOWER}/forwards", forward)

    new, edited, liked, sticker, forwarded = await box.updates()
    assert (new["message"]["text"], edited["edited_message"]["text"]) == ("furst", "first")
    assert "edit_date" in edited["edited_message"]
    assert (liked["message_reaction"]["user"]["id"], liked["message_reaction"]["old_reaction"]) == (FOLLOWER, [])
    assert liked["message_reaction"]["new_reaction"] == [{"type": "emoji", "emoji": "👍"}]
    assert sticker["message"]["sticker"]["emoji"] == "👍"
    assert forwarded["message"]["forward_origin"]["chat"]["id"] == CHANNEL
    assert (
        "act as who wrote it"
        in (await box.api("PUT", where.replace("users/1002", "users/1001"), {"text": "x"}, 403))["error"]
    )


async def test_in_a_channel_reactions_are_only_counted(box: Client) -> None:
    await box.updates()
    await box.bot("getUpdates", allowed_updates=["message_reaction", "message_reaction_count"])
    await box.api("PUT", f"/users/{FOLLOWER}/chats/{CHANNEL}/messages/1/reaction", {"emoji": "❤"})

    (update,) = await box.updates()
    assert update["message_reaction_count"]["reactions"] == [
        {"type": {"type": "emoji", "emoji": "❤"}, "total_count": 1}
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("POST", f"/users/{CREATOR}/chats", {"type": "forum", "title": "x"}, 400, "type is one of"),
        ("POST", f"/users/{CREATOR}/chats", {"type": "group", "title": " "}, 400, "1 to 128"),
        ("POST", f"/users/{CREATOR}/chats", {"type": "group", "title": "x", "members": [7]}, 404, "members is a list"),
        (
            "POST",
            f"/users/{CREATOR}/chats",
            {"type": "channel", "title": "x", "username": "xiaowen_reads"},
            409,
            "is taken",
        ),
        ("POST", f"/users/{CREATOR}/chats/{CHANNEL}/migrate", {}, 409, "is no group"),
        ("POST", f"/users/{CREATOR}/chats/-5/join", {}, 404, "There is no group or channel -5"),
        ("PUT", f"/users/{FOLLOWER}/chats/{CHANNEL}/link", {"group": None}, 403, "does not administer"),
        ("PUT", f"/users/{CREATOR}/chats/{CHANNEL}/link", {"group": CHANNEL}, 409, "linked with a supergroup"),
        ("PUT", f"/users/{FOLLOWER}/chats/{CHANNEL}/title", {"title": "x"}, 403, "may not rename"),
        ("PUT", f"/users/{CREATOR}/chats/{CHANNEL}/messages/99", {"text": "x"}, 404, "no message 99"),
        ("PUT", f"/users/{FOLLOWER}/chats/{CHANNEL}/messages/1/reaction", {"emoji": "x"}, 400, "no reaction"),
        ("POST", f"/users/{CREATOR}/messages", {"chat": CHANNEL, "photos": 11}, 400, "1 to 10"),
        ("POST", f"/users/{CREATOR}/messages", {"chat": CHANNEL, "text": "x", "reply_to": 99}, 404, "to reply to"),
        ("POST", f"/users/{CREATOR}/purchases", {"chat": CHANNEL, "message": 1}, 409, "is no invoice"),
        ("POST", f"/users/{CREATOR}/purchases", {"invoice": "https://t.me/$x"}, 404, "no such invoice"),
        ("POST", f"/users/{CREATOR}/inline", {"query": "x"}, 409, "inline mode switched off"),
        ("POST", f"/users/{CREATOR}/inline/1", {"result": "1", "chat": CHANNEL}, 404, "no such result"),
        ("PUT", f"/bots/{BOT}", {"wings": True}, 400, "Name some of"),
        ("PUT", "/bots/5", {"privacy": True}, 404, "no bot 5"),
        ("POST", "/bots", {"name": "x", "username": "human"}, 400, "ends in bot"),
        ("GET", "/files/nothing", None, 404, "no such file"),
        ("PUT", "/faults", {"calls": [{"method": "*", "answer": 200}]}, 400, "400 to 599"),
        ("PUT", "/faults", {"calls": [{"method": "*", "answer": 500, "times": 0}]}, 400, "at least 1"),
        ("PUT", "/faults", {"rate": 1}, 400, "rate_limits"),
    ],
)
async def test_refusals_say_what_to_do(box: Client, method: str, path: str, body: Any, status: int, words: str) -> None:
    assert words in (await box.api(method, path, body, status))["error"]
