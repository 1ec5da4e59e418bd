"""Callers in a closed loop: each starts its next piece of work when its last one is done."""

import asyncio
import math
import os
import resource
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

WARM_UP_S: Final = 0.5
STUCK_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What was done within the window: pieces per second, and how long one took."""

    rate: float
    p50_ms: float
    p99_ms: float


async def closed_loop(callers: int, one: Callable[[int], Awaitable[bool]], seconds: float) -> Measured:
    """Measure `one(caller)` for `seconds`; it says whether what it did counts.

    The window opens after a warm-up, and not before the first piece is done. Raises: what a caller raised; TimeoutError
    when callers hang.
    """
    warm = time.perf_counter() + WARM_UP_S
    end = math.inf
    latencies: list[float] = []

    async def call(caller: int) -> None:
        nonlocal end
        while (started := time.perf_counter()) < end:
            counts = await one(caller)
            if not counts or (done := time.perf_counter()) < warm or done >= end:
                continue
            if end == math.inf:
                end = done + seconds
            else:
                latencies.append(done - started)

    async with asyncio.timeout(WARM_UP_S + seconds + STUCK_S), asyncio.TaskGroup() as group:
        for caller in range(callers):
            group.create_task(call(caller))
    if len(latencies) < 2:
        raise TimeoutError(f"nothing was done in {seconds} s")
    return Measured(len(latencies) / seconds, 1000 * statistics.median(latencies), 1000 * p99(latencies))


def p99(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


def rss_mb() -> float:
    """Memory this process holds now (where only the peak is known: the peak)."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
