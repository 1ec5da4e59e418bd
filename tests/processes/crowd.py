"""Many people tapping at once, each over a connection of their own; how long each waited for the bot's answer."""

import asyncio
import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

PATIENCE: Final = aiohttp.ClientTimeout(total=60)


@dataclass(frozen=True)
class Tapped:
    """One tap: whose, what the bot answered (`answered` False where nothing came within 15 s), after how long."""

    user: int
    answer: dict[str, Any]
    seconds: float


def tap_at(base: str, chat: int | str, message: int, button: int, taps: Sequence[tuple[int, float]]) -> list[Tapped]:
    """Press that button of that message: (who, how many seconds from now), in the order given."""

    async def one(http: aiohttp.ClientSession, user: int, after_s: float) -> Tapped:
        await asyncio.sleep(after_s)
        body, began = {"chat": chat, "message": message, "button": button}, time.monotonic()
        async with http.post(f"{base}/api/users/{user}/taps", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return Tapped(user, await answer.json(), time.monotonic() - began)

    async def everybody() -> list[Tapped]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=PATIENCE) as http:
            return await asyncio.gather(*(one(http, user, after_s) for user, after_s in taps))

    return asyncio.run(everybody())


def figures(taps: Sequence[Tapped]) -> str:
    """Median, 99th percentile, and the slowest."""
    waits = sorted(tap.seconds for tap in taps)
    p99 = waits[min(len(waits) - 1, math.floor(len(waits) * 0.99))]
    silent = sum(not tap.answer["answered"] for tap in taps)
    told = f"median {statistics.median(waits):.2f} s, 99th {p99:.2f} s, slowest {waits[-1]:.2f} s"
    return told + (f", {silent} without an answer in 15 s" if silent else "")
