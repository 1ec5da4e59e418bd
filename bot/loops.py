"""Small waits that every loop of the bot shares: for work, for the end, for whichever comes first."""

import asyncio
from collections.abc import Iterable


async def first_of(events: Iterable[asyncio.Event], timeout_s: float | None = None) -> None:
    """Return when one of the events is set, or when the time is over."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def work_or_stop(woken: asyncio.Event, stop: asyncio.Event, idle_s: float) -> bool:
    """Wait until there may be work (woken, or `idle_s` passed); True to go on, False to stop."""
    if not stop.is_set():
        await first_of((woken, stop), idle_s)
    woken.clear()
    return not stop.is_set()
