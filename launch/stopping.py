"""From SIGTERM to the end: what is in hand is finished, and whatever hangs, the process is gone in ten seconds."""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from typing import Final

import structlog

log = structlog.get_logger()

# Seconds after the signal: when the bot's loops are broken off, when open web requests are, and when nothing is
# waited for any more. What is lost then is what kill -9 loses: nothing that was acknowledged.
BOT_S: Final = 8.7
WEB_S: Final = 9.2
GONE_S: Final = 9.7


class StoppedEarly(Exception):
    """The signal came before there was anything to finish."""


class Stopping:
    """The wish to stop, and how much of its time is left."""

    def __init__(self, drain_s: float = 0.0) -> None:
        """Nobody wants to stop yet. `drain_s`: how long after the signal everything goes on as before.

        Who is in `told` hears of it at once, so that nobody new is sent here meanwhile.
        """
        self.event = asyncio.Event()
        self.told: list[Callable[[], None]] = []
        self._asked_at: float | None = None
        self._drain_s = drain_s

    def ask(self) -> None:
        """A signal came; the first one counts."""
        if self._asked_at is not None:
            return
        self._asked_at = time.monotonic() + self._drain_s
        for tell in self.told:
            tell()
        asyncio.get_running_loop().call_later(self._drain_s, self.event.set)
        last = threading.Timer(GONE_S + self._drain_s, _leave)
        last.daemon = True  # who ends in time takes it along
        last.start()

    def left(self, by_s: float) -> float:
        """Seconds until `by_s` after the signal (and its drain), at least half a second; all of them before it."""
        passed = 0.0 if self._asked_at is None else time.monotonic() - self._asked_at
        return max(0.5, by_s - passed)


def _leave() -> None:
    log.error("stopped_hard", after_s=GONE_S, hint="something hung; nothing acknowledged is lost")
    os._exit(1)
