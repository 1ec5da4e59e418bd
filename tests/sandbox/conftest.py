"""A sandbox over real HTTP on a port of its own, with a clock the test can move."""

from __future__ import annotations

import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from sandbox.__main__ import SEED
from sandbox.app import Options, Sandbox
from sandbox.seed import sow
from sandbox.state import State

CREATOR, FOLLOWER, ADMIN = 1001, 1002, 1003
BOT, CHANNEL = 100000001, -1001000000001
TOKEN, RAIL_KEY = "100000001:sandbox", "sandbox-key"


class Clock:
    """The real time, plus what a test adds."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class Client:
    """The three sides of a sandbox: a bot, people, and a program that takes payments."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self.url = url
        self.http = http

    async def raw(self, method: str, token: str = TOKEN, **parameters: Any) -> dict[str, Any]:
        """A Bot API call; the whole answer."""
        async with self.http.post(f"{self.url}/bot{token}/{method}", json=parameters) as response:
            answer: dict[str, Any] = await response.json()
        assert response.status == answer.get("error_code", 200)
        return answer

    async def bot(self, method: str, **parameters: Any) -> Any:
        answer = await self.raw(method, **parameters)
        assert answer["ok"], answer
        return answer["result"]

    async def refused(self, method: str, **parameters: Any) -> tuple[int, str]:
        answer = await self.raw(method, **parameters)
        assert not answer["ok"], answer
        return answer["error_code"], answer["description"]

    async def updates(self) -> list[dict[str, Any]]:
        """What waits, confirmed at once."""
        found: list[dict[str, Any]] = await self.bot("getUpdates")
        if found:
            await self.bot("getUpdates", offset=found[-1]["update_id"] + 1)
        return found

    async def api(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        async with self.http.request(method, f"{self.url}/api{path}", json=body) as response:
            answer = await response.json()
        assert response.status == status, answer
        return answer

    async def say(self, person: int, text: str, chat: int | str = BOT, status: int = 200) -> Any:
        answer = await self.api("POST", f"/users/{person}/messages", {"chat": chat, "text": text}, status)
        return answer.get("message", answer)

    async def rail(self, method: str, path: str, body: Any = None, key: str = "", status: int = 200) -> Any:
        headers = {"Authorization": f"Bearer {RAIL_KEY}"} | ({"Idempotency-Key": key} if key else {})
        async with self.http.request(method, f"{self.url}/rail{path}", json=body, headers=headers) as response:
            answer = await response.json()
        assert response.status == status, answer
        return answer

    async def pay(self, payment: dict[str, Any], action: str = "pay", status: int = 200) -> Any:
        async with self.http.post(f"{self.url}/pay/{payment['id']}", json={"action": action}) as response:
            answer = await response.json()
        assert response.status == status, answer
        return answer


def payment_of(amount_minor: int, **more: Any) -> dict[str, Any]:
    new = {"amount_minor": amount_minor, "currency": "CNY", "reference": "tab-1", "description": "给青石小学的书"}
    return new | {"return_url": "https://t.me/yizan_bot?start=back", "language": "zh-CN"} | more


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state as it is after the first start, for tests to copy; they make the groups they need."""
    folder = tmp_path_factory.mktemp("sandbox")
    seed = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    seed["chats"] = [chat for chat in seed["chats"] if chat["type"] == "channel"]
    (folder / "seed.yaml").write_text(yaml.safe_dump(seed, allow_unicode=True), encoding="utf-8")
    state = State(folder / "seeded.db")
    sow(state, folder / "seed.yaml")
    state.close()
    return folder / "seeded.db"


@pytest.fixture
def state(tmp_path: Path, clock: Clock, seeded: Path) -> State:
    shutil.copy(seeded, tmp_path / "sandbox.db")
    return State(tmp_path / "sandbox.db", clock)


@pytest.fixture
async def box(state: State) -> AsyncIterator[Client]:
    sandbox = Sandbox(state, Options())
    await sandbox.start(0)
    async with aiohttp.ClientSession() as http:
        yield Client(sandbox.url, http)
    await sandbox.stop()
