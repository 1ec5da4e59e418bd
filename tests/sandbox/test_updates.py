"""The queue of updates: kept until confirmed, one reader at a time."""

from __future__ import annotations

import asyncio
import time

from tests.sandbox.conftest import BOT, CHANNEL, CREATOR, FOLLOWER, Client, Clock


async def test_the_seed_ends_with_a_start_and_the_bot_made_administrator(box: Client) -> None:
    start, added = await box.bot("getUpdates")

    assert start["message"]["text"] == "/start"
    assert start["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert start["message"]["from"]["language_code"] == "zh-hans"
    change = added["my_chat_member"]
    assert (change["old_chat_member"]["status"], change["new_chat_member"]["status"]) == ("left", "administrator")
    assert change["new_chat_member"]["can_edit_messages"] is True
    assert added["update_id"] == start["update_id"] + 1


async def test_updates_stay_until_an_offset_confirms_them(box: Client) -> None:
    first, second = await box.bot("getUpdates")

    assert await box.bot("getUpdates") == [first, second]
    assert await box.bot("getUpdates", limit=1) == [first]
    assert await box.bot("getUpdates", offset=second["update_id"]) == [second]
    assert (await box.bot("getWebhookInfo"))["pending_update_count"] == 1
    assert await box.bot("getUpdates", offset=-1) == [second]
    assert await box.bot("getUpdates", offset=second["update_id"] + 1) == []
    await box.say(CREATOR, "again")
    (third,) = await box.bot("getUpdates")
    assert third["update_id"] == second["update_id"] + 1


async def test_a_negative_offset_forgets_all_but_the_last(box: Client) -> None:
    _, second = await box.bot("getUpdates")

    assert await box.bot("getUpdates", offset=-1) == [second]
    assert await box.bot("getUpdates") == [second]


async def test_a_long_poll_answers_as_soon_as_something_happens(box: Client) -> None:
    await box.updates()
    poll = asyncio.create_task(box.bot("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    began = time.perf_counter()
    await box.say(FOLLOWER, "hello")

    (update,) = await poll
    assert update["message"]["text"] == "hello"
    assert time.perf_counter() - began < 1


async def test_a_long_poll_with_nothing_to_tell_ends_in_its_time(box: Client) -> None:
    await box.updates()
    began = time.perf_counter()

    assert await box.bot("getUpdates", timeout=1) == []
    assert 0.9 < time.perf_counter() - began < 2


async def test_a_second_reader_ends_the_first_with_a_conflict(box: Client) -> None:
    await box.updates()
    first = asyncio.create_task(box.refused("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(box.bot("getUpdates", timeout=20))

    code, description = await asyncio.wait_for(first, 2)
    assert code == 409
    assert description.startswith("Conflict: terminated by other getUpdates request")
    await box.say(CREATOR, "for the second")
    assert len(await asyncio.wait_for(second, 2)) == 1


async def test_allowed_updates_hold_for_what_comes_after(box: Client) -> None:
    await box.updates()
    await box.bot("getUpdates", allowed_updates=["my_chat_member", "chat_member"])
    await box.say(CREATOR, "not wanted")
    await box.api("POST", f"/users/{CREATOR}/chats/{CHANNEL}/members", {"user": FOLLOWER, "status": "kicked"})

    (update,) = await box.updates()
    assert update["chat_member"]["new_chat_member"]["status"] == "kicked"
    assert (await box.bot("getWebhookInfo"))["allowed_updates"] == ["my_chat_member", "chat_member"]
    await box.bot("getUpdates", allowed_updates=[])
    await box.say(CREATOR, "wanted")
    assert "message" in (await box.updates())[0]


async def test_members_who_come_and_go_are_not_told_by_default(box: Client) -> None:
    await box.updates()
    await box.api("POST", f"/users/{FOLLOWER}/chats/{CHANNEL}/members", {"user": FOLLOWER, "status": "left"})

    assert await box.updates() == []


async def test_posts_reach_the_bot_only_while_it_is_in_the_channel(box: Client) -> None:
    await box.updates()
    await box.say(CREATOR, "新书到了", CHANNEL)
    (update,) = await box.updates()
    post = update["channel_post"]
    assert (post["text"], post["message_id"], post["sender_chat"]["id"]) == ("新书到了", 4, CHANNEL)
    assert "from" not in post

    await box.api("POST", f"/users/{CREATOR}/chats/{CHANNEL}/members", {"user": BOT, "status": "left"})
    await box.say(CREATOR, "unseen", CHANNEL)
    (update,) = await box.updates()
    assert update["my_chat_member"]["new_chat_member"]["status"] == "left"


async def test_the_bot_hears_of_being_blocked(box: Client) -> None:
    await box.updates()
    for blocked in (True, True, False):
        await box.api("POST", f"/users/{CREATOR}/block", {"blocked": blocked})

    statuses = [u["my_chat_member"]["new_chat_member"]["status"] for u in await box.updates()]
    assert statuses == ["kicked", "member"]


async def test_unconfirmed_updates_are_forgotten_after_a_day(box: Client, clock: Clock) -> None:
    clock.ahead = 23 * 3600
    assert len(await box.bot("getUpdates")) == 2
    clock.ahead = 25 * 3600
    assert await box.bot("getUpdates") == []


async def test_waiting_updates_can_be_dropped(box: Client) -> None:
    await box.bot("deleteWebhook")
    assert len(await box.bot("getUpdates")) == 2
    await box.bot("deleteWebhook", drop_pending_updates=True)
    assert await box.bot("getUpdates") == []
