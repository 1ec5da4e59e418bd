"""`python -m sandbox` as a process: it says where it is, survives a kill, and ends when told to."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sqlite3
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from sandbox.__main__ import SEED, main
from sandbox.state import State
from sandbox.tables import FIRST
from tests.sandbox.conftest import BOT, CREATOR, FOLLOWER, Client, payment_of
from tests.sandbox.receiver import receiving

Start = Callable[..., Awaitable[tuple[Process, Client]]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    processes: list[Process] = []
    async with aiohttp.ClientSession() as http:

        async def start(*more: str) -> tuple[Process, Client]:
            command = [sys.executable, "-m", "sandbox", "--port", "0", "--data", str(tmp_path / "new" / "s.db"), *more]
            process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
            processes.append(process)
            assert process.stdout
            ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 10))
            assert ready["ready"] is True
            return process, Client(ready["url"], http)

        yield start
    for process in processes:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@asynccontextmanager
async def ends_within(process: Process, seconds: float) -> AsyncIterator[None]:
    began = time.perf_counter()
    yield
    await asyncio.wait_for(process.wait(), 10)
    assert time.perf_counter() - began < seconds


async def test_a_kill_loses_nothing_that_was_answered(start: Start) -> None:
    process, box = await start()
    sent = await box.bot("sendMessage", chat_id=CREATOR, text="before the kill")
    await box.say(FOLLOWER, "/start")
    payment = await box.pay(await box.rail("POST", "/payments", payment_of(100), "k"))
    updates = await box.bot("getUpdates")
    process.kill()
    await process.wait()

    _, box = await start()
    messages = (await box.api("GET", f"/users/{CREATOR}/chats/{BOT}/messages"))["messages"]
    assert [m["text"] for m in messages] == ["/start", "before the kill"]
    assert await box.bot("getUpdates") == updates
    assert (await box.rail("GET", f"/payments/{payment['id']}"))["charges"] == payment["charges"]
    await box.bot("getUpdates", offset=updates[-1]["update_id"] + 1)
    await box.say(FOLLOWER, "after")
    (update,) = await box.bot("getUpdates")
    assert update["update_id"] == updates[-1]["update_id"] + 1
    after = await box.bot("sendMessage", chat_id=CREATOR, text="x")
    assert after["message_id"] == sent["message_id"] + 1


async def test_a_webhook_and_what_waits_for_it_survive_a_kill(start: Start) -> None:
    process, box = await start()
    await box.updates()
    async with receiving() as hook:
        hook.answers = [500] * 2
        await box.bot("setWebhook", url=hook.url, secret_token="s", allowed_updates=["message"])
        await box.say(FOLLOWER, "first")
        await box.say(FOLLOWER, "second")
        await hook.wait_for(2)
        process.kill()
        await process.wait()
        assert hook.texts == ["first", "first"]

        _, box = await start()
        await hook.wait_for(4, 15)
        assert hook.texts == ["first"] * 3 + ["second"]
        assert set(hook.secrets) == {"s"}
        assert (await box.bot("getWebhookInfo"))["allowed_updates"] == ["message"]


async def test_a_sigterm_ends_it_at_once_with_streams_polls_and_taps_open(start: Start) -> None:
    process, box = await start()
    await box.updates()
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    message = await box.bot("sendMessage", chat_id=CREATOR, text="x", reply_markup=markup)
    async with box.http.get(f"{box.url}/api/events", params={"user": CREATOR}) as stream:
        poll = asyncio.create_task(box.bot("getUpdates", timeout=50, allowed_updates=["message"]))
        await asyncio.sleep(0.1)
        body = {"chat": BOT, "message": message["message_id"], "button": 0}
        tap = asyncio.create_task(box.api("POST", f"/users/{CREATOR}/taps", body))
        await asyncio.sleep(0.1)
        async with ends_within(process, 2):
            process.send_signal(signal.SIGTERM)
        assert await poll == []
        assert (await tap)["answered"] is False
        await stream.read()
    assert process.returncode == 0
    assert process.stderr
    assert await process.stderr.read() == b""


async def test_it_ends_with_its_parent_when_asked_to(start: Start) -> None:
    process, _ = await start("--exit-with-parent")
    assert process.stdin
    async with ends_within(process, 2):
        process.stdin.close()
    assert process.returncode == 0


async def test_options_set_the_token_the_key_the_fee_and_the_language(start: Start) -> None:
    _, box = await start(
        *("--token", f"{BOT}:other", "--rail-key", "key", "--fee-percent", "1", "--language", "en"),
        *("--webhook-url", "http://127.0.0.1:9/hook", "--webhook-secret", "s", "--rate-limits"),
    )
    assert (await box.api("GET", "/faults")) == {"rate_limits": True, "calls": []}
    assert (await box.raw("getMe"))["error_code"] == 401
    assert (await box.raw("getMe", token=f"{BOT}:other"))["ok"]
    assert (await box.api("GET", "/users"))["users"][0]["language"] == "en"
    await box.rail("GET", "/events", status=401)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--token", "1:x"], "begins with 100000001:"),
        (["--seed", "nowhere.yaml"], "nowhere.yaml: FileNotFoundError"),
        (["--webhook-url", "http://x"], "--webhook-url needs --webhook-secret"),
        (["--data", __file__], "is no sandbox state"),
    ],
)
def test_what_can_not_be_used_is_named_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], words: str
) -> None:
    assert main(["--data", str(tmp_path / "s.db"), *more]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port), "--data", str(tmp_path / "s.db")]) == 2

    said = f"sandbox: port {port} is in use: choose another with --port (0 takes a free one)\n"
    assert capsys.readouterr().err == said


def test_two_sandboxes_do_not_share_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = State(tmp_path / "s.db")

    assert main(["--data", str(tmp_path / "s.db")]) == 2
    assert "does another sandbox use it?" in capsys.readouterr().err
    first.close()


def test_a_state_of_the_version_before_goes_on(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "s.db")
    old.executescript(
        FIRST + "INSERT INTO users (id, is_bot, first_name) VALUES (9, 1, 'Bot'); PRAGMA user_version = 1;"
    )
    old.execute("INSERT INTO bots (id, token) VALUES (9, '9:x')")
    old.execute("INSERT INTO updates (bot, kind, body, created_at) VALUES (9, 'message', '{}', 1000)")
    old.commit()
    old.close()

    state = State(tmp_path / "s.db")
    assert not state.is_new
    row = state.row("SELECT privacy, expires_at FROM bots JOIN updates ON bot = bots.id")
    assert row is not None
    assert tuple(row) == (1, 1000 + 86400)
    state.close()
    State(tmp_path / "s.db").close()


def test_a_first_start_that_failed_leaves_a_first_start(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text(SEED.read_text(encoding="utf-8").replace('chat: "@xiaowen_reads"', 'chat: "@nowhere"'))
    options = ["--port", "0", "--data", str(tmp_path / "s.db")]
    assert main([*options, "--seed", str(seed)]) == 2

    assert State(tmp_path / "s.db").is_new
