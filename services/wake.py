"""Bells between the parts of one process: set after a commit, so that nobody has to poll fast."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()


@dataclass(slots=True)
class Wakes:
    """Who can be woken; a bell that nobody heard costs at most the loop's own interval."""

    outbox: asyncio.Event = field(default_factory=asyncio.Event)
    counters: asyncio.Event = field(default_factory=asyncio.Event)
    digests: asyncio.Event = field(default_factory=asyncio.Event)


async def keep_doing(name: str, work: Callable[[], Awaitable[object]], bell: asyncio.Event, *, every_s: float) -> None:
    """Do `work` when the bell rings, and every `every_s` seconds anyway; an error is logged and the next turn comes."""
    while True:
        bell.clear()
        try:
            await work()
        except Exception:
            log.exception("loop_failed", loop=name)
            await asyncio.sleep(min(1.0, every_s))
        with contextlib.suppress(TimeoutError):  # not wait_for: up to Python 3.11 it may swallow a cancellation
            async with asyncio.timeout(every_s):
                await bell.wait()
