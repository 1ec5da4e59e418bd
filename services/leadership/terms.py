"""Terms: the time one process leads under one epoch, and what runs in its name meanwhile."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from typing import Final

from giving.leases import Lease, Moment

Part = Callable[[asyncio.Event], Awaitable[None]]


class Term:
    """The time this process leads under one epoch.

    `over` is set when somebody else took the lease; `yields` when what is in hand is finished, to give it back.
    """

    def __init__(self, lease: Lease, asked: Moment) -> None:
        """It began with a lease that was asked for at this moment."""
        self.lease, self.renewed, self.taken = lease, asked, asked
        self.over, self.yields = asyncio.Event(), asyncio.Event()


TERM: Final[ContextVar[Term | None]] = ContextVar("term", default=None)


@contextlib.contextmanager
def in_nobodys_name() -> Iterator[None]:
    """What a leader runs that any process might: it may answer people even when the term is over."""
    token = TERM.set(None)
    try:
        yield
    finally:
        TERM.reset(token)


async def serve(term: Term, stop: asyncio.Event, parts: tuple[Part, ...]) -> None:
    """One term: all parts until it is over; the first that fails ends the others, and its error is raised."""
    ended = asyncio.Event()
    token = TERM.set(term)
    try:
        tasks = [asyncio.ensure_future(part(ended)) for part in parts]
    finally:
        TERM.reset(token)
    watch = asyncio.ensure_future(first(None, term.over, term.yields, stop))
    try:
        await asyncio.wait((watch, *tasks), return_when=asyncio.FIRST_COMPLETED)
        ended.set()
        await asyncio.wait(tasks)
        for task in tasks:
            task.result()
    finally:
        ended.set()
        for task in (watch, *tasks):
            task.cancel()
        await asyncio.gather(watch, *tasks, return_exceptions=True)


async def first(timeout_s: float | None, *events: asyncio.Event) -> None:
    """Until one of the events is set, or the time is over."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
