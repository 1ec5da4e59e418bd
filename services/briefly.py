"""What may be a moment old: looked up once a second, however many people ask."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Final, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
MOST: Final = 1000


class Briefly(Generic[Key, Value]):
    """Remembers values for some seconds. For what is shown, never for what is decided.

    Who asks while a look-up runs waits for that one. A look-up that raises is not remembered.
    """

    def __init__(
        self, seconds: float = 1.0, *, most: int = MOST, now: Callable[[], float] = time.monotonic
    ) -> None:  # fmt: skip
        """Remember for that long, by this clock; `most` values, then all of them are looked up anew."""
        self._seconds, self._most, self._now = seconds, most, now
        self._known: dict[Key, tuple[float, Value]] = {}
        self._asked: dict[Key, asyncio.Task[Value]] = {}

    async def get(self, key: Key, look_up: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """The value, looked up if it is not known or too old. Raises: what `look_up` raises."""
        known = self._known.get(key)
        if known is not None and known[0] > self._now():
            return known[1]
        if key not in self._asked:
            self._asked[key] = asyncio.create_task(self._look_up(key, look_up()))
        return await asyncio.shield(self._asked[key])  # one who gives up waiting must not take it from the others

    async def _look_up(self, key: Key, asked: Coroutine[Any, Any, Value]) -> Value:
        try:
            value = await asked
        finally:
            del self._asked[key]
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[key] = (self._now() + self._seconds, value)
        return value
