"""Programs that are not ours nor aiogram's: the plainest bots on python-telegram-bot, each in its own process."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.processes.basics import free_port
from tests.sandbox.conftest import BOT, CREATOR, FOLLOWER, TOKEN, Client

Bot = Callable[[str], Awaitable[Process]]
Message = dict[str, Any]


@pytest.fixture
async def outside(tmp_path: Path) -> AsyncIterator[Client]:
    """A sandbox that is a process."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--data", str(tmp_path / "s.db")]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    assert process.stdout
    ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 10))
    async with aiohttp.ClientSession() as http:
        yield Client(ready["url"], http)
    process.kill()
    await process.communicate()


@pytest.fixture(params=["polling", "webhook"])
async def bot(request: pytest.FixtureRequest, outside: Client) -> AsyncIterator[Bot]:
    processes: list[Process] = []

    async def start(name: str) -> Process:
        await outside.updates()
        port = [] if request.param == "polling" else [str(free_port())]
        command = [sys.executable, "-m", f"tests.sandbox.strangers.{name}", outside.url, TOKEN, *port]
        process = await asyncio.create_subprocess_exec(*command, stderr=PIPE)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.send_signal(signal.SIGTERM)
        _, said = await asyncio.wait_for(process.communicate(), 20)
        assert b"Traceback" not in said, said.decode()


async def messages(box: Client, person: int, count: int, chat: int = BOT) -> list[Message]:
    """Once there are so many."""
    async with asyncio.timeout(20):
        while True:
            found: list[Message] = (await box.api("GET", f"/users/{person}/chats/{chat}/messages"))["messages"]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.05)


async def test_an_echo_bot(outside: Client, bot: Bot) -> None:
    await bot("echo")
    await outside.say(FOLLOWER, "/start")
    await messages(outside, FOLLOWER, 2)
    await outside.say(FOLLOWER, "你好 *_[")
    await outside.api("POST", f"/users/{FOLLOWER}/messages", {"chat": BOT, "photos": 1, "text": "look"})

    found = await messages(outside, FOLLOWER, 6)
    _, greeting, asked, *rest = found
    assert greeting["text"] == "Hi 陈默!"
    echo = next(one for one in rest if one["text"] == asked["text"])
    assert echo["reply_to"]["id"] == asked["id"]
    picture = next(one for one in rest if one["media"] and one["from"]["id"] == BOT)
    assert picture["html"].startswith("<b>")
    async with outside.http.get(outside.url + picture["media"]["url"]) as response:
        content = await response.read()
    assert picture["text"] == f"{len(content)} bytes"


async def test_a_bot_with_buttons(outside: Client, bot: Bot) -> None:
    await bot("buttons")
    await outside.say(CREATOR, "/start")
    *_, asked = await messages(outside, CREATOR, 3)
    tap = {"chat": BOT, "message": asked["id"], "button": "Option 2"}

    answer = await outside.api("POST", f"/users/{CREATOR}/taps", tap)
    assert (answer["answered"], answer["text"]) == (True, "2!")
    async with asyncio.timeout(5):
        while (changed := (await messages(outside, CREATOR, 3))[-1])["text"] != "Selected option: 2":
            await asyncio.sleep(0.05)
    assert (changed["edited"], changed["buttons"]) == (True, [])
    await outside.say(CREATOR, "/menu")
    assert (await messages(outside, CREATOR, 5))[-1]["keyboard"] == [["Boy", "Girl", "Other"]]


async def test_a_payment_bot(outside: Client, bot: Bot) -> None:
    await bot("payments")
    await outside.say(FOLLOWER, "/start")
    invoice = (await messages(outside, FOLLOWER, 2))[-1]
    assert (invoice["invoice"]["total_amount"], invoice["buttons"][0][0]["kind"]) == (5, "pay")

    bought = await outside.api("POST", f"/users/{FOLLOWER}/purchases", {"chat": BOT, "message": invoice["id"]})
    assert (bought["paid"], bought["error"]) == (True, None)
    found = await messages(outside, FOLLOWER, 4)
    assert found[2]["service"] == {
        "kind": "successful_payment",
        "names": [],
        "title": None,
        "currency": "XTR",
        "total_amount": 5,
    }
    assert found[3]["text"] == "Thank you for your payment."
    await outside.say(FOLLOWER, "/refund")
    assert (await messages(outside, FOLLOWER, 6))[-1]["service"]["kind"] == "refunded_payment"

    await outside.say(FOLLOWER, "/noshipping")
    invoice = (await messages(outside, FOLLOWER, 8))[-1]
    refused = await outside.api("POST", f"/users/{FOLLOWER}/purchases", {"chat": BOT, "message": invoice["id"]})
    assert (refused["paid"], refused["error"]) == (False, "Something went wrong...")
