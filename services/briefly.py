"""What may be a moment old: looked up once a second, however many people ask."""

import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
MOST: Final = 1000


class Briefly(Generic[Key, Value]):
    """Remembers values for some seconds. For what is shown, never for what is decided."""

    def __init__(self, seconds: float = 1.0, *, now: Callable[[], float] = time.monotonic) -> None:
        """Remember for that long, by this clock."""
        self._seconds, self._now = seconds, now
        self._known: dict[Key, tuple[float, Value]] = {}

    async def get(self, key: Key, look_up: Callable[[], Awaitable[Value]]) -> Value:
        """The value, looked up if it is not known or too old. Raises: what `look_up` raises."""
        known = self._known.get(key)
        if known is not None and known[0] > self._now():
            return known[1]
        value = await look_up()
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = (self._now() + self._seconds, value)
        return value
