"""Notices when the machine's clock is set: due times, leases and a provider's signatures all go by it."""

import time
from collections.abc import Callable
from typing import Final

import structlog
from prometheus_client import Counter, Gauge

from services.clock import Clock, utc_now

log = structlog.get_logger()
WATCH_EVERY_S: Final = 5.0
# What a clock that is being slewed, or a process that was paused between the two readings, may be off by.
TOLERANCE_S: Final = 2.0
JUMPS: Final = Counter("clock_jumps_total", "Times the wall clock was set by more than the tolerance")
LAST_JUMP: Final = Gauge("clock_jump_seconds", "How far the wall clock was last set, forward or back")


class ClockWatch:
    """Holds the wall clock against one that nobody can set (and that stands still while the machine sleeps)."""

    def __init__(self, *, now: Clock = utc_now, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Begin with the clocks as they are."""
        self._now, self._monotonic = now, monotonic
        self._offset_s = self._offset()

    async def look(self) -> float:
        """How many seconds the wall clock was set since the last look: 0 when it was not."""
        offset_s = self._offset()
        jumped_s = offset_s - self._offset_s
        self._offset_s = offset_s
        if abs(jumped_s) <= TOLERANCE_S:
            return 0.0
        JUMPS.inc()
        LAST_JUMP.set(jumped_s)
        log.error(
            "clock_jumped", seconds=round(jumped_s, 1),
            hint="set the machine's clock by NTP; until it is right, providers' events are refused and looked up",
        )  # fmt: skip
        return jumped_s

    def _offset(self) -> float:
        return self._now().timestamp() - self._monotonic()
