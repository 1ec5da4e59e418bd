"""What the loops of the bot share: small waits, and the turn that comes every few seconds."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

from services.leadership import NotLeading
from services.wake import log_trouble

log = structlog.get_logger()


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


async def every(
    seconds: float, work: Callable[[], Awaitable[object]], stop: asyncio.Event, *, failed: str, left: str
) -> None:
    """Do the work now, and again so many seconds after it is done, until `stop` is set.

    It survives every error but its cancellation: the database may be back in a second, and we must be there then.
    `failed` is what is logged of an error; `left`, that somebody else leads by now.
    """
    while not stop.is_set():
        try:
            await work()
        except NotLeading:
            log.info(left)
        except Exception as error:  # noqa: BLE001
            log_trouble(failed, error)
        await first_of((stop,), seconds)
