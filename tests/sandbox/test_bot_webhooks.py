"""Webhooks of bots: what Telegram's own Bot API server does, with real HTTP on both sides."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import FormData, MultipartWriter, web

from tests.sandbox.conftest import BOT, CREATOR, FOLLOWER, TOKEN, Client, Clock
from tests.sandbox.receiver import Receiver, receiving


@pytest.fixture
async def hook(box: Client) -> AsyncIterator[Receiver]:
    await box.updates()
    async with receiving() as receiver:
        yield receiver


async def info(box: Client) -> dict[str, Any]:
    found: dict[str, Any] = await box.bot("getWebhookInfo")
    return found


async def settled(box: Client, count: int = 0) -> None:
    async with asyncio.timeout(5):
        while (await info(box))["pending_update_count"] != count:
            await asyncio.sleep(0.01)


async def test_updates_are_posted_with_the_secret_and_forgotten_after_a_2xx(box: Client, hook: Receiver) -> None:
    answer = await box.raw("setWebhook", url=hook.url, secret_token="se-cret_1", max_connections=3)
    assert (answer["result"], answer["description"]) == (True, "Webhook was set")
    await box.say(CREATOR, "hello")

    (update,) = await hook.wait_for(1)
    assert update["message"]["text"] == "hello"
    assert hook.secrets == ["se-cret_1"]
    await settled(box)
    assert await info(box) == {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": 0,
        "max_connections": 3,
        "ip_address": "127.0.0.1",
    }


async def test_polling_and_a_webhook_exclude_each_other(box: Client, hook: Receiver) -> None:
    waiting = asyncio.create_task(box.refused("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    await box.bot("setWebhook", url=hook.url)

    assert await asyncio.wait_for(waiting, 2) == (409, "Conflict: terminated by setWebhook request")
    code, words = await box.refused("getUpdates")
    assert code == 409
    assert words.startswith("Conflict: can't use getUpdates method while webhook is active")
    assert (await box.raw("deleteWebhook"))["description"] == "Webhook was deleted"
    assert (await box.raw("deleteWebhook"))["description"] == "Webhook is already deleted"
    assert await box.bot("getUpdates") == []


async def test_an_empty_url_deletes_and_what_waits_may_be_dropped(box: Client, hook: Receiver) -> None:
    await box.say(CREATOR, "waits")
    await box.bot("setWebhook", url=hook.url, drop_pending_updates=True)
    await box.bot("setWebhook", url="")
    assert (await info(box))["url"] == ""
    assert await box.bot("getUpdates") == []
    assert hook.got == []


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"url": "http://example.org/x"}, "the sandbox reaches 127.0.0.1 and localhost only"),
        ({"url": "ftp://127.0.0.1/x"}, "An HTTPS URL must be provided"),
        ({"url": "http://127.0.0.1:9/x", "secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "http://127.0.0.1:9/x", "secret_token": "a" * 257}, "secret token is too long"),
        ({}, 'parameter "url" of setWebhook is missing'),
    ],
)
async def test_wrong_webhooks_are_refused(box: Client, parameters: dict[str, Any], words: str) -> None:
    assert words in (await box.refused("setWebhook", **parameters))[1]
    assert (await info(box))["url"] == ""


async def test_the_next_update_of_a_chat_waits_for_the_one_before_and_other_chats_do_not(
    box: Client, hook: Receiver
) -> None:
    hook.hold = asyncio.Event()
    await box.bot("setWebhook", url=hook.url)
    for person, text in ((CREATOR, "1"), (CREATOR, "2"), (FOLLOWER, "a"), (CREATOR, "3")):
        await box.say(person, text)

    await hook.wait_for(2)
    await asyncio.sleep(0.1)
    assert hook.texts == ["1", "a"]
    hook.hold.set()
    await hook.wait_for(4)
    assert hook.texts == ["1", "a", "2", "3"]


async def test_a_persons_taps_are_a_queue_beside_their_chat(box: Client, hook: Receiver) -> None:
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    sent = await box.bot("sendMessage", chat_id=CREATOR, text="x", reply_markup=markup)
    hook.hold = asyncio.Event()
    await box.bot("setWebhook", url=hook.url)
    await box.say(CREATOR, "message")
    body = {"chat": BOT, "message": sent["message_id"], "button": 0}
    taps = [asyncio.create_task(box.api("POST", f"/users/{CREATOR}/taps", body)) for _ in range(2)]

    await hook.wait_for(2)
    await asyncio.sleep(0.1)
    assert sorted(hook.texts) == ["a", "message"]
    hook.hold.set()
    await hook.wait_for(3)
    for update in hook.got:
        if "callback_query" in update:
            await box.bot("answerCallbackQuery", callback_query_id=update["callback_query"]["id"])
    assert all([(await tap)["answered"] for tap in taps])


async def test_no_more_connections_than_the_bot_wants(box: Client, hook: Receiver) -> None:
    hook.hold = asyncio.Event()
    await box.bot("setWebhook", url=hook.url, max_connections=2)
    for person in (CREATOR, FOLLOWER, 1003):
        await box.say(person, "/start")

    await hook.wait_for(2)
    await asyncio.sleep(0.1)
    hook.hold.set()
    await hook.wait_for(3)
    assert hook.most_at_once == 2


async def test_what_is_refused_is_sent_again_at_once_and_then_with_growing_pauses(
    box: Client, hook: Receiver, clock: Clock
) -> None:
    hook.answers = [500, 404, 503]
    await box.bot("setWebhook", url=hook.url)
    await box.say(CREATOR, "once")
    await hook.wait_for(2)
    await asyncio.sleep(0.05)
    report = await info(box)
    assert report["last_error_message"] == "Wrong response from the webhook: 404 Not Found"
    assert abs(report["last_error_date"] - clock()) < 5

    await hook.wait_for(3)
    assert 1.8 < hook.at[2] - hook.at[1] < 3
    clock.ahead = 4
    await box.say(FOLLOWER, "wakes the sandbox up")
    await hook.wait_for(5)
    assert sorted(hook.texts) == ["once"] * 4 + ["wakes the sandbox up"]
    await settled(box)


async def test_retry_after_is_honoured(box: Client, hook: Receiver) -> None:
    hook.answers = [web.Response(status=429, headers={"Retry-After": "1"})]
    await box.bot("setWebhook", url=hook.url)
    await box.say(CREATOR, "later")

    await hook.wait_for(2)
    assert 0.9 < hook.at[1] - hook.at[0] < 2


async def test_nobody_listening_is_told_and_forgotten_with_a_new_webhook(box: Client, hook: Receiver) -> None:
    closed = await _closed_port()
    await box.bot("setWebhook", url=f"http://127.0.0.1:{closed}/hook")
    await box.say(CREATOR, "nobody there")
    async with asyncio.timeout(5):
        while "last_error_message" not in await info(box):
            await asyncio.sleep(0.01)
    assert (await info(box))["last_error_message"] == "Connection refused"
    await box.bot("setWebhook", url=hook.url)
    assert "last_error_message" not in await info(box)
    await hook.wait_for(1)


async def _closed_port() -> int:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


async def test_a_tap_is_dropped_after_150_seconds_and_a_message_after_a_day(
    box: Client, hook: Receiver, clock: Clock
) -> None:
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    sent = await box.bot("sendMessage", chat_id=CREATOR, text="x", reply_markup=markup)
    body = {"chat": BOT, "message": sent["message_id"], "button": 0}
    tap = asyncio.create_task(box.api("POST", f"/users/{CREATOR}/taps", body))
    await box.say(CREATOR, "a message")
    await settled(box, 2)
    clock.ahead = 151
    await box.bot("setWebhook", url=hook.url)

    await hook.wait_for(1)
    await settled(box)
    assert hook.texts == ["a message"]
    tap.cancel()
    hook.answers = [500]
    await box.say(CREATOR, "lost")
    await hook.wait_for(2)
    clock.ahead = 151 + 24 * 3600
    await box.say(FOLLOWER, "wakes")
    await hook.wait_for(3)
    await settled(box)


@pytest.mark.parametrize("style", ["json", "form", "multipart"])
async def test_a_method_in_the_answer_is_executed(box: Client, hook: Receiver, style: str) -> None:
    fields = {"method": "sendMessage", "chat_id": str(CREATOR), "text": "from the answer"}
    if style == "json":
        hook.answers = [web.json_response(fields)]
    elif style == "form":
        hook.answers = [web.Response(body=FormData(fields)())]
    else:
        writer = MultipartWriter("form-data")
        for name, value in fields.items():
            writer.append(value).set_content_disposition("form-data", name=name)
        hook.answers = [web.Response(body=writer)]
    await box.bot("setWebhook", url=hook.url)
    await box.say(CREATOR, "hi")

    async with asyncio.timeout(5):
        while (last := await _last(box)) == "hi":
            await asyncio.sleep(0.01)
    assert last == "from the answer"


async def _last(box: Client) -> str:
    found = await box.api("GET", f"/users/{CREATOR}/chats/{BOT}/messages")
    return str(found["messages"][-1]["text"])


@pytest.mark.parametrize("method", ["deleteWebhook", "getMe", "sendMessage", "nonsense"])
async def test_a_method_that_makes_no_sense_in_an_answer_does_nothing(
    box: Client, hook: Receiver, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    hook.answers = [web.json_response({"method": method})]
    await box.bot("setWebhook", url=hook.url)
    await box.say(CREATOR, "hi")
    await hook.wait_for(1)
    await settled(box)

    assert (await info(box))["url"] == hook.url
    assert TOKEN not in caplog.text


async def test_what_is_not_asked_for_is_not_sent(box: Client, hook: Receiver) -> None:
    await box.bot("setWebhook", url=hook.url, allowed_updates=["my_chat_member"])
    await box.say(CREATOR, "unheard")
    await box.api("POST", f"/users/{CREATOR}/block", {"blocked": True})

    (update,) = await hook.wait_for(1)
    assert update["my_chat_member"]["new_chat_member"]["status"] == "kicked"
