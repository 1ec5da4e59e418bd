"""The door for Telegram: who does not know the secret learns nothing, and 200 means done."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from storage.engines import Engines
from tests.web.world import World
from web.app import create_app
from web.telegram import HEADER, MOST_BYTES, PATH, TelegramHook

SECRET = "s3cret_of-the-tests"
KNOWN = {HEADER: SECRET}


class Bot:
    """What is behind the door."""

    def __init__(self) -> None:
        self.got: list[Mapping[str, Any]] = []
        self.answer = True

    async def __call__(self, update: Mapping[str, Any]) -> bool:
        self.got.append(update)
        if update.get("update_id") == 13:
            raise RuntimeError("private words")
        return self.answer


@pytest.fixture
def dialect() -> str:
    """The door asks no database."""
    return "sqlite"


@pytest.fixture
def hook() -> TelegramHook:
    return TelegramHook(SECRET)


@pytest.fixture
def bot(hook: TelegramHook) -> Bot:
    bot = Bot()
    hook.deliver = bot
    return bot


@pytest.fixture
async def door(engines: Engines, hook: TelegramHook) -> AsyncIterator[TestClient[Any, Any]]:
    parts = replace(World(engines).parts(), telegram=hook)
    async with TestClient(TestServer(create_app(parts))) as client:
        yield client


async def test_an_update_that_is_done_is_acknowledged(door: TestClient[Any, Any], bot: Bot) -> None:
    answer = await door.post(PATH, json={"update_id": 1, "message": {"text": "嗨"}}, headers=KNOWN)
    assert (answer.status, await answer.read()) == (200, b"")
    assert bot.got == [{"update_id": 1, "message": {"text": "嗨"}}]


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: SECRET + "x"}, {HEADER: SECRET[:-1]}, {HEADER: "é"}])
async def test_who_does_not_know_the_secret_is_sent_away(
    door: TestClient[Any, Any], bot: Bot, headers: dict[str, str]
) -> None:
    answer = await door.post(PATH, json={"update_id": 1}, headers=headers)
    assert (answer.status, await answer.read()) == (401, b"")
    assert bot.got == []


async def test_the_secret_is_compared_in_constant_time(
    door: TestClient[Any, Any], bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[bytes, bytes]] = []

    def compare(said: bytes, known: bytes) -> bool:
        asked.append((said, known))
        return False

    monkeypatch.setattr("web.telegram.hmac.compare_digest", compare)
    assert (await door.post(PATH, json={}, headers=KNOWN)).status == 401
    assert asked == [(SECRET.encode(), SECRET.encode())]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"7", b'"text"', b"[" * 100_000])
async def test_what_is_no_update_is_told_to_the_log_and_never_brought_again(
    door: TestClient[Any, Any], bot: Bot, body: bytes
) -> None:
    with capture_logs() as logs:
        answer = await door.post(PATH, data=body, headers=KNOWN)
    assert (answer.status, await answer.read()) == (200, b"")
    assert [log["event"] for log in logs] == ["update_undecodable"]
    assert bot.got == []


async def test_half_a_character_is_for_the_bot_to_judge(door: TestClient[Any, Any], bot: Bot) -> None:
    body = b'{"update_id": 1, "message": {"text": "\\ud83d"}}'
    assert (await door.post(PATH, data=body, headers=KNOWN)).status == 200
    assert bot.got == [{"update_id": 1, "message": {"text": "\ud83d"}}]


async def test_a_body_too_large_is_never_brought_again(door: TestClient[Any, Any], bot: Bot) -> None:
    assert (await door.post(PATH, data=BytesIO(b" " * (MOST_BYTES + 1)), headers=KNOWN)).status == 200
    assert bot.got == []


async def test_what_is_not_done_comes_again(door: TestClient[Any, Any], hook: TelegramHook, bot: Bot) -> None:
    bot.answer = False
    with capture_logs() as logs:
        not_done = await door.post(PATH, json={"update_id": 1}, headers=KNOWN)
        broken = await door.post(PATH, json={"update_id": 13}, headers=KNOWN)
        hook.deliver = None
        too_early = await door.post(PATH, json={"update_id": 1}, headers=KNOWN)
    assert [answer.status for answer in (not_done, broken, too_early)] == [503] * 3
    assert not_done.headers["Retry-After"] == "2"
    assert [log["event"] for log in logs] == ["update_not_taken"]


async def test_without_a_webhook_there_is_no_door(engines: Engines) -> None:
    async with TestClient(TestServer(create_app(World(engines).parts()))) as client:
        assert (await client.post(PATH, json={"update_id": 1}, headers=KNOWN)).status == 404
