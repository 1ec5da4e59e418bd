"""People of the sandbox, many at a time: they say, tap, read and pay by its HTTP API."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

BOT: Final = "@yizan_bot"
PATIENCE_S: Final = 120.0
_ISOLATES: Final = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))
Json = dict[str, Any]


class TownFailed(Exception):
    """Somebody waited in vain; str() says for what."""


def plain(text: str) -> str:
    """Without the marks that keep writing directions apart."""
    return text.translate(_ISOLATES)


def buttons(message: Json) -> list[Json]:
    """In reading order."""
    return [button for row in message["buttons"] for button in row]


def button(message: Json, label: str) -> int | None:
    """The number of the one whose label begins so."""
    return next((n for n, each in enumerate(buttons(message)) if plain(each["text"]).startswith(label)), None)


@dataclass(frozen=True, slots=True)
class Person:
    """One of them."""

    http: aiohttp.ClientSession
    base: str
    id: int

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        """Raises: TownFailed (the sandbox says no), aiohttp.ClientError."""
        async with self.http.request(method, f"{self.base}/api/users/{self.id}{path}", json=body) as answer:
            if answer.status != 200:
                raise TownFailed(f"{method} {path}: {answer.status} {(await answer.text())[:200]}")
            found: Json = await answer.json()
            return found

    async def say(self, text: str, chat: str | int = BOT) -> Json:
        """Write; the message as it stands there."""
        said: Json = (await self.call("POST", "/messages", {"chat": chat, "text": text}))["message"]
        return said

    async def tap(self, message: Json, number: int, chat: str | int = BOT) -> Json:
        """Press a button; what the bot answered."""
        return await self.call("POST", "/taps", {"chat": chat, "message": message["id"], "button": number})

    async def messages(self, chat: str | int = BOT) -> list[Json]:
        """The newest of a chat, oldest first."""
        found: list[Json] = (await self.call("GET", f"/chats/{chat}/messages?limit=50"))["messages"]
        return found

    async def wait(
        self, fits: Callable[[Json], bool], chat: str | int = BOT, *, what: str, seconds: float = PATIENCE_S
    ) -> Json:
        """The newest message that fits, as soon as there is one. Raises: TownFailed."""
        until = time.monotonic() + seconds
        while True:
            for message in reversed(await self.messages(chat)):
                if fits(message):
                    return message
            if time.monotonic() > until:
                raise TownFailed(f"{self.id} waited {seconds:.0f} s for {what}")
            await asyncio.sleep(0.1)


def pay_url(message: Json) -> str | None:
    """Where the pay button of an unpaid gift's card leads."""
    return next((each["url"] for each in buttons(message) if "/pay/" in (each.get("url") or "")), None)
