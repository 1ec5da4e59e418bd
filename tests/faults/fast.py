"""An event loop whose time runs ahead while everybody waits, but not while the database works: minutes in seconds."""

import asyncio
import selectors
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from storage.work import UnitOfWork, Work

T = TypeVar("T")
_LISTEN_S = 0.001  # what is on its way over loopback has arrived by then
_START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


class _Ahead(selectors.DefaultSelector):
    now = 1000.0
    busy = 0

    def select(self, timeout: float | None = None) -> Any:
        wanted = 1.0 if timeout is None else max(0.0, timeout)
        began = time.monotonic()
        found = super().select(min(wanted, 0.05 if self.busy else _LISTEN_S))
        if found or self.busy:
            self.now += min(wanted, time.monotonic() - began)
        else:
            self.now += wanted
        return found


class FastLoop(asyncio.SelectorEventLoop):
    """Its clock is `wall` for the services."""

    def __init__(self) -> None:
        self.ahead = _Ahead()
        super().__init__(self.ahead)

    def time(self) -> float:
        return self.ahead.now

    def wall(self) -> datetime:
        """The loop's time as a date."""
        return _START + timedelta(seconds=self.ahead.now - 1000.0)


class CountedUnit(UnitOfWork):
    """A unit of work that the loop's time waits for: no timeout fires because a disk was slow."""

    @asynccontextmanager
    async def _counted(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, FastLoop)
        loop.ahead.busy += 1
        try:
            yield
        finally:
            loop.ahead.busy -= 1

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Work]:
        async with self._counted(), super().__call__() as work:
            yield work

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Work]:
        async with self._counted(), super().read() as work:
            yield work

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Work]:
        async with self._counted(), super().snapshot() as work:
            yield work

    async def run(self, step: Callable[[Work], Coroutine[Any, Any, T]]) -> T:
        async with self._counted():
            return await super().run(step)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run it to its end."""
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        return runner.run(main)
