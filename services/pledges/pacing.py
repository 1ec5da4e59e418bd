"""How fast rails are asked: so many times a second, evenly, each rail by itself."""

import asyncio
from collections.abc import Awaitable, Callable

from services.clock import Clock

Sleep = Callable[[float], Awaitable[None]]


class Pacing:
    """Whoever asks waits for their turn; turns are given in the order they are asked for."""

    def __init__(self, per_s: float, *, now: Clock, sleep: Sleep = asyncio.sleep) -> None:
        """So many turns a second. `now` only measures: where it stands still or jumps, a turn waits its gap at most."""
        self._gap, self._now, self._sleep = 1 / per_s, now, sleep
        self._gates: dict[str, asyncio.Lock] = {}
        self._last: dict[str, float] = {}

    async def turn(self, rail: str) -> None:
        """Return when this rail may be asked again."""
        async with self._gates.setdefault(rail, asyncio.Lock()):
            since = self._now().timestamp() - self._last.get(rail, float("-inf"))
            if 0 <= since < self._gap:
                await self._sleep(self._gap - since)
            elif since < 0:  # the clock was set back
                await self._sleep(self._gap)
            self._last[rail] = self._now().timestamp()
