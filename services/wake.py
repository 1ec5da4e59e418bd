"""Bells between the parts of one process: set after a commit, so that nobody has to poll fast."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from storage.trouble import is_away

log = structlog.get_logger()


@dataclass(slots=True)
class Wakes:
    """Who can be woken; a bell that nobody heard costs at most the loop's own interval."""

    outbox: asyncio.Event = field(default_factory=asyncio.Event)
    counters: asyncio.Event = field(default_factory=asyncio.Event)
    digests: asyncio.Event = field(default_factory=asyncio.Event)
    tabs: asyncio.Event = field(default_factory=asyncio.Event)
    refunds: asyncio.Event = field(default_factory=asyncio.Event)
    transfers: asyncio.Event = field(default_factory=asyncio.Event)
    methods: asyncio.Event = field(default_factory=asyncio.Event)
    days: asyncio.Event = field(default_factory=asyncio.Event)
    look_ups: asyncio.Event = field(default_factory=asyncio.Event)
    pledges: asyncio.Event = field(default_factory=asyncio.Event)
    broadcasts: asyncio.Event = field(default_factory=asyncio.Event)


def log_trouble(event: str, error: Exception, **more: str) -> None:
    """For a loop that goes on: a database that is away is one line a turn, anything else is told whole."""
    if is_away(error):
        log.warning(event, error=type(error).__name__, hint="the database is away", **more)
    else:
        log.error(event, exc_info=error, **more)


async def keep_doing(name: str, work: Callable[[], Awaitable[object]], bell: asyncio.Event, *, every_s: float) -> None:
    """Do `work` when the bell rings, and every `every_s` seconds anyway; an error is logged and the next turn comes."""
    while True:
        bell.clear()
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - the next turn comes
            log_trouble("loop_failed", error, loop=name)
            await asyncio.sleep(min(1.0, every_s))
        with contextlib.suppress(TimeoutError):  # not wait_for: up to Python 3.11 it may swallow a cancellation
            async with asyncio.timeout(every_s):
                await bell.wait()
