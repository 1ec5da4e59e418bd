"""Wakes who waits inside this process. It carries hints: the file carries the truth, so a lost hint loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Topic = tuple[str, int | str]


class Listener:
    """One waiting reader of one topic."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self.queue: asyncio.Queue[Any] = asyncio.Queue()

    async def next(self, seconds: float) -> Any | None:
        """What was published next, or None when the time is over or the sandbox is closing."""
        if self._signals.closed or seconds <= 0:
            return None
        try:
            return await asyncio.wait_for(self.queue.get(), seconds)
        except TimeoutError:
            return None


class Signals:
    """Topics people, bots and workers listen to; `close` wakes them all, so nothing outlives a SIGTERM."""

    def __init__(self) -> None:
        self._listeners: dict[Topic, set[Listener]] = {}
        self.closed = False

    @contextmanager
    def listen(self, topic: Topic) -> Iterator[Listener]:
        listener = Listener(self)
        self._listeners.setdefault(topic, set()).add(listener)
        try:
            yield listener
        finally:
            listeners = self._listeners[topic]
            listeners.discard(listener)
            if not listeners:
                del self._listeners[topic]

    def publish(self, topic: Topic, item: Any) -> None:
        for listener in self._listeners.get(topic, ()):
            listener.queue.put_nowait(item)

    def close(self) -> None:
        self.closed = True
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.queue.put_nowait(None)
