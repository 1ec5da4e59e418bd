"""Telegram's limits on sending, and calls that fail because a test wants them to."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.sandbox.conftest import BOT, CHANNEL, CREATOR, FOLLOWER, TOKEN, Client, Clock


async def plan(box: Client, **body: Any) -> Any:
    return await box.api("PUT", "/faults", body)


async def sent(box: Client) -> list[str]:
    found = (await box.api("GET", f"/users/{CREATOR}/chats/{BOT}/messages"))["messages"]
    return [message["text"] for message in found[1:]]


async def test_one_message_a_second_in_a_chat_when_limits_are_on(box: Client, clock: Clock) -> None:
    for i in range(3):
        await box.bot("sendMessage", chat_id=CREATOR, text=f"{i}")
    await plan(box, rate_limits=True)
    await box.bot("sendMessage", chat_id=CREATOR, text="a")
    refused = await box.raw("sendMessage", chat_id=CREATOR, text="b")

    assert refused == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    assert await box.bot("sendMessage", chat_id=CHANNEL, text="elsewhere")
    assert await box.bot("sendChatAction", chat_id=CREATOR, action="typing")
    clock.ahead = 1.1
    assert await box.bot("sendMessage", chat_id=CREATOR, text="b")


async def test_thirty_a_second_overall_and_twenty_a_minute_in_a_group(box: Client, clock: Clock) -> None:
    groups = []
    for i in range(31):
        body = {"type": "supergroup", "title": f"g{i}", "members": [BOT]}
        groups.append((await box.api("POST", f"/users/{CREATOR}/chats", body))["chat"]["id"])
    await plan(box, rate_limits=True)
    clock.ahead = 10
    answers = await asyncio.gather(*(box.raw("sendMessage", chat_id=group, text="x") for group in groups))
    assert [answer["ok"] for answer in answers].count(True) == 30

    for i in range(20):
        clock.ahead = 100 + 2 * i
        assert await box.bot("sendMessage", chat_id=groups[0], text="x")
    clock.ahead = 141
    refused = await box.raw("sendMessage", chat_id=groups[0], text="x")
    assert refused["parameters"]["retry_after"] in (18, 19, 20)


async def test_the_next_calls_fail_as_asked_and_then_no_more(box: Client) -> None:
    calls = [
        {"method": "sendMessage", "answer": 429, "retry_after": 7, "chat": FOLLOWER},
        {"method": "sendMessage", "answer": 502, "times": 2},
    ]
    await plan(box, calls=calls)

    for _ in range(2):
        assert await box.refused("sendMessage", chat_id=CREATOR, text="x") == (502, "Bad Gateway")
    assert await box.bot("sendMessage", chat_id=CREATOR, text="arrives")
    answer = await box.raw("sendMessage", chat_id=FOLLOWER, text="x")
    assert answer["parameters"] == {"retry_after": 7}
    assert (await box.refused("sendMessage", chat_id=FOLLOWER, text="x"))[0] == 403
    assert (await box.api("GET", "/faults"))["calls"] == []
    await plan(box, calls=[{"method": "*", "answer": 500, "times": None}])
    for method in ("getMe", "getUpdates", "getMe"):
        assert (await box.refused(method))[0] == 500
    await plan(box)
    assert await box.bot("getMe")


@pytest.mark.parametrize(("answer", "arrived"), [("hang", []), ("lost", ["x"])])
async def test_a_call_can_hang_or_lose_its_answer(box: Client, answer: str, arrived: list[str]) -> None:
    await plan(box, calls=[{"method": "sendMessage", "answer": answer, "seconds": 0.05}])

    url = f"{box.url}/bot{TOKEN}/sendMessage"
    with pytest.raises(aiohttp.ClientError):
        async with box.http.post(url, json={"chat_id": CREATOR, "text": "x"}):
            pass
    assert await sent(box) == arrived


async def test_what_is_paid_for_has_a_limit_of_its_own(box: Client, clock: Clock) -> None:
    groups = []
    for i in range(31):
        body = {"type": "supergroup", "title": f"g{i}", "members": [BOT]}
        groups.append((await box.api("POST", f"/users/{CREATOR}/chats", body))["chat"]["id"])
    await plan(box, rate_limits=True)
    clock.ahead = 10
    paid: dict[str, Any] = {"text": "x", "allow_paid_broadcast": True}
    answers = await asyncio.gather(*(box.raw("sendMessage", chat_id=group, **paid) for group in groups))
    assert [answer["ok"] for answer in answers].count(True) == 31
    again = await box.raw("sendMessage", chat_id=groups[0], **paid)
    assert again["error_code"] == 429, "one a second in a chat holds for what is paid, too"
